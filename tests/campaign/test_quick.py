"""Looking at a campaign costs nothing until one is run."""

import subprocess
import sys

HEAVY = ("numba", "scipy", "duckdb", "matplotlib", "pyproj", "pandas", "pyarrow")


def test_importing_brings_nothing_heavy():
    """Importing the campaign and the outcomes loads no compiler and no data base."""
    code = f"import sys, farwatch.campaign, farwatch.outcomes; print([m for m in {HEAVY!r} if m in sys.modules])"
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.strip() == "[]"
