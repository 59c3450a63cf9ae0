"""An array's time in the whole mission: closed forms, what load does to it, and the same bits however it is played."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from farwatch import campaign, mission
from farwatch.records import E_LOAD
from farwatch.scenario import load, vary

ALONE = """
farwatch: 1
title: One array, no rounds, and fighters from many sides that it cannot miss
duration_s: 300
defence:
  - name: alpha
    system: s-400
    at: {lat_deg: 20.0, lon_deg: 20.0}
    heading_deg: 90
    radars: [92n6e]
    ready: {9m96e2: 0}
defended:
  - {name: depot, at: {lat_deg: 20.0, lon_deg: 20.01}}
figures:
  fighter.rcs_nose_m2: 100000
  fighter.rcs_side_m2: 100000
  fighter.rcs_tail_m2: 100000
  92n6e.dwells.search_share: 0.4
  92n6e.dwells.least_share: 0.1
  92n6e.dwells.track_dwell_s: 0.16
  92n6e.dwells.confirm_dwell_s: 0
raid:
"""


DWELL = "figures.92n6e.dwells.track_dwell_s"


def crowd(count):
    """A raid of which every member is seen at every look, and nobody is shot at: 4 % of the array's time for each."""
    rows = [
        f"  - {{name: fighter-{k}, class: fighter, to: depot, from: {{bearing_deg: {40 + 2.5 * k}, range_km: 200}}, "
        "height_msl_m: 9000, speed_m_s: 250}"
        for k in range(0, 40, 40 // count)
    ]
    return ALONE + "\n".join(rows)


@pytest.fixture(scope="module")
def work(play):
    """Two trials by size of the raid."""
    return {count: play(load(crowd(count)), {}, 2) for count in (10, 20, 40)}


def test_the_load_is_what_the_tracks_cost(work, play):
    """Ten tracks at 4 % and 40 % of search fit; 20 leave search half its share; at 20 % each all have to wait."""
    dear = play(load(crowd(10)), {DWELL: 0.8}, 2)
    cases = ((work[10], 0.8, 4.0, 4.0), (work[20], 1.2, 8.0, 4.0), (dear, 2.4, 16.0, 4.0 * 2.0 / 0.9))
    for block, peak, search_s, track_s in cases:
        assert block.workloads["peak_load_share"] == pytest.approx(peak)
        assert block.workloads["longest_revisit_s"] == pytest.approx(search_s)
        assert block.workloads["longest_track_revisit_s"] == pytest.approx(track_s)
        assert np.all(block.tallies["tracks_confirmed"] == len(block.outcomes[0])), "a stretched look is no miss"
    assert np.all(work[10].workloads["overloaded_s"] == 0.0)
    assert np.all(work[20].workloads["overloaded_s"] > 200.0)


def test_a_larger_raid_never_shortens_the_waits(work):
    """Twice the raid: the mean time between looks stays or grows, and no target gets more plots than before."""
    for small, large in ((10, 20), (20, 40)):
        for name in ("revisit_s", "track_revisit_s"):
            assert np.all(work[large].workloads[name] >= work[small].workloads[name] - 1e-12)
        per_target = [work[count].tallies["looks"] / count for count in (small, large)]
        assert np.all(per_target[1] <= per_target[0] + 1.0)


def test_looks_come_as_often_as_the_waits_say(work, play):
    """In 300 s a target is looked at 75 times at 4 s; with the mean wait of its track when all are stretched."""
    assert work[10].tallies["looks"] / 10 == pytest.approx(75.0, abs=1.0)
    dear = play(load(crowd(10)), {DWELL: 0.8}, 2)
    assert dear.tallies["looks"] / 10 == pytest.approx(300.0 / (4.0 * 2.0 / 0.9), abs=6.0)


def test_free_dwells_are_no_budget_at_all():
    """Dwells that cost nothing give the same bits as a radar whose looks never wait for one another."""
    free = {f"figures.92n6e.dwells.{name}": 0 for name in ("search_share", "track_dwell_s", "confirm_dwell_s")}
    free["figures.92n6e.dwells.support_dwell_s"] = 0
    ready = mission.prepare(vary(load(crowd(20)), free))
    costless = mission.play(ready, 3, 0, 2)
    ready.sensors.sensors.radars["track_interval_s"] = 0.0
    unbudgeted = mission.play(ready, 3, 0, 2)
    assert costless.outcomes.tobytes() == unbudgeted.outcomes.tobytes()
    assert costless.tallies.tobytes() == unbudgeted.tallies.tobytes()
    assert np.all(costless.workloads["peak_load_share"] == 0.0)
    assert np.all(np.isnan(unbudgeted.workloads["peak_load_share"]))


def test_rounds_in_flight_ask_for_time(play):
    """Support dwells raise the load of the radar that guides, and the rounds' targets keep their looks."""
    armed = {"defence.alpha.ready.9m96e2": 8, "duration_s": 900, "tracker.hostile_threshold": 0.5}
    free, dear = (
        play(load(crowd(4)), {**armed, "figures.92n6e.dwells.support_dwell_s": cost}, 1) for cost in (0.0, 0.1)
    )
    assert free.rounds_fired.sum() == dear.rounds_fired.sum() == 8
    assert dear.workloads["peak_load_share"] >= free.workloads["peak_load_share"] + 0.2 - 1e-9


def test_the_log_tells_the_load():
    """Events of the traced trial rise to the peak; without a trace the trial is the same."""
    ready = mission.prepare(load(crowd(20)))
    block, blind = mission.play(ready, 3, 0, 1, trace=True), mission.play(ready, 3, 0, 1)
    told = block.events[block.events["kind"] == E_LOAD]
    assert told["value"].max() == block.workloads["peak_load_share"][0, 0]
    assert np.all(np.diff(told["time_s"]) > 0.0)
    assert block.workloads.tobytes() == blind.workloads.tobytes()


def test_threads_share_out_time_alike():
    """One thread or two: the same waits, and the same table of radars."""
    one, two = (campaign.run(load(crowd(20)), trials=16, threads=n) for n in (1, 2))
    assert one.evidence.workloads.tobytes() == two.evidence.workloads.tobytes()
    assert one.radars["peak_load_share"].tolist() == one.evidence.workloads["peak_load_share"].ravel().tolist()
    row = one.summary().radars[0]
    assert row.overloaded.value == 1.0
    assert row.most_load_share == pytest.approx(1.2)


INTERPRETED = """
import json, sys
import numpy as np
from farwatch import mission
from farwatch.scenario import load, vary
ready = mission.prepare(vary(load(sys.stdin.read()), {"duration_s": 60}))
block = mission.play(ready, 9, 0, 1)
print(json.dumps([block.workloads[name].tolist() for name in block.workloads.dtype.names]))
"""


@pytest.mark.slow
def test_overload_is_the_same_interpreted():
    """The compiled loop and the Python it was compiled from stretch the same looks."""
    ready = mission.prepare(vary(load(crowd(20)), {"duration_s": 60}))
    compiled = mission.play(ready, 9, 0, 1).workloads
    told = subprocess.run(
        [sys.executable, "-c", INTERPRETED], input=crowd(20), capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    for name, values in zip(compiled.dtype.names, json.loads(told.stdout), strict=True):
        assert compiled[name].ravel() == pytest.approx(np.ravel(values), rel=1e-12)
    assert np.all(compiled["overloaded_s"] > 0.0)
