"""The cast of these tests: a result that is only dice, and one of a small real mission."""

import pytest

from campaign.conftest import make_plan
from farwatch.campaign import run
from farwatch.campaign.execute import execute
from farwatch.scenario import load
from outcomes.rehearsal import Dice, cast

SMALL = """\
farwatch: 1
title: <b>Two</b> drones & a cruise missile
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}
defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}
raid:
  - {name: drones, class: one-way-drone, count: 2, to: depot, from: {bearing_deg: 40, range_km: 25}}
  - {name: cruise, class: cruise-missile-subsonic, to: depot, from: {bearing_deg: 60, range_km: 60}, height_agl_m: 50}
"""


@pytest.fixture(scope="session")
def dice():
    """Thirty trials of dice."""
    return execute(make_plan(trials=30), Dice(cast()), threads=1)


@pytest.fixture(scope="session")
def played():
    """Four trials of a small mission over a smooth earth."""
    return run(load(SMALL), trials=4, threads=1)
