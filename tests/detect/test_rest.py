"""A radar that is off: no plots, no looks, and the same plots before and after as if it had never been off."""

import numpy as np
import pytest

from farwatch import detect
from farwatch.chance import key_of
from farwatch.detect.scan import rest
from farwatch.records import PLOT

STILL = (0.0, 0.0, 0.0)
SKY = [
    (80e3, 350.0, 7000.0, (240.0, 30.0, 0.0)),
    (30e3, 100.0, 5000.0, (-40.0, 20.0, 0.0)),
    (200e3, 45.0, -3000.0, STILL),
]


def watched(sensors, truth, off, turns=30):
    """Plots of a number of turns, the radar being off in those of `off`, and the field afterwards."""
    field, key = detect.new_field(sensors, len(truth.targets)), key_of(5, 0)
    detect.reset_field(sensors, truth, field)
    room, plots = np.zeros(detect.batch_room(sensors, len(truth.targets)), PLOT), [np.zeros(0, PLOT)]
    for turn in range(turns):
        if turn in off:
            rest(sensors, truth, field, 0, 10.0 * (turn + 1))
            continue
        count = detect.scan(sensors, truth, field, 0, 10.0 * turn, 10.0 * (turn + 1), key, room)
        plots.append(room[:count].copy())
    return np.concatenate(plots), field


@pytest.mark.parametrize("rotating", [1, 0])
def test_a_rest_takes_its_plots_away_and_nothing_else(radar, sky, rotating):
    """Off for ten turns of thirty: the plots of the other turns are the same, and no look is counted."""
    sensors, truth = radar(snr_reference=1e9, rotating=rotating), sky(SKY)
    whole, full = watched(sensors, truth, ())
    part, field = watched(sensors, truth, range(10, 20))
    outside = (whole["time_s"] <= 100.0) | (whole["time_s"] > 200.0)
    assert (part == whole[outside]).all()
    assert 38 <= len(part) <= 42
    assert (full.sightings["looks"] - field.sightings["looks"] >= 9).all()
    assert not full.sightings["lost_to_outage"].any()


def test_looks_lost_to_an_outage_are_those_with_a_clear_line_of_sight(radar, sky):
    """What is in view loses a look a turn; what the earth hides loses none; nothing is seen meanwhile."""
    _, field = watched(radar(snr_reference=1e9), sky(SKY), range(30))
    assert all(29 <= lost <= 31 for lost in field.sightings["lost_to_outage"][:2])
    assert field.sightings["lost_to_outage"][2] == 0
    assert np.isnan(field.sightings["unmasked_s"]).all()
    assert not field.sightings["looks"].any()
