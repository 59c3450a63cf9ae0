"""The cast of the mission's tests: a plain range with perfect detection, and the shipped example at a small size."""

import pytest

from farwatch import mission
from farwatch.scenario import load, vary

PLAIN = """
farwatch: 1
title: A plain, a radar that misses nothing, and fighters that fly straight in
defence:
  - name: alpha
    system: samp-t
    at: {lat_deg: 20.0, lon_deg: 20.0}
    ready: {aster-30-b1: 8}
    reaction_s: 0
defended:
  - {name: depot, at: {lat_deg: 20.0, lon_deg: 20.01}}
raid:
  - {name: fighters, class: fighter, count: 4, to: depot, from: {bearing_deg: 90, range_km: 90},
     height_msl_m: 6000, speed_m_s: 200, spacing_m: 4000}
doctrine:
  shots_per_look: 1
  decide_s: 1
  assessment: {delay_s: 1, miss_called_kill: 0, kill_called_miss: 0, recheck_plots: 0}
tracker: {hostile_threshold: 0.5}
figures:
  fighter.rcs_nose_m2: 100000
  fighter.rcs_side_m2: 100000
  fighter.rcs_tail_m2: 100000
  aster-30-b1.kill_probability.aircraft: 0.7
  aster-30-b1.speed_mean_m_s: 5000
  aster-30-b1.range_max_m: 90000
  aster-30-b1.range_min_m: 100
  samp-t.target_channels: 50
  samp-t.round_channels: 100
  samp-t.launch_interval_s: 0.01
"""


@pytest.fixture(scope="session")
def plain():
    """A scenario in which nothing but the single-shot kill probability stands between raid and defence."""
    return load(PLAIN)


@pytest.fixture(scope="session")
def play():
    """Play a scenario, changed by path, some number of times."""

    def playing(scenario, changes, trials, seed=3):
        return mission.play(mission.prepare(vary(scenario, changes)), seed, 0, trials)

    return playing


@pytest.fixture(scope="session")
def example():
    """The shipped example."""
    return load("desert-battery")


@pytest.fixture(scope="session")
def plain_and_late():
    """The plain raid, and another one after it is over."""
    late = "  - {name: late, class: bomber, to: depot, from: {bearing_deg: 0, range_km: 60}, at_s: 4000}\ndoctrine:"
    return load(PLAIN.replace("doctrine:", late, 1))
