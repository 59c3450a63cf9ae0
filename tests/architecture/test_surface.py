"""The public surface is short, pinned, and quick to reach."""

import subprocess
import sys
import tomllib

import pytest

import farwatch
from architecture.house import PACKAGE, ROOT

SURFACE = {
    "FarwatchError", "InputError", "Post", "RangeError", "Result", "Scenario", "ScenarioError", "StoreError", "Target",
    "campaign", "catalogue", "check", "claim", "coverage", "load", "run", "schema", "shipped", "track", "vary",
}
HEAVY = {"numba", "llvmlite", "scipy", "matplotlib", "duckdb", "pandas", "pyarrow", "pyproj", "tifffile", "jinja2"}


def loaded_by(code):
    """Top-level modules that a fresh interpreter holds after running some code."""
    tail = "; import sys; print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code + tail], capture_output=True, text=True, check=True)
    return set(ran.stdout.rsplit("LOADED", 1)[1].split())


def test_the_surface_is_pinned():
    """What farwatch offers is exactly what we decided to offer, and at most twenty names."""
    assert set(farwatch.__all__) == SURFACE == set(dir(farwatch))
    assert len(farwatch.__all__) == len(SURFACE) <= 20


@pytest.mark.parametrize("name", sorted(SURFACE))
def test_every_public_name_resolves(name):
    """Every name offered can be had."""
    assert getattr(farwatch, name) is not None


def test_an_unknown_name_is_refused_with_the_known_ones():
    """Asking for something else says what there is."""
    with pytest.raises(AttributeError, match="offers FarwatchError"):
        _ = farwatch.simulate


def test_importing_farwatch_loads_nothing():
    """`import farwatch` brings no numpy, no compiler, no plotting."""
    assert not loaded_by("import farwatch") & {*HEAVY, "numpy", "pydantic", "yaml"}


@pytest.mark.parametrize("room", ["catalogue", "scenario"])
def test_reading_input_compiles_nothing(room):
    """Checking a scenario needs neither the compiler nor the plotting."""
    assert not loaded_by(f"import farwatch.{room}") & HEAVY


@pytest.mark.skipif(not (PACKAGE / "cli.py").exists(), reason="there is no command line yet")
def test_help_loads_little():
    """`farwatch --help` answers before anything heavy is imported."""
    code = "import sys; sys.argv = ['farwatch', '--help']\nfrom farwatch.cli import main\n"
    asked = code + "try:\n    main()\nexcept SystemExit:\n    pass\nimport sys"
    assert not loaded_by(asked) & {*HEAVY, "numpy", "pydantic"}


def test_importing_farwatch_is_quick():
    """`import farwatch` costs less than 50 ms (best of three)."""
    assert min(import_time_s() for _ in range(3)) < 0.05


def import_time_s():
    """What a fresh interpreter says the import took."""
    command = [sys.executable, "-X", "importtime", "-c", "import farwatch"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return int(told.strip().splitlines()[-1].split("|")[1]) / 1e6


def test_one_version():
    """The package, the citation and the change log name the same version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dynamic"] == ["version"]
    assert f"\nversion: {farwatch.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {farwatch.__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
