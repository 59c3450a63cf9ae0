"""Two estimates made into one: exact where errors are known, never too sure where they are not."""

import json

import numpy as np
import pytest

from farwatch.chance import name_id
from farwatch.errors import InputError
from farwatch.records import STATE
from farwatch.track.consistency import mean_bounds, nees
from farwatch.track.fusion import (
    associate,
    difference_covariance,
    distance2,
    fuse_correlated,
    fuse_independent,
    intersect,
    intersect_split,
)


def rng_of(name):
    """Luck that belongs to one test."""
    return np.random.default_rng(name_id(name))


def covariances(rng, n, d):
    """Random covariances f8[n, d, d]."""
    root = rng.normal(size=(n, d, 2 * d)) * rng.uniform(0.2, 3.0, (n, d, 1))
    return root @ np.swapaxes(root, 1, 2) / d


def correlated(rng, p, q, factor):
    """Errors of two estimates of given covariances with cross-covariance factor p^(1/2) q^(1/2)', and that."""
    root_p, root_q = np.linalg.cholesky(p), np.linalg.cholesky(q)
    cross = factor * root_p @ root_q.T
    joint = np.block([[p, cross], [cross.T, q]])
    errors = rng.multivariate_normal(np.zeros(joint.shape[0]), joint, 4000, method="cholesky")
    return errors[:, : p.shape[0]], errors[:, p.shape[0] :], cross


@pytest.mark.validation
def test_independent_fusion_gives_the_worked_values(shared):
    """Fused covariances equal those of the shared table."""
    rows = json.loads((shared / "validation" / "D_tracking.json").read_text())
    rows = [row for row in rows if row["id"].startswith("D.FUSE")]
    assert rows
    for row in rows:
        fused = fuse_independent(np.zeros(2), row["inputs"]["P1"], np.ones(2), row["inputs"]["P2"])
        found = fused.covariance[0, 0], fused.covariance[0, 1], fused.covariance[1, 1]
        np.testing.assert_allclose(found, row["expected"], rtol=row["rel_tol"])


def test_independent_fusion_is_least_squares():
    """Mean and covariance are those of stacking both estimates as measurements."""
    rng = rng_of("independent")
    p, q = covariances(rng, 2, 6)
    a, b = rng.normal(size=(2, 6))
    fused = fuse_independent(a, p, b, q)
    information = np.linalg.inv(p) + np.linalg.inv(q)
    np.testing.assert_allclose(fused.covariance, np.linalg.inv(information), rtol=1e-9)
    np.testing.assert_allclose(information @ fused.mean, np.linalg.solve(p, a) + np.linalg.solve(q, b), rtol=1e-8)


@pytest.mark.parametrize("factor", [0.0, 0.4, 0.8])
def test_known_correlation_is_used(factor):
    """Bar-Shalom and Campo's estimate has just the errors it states; uncorrelated, it is independent fusion."""
    rng = rng_of("campo")
    p, q = covariances(rng, 2, 3)
    first, second, cross = correlated(rng, p, q, factor)
    n = len(first)
    fused = fuse_correlated(first, np.broadcast_to(p, (n, 3, 3)), second, np.broadcast_to(q, (n, 3, 3)), cross)
    low, high = mean_bounds(n, 3, 0.999)
    assert low < nees(fused.mean, fused.covariance).mean() < high
    if factor == 0.0:
        np.testing.assert_allclose(fused.covariance[0], fuse_independent(first[0], p, second[0], q).covariance)


@pytest.mark.parametrize("factor", [0.0, 0.5, 0.95])
def test_intersection_is_never_too_sure(factor):
    """For any correlation the true error covariance stays below the stated one; independent fusion breaks its own."""
    rng = rng_of("never")
    for p, q in zip(covariances(rng, 5, 4), covariances(rng, 5, 4), strict=True):
        first, second, cross = correlated(rng, p, q, factor)
        fused = intersect(np.zeros(4), p, np.ones(4), q)
        w = fused.share
        kp = w * fused.covariance @ np.linalg.inv(p)
        kq = (1 - w) * fused.covariance @ np.linalg.inv(q)
        real = kp @ p @ kp.T + kq @ q @ kq.T + kp @ cross @ kq.T + kq @ cross.T @ kp.T
        assert np.linalg.eigvalsh(fused.covariance - real).min() > -1e-9 * np.trace(real)
        naive = fuse_independent(first, np.broadcast_to(p, (4000, 4, 4)), second, np.broadcast_to(q, (4000, 4, 4)))
        assert (nees(naive.mean, naive.covariance).mean() > mean_bounds(4000, 4)[1]) == (factor > 0)


@pytest.mark.parametrize("by_trace", [False, True])
def test_the_weight_is_the_best_one(by_trace):
    """No weight of a fine grid gives a smaller determinant, or trace, than the one found; one pair or many at once."""
    rng = rng_of("weight")
    p, q = covariances(rng, 20, 4), covariances(rng, 20, 4)
    a, b = rng.normal(size=(2, 20, 4))
    fused = intersect(a, p, b, q, by_trace=by_trace)
    measure = np.trace if by_trace else np.linalg.det
    for i in range(20):
        grid = [measure(np.linalg.inv(w * np.linalg.inv(p[i]) + (1 - w) * np.linalg.inv(q[i])))
                for w in np.linspace(0, 1, 501)]  # fmt: skip
        assert measure(fused.covariance[i]) <= min(grid) * (1 + 1e-9)
        alone = intersect(a[i], p[i], b[i], q[i], by_trace=by_trace)
        np.testing.assert_allclose(alone.mean, fused.mean[i], rtol=1e-9)
        np.testing.assert_allclose(alone.covariance, fused.covariance[i], rtol=1e-9)


def test_intersection_at_its_edges():
    """Where one estimate is better in every direction it is taken as it is; equal ones are averaged."""
    p, q = np.eye(3), 4.0 * np.eye(3)
    fused = intersect(np.zeros(3), p, np.ones(3), q)
    np.testing.assert_allclose(fused.mean, 0.0, atol=1e-12)
    np.testing.assert_allclose(fused.covariance, p)
    fused = intersect(np.zeros(3), p, np.ones(3), p)
    np.testing.assert_allclose(fused.mean, 0.5)
    np.testing.assert_allclose(fused.covariance, p)


def test_split_intersection_lies_between():
    """All independent it is plain fusion, all shared it is intersection, and in between its size is in between."""
    rng = rng_of("split")
    p, q = covariances(rng, 2, 3)
    a, b = rng.normal(size=(2, 3))
    nothing = np.zeros((3, 3))
    free = intersect_split(a, (nothing, p), b, (nothing, q))
    np.testing.assert_allclose(free.covariance, fuse_independent(a, p, b, q).covariance, rtol=1e-9)
    shared = intersect_split(a, (p, nothing), b, (q, nothing))
    np.testing.assert_allclose(shared.covariance, intersect(a, p, b, q).covariance, rtol=1e-5)
    half = intersect_split(a, (0.5 * p, 0.5 * p), b, (0.5 * q, 0.5 * q))
    assert np.linalg.det(free.covariance) < np.linalg.det(half.covariance) < np.linalg.det(shared.covariance)


def tracks(rng, n, sigma_m=50.0):
    """STATE[n] of targets all over, and the covariance they have."""
    rows = np.zeros(n, STATE)
    rows["x_m"], rows["y_m"], rows["z_m"] = rng.uniform(-1e5, 1e5, (3, n))
    rows["vx_m_s"], rows["vy_m_s"], rows["vz_m_s"] = rng.normal(size=(3, n)) * 150
    rows["covariance"] = np.diag([sigma_m**2] * 3 + [5.0**2] * 3)
    rows["serial"] = np.arange(n)
    return rows


def blurred(rows, rng):
    """The same targets as another radar has them."""
    other = rows.copy()
    for i, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
        for side in (rows, other):
            side[name] += rng.normal(size=rows.size) * np.sqrt(rows["covariance"][:, i, i])
    return other


def test_tracks_of_one_target_are_found():
    """Of 300 targets, half of them seen by the other radar too, in another order, the right pairs come back."""
    rng = rng_of("pairs")
    first = tracks(rng, 300)
    second = blurred(first, rng)[rng.permutation(300)[:150]]
    rows, columns = associate(first, second)
    assert (first["serial"][rows] == second["serial"][columns]).mean() > 0.99
    assert rows.size > 0.98 * 150
    assert np.unique(columns).size == columns.size


def test_the_pairing_as_a_whole_is_best():
    """Two tracks that both lie nearest to the same one share out so that the sum of distances is least."""
    first, second = np.zeros(2, STATE), np.zeros(2, STATE)
    first["x_m"], second["x_m"] = (0.0, 60.0), (50.0, 150.0)
    first["covariance"] = second["covariance"] = np.diag([50.0**2] * 3 + [5.0**2] * 3)
    rows, columns = associate(first, second)
    assert columns.tolist() == rows.tolist() == [0, 1]


def test_different_addresses_never_pair():
    """Two aircraft at one place with their own addresses stay apart; no address forbids nothing."""
    one, other = np.zeros(1, STATE), np.zeros(1, STATE)
    one["covariance"] = other["covariance"] = np.eye(6)
    one["address"], other["address"] = 7, 8
    assert associate(one, other)[0].size == 0
    other["address"] = 0
    assert associate(one, other)[0].size == 1
    assert associate(one, other[:0])[0].size == 0


def test_the_spread_of_a_difference():
    """As if independent, with a known share of correlation, and at its largest for any correlation."""
    rng = rng_of("spread")
    p, q = covariances(rng, 2, 3)
    np.testing.assert_allclose(difference_covariance(p, q), p + q)
    np.testing.assert_allclose(difference_covariance(p, p, 0.4), 1.2 * p, rtol=1e-9)
    for factor in (-1.0, -0.5, 0.5, 1.0):
        cross = factor * np.linalg.cholesky(p) @ np.linalg.cholesky(q).T
        real = p + q - cross - cross.T
        assert np.linalg.eigvalsh(difference_covariance(p, q, None) - real).min() > -1e-9
    first = tracks(rng, 2000)
    second = blurred(first, rng)
    assert distance2(first, second).mean() == pytest.approx(6.0, rel=0.05)


def test_shapes_must_fit():
    """Means and covariances of different sizes are refused together."""
    with pytest.raises(InputError) as caught:
        intersect(np.zeros(3), np.eye(2), np.zeros(2), np.eye(2))
    assert [problem.where for problem in caught.value.problems] == ["p", "second"]
    with pytest.raises(InputError, match="STATE"):
        associate(np.zeros(2), np.zeros(2, STATE))
