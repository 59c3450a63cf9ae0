"""What becomes of tracks when a radar that held them is off."""

import numpy as np
import pytest

from farwatch.records import CONFIRMED, FREE
from farwatch.track import advance, clear, new_picture, settings
from farwatch.track.life import NOT_HELD
from farwatch.track.picture import DROPPED, EXTENT
from farwatch.track.silence import SILENT_LOOKS, fall_silent
from track.scene import classes, observe, radar, radars, straight


def followed(sites, until_s=60.0):
    """A picture of one target that every site has followed until `until_s`."""
    targets = [straight((60e3, 40e3, 6e3), (-100.0, 0.0, 0.0))]
    plots = observe(sites, targets, np.random.default_rng(1), until_s, pd=1.0)
    picture = new_picture(settings(), len(sites), classes(), (8, 16))
    clear(picture)
    for now in np.arange(10.0, until_s + 1.0, 10.0):
        for r in range(len(sites)):
            mine = plots[(plots["radar_index"] == r) & (plots["time_s"] > now - 10.0) & (plots["time_s"] <= now)]
            advance(picture, sites, r, now, mine, len(mine))
    assert picture.counters[EXTENT] == 1
    assert picture.tracks[0]["status"] == CONFIRMED
    return picture


@pytest.mark.parametrize("drop_misses", [3, 0])
def test_a_track_lives_as_long_as_it_would_without_plots_and_then_ends(drop_misses):
    """Nobody else holds it: it ends after as many silent turns as misses would have ended it; no miss is charged."""
    sites = radar()
    picture = followed(sites)
    picture.tracker["drop_misses"] = drop_misses
    last_s, most = picture.looks[0, 0], drop_misses or SILENT_LOOKS
    sense = picture.senses.copy()
    fall_silent(picture, sites[0], 0, last_s + 10.0 * most - 0.1)
    assert (picture.tracks[0]["status"], picture.tracks[0]["misses"], picture.streaks[0, 0]) == (CONFIRMED, 0, 0)
    fall_silent(picture, sites[0], 0, last_s + 10.0 * most + 0.1)
    assert picture.tracks[0]["status"] == FREE
    assert picture.counters[DROPPED] == 1
    assert (picture.senses == sense).all()


def test_what_another_radar_holds_goes_on():
    """The radar that is off lets go; the track stays with the other."""
    sites = radars(radar(), radar(x_m=5e3))
    picture = followed(sites)
    fall_silent(picture, sites[0], 0, 300.0)
    assert picture.tracks[0]["status"] == CONFIRMED
    assert picture.streaks[0].tolist() == [NOT_HELD, 0]
    assert picture.counters[DROPPED] == 0
