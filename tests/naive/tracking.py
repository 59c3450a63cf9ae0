"""The tracker's kernels as a textbook writes them: matrices, inverses, no symmetry, no shortcuts."""

import numpy as np

SOJOURN_S = (1000.0, 30.0)
NOISE_TIME_S = 4.0


def transition(dt_s):
    """Model transition matrix over a time step, by the matrix exponential of the rates (eigenvalues by hand)."""
    out = np.array([1.0 / SOJOURN_S[0], 1.0 / SOJOURN_S[1]])
    total = out.sum()
    rest = np.tile(out[::-1] / total, (2, 1))
    return rest + np.exp(-total * dt_s) * (np.eye(2) - rest)


def motion(dt_s, acceleration):
    """Transition and noise of constant velocity with white acceleration."""
    step = np.block([[np.eye(3), dt_s * np.eye(3)], [np.zeros((3, 3)), np.eye(3)]])
    q = 2.0 * acceleration**2 * NOISE_TIME_S
    blocks = np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]])
    return step, q * np.kron(blocks, np.eye(3))


def mix(x, p, w, change):
    """Interaction step of the IMM for any number of models: x [k, d], p [k, d, d], w [k], change [k, k]."""
    ahead = w @ change
    share = change * w[:, None] / ahead
    mixed = share.T @ x
    spread = [
        sum(share[i, j] * (p[i] + np.outer(x[i] - mixed[j], x[i] - mixed[j])) for i in range(len(w)))
        for j in range(len(w))
    ]
    return mixed, np.array(spread), ahead


def predict(x, p, w, dt_s, accelerations):
    """IMM prediction; backwards without mixing and without noise."""
    if dt_s > 0:
        x, p, w = mix(x, p, w, transition(dt_s))
    new_x, new_p = [], []
    for j, acceleration in enumerate(accelerations):
        step, noise = motion(dt_s, acceleration)
        new_x.append(step @ x[j])
        new_p.append(step @ p[j] @ step.T + (noise if dt_s > 0 else 0.0))
    return np.array(new_x), np.array(new_p), w


def to_spherical(offset):
    """Range, azimuth, elevation of a local east, north, up offset."""
    e, n, u = offset
    return np.array([np.linalg.norm(offset), np.arctan2(e, n), np.arctan2(u, np.hypot(e, n))])


def to_local(r, azimuth, elevation):
    """East, north, up of a spherical position."""
    flat = r * np.cos(elevation)
    return np.array([flat * np.sin(azimuth), flat * np.cos(azimuth), r * np.sin(elevation)])


def jacobian(offset):
    """Derivative of `to_spherical`, by central differences."""
    step = 1e-2
    return np.array([(to_spherical(offset + d) - to_spherical(offset - d)) / (2 * step) for d in step * np.eye(3)]).T


def height_elevation(radar_height_m, range_m, height_m=6000.0, earth_m=6371008.8):
    """Elevation at which a straight ray of that length ends at `height_m`, found by bisection."""
    low, high = -np.pi / 2, np.pi / 2
    for _ in range(80):
        middle = (low + high) / 2
        up, flat = earth_m + radar_height_m + range_m * np.sin(middle), range_m * np.cos(middle)
        low, high = (middle, high) if np.hypot(up, flat) - earth_m < height_m else (low, middle)
    return low


def update(x, p, w, plot, site):
    """IMM-EKF update of all measured components at once, with the same choice of where to linearise."""
    turn, origin = site["to_local"], np.array([site["x_m"], site["y_m"], site["z_m"]])
    z = np.array([plot["range_m"], plot["azimuth_rad"], plot["elevation_rad"]])
    sigma = np.array([plot["range_sigma_m"], plot["azimuth_sigma_rad"], plot["elevation_sigma_rad"]])
    used = 3 if sigma[2] > 0 else 2
    expected = to_spherical(turn @ (w @ x[:, :3] - origin))
    prior = sum(w[j] * (p[j, 0, 0] + p[j, 1, 1]) for j in range(len(x)))
    where = expected if prior < (z[0] * sigma[1]) ** 2 + sigma[0] ** 2 else z.copy()
    if used == 2:
        where[2] = expected[2]
    local = to_local(*where)
    h = jacobian(local) @ turn
    upward = turn.T @ np.array(
        [-np.sin(where[2]) * np.sin(where[1]), -np.sin(where[2]) * np.cos(where[1]), np.cos(where[2])]
    )
    off_place = origin + turn.T @ local
    prior_elevation = height_elevation(site["height_m"], z[0])
    likelihood, new_x, new_p = [], [], []
    for j in range(len(x)):
        off = x[j, :3] - origin - turn.T @ local
        left = z - where - h @ off
        left[1] = (left[1] + np.pi) % (2 * np.pi) - np.pi
        noise = np.diag(sigma**2)
        if used == 2:
            bend = upward @ p[j, :3, :3] @ upward / (2 * where[0])
            left[0] -= bend
            noise[0, 0] += 2 * bend**2
        full = np.hstack([h, np.zeros((3, x.shape[1] - 3))])[:used]
        left, noise = left[:used], noise[:used, :used]
        s = full @ p[j] @ full.T + noise
        gain = p[j] @ full.T @ np.linalg.inv(s)
        new_x.append(x[j] + gain @ left)
        keep = np.eye(x.shape[1]) - gain @ full
        new_p.append(keep @ p[j] @ keep.T + gain @ noise @ gain.T)
        if used == 2:
            up = np.concatenate([upward, np.zeros(x.shape[1] - 3)])
            limit = min(5000.0 / np.cos(where[2]), 0.5 * where[0]) ** 2
            v = up @ new_p[j] @ up
            if v > limit:
                gain_up = new_p[j] @ up * (v - limit) / v**2
                over = where[0] * (np.sin(prior_elevation) - np.sin(where[2])) + upward @ off_place
                new_x[j] = new_x[j] + gain_up * (over - upward @ new_x[j][:3])
                new_p[j] = new_p[j] - np.outer(gain_up, new_p[j] @ up)
            new_x[j][[2, 5]] = x[j][[2, 5]]  # a considered state: its mean stays
            if p[j, 2, 2] <= limit:
                new_p[j][np.ix_([2, 5], [2, 5])] = p[j][np.ix_([2, 5], [2, 5])]
        likelihood.append(np.exp(-0.5 * left @ np.linalg.solve(s, left)) / np.sqrt(np.linalg.det(2 * np.pi * s)))
    weight = w * np.array(likelihood)
    return np.array(new_x), np.array(new_p), weight / weight.sum(), w @ np.array(likelihood)


def combine(x, p, w):
    """Mean and covariance over the models."""
    mean = w @ x
    return mean, sum(w[j] * (p[j] + np.outer(x[j] - mean, x[j] - mean)) for j in range(len(w)))


def chances(sojourn_s, dt_s):
    """Chances of model changes: matrix exponential of the rates, leaving spread evenly over the others."""
    from scipy.linalg import expm

    rate, k = 1.0 / np.asarray(sojourn_s), len(sojourn_s)
    return expm(dt_s * (rate[:, None] / (k - 1) * (1 - np.eye(k)) - np.diag(rate)))


def pull(x, drag_per_m, earth_m=6371008.8):
    """Acceleration in free fall: inverse-square gravity towards the Earth's centre, drag in an exponential air."""
    r = x[:3] + np.array([0, 0, earth_m])
    height = np.linalg.norm(r) - earth_m
    g = -9.80665 * earth_m**2 * r / np.linalg.norm(r) ** 3
    return g - drag_per_m * np.exp(-max(height, 0.0) / 7200.0) * np.linalg.norm(x[3:6]) * x[3:6]


def flow(kind, x, dt_s, time_s=0.0, drag_per_m=0.0):
    """State after `dt_s` by numerical integration of the model's equation of motion; kind: its name."""
    from scipy.integrate import solve_ivp

    def slope(_, s):
        v, rest = s[3:6], np.zeros(len(s) - 6)
        a = np.zeros(3)
        if kind == "turn":
            a = s[6] * np.array([-v[1], v[0], 0.0])
        elif kind in {"singer", "acceleration"}:
            a = s[-3:]
            rest[-3:] = -a / time_s if kind == "singer" else 0.0
        elif kind == "ballistic":
            a = pull(s, drag_per_m)
        return np.concatenate([v, a, rest])

    return solve_ivp(slope, (0, dt_s), x, method="DOP853", rtol=1e-12, atol=1e-9).y[:, -1]


def slope_of(step, x, sizes):
    """Jacobian of a step by central differences."""
    d = np.diag(sizes)
    return np.array([(step(x + e) - step(x - e)) / (2 * e.sum()) for e in d]).T


def jerk_noise(rate_per_s, dt_s):
    """Covariance of place, velocity, acceleration after white jerk of unit density, by van Loan's exponential."""
    from scipy.linalg import expm

    a = np.array([[0, 1, 0], [0, 0, 1], [0, 0, -rate_per_s]])
    big = np.block([[-a, np.diag([0, 0, 1.0])], [np.zeros((3, 3)), a.T]])
    e = expm(big * dt_s)
    return e[3:, 3:].T @ e[:3, 3:]


def neighbours(positions, reach, tracks, half):
    """Which plots lie within reach of which tracks along both axes, looking at all of them."""
    near = np.abs(positions[None, :, :] - tracks[:, None, :]) <= half[:, None, None] + reach[None, :, None]
    return near.all(axis=2)


def gospa(truth, tracks, cutoff, order):
    """GOSPA by trying every assignment."""
    from itertools import permutations

    truth, tracks = sorted((truth, tracks), key=len)
    best = np.inf
    for chosen in permutations(range(len(tracks)), len(truth)):
        gaps = [np.linalg.norm(np.subtract(truth[i], tracks[j])) for i, j in enumerate(chosen)]
        kept = [g for g in gaps if g < cutoff]
        lone = len(truth) + len(tracks) - 2 * len(kept)
        best = min(best, sum(g**order for g in kept) + lone * cutoff**order / 2)
    return best ** (1 / order)
