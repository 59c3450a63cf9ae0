"""Friends in the sky, and magazines that run dry, in the whole mission."""

import numpy as np
import pytest

from farwatch import mission
from farwatch.campaign import run
from farwatch.records import E_LAND, E_LAUNCH
from farwatch.scenario import load
from mission.conftest import PLAIN

OURS = """
  - {name: ours, class: fighter, side: friendly, SILENT count: 3, to: depot, from: {bearing_deg: 45, range_km: 80},
     height_msl_m: 7000, speed_m_s: 200, spacing_m: 4000}
doctrine:
""".strip("\n")


def with_friends(silent):
    """The plain raid with three friendly fighters, which answer interrogation or do not."""
    ours = OURS.replace("SILENT", "transponder: false," if silent else "")
    text = PLAIN.replace("doctrine:", ours, 1).replace("aster-30-b1: 8}", "aster-30-b1: 40}")
    return load(text)


@pytest.fixture(scope="module")
def silent():
    """Twelve trials with friends that say nothing, and their mission."""
    ready = mission.prepare(with_friends(silent=True))
    return ready, mission.play(ready, 3, 0, 12, trace=True)


def test_friends_fly_as_members_of_no_raid(silent):
    """Their targets are friends and not raid; without a transponder they do not answer, else they do."""
    targets = silent[0].world.targets
    assert targets["raid"].tolist() == [1] * 4 + [0] * 3
    assert targets["friend"].tolist() == [0] * 4 + [1] * 3
    assert targets["transponder"].tolist() == [0] * 7
    speaking = mission.prepare(with_friends(silent=False)).world.targets
    assert speaking["transponder"].tolist() == [0] * 4 + [1] * 3


def test_a_silent_friend_that_looks_like_the_raid_is_shot_at(silent):
    """Fratricide is told apart from background, shot by shot and loss by loss; what is left lands and harms nobody."""
    ready, block = silent
    ours = block.outcomes[:, ready.world.targets["friend"] == 1]
    tallies = block.tallies
    assert tallies["shots_at_friends"].sum() == ours["shots"].sum() > 0
    assert tallies["friends_killed"].sum() == (~np.isnan(ours["killed_s"])).sum() > 0
    assert tallies["background_killed"].sum() == tallies["shots_at_background"].sum() == 0
    assert np.isnan(ours["leaked_s"]).all()
    assert not ours["destroyed"].any()
    landed = (block.events["kind"] == E_LAND).sum()
    assert landed <= np.isnan(ours["killed_s"][0]).sum()


def test_no_friend_is_hit_while_fire_is_held(play):
    """With nothing launched nobody is killed, and every friend that has the time lands."""
    held = with_friends(silent=True)
    tallies = play(held, {"doctrine.hold_range_km": 0.01}, 4).tallies
    assert tallies["shots"].sum() == tallies["friends_killed"].sum() == tallies["shots_at_friends"].sum() == 0


def test_the_price_of_shots_is_that_of_the_rounds(silent):
    """What was spent on targets, and on tracks of nothing, is what all rounds cost at the drawn price."""
    ready, block = silent
    column = [figure.name for figure in ready.figures].index("aster-30-b1.price_usd")
    price = block.figures[:, column]
    assert np.allclose(block.outcomes["spent_usd"], block.outcomes["shots"] * price[:, None])
    on_targets = block.rounds_fired.sum(axis=1) - block.tallies["shots_at_nothing"]
    assert np.allclose(block.outcomes["spent_usd"].sum(axis=1), on_targets * price)


def test_a_magazine_is_empty_from_its_last_launch_on(plain, play):
    """Two rounds for four fighters: the log's last launch is the time; a full magazine never runs dry."""
    ready = mission.prepare(load(PLAIN.replace("aster-30-b1: 8}", "aster-30-b1: 2}")))
    block = mission.play(ready, 3, 0, 8, trace=True)
    assert (block.rounds_fired == 2).all()
    launches = block.events["time_s"][block.events["kind"] == E_LAUNCH]
    assert block.empty_s[0, 0] == launches.max()
    assert np.isnan(play(plain, {"defence.alpha.ready.aster-30-b1": 64}, 4).empty_s).all()


def test_a_delivery_is_fired_when_it_has_come():
    """Two rounds on the launcher and two brought later: four shots, the second pair after delivery and reload."""
    more = "ready: {aster-30-b1: 2}\n    resupply: [{at_s: 200, rounds: {aster-30-b1: 2}}]"
    text = PLAIN.replace("ready: {aster-30-b1: 8}", more)
    ready = mission.prepare(load(text.replace("figures:", "figures:\n  aster-30-b1.reload_s: 10")))
    block = mission.play(ready, 3, 0, 6, trace=True)
    launches = block.events["time_s"][block.events["kind"] == E_LAUNCH]
    assert len(launches) == 4
    assert (launches[2:] >= 210.0).all()
    assert (block.rounds_fired == 4).all()
    assert (block.empty_s > 210.0).all()


def test_what_is_empty_is_stored_and_read_back(tmp_path):
    """The table of rounds on disk has the times, and a folder gives the same evidence as the run."""
    from farwatch.campaign import load_result

    scenario = load(PLAIN.replace("aster-30-b1: 8}", "aster-30-b1: 2}"))
    result = run(scenario, trials=3, threads=1, out=tmp_path / "out")
    again = load_result(tmp_path / "out")
    np.testing.assert_array_equal(result.evidence.empty_s, again.evidence.empty_s)
    assert np.isfinite(again.tables["rounds"]["empty_s"]).all()
    assert again.summary().out_of_rounds.share.value == 1.0
