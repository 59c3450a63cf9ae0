"""Why a target in plain view was not seen: too weak, taken for ground by the filter, in clutter, jammed."""

import numpy as np
import pytest

from farwatch import campaign, mission
from farwatch.outcomes.reasons import NAMES, attribute
from farwatch.scenario import Scenario, load, plain, vary

IN_VIEW = """
farwatch: 1
title: A drone low over open ground, in plain view of a radar that does not shoot
defence:
  - {name: alpha, system: samp-t, at: {lat_deg: 20.0, lon_deg: 20.0}, ready: {aster-30-b1: 8}, reaction_s: 3600}
defended:
  - {name: depot, at: {lat_deg: 20.05, lon_deg: 20.0}}
raid:
  - {name: drone, class: one-way-drone, to: depot, from: {bearing_deg: 0, range_km: 2}, height_agl_m: 40,
     speed_m_s: 40}
ground: {clutter: urban}
figures: {one-way-drone.rcs_nose_m2: 0.1, one-way-drone.rcs_side_m2: 0.1, one-way-drone.rcs_tail_m2: 0.1}
"""

ACROSS = {"raid.drone.from": {"bearing_deg": 90, "range_km": 0.8}, "raid.drone.speed_m_s": 15}
"""Five kilometres in front of the radar, sideways and slowly: at most two metres a second of it toward the radar."""

NOISE = {"name": "noise", "at": {"lat_deg": 20.5, "lon_deg": 20.0}, "height_msl_m": 9000, "density_w_hz": 10}


def echo(rcs_m2):
    """The drone as large as this from every side."""
    return {f"figures.one-way-drone.rcs_{side}_m2": rcs_m2 for side in ("nose", "side", "tail")}


def flown(changes):
    """Outcomes of the drone in a few trials of the scenario, changed by path."""
    return mission.play(mission.prepare(vary(load(IN_VIEW), changes)), 3, 0, 4).outcomes[:, 0]


@pytest.mark.parametrize(
    ("changes", "reason", "lost"),
    [
        (echo(1e-7), "too-small", None),
        (ACROSS, "filtered-out", "lost_to_filter"),
        ({"figures.arabel.waveform.improvement_db": 0.0}, "in-clutter", "lost_to_clutter"),
        ({"jammers": [NOISE]}, "jammed", "lost_to_jamming"),
    ],
    ids=["weak", "across", "clutter", "jammer"],
)
def test_an_unseen_target_has_the_reason_that_it_was_given(changes, reason, lost):
    """One drone in plain view, hidden in one way; without that it is seen at once."""
    rows = flown(changes)
    assert np.isnan(rows["seen_s"]).all()
    assert [NAMES[k] for k in attribute(rows)] == [reason] * len(rows)
    for name in ("lost_to_filter", "lost_to_clutter", "lost_to_jamming"):
        assert (rows[name] > 40).all() if name == lost else not rows[name].any()


def test_a_target_in_the_open_loses_no_look():
    """Straight in, over the same ground, behind the radar's own filter: seen by the third turn, nothing lost."""
    rows = flown({})
    assert (rows["seen_s"] < 3.0).all()
    for name in ("lost_to_filter", "lost_to_clutter", "lost_to_jamming"):
        assert not rows[name].any()


def test_tables_and_summary_name_the_reason(tmp_path):
    """From the loop through a result folder: the column, the counts, and the share of the leakers."""
    scenario = vary(load(IN_VIEW), {"jammers": [NOISE]})
    result = campaign.run(scenario, trials=3, out=tmp_path)
    again = campaign.load_result(tmp_path)
    for found in (result, again):
        assert found.targets["reason"].tolist() == ["jammed"] * 3
        assert (found.targets["lost_to_jamming"] > 40).all()
    shares = {share.name: share.count for share in again.summary().reasons.shares if share.count}
    assert shares == {"jammed": 3}


def test_a_strong_target_is_not_put_down_to_the_jammer():
    """It burns through the noise that covers the drone; looks that only luck lost are nobody's fault."""
    rows = flown({"jammers": [NOISE]} | echo(1e5))
    assert (rows["seen_s"] < 3.0).all()
    assert not rows["lost_to_jamming"].any()


def test_a_jammer_never_shows_the_raid_earlier(example):
    """The shipped raid with the same luck, and ever more noise off to one side: on average seen ever later."""
    quiet = Scenario.model_validate(plain(example) | {"traffic": []})
    aside = NOISE | {"at": {"lat_deg": 24.6, "lon_deg": 46.2}}
    seen_s, lost = [], []
    for density_w_hz in (None, 1e-4, 1e-2):
        jammers = [] if density_w_hz is None else [aside | {"density_w_hz": density_w_hz}]
        rows = mission.play(mission.prepare(vary(quiet, {"jammers": jammers})), 3, 0, 4).outcomes
        assert np.isfinite(rows["seen_s"]).mean() > 0.98  # a round that strays may kill one that nobody has seen
        seen_s.append(np.nanmean(rows["seen_s"], axis=1))
        lost.append(int(rows["lost_to_jamming"].sum()))
    assert (seen_s[0] < seen_s[1]).all()
    assert (seen_s[1] < seen_s[2]).all()
    assert lost[0] == 0 < lost[1] < lost[2]
