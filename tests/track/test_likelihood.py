"""The density of a plot under a belief against Gaussians written as matrices."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from farwatch.track import associate, correction, likelihood
from naive import tracking as naive
from track.beliefs import belief_for, fill, see, tracker_of
from track.scene import radar
from track.test_filter import MIXED, TILTED, a_sight, a_track, rng_of


@pytest.mark.parametrize("sigmas", [(50.0, 0.003, 0.003), (50.0, 0.01, 0.0)])
@pytest.mark.parametrize("position_sigma_m", [100.0, 2000.0])
def test_density_is_that_of_the_mixture(sigmas, position_sigma_m):
    """Weights times Gaussian densities of range, azimuth and elevation, in metres, for three models."""
    rng, site, tracker = rng_of("density"), radar(x_m=3e3, z_m=50.0, to_local=TILTED)[0], tracker_of(*MIXED)
    belief = fill(belief_for(tracker), rng, tracker, position_sigma_m)
    seen, sight = a_sight(site, rng, sigmas, belief["mean"][:3].copy())
    total = naive.update(belief["x"].copy(), belief["p"].copy(), belief["weight"].copy(), seen, site)[3]
    _, place, _, _, r = correction.axes(belief, sight)
    flat = np.linalg.norm((TILTED @ (np.array(place) - [3e3, 0, 50.0]))[:2])
    metres = flat * (r if sigmas[2] > 0 else 1.0)  # radians to metres, across and upwards
    assert likelihood.log_density(belief, sight, 1e9) == pytest.approx(np.log(total / metres), abs=1e-3)
    assert likelihood.log_density(belief, sight, 1e-9) == -np.inf


def test_doppler_joins_the_density():
    """Place and range rate together are one Gaussian of four components."""
    rng, site, tracker = rng_of("four"), radar()[0], tracker_of(("velocity", 1.0, 4.0))
    belief = fill(belief_for(tracker), rng, tracker, 30.0)
    belief["p"][0, 3:6, 3:6] *= 4.0
    state = belief["mean"] + np.array([200, 200, 0, 8, -5, 3])
    sight = see(site, rng, 101.0, state, (50.0, 0.003, 0.003), 2.0)[1]
    x, p = belief["x"][0][:6].copy(), belief["p"][0][:6, :6]
    x[:3] += x[3:]
    rows, place, over, noise, _ = correction.axes(belief, sight)

    def seen(s):
        return np.append(np.array(rows) @ s[:3], s[3:] @ s[:3] / np.linalg.norm(s[:3]))

    h = naive.slope_of(seen, x, np.full(6, 1e-2))
    _, u, _, near = correction.receding(tuple(x), sight)
    ahead, blur = correction.rate_bend(p, u, near)
    expected = np.append(np.array(over) * -1 + np.array(rows) @ (x[:3] - np.array(place)), seen(x)[3] + ahead)
    s = h @ p @ h.T + np.diag([*noise[:3], 4.0 + blur])
    density = multivariate_normal(np.zeros(4), s).logpdf(np.append(np.zeros(3), sight["doppler_m_s"]) - expected)
    assert likelihood.log_density(belief, sight, 1e9) == pytest.approx(density, abs=1e-5)
    parts = likelihood.rate_distance(belief["x"][0], belief["p"][0], 1.0, correction.axes(belief, sight), sight)
    assert parts[1] < s[3, 3]


def test_association_compares_the_same_density():
    """The tracker's log ratio is this density over that of noise."""
    site, rng = radar(false_plots=20.0)[0], rng_of("ratio")
    track = a_track(rng)
    _, sight = a_sight(site, rng)
    found = associate.log_ratio(track, sight, 16.0)
    density = likelihood.log_density(track, sight, 16.0)
    assert density - np.log(sight["noise_density"]) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("sigmas", [(50.0, 0.003, 0.003), (50.0, 0.01, 0.0)])
def test_range_alone_rules_out_only_what_is_out_of_the_gate(sigmas):
    """The first term is what range says by itself; where it ends a pair, the whole distance would have."""
    rng, site = rng_of("first"), radar(x_m=3e3, z_m=50.0, to_local=TILTED)[0]
    ended = 0
    for _ in range(40):
        track = a_track(rng)
        _, sight = a_sight(site, rng, sigmas)
        seen = correction.axes(track, sight)
        rows, place, over, noise, r = seen
        far = []
        for x, p in zip(track["x"], track["p"], strict=True):
            term, var = likelihood.first_term(x, p, 0.0, seen)
            whole = np.triu(p) + np.triu(p, 1).T
            bend = 0.0 if noise[2] else np.array(rows[2]) @ whole[:3, :3] @ rows[2] / (2.0 * r)
            expected = np.array(rows[0]) @ whole[:3, :3] @ rows[0] + noise[0] + 2.0 * bend**2
            left = over[0] + np.array(rows[0]) @ (np.array(place) - x[:3]) - bend
            assert var == pytest.approx(expected, rel=1e-6)
            assert term == pytest.approx(left**2 / expected, rel=1e-6, abs=1e-9)
            far.append(likelihood.distance(x, p, 0.0, rows, place, over, noise, r)[0])
            assert term <= far[-1]
        for gate in (0.01, 1.0, 16.0):
            if likelihood.is_out_of_range(track["x"], track["p"], 0.0, seen, gate):
                ended += 1
                assert min(far) >= gate
    assert ended > 5


def test_distance_and_its_pieces():
    """Position block times a vector; the distance of a model from where it is expected is zero."""
    rng = rng_of("turned")
    p = rng.normal(size=(7, 7))
    whole = np.triu(p) + np.triu(p, 1).T
    np.testing.assert_allclose(likelihood.turned(p, (1.0, 2.0, 3.0)), whole[:3, :3] @ [1, 2, 3])
    rows = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    x, noise = np.array([10.0, 20.0, 30.0, 1.0, 2.0, 3.0]), (1.0, 4.0, 9.0, np.inf)
    far, det = likelihood.distance(x, np.eye(6), 2.0, rows, (12.0, 24.0, 37.0), (0.0, 0.0, 0.0), noise, 1e5)
    assert (far, det) == (pytest.approx(0.1), pytest.approx(100.0))
