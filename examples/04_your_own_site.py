"""From a scenario file of your own to an answer: check it, mend it, play it, keep the result.

    python 04_your_own_site.py [TRIALS [FOLDER]]
"""

import sys
import tempfile
from pathlib import Path

import farwatch as fw
from farwatch.report import page, wording

trials = int(sys.argv[1]) if len(sys.argv) > 1 else 100
folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="farwatch-"))
file = Path(__file__).with_suffix(".yaml")

# A file with mistakes is refused as a whole, with all of them.
broken = file.read_text(encoding="utf-8").replace("samp-t", "sampt").replace("range_km: 40", "range_km: -40")
try:
    fw.load(broken)
except fw.ScenarioError as error:
    print(error)

assert fw.check(file) == []
scenario = fw.load(file)

# Fields are named by their path in the file, list items by their name.
higher = fw.vary(scenario, {"raid.cruise.height_agl_m": 300})

for title, variant, out in (("low", scenario, folder / "low"), ("higher", higher, folder / "higher")):
    result = fw.run(variant, trials=trials, out=out)
    answer = result.summary()
    cruise = next(row for row in answer.groups if row.name == "cruise")
    seen = wording.kilometres(cruise.seen_range_m)
    print(f"\ncruise missiles {title}: first seen at {seen} km (median and middle four fifths),")
    print(f"  {wording.share(cruise.killed)} killed, {wording.share(cruise.leaked)} get through")
    for asset in answer.assets:
        print(f"  {asset.name}: destroyed in {wording.share(asset.destroyed)} of trials")
    print(f"  read on: {page.write(result, out / 'report.html')}")
