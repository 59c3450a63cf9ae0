"""Who is who, from the picture alone."""

import numpy as np
import pytest
from scipy.special import digamma, polygamma

from farwatch.chance import name_id
from farwatch.records import CONFIRMED, HOSTILE, NEUTRAL, TENTATIVE, TRACK, UNKNOWN
from farwatch.track import codes, corridors, follow, identity, settings
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
    identity.judge(track, seen, radar()[0], known_of((known, logs)), np.zeros(2), settings()[0])
    assert 0.0 <= track["hostile_probability"] <= 1.0
    assert identity.place_of(track) == tuple(track["mean"][:3])


def test_no_classes_no_judgement():
    """A picture without classes leaves its tracks unknown."""
    track, seen = (
        a_track(230.0, 9e3),
        plot(radar()[0], 0, 0.0, (1e4, 0.0, 0.1), (50, 0.003, 0.003), 0, np.random.default_rng(0), 30.0, 1),
    )
    none = known_of((classes()[:0], np.zeros((0, identity.CLASS_LOGS))))
    identity.judge(track, seen, radar()[0], none, np.zeros(2), settings()[0])
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


def a_plot(**fields):
    """One plot at 10 km with whatever fields are told."""
    one = plot(radar()[0], 0, 0.0, (1e4, 0.0, 0.1), (50, 0.003, 0.003), 0, np.random.default_rng(0), 30.0, 1)
    for name, value in fields.items():
        one[name] = value
    return one


def known_of(prepared, filed=(), addresses=(), routes=()):
    """What is known beforehand."""
    return identity.Known(*prepared, codes.filed_of(filed, addresses), corridors.legs_of(routes))


def judged(prepared, known, followed=(0.0, 0.0), mode_a=0, address=0, **state):
    """A silent airliner's track after one judgement with what is known."""
    track = a_track(**{"speed": 230.0, "height": 9e3, **state})
    track["silences"], track["mode_a"], track["address"] = 20, mode_a, address
    identity.judge(track, a_plot(), radar()[0], known, np.array(followed), settings()[0])
    return track


def test_codes_are_noticed_and_kept():
    """The last code and address that came stay until others come."""
    track, site = np.zeros(1, TRACK)[0], radar()[0]
    for code, address in ((0o4321, 0), (0, 0x3430D8), (0, 0)):
        identity.notice(track, a_plot(mode_a=code, address=address), site)
    assert (track["mode_a"], track["address"]) == (0o4321, 0x3430D8)
    identity.notice(track, a_plot(mode_a=0o1234), site)
    assert (track["mode_a"], track["address"]) == (0o1234, 0x3430D8)


def test_nothing_known_changes_nothing(prepared):
    """Without filed flights and routes, looks along a route and a code say nothing."""
    plain = judged(prepared, known_of(prepared))
    informed = judged(prepared, known_of(prepared), followed=(20.0, 0.0), mode_a=0o4321)
    assert informed["hostile_probability"] == plain["hostile_probability"]
    np.testing.assert_array_equal(informed["belief"], plain["belief"])


def test_an_expected_code_speaks_for_no_threat(prepared):
    """By three nats for a code and nearly four for an address, in the odds of the classes that are no threat."""
    def odds(track):
        return np.log(1.0 / track["hostile_probability"] - 1.0)

    known = known_of(prepared, ["4321"], ["3430D8"])
    bare = judged(prepared, known, mode_a=0o1234, address=0x123456)
    coded, addressed = judged(prepared, known, mode_a=0o4321), judged(prepared, known, address=0x3430D8)
    assert odds(coded) - odds(bare) == pytest.approx(np.log(20.0))
    assert odds(addressed) - odds(bare) == pytest.approx(np.log(50.0))
    assert identity.filed_evidence(bare, known.filed) == 0.0
    assert bare["identity"] != NEUTRAL


def test_a_listed_code_does_not_whitewash_a_missile(prepared):
    """Nothing that flies like a ballistic missile becomes neutral by an address."""
    known = known_of(prepared, addresses=["3430D8"])
    track = judged(prepared, known, address=0x3430D8, speed=1800.0, height=4e4)
    assert track["class_index"] == BALLISTIC
    assert track["identity"] == HOSTILE


def test_following_a_route_speaks_for_airliners(prepared):
    """More looks on it say more, up to a limit; leaving it takes that back, and never says more against."""
    said = [identity.route_evidence(np.array([on, off])) for on, off in ((0, 0), (1, 0), (8, 0), (16, 0), (32, 0))]
    per_look = np.log(0.7 / 0.2)
    np.testing.assert_allclose(said, [0.0, 0.25 * per_look, 2 * per_look, 4 * per_look, 4 * per_look])
    assert 0.0 < identity.route_evidence(np.array([16.0, 8.0])) < said[3]
    assert identity.route_evidence(np.array([2.0, 30.0])) == 0.0
    line = corridors.Route(name="a", places=((0.0, 0.0), (9e4, 0.0)), is_local=True)
    known = known_of(prepared, routes=[line])
    on, off = judged(prepared, known, (16.0, 0.0)), judged(prepared, known, (0.0, 16.0))
    assert on["hostile_probability"] < off["hostile_probability"]
    gained = on["belief"][:4] - off["belief"][:4]
    np.testing.assert_allclose(gained, [4 * per_look, 0.0, 0.0, 0.0], atol=1e-9)


def test_helicopters_and_drones_do_not_fly_airways(prepared):
    """A route speaks for classes of aircraft only."""
    known, logs = prepared
    known["family"][AIRLINER] = 1
    line = corridors.Route(name="a", places=((0.0, 0.0), (9e4, 0.0)), is_local=True)
    table = known_of((known, logs), routes=[line])
    on, off = judged(prepared, table, (16.0, 0.0)), judged(prepared, table, (0.0, 16.0))
    assert on["hostile_probability"] == off["hostile_probability"]


def test_settling_names_the_most_probable_class(prepared):
    """Probabilities are shares of exponentiated beliefs."""
    track, (known, _) = a_track(230.0, 9e3), prepared
    track["belief"][:4] = np.log([0.2, 0.5, 0.2, 0.1]) - 700.0
    identity.settle(track, known, settings()[0])
    assert track["class_index"] == FIGHTER
    assert track["hostile_probability"] == pytest.approx(0.8)
