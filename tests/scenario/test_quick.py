"""What the command line waits for."""

import subprocess
import sys
import time

from farwatch.scenario import load, shipped


def test_importing_the_room_loads_nothing_heavy():
    """The scenario room neither compiles nor computes at import."""
    heavy = "{'numba', 'scipy', 'pyproj', 'matplotlib', 'duckdb', 'tifffile', 'numpy'}"
    code = f"import sys, farwatch.scenario; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_shipped_scenario_loads_at_once():
    """Reading and checking takes well under 150 ms once the catalogue is read."""
    load(shipped()[0])
    start = time.perf_counter()
    for name in shipped():
        load(name)
    assert (time.perf_counter() - start) / len(shipped()) < 0.15
