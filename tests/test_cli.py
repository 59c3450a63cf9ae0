"""The command line: verbs, exit codes, messages."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from math import atan2, degrees, hypot

import pytest
from typer.testing import CliRunner

from farwatch import __version__
from farwatch.cli import app

SMALL = """\
farwatch: 1
title: One drone
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}
defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}
raid:
  - {name: drone, class: one-way-drone, to: depot, from: {bearing_deg: 40, range_km: 20}}
"""


@pytest.fixture
def run():
    """Runs a command line in this process."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def small(tmp_path):
    """A small scenario in a file."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def farwatch(*words, **options):
    """Starts the command in a process of its own."""
    code = "from farwatch.cli import main; main()"
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words)], text=True, **options)


def test_version(run):
    """The version is the package's."""
    assert run("--version").output == f"farwatch {__version__}\n"


def test_help_imports_nothing_heavy():
    """Asking for help loads neither numpy nor rich nor any room."""
    code = (
        "import sys; from typer.testing import CliRunner; from farwatch.cli import app\n"
        "held = set(sys.modules); CliRunner().invoke(app, ['--help'])\n"
        "new = {m for m in sys.modules if m.startswith(('numpy', 'numba', 'farwatch.', 'duckdb', 'matplotlib'))}\n"
        "print(sorted(m for m in new if not m.startswith(('farwatch.cli', 'farwatch.errors'))))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_unknown_verb_suggests_the_nearest(run):
    """A slip of the finger is answered with the verb that was meant."""
    found = run("catalog")
    assert found.exit_code == 2
    assert "catalogue" in found.output


def test_check_says_everything(run, small):
    """All problems of a broken file are listed with lines, and the code is 2."""
    small.write_text(SMALL.replace("s-400", "s-4000").replace("one-way-drone", "one-way-drown"))
    found = run("check", small)
    assert found.exit_code == 2
    assert "2 problems" in found.output
    assert "line 4" in found.output
    assert "one-way-drone" in found.output


def test_check_of_a_good_file(run, small):
    """A good file is called good."""
    found = run("check", small)
    assert found.exit_code == 0
    assert "no problems" in found.output


def test_broken_scenario_never_starts_a_run(run, small, tmp_path):
    """Nothing is written when the scenario is refused."""
    small.write_text(SMALL.replace("to: depot", "to: depo"))
    found = run("run", small, "--out", tmp_path / "out")
    assert found.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_set_refuses_a_word_without_a_value(run, small):
    """`--set` needs path=value."""
    found = run("run", small, "--set", "raid.drone.count")
    assert found.exit_code == 2
    assert "path=value" in found.output


def test_run_report_and_refusal(run, small, tmp_path):
    """A run writes tables and page and tells the answer; a folder of another run is refused."""
    out = tmp_path / "out"
    found = run("run", small, "--trials", 2, "--out", out)
    assert found.exit_code == 0, found.output
    assert "Of 1 threat, " in found.output
    page = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    assert run("report", out).exit_code == 0
    assert (out / "report.html").read_bytes() == page
    other = run("run", small, "--trials", 2, "--seed", 5, "--out", out)
    assert other.exit_code == 2
    assert "another campaign" in other.output


def test_scenarios_and_schema(run):
    """Shipped scenarios are named and printed; the schema is JSON."""
    names = run("scenarios").output.split()
    assert "desert-battery" in names
    assert run("scenarios", "desert-battery").output.lstrip("#").strip().startswith("A battery in the desert")
    assert json.loads(run("schema").output)["title"] == "farwatch scenario"


def test_catalogue_suggests(run):
    """An unknown entry is refused with the nearest names."""
    assert run("catalogue").exit_code == 0
    found = run("catalogue", "s-40")
    assert found.exit_code == 2
    assert "s-400" in found.output


def test_claim_tells_its_verdict(run, tmp_path):
    """The worked example, the range in one word or two; files where asked for."""
    found = run("claim", "s-400", "402km", "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    assert "Can hold for an airliner and a bomber" in found.output
    assert json.loads((tmp_path / "out" / "claim.json").read_text(encoding="utf-8"))["range_m"] == 402e3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["claim.json", "claim.png", "claim.svg"]
    assert run("claim", "s-400", "402", "km").output == run("claim", "S-400", "402km").output


def test_claim_takes_every_option(run):
    """Cross-section and class, height, chances, mast, other points."""
    words = "--rcs-m2 2 --class fighter --height-agl-m 9000 --pd 0.8 --pfa 1e-6 --antenna-m 20 --also 170km@0.1m2"
    found = run("claim", "arsr-4", "370km", *words.split())
    assert found.exit_code == 0, found.output
    assert "a fighter of the fourth generation of 2 m²" in found.output
    assert "antenna 20 m up" in " ".join(found.output.split())
    assert "Backwards" in found.output


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("s-40 402km", ["1 problem", "s-400"]),
        ("40n6e 402km", ["is a round", "s-400"]),
        ("s-400 far", ["range = far", "402km"]),
        ("s-400 402", ["has no unit"]),
        ("s-400", ["farwatch claim s-400 402km"]),
        ("s-400 402km --rcs-m2 -3", ["rcs_m2 = -3"]),
        ("s-400 402km --pd 1.2 --pfa 0", ["2 problems", "pd = 1.2", "pfa = 0"]),
        ("s-400 402km --class fightr --also 3km", ["2 problems", "did you mean fighter", "170km@0.1m2"]),
        ("s-400 402km --at 47,8", ["terrain", "come together"]),
        ("s-400 402km --at 47,8 --terrain nowhere.tif", ["nowhere.tif"]),
    ],
)
def test_claim_refuses_what_it_cannot_read(run, words, parts):
    """Every problem at once, the nearest choice, and code 2."""
    found = run("claim", *words.split())
    assert found.exit_code == 2, found.output
    assert all(part in found.output for part in parts), found.output


def test_validate_exit_codes(run, tmp_path):
    """0 when rows agree, 1 when one does not, 2 when the file is malformed."""
    row = {
        "id": "X", "area": "X", "quantity": "salvo kill probability 1-(1-p)^n", "inputs": {"p_kill": 0.5, "n_shots": 2},
        "expected": 0.75, "unit": "1", "rel_tol": 1e-9, "source": "computed: closed form",
    }
    path = tmp_path / "rows.json"
    for held, code in (([row], 0), ([row | {"expected": 0.7}], 1), ([{}], 2)):
        path.write_text(json.dumps(held))
        assert run("validate", path).exit_code == code


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent in another way there")
def test_interrupt_keeps_what_is_finished(tmp_path):
    """Ctrl-C ends with code 130, and reports the trials that were finished."""
    out = tmp_path / "out"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with farwatch("run", "desert-battery", "-n", "5000", "-o", out, **pipes) as process:
        deadline = time.monotonic() + 240.0
        while not list(out.glob("blocks/*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        told, wrong = process.communicate(timeout=120)
    assert process.returncode == 130, wrong
    assert "are kept" in wrong
    assert "Of 50 threats" in told
    assert (out / "report.html").exists()


SENSOR = """\
name: alpha
revisit_s: 5
range_sigma_m: 50
azimuth_sigma_deg: 0.15
max_range_m: 100000
pd: 0.9
false_plots_per_scan: 1
"""


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A sensor and its plots of one straight flight, with a row that cannot be used, in an empty folder."""
    rows = [f"{5 * k},{30000 + 500 * k},45" for k in range(12)]
    (tmp_path / "alpha.yaml").write_text(SENSOR)
    (tmp_path / "plots.csv").write_text("\n".join(["time_s,range_m,azimuth_deg", *rows, "60,-5,45"]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("out", ["tracks.csv", "tracks.parquet"])
def test_track_writes_and_tells(run, recorded, out):
    """Plots, the bad row with its line, tracks, and where they are."""
    found = run("track", "plots.csv", "--sensor", "alpha.yaml", "--out", out)
    assert found.exit_code == 0, found.output
    assert "12 plots of alpha in 12 scans" in found.output
    assert "plots.csv line 14: range_m -5" in found.output
    assert "1 confirmed track" in found.output
    assert f"wrote {out}" in found.output
    assert (recorded / out).exists()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("plots.csv --sensor alpha.yaml --bad-rows refuse", ["1 problem", "line 14"]),
        ("plots.csv --sensor beta.yaml", ["beta.yaml"]),
        ("plots.csv", ["--sensor"]),
        ("plots.csv --sensor alpha.yaml --only alpha", ["picks radars of a recording"]),
        ("plots.csv --sensor alpha.yaml --traffic alpha.yaml", ["alpha.yaml", "name: is not a field"]),
        ("cut.ast", ["cut.ast", "cannot be read"]),
        ("alpha.yaml --sensor alpha.yaml", ["suffix"]),
        ("plots.csv --sensor plots.csv", ["problem"]),
        ("plots.csv --sensor alpha.yaml --out x.doc", ["must end in"]),
        ("plots.csv --sensor alpha.yaml --association best --confirm 9-of-5", ["2 problems", "mht", "M-of-N"]),
    ],
)
def test_track_refuses_what_it_cannot_use(run, recorded, words, parts):
    """Code 2, every problem, and nothing written."""
    found = run("track", *words.split())
    assert found.exit_code == 2, found.output
    assert all(part in found.output for part in parts), found.output
    assert sorted(path.name for path in recorded.iterdir()) == ["alpha.yaml", "plots.csv"]


def test_schema_of_a_sensor(run):
    """Sensor files have a schema too; other kinds are refused."""
    assert json.loads(run("schema", "--of", "sensor").output)["title"] == "farwatch sensor"
    assert run("schema", "--of", "raid").exit_code == 2
    assert "routes" in json.loads(run("schema", "--of", "traffic").output)["properties"]


def test_track_may_mend_states_by_what_came_later(run, recorded):
    """Said in the summary; other states than without."""
    assert run("track", "plots.csv", "-s", "alpha.yaml", "-o", "live.csv").exit_code == 0
    found = run("track", "plots.csv", "-s", "alpha.yaml", "-o", "late.csv", "--smooth")
    assert "no live picture" in found.output
    assert (recorded / "late.csv").read_text() != (recorded / "live.csv").read_text()


@pytest.mark.validation
def test_track_reads_a_recording(run, recorded, shared):
    """What it held, its radar, two tracks with their addresses; several radars without places are refused by name."""
    folder = shared / "data" / "asterix"
    found = run("track", folder / "es_sac20_sic4_79min.gps", "-o", "tracks.csv")
    assert found.exit_code == 0, found.output
    assert "1,830 of CAT048" in found.output
    assert "sac20-sic4: 1,830 plots, up to 180 km, turns in 4.99 s (north marks), place not told" in found.output
    assert "2 confirmed tracks" in found.output
    assert "address 343085, SSR code 5050" in found.output
    refused = run("track", folder / "cat_034_048.pcap")
    assert refused.exit_code == 2
    assert "--only sac25-sic12" in refused.output
    picked = run("track", folder / "cat_034_048.pcap", "--only", "sac25-sic12")
    assert picked.exit_code == 0
    assert "65 reports of CAT048 left out: no position 2, repeat 63" in picked.output
    (recorded / "cut.ast").write_bytes((folder / "es_sac20_sic4_79min.ast").read_bytes()[:1000])
    assert "1 block cut short, 1 record cut short" in run("track", "cut.ast").output


@pytest.fixture
def judged(recorded):
    """A file of tracks, half a kilometre off, and its truth."""
    times = [5 * k for k in range(12)]
    (recorded / "tracks.csv").write_text(
        "\n".join(["t,track_id,x,y,z", *(f"{t},1,{200 * t + 30},500,0" for t in times)])
    )
    (recorded / "truth.csv").write_text("\n".join(["t,target_id,x,y,z", *(f"{t},7,{200 * t},0,0" for t in times)]))
    return recorded


def test_score_tells_and_writes(run, judged):
    """A sentence and tables; JSON for programs, and in a file; the cutoff decides what is a hit."""
    found = run("score", "tracks.csv", "truth.csv")
    assert found.exit_code == 0, found.output
    assert "Targets had a track 100 % of the time, 501 m off on average" in found.output
    told = run("score", "tracks.csv", "truth.csv", "--json", "--cutoff-m", "400", "-o", "score.json")
    assert json.loads(told.stdout)["siap"]["completeness_share"] == 0.0
    assert json.loads((judged / "score.json").read_text())["options"]["cutoff_m"] == 400.0
    short = run("score", "tracks.csv", "truth.csv", "--json", "--from-s", "20", "--until-s", "30", "--dimensions", "2")
    assert json.loads(short.stdout)["instants"] == 3


OURS = """\
ours:
  limits:
    - {figure: horizontal_rms_m, most: LIMIT, source: contract}
"""


@pytest.mark.parametrize(("limit", "code", "said"), [("600", 0, "met"), ("300", 1, "not met")])
def test_score_holds_figures_against_limits(run, judged, limit, code, said):
    """Status 0 where all limits are met, 1 where one is not."""
    (judged / "ours.yaml").write_text(OURS.replace("LIMIT", limit))
    found = run("score", "tracks.csv", "truth.csv", "--standard", "ours.yaml")
    assert found.exit_code == code, found.output
    assert said in found.output
    assert "contract" in found.output


def test_score_knows_shipped_limits(run, judged):
    """By name; an error of half a kilometre is not within them."""
    found = run("score", "tracks.csv", "truth.csv", "--standard", "wam-en-route")
    assert found.exit_code == 1
    assert "EUROCAE" in found.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("plots.csv truth.csv", "track_id"),
        ("tracks.csv plots.csv", "target_id"),
        ("tracks.csv none.csv", "does not exist"),
        ("tracks.csv truth.csv --standard wam-en-rout", "wam-en-route"),
        ("tracks.csv truth.csv --from-s 9 --until-s 3", "must be before until_s"),
        ("tracks.csv truth.csv --sensor truth.csv", "problem"),
        ("tracks.csv truth.csv --out score.doc", "must end in"),
        ("tracks.csv truth.csv --cutoff-m 0", "cutoff-m"),
    ],
)
def test_score_refuses_what_it_cannot_use(run, judged, words, said):
    """Code 2 and the reason."""
    found = run("score", *words.split())
    assert found.exit_code == 2, found.output
    assert said in found.output


def test_register_writes_sensors_that_know_their_errors(run, recorded):
    """A table with deviations, and a file that `--sensor` takes; without what it needs, code 2 and nothing written."""
    rows = [(2.0 * k, 20e3 + 100.0 * k, 30e3 + 40.0 * k) for k in range(60)]
    plots = [f"{t},{hypot(x, y) + 80.0},{degrees(atan2(x, y))}" for t, x, y in rows]
    (recorded / "many.csv").write_text("\n".join(["time_s,range_m,azimuth_deg", *plots]))
    truth = [f"{t},1,{x},{y},0" for t, x, y in rows]
    (recorded / "where.csv").write_text("\n".join(["t,target_id,x,y,z", *truth]))
    words = ["many.csv", "-s", "alpha.yaml", "--reference", "where.csv"]
    found = run("register", *words, "--estimate", "range_m", "-o", "better.yaml")
    assert found.exit_code == 0, found.output
    assert "range_bias_m" in found.output
    assert "relative to the reference" in found.output
    told = re.search(r"range_bias_m: (.*)", (recorded / "better.yaml").read_text())
    assert told is not None
    assert float(told[1]) == pytest.approx(80.0, abs=0.5)
    assert run("track", "many.csv", "-s", "better.yaml", "-o", "x.csv").exit_code == 0
    alone = run("register", "many.csv", "-s", "alpha.yaml", "-o", "none.yaml")
    assert alone.exit_code == 2
    assert "one sensor alone" in alone.output
    few = run("register", "plots.csv", "-s", "alpha.yaml", "--reference", "where.csv", "-o", "none.yaml")
    assert few.exit_code == 2
    assert "too few" in few.output
    assert not (recorded / "none.yaml").exists()


def test_fuse_tells_and_writes(run, recorded):
    """Two files in one frame, said so; one file is refused."""
    for name in ("a.csv", "b.csv"):
        assert run("track", "plots.csv", "-s", "alpha.yaml", "-o", name).exit_code == 0
    found = run("fuse", "a.csv", "b.csv", "-o", "fused.csv")
    assert found.exit_code == 0, found.output
    assert "all are taken to stand in one frame" in found.output
    assert "1 system track," in found.output
    assert (recorded / "fused.csv").exists()
    assert run("fuse", "a.csv").exit_code == 2


def test_the_package_runs_as_a_module():
    """Where scripts are not on the path, as often on Windows."""
    said = subprocess.run([sys.executable, "-m", "farwatch", "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"farwatch \d+\.\d+\.\d+\n", said.stdout)
