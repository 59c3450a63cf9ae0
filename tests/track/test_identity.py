"""Who is who, from the picture alone."""

import numpy as np
import pytest
from scipy.special import digamma, polygamma

from farwatch.chance import name_id
from farwatch.records import CONFIRMED, HOSTILE, NEUTRAL, TENTATIVE, TRACK, UNKNOWN
from farwatch.track import follow, identity, settings
from track.scene import classes, observe, plot, radar, straight

AIRLINER, FIGHTER, CRUISE, BALLISTIC = range(4)


def flown(name, start, velocity, **plots):
    """States of one target observed for five minutes."""
    site = radar()
    target = straight(start, velocity)
    return follow(observe(site, [target], np.random.default_rng(name_id(name)), 300.0, **plots), site, None, classes())


def test_an_airliner_that_answers_is_neutral():
    """Cruise speed and height, a large echo and answers: neutral within a minute, and to stay."""
    states = flown("airliner", (150e3, 20e3, 10e3), (-230.0, 0.0, 0.0), rcs_m2=30.0, reply=1)
    assert (states["identity"] == NEUTRAL).all()
    assert (states["class_index"] == AIRLINER).all()
    assert states["hostile_probability"].max() < 0.01


def test_a_silent_fast_low_speck_is_hostile():
    """Low, fast, faint and silent: a cruise missile."""
    states = flown("cruise", (60e3, 20e3, 400.0), (-250.0, 0.0, 0.0), rcs_m2=0.1)
    assert (states["identity"][2:] == HOSTILE).all()
    assert states["class_index"][-1] == CRUISE
    assert states["hostile_probability"][-1] > 0.95


def test_a_ballistic_speed_gives_itself_away():
    """Nothing else flies at 1800 m/s."""
    states = flown("ballistic", (350e3, 20e3, 60e3), (-1700.0, 0.0, -600.0), rcs_m2=0.5)
    assert states["class_index"][-1] == BALLISTIC
    assert states["identity"][-1] == HOSTILE


def test_a_silent_airliner_may_be_taken_for_a_threat():
    """Without answers the picture can be wrong: that is the point of estimating it."""
    states = flown("silent", (150e3, 20e3, 10e3), (-230.0, 0.0, 0.0), rcs_m2=30.0, reply=0)
    assert states["hostile_probability"][-1] > 0.5


@pytest.fixture
def prepared():
    """Classes and their logs."""
    known = classes()
    logs = np.zeros((known.size, identity.CLASS_LOGS))
    identity.prepare_classes(known, logs)
    return known, logs


def a_track(speed, height, looks=0):
    """A confirmed track above the radar's place with a sharp state."""
    track = np.zeros(1, TRACK)[0]
    track["status"], track["mean"] = CONFIRMED, (0.0, 5e3, height, speed, 0.0, 0.0)
    track["p"], track["weight"], track["looks"] = np.eye(6) * 100.0, (0.5, 0.5), looks
    return track


def naive_belief(track, floor, height, known):
    """Log-probability of each class by the formulas of the model page, one class at a time."""
    beliefs = []
    n, looks = track["replies"] + track["silences"], track["rcs_count"]
    for one in known:
        reply = np.clip(one["expected_reply"], 0.02, 0.98)
        rcs_var = (one["expected_rcs_spread_db"] * np.log(10) / 10) ** 2 + 0.5
        speed = np.linalg.norm(track["mean"][3:])
        low, high = one["expected_speed_low_m_s"], one["expected_speed_high_m_s"]
        edge = low if speed < low else high
        out = max(low - speed, speed - high, 0)
        value = max(-0.5 * out**2 / ((0.1 * edge + 10) ** 2 + 100.0), -8)
        out = max(one["expected_height_low_m"] - height, height - one["expected_height_high_m"], 0)
        value += max(-0.5 * out**2 / (600.0**2 + 100.0), -8)
        if looks:
            echo = np.log(one["expected_rcs_m2"]) + digamma(1)
            seen = max(echo, floor) + 0.7 / (1 + (echo - floor) ** 2)
            value += max(-0.5 * (track["rcs_log_sum"] / looks - seen) ** 2 / (rcs_var + polygamma(1, 1) / looks), -8)
        value += min(1, 8 / max(n, 1)) * (track["replies"] * np.log(reply) + track["silences"] * np.log(1 - reply))
        band = high - low + 2.5 * (0.1 * high + 10)
        tall = one["expected_height_high_m"] - one["expected_height_low_m"] + 2.5 * 600
        beliefs.append(value + np.log(one["prior"]) - np.log(band * tall * np.sqrt(rcs_var)))
    return np.array(beliefs)


@pytest.mark.parametrize(
    ("speed", "height", "looks", "answers"), [(230, 9e3, 0, (0, 0)), (90, 200, 3, (0, 4)), (2000, 3e4, 40, (12, 3))]
)
def test_beliefs_agree_with_the_model_page(prepared, speed, height, looks, answers):
    """Every feature's evidence is what its formula says, with its cap."""
    known, logs = prepared
    track = a_track(speed, height)
    track["rcs_count"], track["rcs_log_sum"] = looks, -1.0 * looks
    track["replies"], track["silences"] = answers
    identity.weigh(track, float(np.exp(-3.0)), float(height), known, logs)
    np.testing.assert_allclose(track["belief"][: known.size], naive_belief(track, -3.0, height, known), rtol=1e-9)


def test_probabilities_survive_extreme_beliefs(prepared):
    """Beliefs far below anything a float can exponentiate still give a probability."""
    known, logs = prepared
    track, seen = (
        a_track(230.0, 9e3),
        plot(radar()[0], 0, 0.0, (1e4, 0.0, 0.1), (50, 0.003, 0.003), 0, np.random.default_rng(0), 30.0, 1),
    )
    logs[:, identity.LOG_PRIOR] -= 5000.0
    identity.judge(track, seen, radar()[0], known, logs, settings()[0])
    assert 0.0 <= track["hostile_probability"] <= 1.0
    assert identity.place_of(track) == tuple(track["mean"][:3])


def test_no_classes_no_judgement():
    """A picture without classes leaves its tracks unknown."""
    track, seen = (
        a_track(230.0, 9e3),
        plot(radar()[0], 0, 0.0, (1e4, 0.0, 0.1), (50, 0.003, 0.003), 0, np.random.default_rng(0), 30.0, 1),
    )
    identity.judge(track, seen, radar()[0], classes()[:0], np.zeros((0, identity.CLASS_LOGS)), settings()[0])
    assert track["identity"] == UNKNOWN


def test_evidence_is_tempered():
    """Echoes fade after a memory's worth of looks; answers and silences are counted only where asked."""
    track, site = np.zeros(1, TRACK)[0], radar()
    mute = radar(interrogator=0)
    one = plot(site[0], 0, 0.0, (1e5, 0.0, 0.1), (50, 0.003, 0.003), 0, np.random.default_rng(0), np.e, 0)
    for _ in range(500):
        identity.notice(track, one, site[0])
    assert track["rcs_count"] == identity.ECHO_MEMORY
    assert track["rcs_log_sum"] == pytest.approx(identity.ECHO_MEMORY)
    assert track["silences"] == 500
    identity.notice(track, one, mute[0])
    assert track["silences"] == 500


def test_labels_stick_until_they_are_the_less_likely():
    """A label comes at its threshold, stays above one half, and goes below."""
    track = a_track(230.0, 9e3)
    labels = []
    for probability in (0.6, 0.95, 0.6, 0.4, 0.1, 0.4, 0.6):
        track["hostile_probability"] = probability
        identity.label(track, settings()[0])
        labels.append(int(track["identity"]))
    assert labels == [UNKNOWN, HOSTILE, HOSTILE, UNKNOWN, NEUTRAL, NEUTRAL, UNKNOWN]
    track["status"] = TENTATIVE
    identity.label(track, settings()[0])
    assert track["identity"] == UNKNOWN


def test_fluctuation_moments_are_those_of_the_gamma_distribution():
    """Mean and variance of the log echo follow from digamma and trigamma of the Swerling shape."""
    for case, shape in ((1, 1), (3, 2)):
        mean, variance = identity.fluctuation(case)
        assert mean == pytest.approx(digamma(shape) - np.log(shape))
        assert variance == pytest.approx(polygamma(1, shape))
    assert identity.fluctuation(0) == (0.0, 0.1)


def test_weak_echoes_are_seen_at_the_threshold():
    """The least echo scales with how large an echo one unit of SNR stands for."""
    site = radar()
    one = plot(site[0], 0, 0.0, (1e5, 0.0, 0.1), (50, 0.003, 0.003), 0, np.random.default_rng(0), 2.0, 0)
    near = identity.least_echo(one, site[0])
    one["snr"] /= 10.0
    assert identity.least_echo(one, site[0]) / near == pytest.approx(10.0)
    one["snr"] = 0.0
    assert identity.least_echo(one, site[0]) == identity.LEAST_RCS_M2


def test_young_tracks_are_judged_at_each_plot():
    """Early on every plot counts, later every few."""
    assert all(identity.is_due(a_track(1.0, 1.0, looks)) for looks in range(1, 11))
    assert sum(identity.is_due(a_track(1.0, 1.0, looks)) for looks in range(11, 71)) == 10
