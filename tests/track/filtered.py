"""A plain Kalman filter in Cartesian space, and targets that obey its model: what track files are made of."""

import numpy as np

from farwatch.records import STATE

AXES = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


def step(dt):
    """Transition f8[6, 6] of constant velocity."""
    f = np.eye(6)
    f[:3, 3:] = dt * np.eye(3)
    return f


def noise(dt, density):
    """Process noise f8[6, 6] of white acceleration of that power density."""
    return density * np.kron([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]], np.eye(3))


def fly(rng, times, density, start=None):
    """States f8[n, 6] of a target pushed by white acceleration."""
    state = np.array([*rng.uniform(-5e4, 5e4, 2), 8e3, *rng.normal(size=2) * 150, 0.0]) if start is None else start
    told = [state]
    for dt in np.diff(times):
        state = step(dt) @ state + np.linalg.cholesky(noise(dt, density)) @ rng.normal(size=6)
        told.append(state)
    return np.array(told)


def track(rng, times, truth, density, sigma_m, serial=0):
    """STATE[n] of a filter that sees the place of f8[n, 6] with noise at each time, from its second plot on.

    sigma_m: one, or one for each axis.
    """
    measure, error = np.eye(3, 6), np.diag(np.broadcast_to(sigma_m, 3) ** 2.0)
    plots = truth[:, :3] + rng.normal(size=(len(times), 3)) * sigma_m
    x, p = np.concatenate([plots[0], np.zeros(3)]), np.diag([*np.diag(error), *[300.0**2] * 3])
    rows = np.zeros(len(times), STATE)
    for k, time_s in enumerate(times):
        if k:
            dt = time_s - times[k - 1]
            x, p = step(dt) @ x, step(dt) @ p @ step(dt).T + noise(dt, density)
            gain = p @ measure.T @ np.linalg.inv(measure @ p @ measure.T + error)
            x, p = x + gain @ (plots[k] - measure @ x), (np.eye(6) - gain @ measure) @ p
            p = (p + p.T) / 2
        rows[k] = state(time_s, x, p, serial)
    return rows[1:]


def state(time_s, x, p, serial):
    """One STATE row."""
    one = np.zeros(1, STATE)[0]
    one["time_s"], one["serial"], one["covariance"], one["existence_probability"] = time_s, serial, p, 0.9
    for name, value in zip(AXES, x, strict=True):
        one[name] = value
    one["hit_s"], one["position_sigma_m"] = time_s, np.sqrt(np.diag(p)[:3].max())
    return one


def vectors(rows):
    """f8[n, 6] of STATE[n]."""
    return np.stack([rows[name] for name in AXES], axis=1)
