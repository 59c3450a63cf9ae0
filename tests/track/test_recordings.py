"""The tracker on recorded radar data, as the radar sent it."""

import numpy as np
import pytest

from farwatch.formats import asterix
from farwatch.records import PLOT
from farwatch.track import follow, settings
from farwatch.track.prepare import ASSOCIATIONS

pytestmark = pytest.mark.validation

AIRCRAFT = (0x343085, 0x3430D8)


@pytest.fixture(scope="module")
def recording(shared):
    """79 minutes of one radar and two aircraft that pass within 0.08 NM of each other."""
    return asterix.read(shared / "data" / "asterix" / "es_sac20_sic4_79min.gps")


@pytest.fixture(scope="module")
def plots(recording):
    """PLOT[1830], the aircraft noted as truth, which the tracker never reads."""
    found = recording.plots.copy()
    for number, address in enumerate(AIRCRAFT):
        found["truth"][found["address"] == address] = number
    return found


@pytest.fixture(scope="module")
def radars(recording):
    """RADAR[1]: what the recording tells; detection probability and false plots are learned."""
    return asterix.sensors_of(recording)


def hidden(plots, *names):
    """Plots from which some fields are taken away."""
    bare = plots.copy()
    for name in names:
        bare[name] = 0
    return bare


HEIGHT = ("height_m", "height_sigma_m")
VIEWS = {
    "all that was sent": (),
    "without codes": ("mode_a", "address"),
    "without codes and heights": ("mode_a", "address", *HEIGHT),
}


def assert_two_whole_tracks(states, plots, period_s, told_apart):
    """Exactly two confirmed tracks, from first plots to last without a break, each of one aircraft if `told_apart`."""
    serials = np.unique(states["serial"])
    assert serials.size == 2, f"{serials.size} tracks"
    owners = []
    for serial in serials:
        mine = states[states["serial"] == serial]
        tags = np.unique(mine["truth"])
        assert tags.size == 1 or not told_apart, f"track {serial} changes from one aircraft to the other"
        owners.append(int(mine["truth"][0]))
        seen = plots["time_s"][plots["truth"] == owners[-1]]
        assert mine["time_s"][0] <= seen.min() + 8 * period_s
        assert mine["time_s"][-1] >= seen.max() or not told_apart
        assert np.diff(mine["time_s"]).max() < 1.5 * period_s, f"track {serial} breaks"
    assert sorted(owners) == [0, 1]


@pytest.mark.parametrize("association", ASSOCIATIONS)
@pytest.mark.parametrize("view", list(VIEWS))
def test_two_aircraft_keep_one_track_each_through_their_crossing(plots, radars, view, association):
    """Two unbroken tracks in 79 minutes, over gaps of up to ten missed scans and 88 scans under 1 NM apart."""
    seen = hidden(plots, *VIEWS[view])
    assert seen.dtype == PLOT
    states = follow(seen, radars, settings(association=association, confirm="existence"))
    told_apart = association == "gnn" or view != "without codes and heights"  # else nothing tells them for minutes
    assert_two_whole_tracks(states, plots, float(radars["period_s"][0]), told_apart)


def test_tracks_lie_on_the_plots(plots, radars):
    """Where a track has plots on both sides of a state, it lies within four standard deviations of the line between.

    The radar's place is not known, so the frame is its own; slant range is compared with distance.
    """
    states = follow(plots, radars, settings(confirm="existence"))
    near = far = 0
    for number in range(len(AIRCRAFT)):
        mine, sent = states[states["truth"] == number], plots[plots["truth"] == number]
        after = np.searchsorted(sent["time_s"], mine["time_s"]).clip(1, sent.size - 1)
        close = (np.diff(sent["time_s"])[after - 1] < 6.0) & (mine["time_s"] <= sent["time_s"][-1])
        state = mine[close]
        range_m = np.interp(state["time_s"], sent["time_s"], sent["range_m"])
        azimuth_rad = np.interp(state["time_s"], sent["time_s"], np.unwrap(sent["azimuth_rad"]))
        distance_m = np.sqrt(state["x_m"] ** 2 + state["y_m"] ** 2 + state["z_m"] ** 2)
        turn = np.arctan2(state["x_m"], state["y_m"]) - azimuth_rad
        off_m = np.hypot(distance_m - range_m, np.angle(np.exp(1j * turn)) * range_m)
        within = off_m < 4.0 * np.hypot(sent["range_sigma_m"][0], sent["azimuth_sigma_rad"][0] * range_m)
        near, far = near + int(within.sum()), far + int((~within).sum())
    assert near > 1500
    assert far <= 0.01 * near


def test_every_recording_with_plots_can_be_followed(shared):
    """Each radar of each recording alone; a second of data confirms nothing, and nothing fails."""
    followed = 0
    for path in sorted((shared / "data" / "asterix").iterdir()):
        if path.suffix not in {".ast", ".pcap"}:
            continue
        found = asterix.read(path)
        for sensor in found.sensors:
            one = asterix.only(found, sensor.name)
            if one.plots.size == 0 or sensor.name == "sac20-sic4":
                continue
            radars = asterix.sensors_of(one, periods_s={} if sensor.period_s > 0 else {sensor.name: 5.0})
            assert follow(one.plots, radars, settings(confirm="existence")).size == 0
            followed += 1
    assert followed == 8
