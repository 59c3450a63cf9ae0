"""Terrain of the tests: shipped clips, and a ridge that can be computed by hand."""

import numpy as np
import pytest

from farwatch.scenario import data_folder
from farwatch.world.grids import Bounds
from farwatch.world.terrain import Terrain, open_terrain


@pytest.fixture(scope="session")
def desert():
    """A degree or so of the shipped desert, 30 arc-seconds."""
    return open_terrain(data_folder() / "arabia-30s.tif", Bounds(23.0, 24.2, 44.6, 46.2))


@pytest.fixture(scope="session")
def alps():
    """A tenth of a degree of the shipped Alps, 3 arc-seconds, voids filled."""
    return open_terrain(data_folder() / "alps-3s.tif", Bounds(46.80, 46.95, 8.55, 8.80))


@pytest.fixture(scope="session")
def ridge():
    """Flat ground at 100 m with one ridge of 900 m along 10.5 E."""
    lon = 10.0 + np.arange(101) * 0.01
    heights = 100.0 + 800.0 * np.exp(-(((lon - 10.5) / 0.03) ** 2))
    return Terrain(
        height_m=np.tile(heights.astype(np.float32), (101, 1)),
        south_deg=45.0,
        west_deg=10.0,
        lat_step_deg=0.01,
        lon_step_deg=0.01,
        title="ridge",
        source="",
    )
