"""What every test shares: one seed of luck for hypothesis, and the way to the outside figures."""

from pathlib import Path

import numba
import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[2] / "shared"

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


@pytest.fixture
def scale():
    """How much work a test may ask for: whole when compiled, a hundredth when interpreted."""
    return 0.01 if INTERPRETED else 1.0
