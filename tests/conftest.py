"""What every test shares: one seed of luck for hypothesis, and the way to the outside figures."""

import os
import subprocess
from functools import cache
from pathlib import Path

import numba
import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[2] / "shared"

ORACLES = Path(os.environ.get("FARWATCH_ORACLES", Path(__file__).parents[1] / "build" / "oracles")) / "bin" / "python"
"""Python of the environment with other people's decoders, which `python3 builders/oracles.py` makes."""

settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")

INTERPRETED = bool(numba.config.DISABLE_JIT)


def pytest_report_header():
    """Say how kernels run, because three runs of the same tests mean three things."""
    how = "interpreted" if INTERPRETED else "compiled"
    return f"kernels: {how}{', bounds checked' if numba.config.BOUNDSCHECK and not INTERPRETED else ''}"


@pytest.fixture(scope="session")
def shared():
    """The folder of outside figures beside a checkout; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder `shared`, with figures from outside, does not lie beside this checkout")
    return SHARED


@cache
def _judges():
    """Names of the distributions in the environment of oracles; none where it was not made."""
    if not ORACLES.is_file():
        return frozenset()
    script = "from importlib.metadata import distributions as d; print(*(x.metadata['Name'].lower() for x in d()))"
    said = subprocess.run([ORACLES, "-c", script], capture_output=True, text=True, check=True).stdout
    return frozenset(name.replace("_", "-") for name in said.split())


@pytest.fixture(scope="session")
def oracle():
    """`oracle("czml3")`: a Python in which that distribution is installed, to judge our bytes; else skips."""

    def python_with(distribution):
        if distribution.lower().replace("_", "-") not in _judges():
            pytest.skip(f"{distribution} is not installed among the oracles: python3 builders/oracles.py")
        return str(ORACLES)

    return python_with


@pytest.fixture
def scale():
    """How much work a test may ask for: whole when compiled, a hundredth when interpreted."""
    return 0.01 if INTERPRETED else 1.0
