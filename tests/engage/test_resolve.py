"""Intercepts and assessments."""

import numpy as np
import pytest

from farwatch import records
from farwatch.chance import ASSESS, KILL, uniform
from farwatch.engage.assess import assess
from farwatch.engage.decide import decide
from farwatch.engage.resolve import STILL_FLYING, met, resolve
from naive import engagement as naive


def fired(states=None, **settings):
    """A stage on which one decision has been taken and the clock stands at the first intercept."""
    part = naive.stage(naive.make_defence(**settings), naive.column(1) if states is None else states)
    decide(part.defence, part.stock, part.picture, part.radars, 0.0)
    return part


def result(part, index=0, trial=1):
    """Event of one shot at its planned time."""
    now = part.stock.shots["intercept_s"][index]
    return resolve(part.defence, part.stock, part.picture, part.truth, part.alive, index, naive.key(trial), now)


def verdict(part, index=0, trial=1):
    """Event of the assessment of one shot."""
    return assess(part.defence, part.stock, part.truth, index, naive.key(trial), 100.0)


@pytest.mark.parametrize(("p_kill", "event", "alive"), [(1.0, records.E_KILL, 0), (1e-12, records.E_MISS, 1)])
def test_a_kill_ends_the_target_and_a_miss_does_not(p_kill, event, alive):
    """The kill probability decides, and the shot remembers whom it met."""
    part = fired(p_kill=p_kill)
    assert result(part) == event
    assert part.alive[0] == alive
    assert part.stock.shots[0]["victim"] == 0


def test_the_kill_draw_has_an_address():
    """Target met, and how many rounds have met it before: nothing else."""
    part = fired(p_kill=0.5, shots_per_look=3, launch_interval_s=0.2)
    for index in range(3):
        part.alive[0] = 1
        luck = uniform(naive.key(1), KILL, part.truth.targets["id"][0], 0, index)
        assert (result(part, index) == records.E_KILL) == (luck < 0.5)


def test_a_round_at_a_lost_track_finds_nothing():
    """A dropped track, or another track in its slot, leaves the round without a target."""
    for field, value in (("status", records.FREE), ("serial", 999)):
        part = fired(p_kill=1.0)
        part.picture.tracks[field] = value
        assert result(part) == records.E_LOST
        assert part.alive[0] == 1


def test_no_round_meets_what_flies_above_its_ceiling():
    """A target that has climbed out of the envelope since the launch is not met; within three sigmas it still is."""
    kill, lost = records.E_KILL, records.E_LOST
    for climbed_m, sigma_m, event in ((0.0, 0.0, kill), (2e3, 100.0, lost), (2e3, 1e3, kill)):
        part = fired(p_kill=1.0, height_max_m=6e3)
        part.picture.tracks["mean"][:, 2] += climbed_m
        part.picture.tracks["position_sigma_m"] = sigma_m
        part.truth.knots["z_m"] += climbed_m
        part.truth.knots["height_m"] += climbed_m
        assert result(part) == event


def test_a_wrong_track_leads_the_round_astray():
    """Outside the basket there is nothing to meet; a larger uncertainty makes a larger basket."""
    for sigma_m, event in ((100.0, records.E_LOST), (700.0, records.E_KILL)):
        part = fired(p_kill=1.0)
        part.picture.tracks["mean"][0, 1] += 1500.0
        part.picture.tracks["position_sigma_m"] = sigma_m
        assert result(part) == event


def test_the_nearest_living_target_is_met():
    """Among those in the basket, as a search in plain Python finds it."""
    draw = np.random.default_rng(3)
    states = np.zeros((40, 6))
    states[:, :3] = draw.uniform(-2e3, 2e3, (40, 3))
    part = naive.stage(naive.make_defence(), states)
    part.alive[::3] = 0
    away = np.where(part.alive == 1, np.linalg.norm(states[:, :3], axis=1), np.inf)
    found = met(part.truth, part.alive, (0.0, 0.0, 0.0), 1e4, 5.0, np.zeros(7))
    assert found == np.argmin(away)
    assert met(part.truth, part.alive, (0.0, 0.0, 0.0), 1.0, 5.0, np.zeros(7)) == -1


def test_a_round_flies_on_after_a_target_that_turns_away():
    """The meeting moves later by as much as the flight needs, and then takes place."""
    part = fired(p_kill=1.0)
    planned = part.stock.shots["intercept_s"][0]
    part.picture.tracks["mean"][0, 3] = 100.0
    assert result(part) == STILL_FLYING
    assert part.stock.shots["status"][0] == records.IN_FLIGHT
    assert part.stock.shots["intercept_s"][0] == pytest.approx(planned * 1100.0 / 900.0, rel=0.02)


def test_a_target_that_escapes_beyond_reach_is_lost():
    """The envelope holds at the meeting too, not only at the launch."""
    part = fired(p_kill=1.0, range_max_m=56e3)
    part.picture.tracks["mean"][0, 0] = 70e3
    assert result(part) == records.E_LOST


@pytest.mark.parametrize("p_kill", [1.0, 1e-12])
def test_assessment_errors_have_their_rates(p_kill, scale):
    """A kill is called a miss, and a miss a kill, as often as the doctrine says."""
    trials = int(4000 * scale) + 20
    rate = 0.2 if p_kill == 1.0 else 0.1
    part = fired(p_kill=p_kill, kill_called_miss=0.2, miss_called_kill=0.1)
    event = result(part)
    wrong = records.E_ASSESSED_MISS if event == records.E_KILL else records.E_ASSESSED_KILL
    count = sum(verdict(part, trial=t) == wrong for t in range(trials))
    assert abs(count - rate * trials) < 4 * np.sqrt(rate * (1 - rate) * trials)


def test_the_assessment_draw_has_an_address():
    """What was aimed at, and the ordinal of the shot at it."""
    part = fired(p_kill=1.0, kill_called_miss=0.5)
    result(part)
    wrong = uniform(naive.key(4), ASSESS, part.truth.targets["id"][0], 0, 0) < 0.5
    assert (verdict(part, trial=4) == records.E_ASSESSED_MISS) == wrong


def test_a_miss_called_a_kill_ends_the_engagement():
    """The track is remembered as dead, the target as wrongly judged, and no second round is fired."""
    part = fired(p_kill=1e-12, miss_called_kill=1.0)
    result(part)
    assert verdict(part) == records.E_ASSESSED_KILL
    assert part.stock.fates["judged_dead"][0] == 1
    assert decide(part.defence, part.stock, part.picture, part.radars, 100.0) == 0
    assert part.stock.fates["blocked"][0] == 0


def test_a_verdict_on_an_older_track_leaves_the_new_one_alone():
    """Memory belongs to a serial, not to a slot."""
    part = fired(p_kill=1.0)
    result(part)
    part.stock.memory["serial"] = 12345
    verdict(part)
    assert part.stock.memory["dead"][0] == 0
