"""Why did those get through? One trial told again: what each leaker's story was, and the files that show it.

A trial is played again with every plot, track update and round kept. As values it answers questions; written out it
can be watched: ACMI in Tacview, CZML in Cesium, KML in a globe, ASTERIX on a radar display, as by `farwatch replay`.

    python 12_tell_a_trial_again.py [TRIAL]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import farwatch as fw
from farwatch.campaign.retelling import retell
from farwatch.formats import acmi, asterix_writing, czml
from farwatch.formats.played import scene_of

trial = int(sys.argv[1]) if len(sys.argv) > 1 else 0
scene = scene_of(retell(fw.load("desert-battery"), trial))
number = {thing.key: i for i, thing in enumerate(scene.things)}
leakers = [thing for thing in scene.things if thing.fate == "leaked"]

print(f"Trial {trial}: {len(leakers)} got through.\n")
for leaker in leakers:
    told = [one for one in scene.happenings if one.whom == leaker.key]
    seen = next((one for one in told if one.what == "seen"), None)
    shots = [one for one in told if one.what == "launch"]
    ends = [one.what for one in told if one.what in {"kill", "miss", "lost"}]
    tracks = [thing for thing in scene.things if thing.kind == "track" and thing.of == leaker.key]
    held_s = sum(np.ptp(scene.of(number[track.key])["time_s"]) for track in tracks)
    story = "never seen" if seen is None else f"seen at {seen.time_s / 60:.0f} min, {seen.value / 1e3:.0f} km away"
    story += f"; tracks of it: {len(tracks)}, {held_s / 60:.0f} min in all"
    story += f"; shots: {len(shots)}, {', '.join(ends) or 'none arrived'}" if shots else "; never shot at"
    print(f"{leaker.key} ({leaker.class_name}): {story}")

with tempfile.TemporaryDirectory() as folder:
    for name, write in (("trial.acmi", acmi.write), ("trial.czml", czml.write), ("trial.ast", asterix_writing.write)):
        write(Path(folder) / name, scene)
        print(f"\n{name}: {(Path(folder) / name).stat().st_size:,} bytes", end="")
print("\n\nTo keep them: farwatch replay desert-battery --to trial.acmi")
