"""Surveillance figures on cases worked out by hand, and the limits they are held against."""

import json

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.track.evaluate import ScoreOptions, score
from farwatch.track.standards import FIGURES, Limit, Standard, read, standard, standards
from track.judged import crowd, state_rows, truth_rows


def line(name, times, y=0.0, speed=10.0):
    """Rows of something that flies east from the origin at one speed."""
    return [(float(t), name, speed * t, y, 0.0, speed, 0.0, 0.0) for t in times]


def figures(tracks, truth, asked=None):
    """Surveillance of some rows, with a far track that keeps the tracker writing."""
    ticks = np.unique([row[0] for row in truth])
    ghost = line(99, ticks, y=9e5)
    return score(state_rows(tracks + ghost), truth_rows(truth), ScoreOptions(standard=asked or Standard())).surveillance


def test_updates_are_counted_in_intervals():
    """Twelve seconds in intervals of three: one without a track makes three in four."""
    found = figures(line(5, [0, 1, 3, 4, 5, 11]), line(1, range(12)), Standard(update_interval_s=3.0))
    assert (found.updates_expected, found.update_probability) == (4, 0.75)


def test_a_gap_longer_than_told_is_counted():
    """Six seconds without a track, where four are allowed; the time before the first track is no gap."""
    found = figures(line(5, [4, 5, 11, 12]), line(1, range(13)), Standard(gap_s=4.0))
    assert (found.long_gaps, found.longest_gap_s) == (1, 6.0)
    assert found.long_gap_probability == pytest.approx(1 / 13)


def test_a_track_that_never_comes_back_is_a_gap():
    """The time from the last track to the target's end counts."""
    found = figures(line(5, range(4)), line(1, range(13)), Standard(gap_s=4.0))
    assert (found.long_gaps, found.longest_gap_s) == (1, 9.0)


def test_where_the_target_is_not_there_is_no_gap():
    """A target that lands and takes off again makes no gap on the ground."""
    found = figures(line(5, [*range(4), *range(30, 34)]), line(1, [*range(4), *range(30, 34)]), Standard(gap_s=4.0))
    assert (found.long_gaps, found.longest_gap_s) == (0, 1.0)
    assert found.update_probability == 1.0


def test_errors_are_split_along_the_flight():
    """A track 30 m ahead, 40 m to the right and 7 m low of a target that flies north."""
    truth = [(float(t), 1, 0.0, 100.0 * t, 1000.0, 0.0, 100.0, 0.0) for t in range(9)]
    tracks = [(t, 5, x + 40.0, y + 30.0, z - 7.0, *v) for t, _, x, y, z, *v in truth]
    found = figures(tracks, truth).errors
    assert (found.along_bias_m, found.across_bias_m, found.vertical_bias_m) == pytest.approx((30.0, 40.0, -7.0))
    assert (found.along_rms_m, found.across_rms_m, found.vertical_rms_m) == pytest.approx((30.0, 40.0, 7.0))
    assert (found.horizontal_rms_m, found.horizontal_95_m) == pytest.approx((50.0, 50.0))


def test_false_tracks_come_by_the_hour():
    """One track near nothing in a hundred seconds is 36 an hour."""
    found = figures(line(5, range(100)), line(1, range(100)))
    assert (found.false_tracks, found.false_tracks_per_h) == (1, pytest.approx(36.0))
    assert found.false_report_share == 0.5


def test_a_hovering_target_has_no_along_and_across():
    """Without a direction only the size of the error is told."""
    found = figures(line(5, range(5), speed=0.0), line(1, range(5), speed=0.0)).errors
    assert np.isnan(found.along_rms_m)
    assert found.horizontal_rms_m == 0.0


def test_limits_are_met_or_not():
    """A limit from above, one from below, and a figure that cannot be had."""
    limits = Limit("update_probability", 0.9), Limit("horizontal_rms_m", None, 5.0), Limit("along_rms_m", None, 9.0)
    truth = line(1, range(5), speed=0.0)
    found = figures([(*row[:3], 8.0, *row[4:]) for row in line(5, range(5), speed=0.0)], truth, Standard(limits=limits))
    assert [verdict.met for verdict in found.verdicts] == [True, False, None]
    assert found.verdicts[1].figure_number == pytest.approx(8.0)
    assert not found.passed


def test_every_figure_can_be_limited():
    """Each name that a limit may have is a figure of the score."""
    limits = tuple(Limit(name, 0.0) for name in FIGURES)
    found = score(*crowd(), ScoreOptions(standard=Standard(limits=limits))).surveillance
    assert [verdict.met for verdict in found.verdicts] == [True] * len(FIGURES)


def test_every_shipped_limit_has_its_source():
    """A limit nobody can look up is none."""
    assert set(standards()) == {"wam-en-route", "wam-tma", "manoeuvring-area"}
    assert all(limit.source for one in standards().values() for limit in one.limits)
    assert standard("wam-tma") == standards()["wam-tma"]


@pytest.mark.validation
def test_shipped_limits_are_the_published_ones(shared):
    """The rows of the shared table that hold surveillance limits agree with what is shipped."""
    rows = {row["id"]: row for row in json.loads((shared / "validation" / "D_tracking.json").read_text())}
    held = {(name, limit.figure): limit for name, one in standards().items() for limit in one.limits}
    found = {
        "D.SURV.001": held["wam-en-route", "update_probability"].least,
        "D.SURV.003": held["wam-en-route", "horizontal_rms_m"].most,
        "D.SURV.005": held["wam-tma", "long_gap_probability"].most,
        "D.SURV.006": held["wam-tma", "false_report_share"].most,
        "D.SURV.010": held["manoeuvring-area", "update_probability"].least,
        "D.SURV.011": held["manoeuvring-area", "horizontal_95_m"].most,
    }
    assert found == {name: rows[name]["expected"] for name in found}
    assert standard("wam-en-route").update_interval_s == rows["D.SURV.001"]["inputs"]["update_interval_s"]
    assert standard("wam-tma").gap_s == rows["D.SURV.005"]["inputs"]["gap_length_s"]


def test_a_user_sets_limits_of_their_own(tmp_path):
    """A file with one set is a standard."""
    path = tmp_path / "ours.yaml"
    path.write_text("ours:\n  update_interval_s: 5\n  limits:\n    - {figure: false_tracks_per_h, most: 2}\n")
    assert standard(path) == Standard("ours", "ours", 5.0, None, (Limit("false_tracks_per_h", None, 2.0),))


def test_what_is_wrong_with_limits_is_said_at_once(tmp_path):
    """Unknown keys and figures, texts for numbers, limits without a side."""
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "one:\n  gap_s: -3\n  colour: red\n  limits:\n    - {figure: beauty, most: 2}\n"
        "    - {figure: horizontal_rms_m}\n    - {figure: horizontal_rms_m, most: far}\ntwo: 7\nthree: {limits: 4}\n"
    )
    with pytest.raises(InputError) as caught:
        read(path)
    told = str(caught.value)
    for part in ("gap_s", "colour", "beauty", "must set least", "'far'", "two", "three.limits"):
        assert part in told


@pytest.mark.parametrize("text", ["- 1\n", "a: {}\nb: {}\n", "a: [\n"])
def test_a_file_that_is_no_standard_is_refused(tmp_path, text):
    """A list, two sets, or no YAML at all."""
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        standard(path)


def test_an_unknown_standard_is_refused_with_those_that_are():
    """The message names the shipped sets."""
    with pytest.raises(InputError, match="wam-en-route"):
        standard("icao-2050")
