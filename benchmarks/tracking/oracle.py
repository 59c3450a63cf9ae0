"""The oracle: one constant-velocity extended Kalman filter per target, told which plot is whose.

Textbook filter (Bar-Shalom, Li, Kirubarajan 2001, section 6.2 for the process noise, 10.3 for the linearisation), over
all targets at once in numpy, none of our kernels. It starts on a target's first plot, with speed 0 +- 200 m/s on each
axis, never ends before the target does, and knows no false plot. Its process noise is the best of a grid for the
scene at hand, which flatters it.
"""

import numpy as np

DENSITIES_M2_S3 = (0.03, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
"""Grid of process noise densities, per axis."""

SPEED_SIGMA_M_S = 200.0


def track(scene, density_m2_s3, from_plot=1, speed_sigma_m_s=SPEED_SIGMA_M_S):
    """(time_s, target, place) at the scan times, reported from each target's `from_plot`-th plot on."""
    own = scene.plots[scene.plots["truth"] >= 0]
    scan = scene.scan[scene.plots["truth"] >= 0]
    n = int(max(scene.truth["target"].max(), own["truth"].max())) + 1
    dimension = 2 if scene.case.flat else 3
    x, p = np.zeros((n, 2 * dimension)), np.zeros((n, 2 * dimension, 2 * dimension))
    at_s, had = np.zeros(n), np.zeros(n, int)
    out = []
    for k, time_s in enumerate(scene.times_s):
        plots = own[scan == k]
        new = had[plots["truth"]] == 0
        _start(x, p, at_s, plots[new], dimension, speed_sigma_m_s)
        _update(x, p, at_s, plots[~new], dimension, density_m2_s3)
        had[plots["truth"]] += 1
        there = scene.truth["target"][np.abs(scene.truth["time_s"] - time_s) < 1e-6]
        there = there[had[there] >= from_plot]
        place = np.zeros((there.size, 3))
        ahead = (time_s - at_s[there])[:, None]
        place[:, :dimension] = x[there, :dimension] + ahead * x[there, dimension:]
        out.append((np.full(there.size, time_s), there, place))
    return tuple(np.concatenate(part) for part in zip(*out, strict=True))


def best(scene, cutoff_m=1000.0):
    """The density of the grid with the least mean square error (gaps cut at `cutoff_m`), and the tracks it gives."""
    found = [(error(scene, tracks := track(scene, q), cutoff_m), q, tracks) for q in DENSITIES_M2_S3]
    _, density, tracks = min(found, key=lambda one: one[0])
    return density, tracks


def error(scene, tracks, cutoff_m):
    """Mean square gap of `tracks` to their own truth, cut at `cutoff_m`."""
    time_s, target, place = tracks
    key = {(t, i): k for k, (t, i) in enumerate(zip(scene.truth["time_s"], scene.truth["target"], strict=True))}
    row = scene.truth[[key[pair] for pair in zip(time_s, target, strict=True)]]
    gap = place - np.stack([row["x_m"], row["y_m"], row["z_m"]], 1)
    if scene.case.flat:
        return _flat_error(row, place, cutoff_m)
    return float(np.minimum((gap**2).sum(1), cutoff_m**2).mean())


def _flat_error(row, place, cutoff_m):
    ground = np.hypot(row["x_m"], row["y_m"])
    slant = np.hypot(ground, row["z_m"]) / np.maximum(ground, 1e-9)
    gap = (place[:, 0] - row["x_m"] * slant) ** 2 + (place[:, 1] - row["y_m"] * slant) ** 2
    return float(np.minimum(gap, cutoff_m**2).mean())


def _start(x, p, at_s, plots, dimension, speed_sigma_m_s):
    """State of targets from their first plots: place as measured, speed unknown."""
    i = plots["truth"]
    place, jacobian = _place(plots, dimension)
    noise = _noise(plots, dimension)
    x[i, :dimension], x[i, dimension:] = place, 0.0
    p[i] = 0.0
    p[i, :dimension, :dimension] = jacobian @ (noise[:, :, None] * jacobian.transpose(0, 2, 1))
    for k in range(dimension, 2 * dimension):
        p[i, k, k] = speed_sigma_m_s**2
    at_s[i] = plots["time_s"]


def _place(plots, dimension):
    """Cartesian places of plots, and the derivative by range, azimuth (and elevation)."""
    r, a, e = plots["range_m"], plots["azimuth_rad"], plots["elevation_rad"]
    if dimension == 2:
        e = np.zeros_like(e)
    sa, ca, se, ce = np.sin(a), np.cos(a), np.sin(e), np.cos(e)
    place = np.stack([r * sa * ce, r * ca * ce, r * se], 1)
    by_range, by_azimuth = np.stack([sa * ce, ca * ce, se], 1), np.stack([r * ca * ce, -r * sa * ce, 0 * r], 1)
    by_elevation = np.stack([-r * sa * se, -r * ca * se, r * ce], 1)
    jacobian = np.stack([by_range, by_azimuth, by_elevation], 2)
    return place[:, :dimension], jacobian[:, :dimension, :dimension]


def _noise(plots, dimension):
    sigma = [plots[name] for name in ("range_sigma_m", "azimuth_sigma_rad", "elevation_sigma_rad")[:dimension]]
    return np.stack(sigma, 1) ** 2


def _update(x, p, at_s, plots, dimension, density):
    """Predict to each plot's time, then one Kalman update with it."""
    i, d = plots["truth"], dimension
    dt = plots["time_s"] - at_s[i]
    f = np.tile(np.eye(2 * d), (i.size, 1, 1))
    q = np.zeros_like(f)
    for k in range(d):
        f[:, k, k + d] = dt
        q[:, k, k], q[:, k + d, k + d] = density * dt**3 / 3.0, density * dt
        q[:, k, k + d] = q[:, k + d, k] = density * dt**2 / 2.0
    ahead = np.einsum("nij,nj->ni", f, x[i])
    spread = f @ p[i] @ f.transpose(0, 2, 1) + q
    expected, h = _measure(ahead[:, :d])
    full = np.concatenate([h, np.zeros_like(h)], 2)
    measured = np.stack([plots[name] for name in ("range_m", "azimuth_rad", "elevation_rad")[:d]], 1)
    gap = measured - expected
    gap[:, 1] = (gap[:, 1] + np.pi) % (2 * np.pi) - np.pi
    s = full @ spread @ full.transpose(0, 2, 1)
    s[:, np.arange(d), np.arange(d)] += _noise(plots, d)
    gain = np.linalg.solve(s, full @ spread).transpose(0, 2, 1)
    rest = np.eye(2 * d) - gain @ full
    noise = gain * _noise(plots, d)[:, None, :]
    x[i] = ahead + np.einsum("nij,nj->ni", gain, gap)
    p[i] = rest @ spread @ rest.transpose(0, 2, 1) + noise @ gain.transpose(0, 2, 1)
    at_s[i] = plots["time_s"]


def _measure(place):
    """Range, azimuth (and elevation) of places, and the derivative by the place."""
    e, n = place[:, 0], place[:, 1]
    ground = np.maximum(np.hypot(e, n), 1.0)
    u = place[:, 2] if place.shape[1] == 3 else np.zeros_like(e)
    r = np.hypot(ground, u)
    nil = np.zeros_like(e)
    by_place = np.stack(
        [
            np.stack([e / r, n / r, u / r], 1),
            np.stack([n / ground**2, -e / ground**2, nil], 1),
            np.stack([-e * u / (ground * r**2), -n * u / (ground * r**2), ground / r**2], 1),
        ],
        1,
    )
    d = place.shape[1]
    return np.stack([r, np.arctan2(e, n), np.arctan2(u, ground)], 1)[:, :d], by_place[:, :d, :d]
