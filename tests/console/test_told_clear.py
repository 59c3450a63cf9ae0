"""A trial as the browser is told of it: what its header says of targets besides where they were."""

from types import SimpleNamespace

import numpy as np

from farwatch.console import told
from farwatch.outcomes import casting
from farwatch.records import OUTCOME


def test_the_first_clear_looks_are_told_by_name_and_left_out_where_there_were_none(monkeypatch):
    """Times are the outcomes' own; what never came above the horizon, or out of the terrain, has no time in JSON."""
    outcomes = np.zeros((1, 3), OUTCOME)
    outcomes["above_horizon_s"] = [[12.5, 40.0, np.nan]]
    outcomes["unmasked_s"] = [[20.25, np.inf, np.nan]]
    monkeypatch.setattr(casting, "cast_of", lambda mission: SimpleNamespace(targets=mission))
    retold = SimpleNamespace(
        mission=("drones/1", "drones/2", "drones/3"), traced=SimpleNamespace(block=SimpleNamespace(outcomes=outcomes))
    )
    assert told._clear(retold) == {
        "drones/1": {"above_horizon_s": 12.5, "unmasked_s": 20.25},
        "drones/2": {"above_horizon_s": 40.0},
        "drones/3": {},
    }
