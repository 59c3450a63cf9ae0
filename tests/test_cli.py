"""The command line: verbs, exit codes, messages."""

import json
import os
import signal
import subprocess
import sys
import time

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
        "print(sorted(new - {'farwatch.cli', 'farwatch.errors'}))"
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
    assert "1 track confirmed" in found.output
    assert f"wrote {out}" in found.output
    assert (recorded / out).exists()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("plots.csv --sensor alpha.yaml --bad-rows refuse", ["1 problem", "line 14"]),
        ("plots.csv --sensor beta.yaml", ["beta.yaml"]),
        ("plots.csv", ["--sensor"]),
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
