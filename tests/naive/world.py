"""The world the slow obvious way: one point at a time, by definition or by another program."""

from math import acos, exp, log, pi, sqrt

import numpy as np
import pyproj

_TO_ECEF = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)


def ecef(lat_deg, lon_deg, height_m):
    """Earth-centred coordinates by PROJ."""
    return np.stack(_TO_ECEF.transform(lon_deg, lat_deg, height_m), axis=-1)


def bilinear(terrain, lat_deg, lon_deg):
    """Height between the four samples around a place, each weighted by the opposite area."""
    rows, columns = terrain.height_m.shape
    u = (lat_deg - terrain.south_deg) / terrain.lat_step_deg
    v = (lon_deg - terrain.west_deg) / terrain.lon_step_deg
    if not (-0.5 <= u <= rows - 0.5 and -0.5 <= v <= columns - 0.5):
        return 0.0
    u, v = min(max(u, 0), rows - 1), min(max(v, 0), columns - 1)
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            total += max(0.0, 1 - abs(u - i)) * max(0.0, 1 - abs(v - j)) * float(terrain.height_m[i, j])
    return total


def filled(height_m, void):
    """Voids from the nearest known samples in eight directions, weighted by 1/distance."""
    out = height_m.astype(float)
    for i, j in np.argwhere(void):
        seen = []
        for way in [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]:
            for steps in range(1, max(void.shape)):
                a, b = i + steps * way[0], j + steps * way[1]
                if not (0 <= a < void.shape[0] and 0 <= b < void.shape[1]):
                    break
                if not void[a, b]:
                    seen.append((float(height_m[a, b]), 1 / (steps * np.hypot(*way))))
                    break
        out[i, j] = sum(h * w for h, w in seen) / sum(w for _, w in seen) if seen else 0.0
    return out


def state(truth, i, time_s):
    """State of a target by the cubic that SciPy draws through the two knots around a time."""
    from scipy.interpolate import CubicHermiteSpline

    target = truth.targets[i]
    own_s = (time_s - target["start_s"]) * target["rate"]
    last_s = (target["knot_count"] - 1) * target["step_s"]
    if not 0.0 <= own_s <= last_s:
        return None
    k = min(int(own_s // target["step_s"]), target["knot_count"] - 2)
    pair = truth.knots[target["first_knot"] + k : target["first_knot"] + k + 2]
    places = np.stack([pair[f"{axis}_m"] for axis in "xyz"], axis=-1)
    velocities = np.stack([pair[f"v{axis}_m_s"] for axis in "xyz"], axis=-1)
    spline = CubicHermiteSpline(target["step_s"] * np.array([k, k + 1]), places, velocities)
    return np.concatenate([spline(own_s), target["rate"] * spline.derivative()(own_s)])


def rcs_toward(target_class, velocity, line):
    """Cross-section by aspect angle, in decibels."""
    aspect = acos(np.dot(velocity, line) / sqrt(np.dot(velocity, velocity) * np.dot(line, line)))
    end_m2 = target_class["rcs_nose_m2"] if aspect < pi / 2 else target_class["rcs_tail_m2"]
    side_db, end_db = (10 * log(a) / log(10) for a in (target_class["rcs_side_m2"], end_m2))
    return exp((side_db + (end_db - side_db) * np.cos(aspect) ** 2) * log(10) / 10)


def lowest_profile(wanted_m, rise_m):
    """Lowest heights above `wanted_m` within the climb limit: every sample against every other."""
    climbed = np.concatenate([[0.0], np.cumsum(rise_m)])
    return np.array([max(w - abs(climbed - c)[k] for k, w in enumerate(wanted_m)) for c in climbed])


def flown_arc(speed_m_s, elevation_deg, sphere):
    """Range, apogee and time of an arc, by small steps of the equations of motion."""
    from scipy.integrate import solve_ivp

    up = np.radians(elevation_deg)
    start = [sphere.radius_m, 0.0, speed_m_s * np.sin(up), speed_m_s * np.cos(up)]

    def pull(_, y):
        r3 = np.hypot(y[0], y[1]) ** 3
        return [y[2], y[3], -sphere.mu_m3_s2 * y[0] / r3, -sphere.mu_m3_s2 * y[1] / r3]

    def ground(t, y):
        return np.hypot(y[0], y[1]) - sphere.radius_m if t > 1.0 else 1.0

    def top(_, y):
        return y[0] * y[2] + y[1] * y[3]

    ground.terminal, ground.direction = True, -1
    run = solve_ivp(pull, (0.0, 1e5), start, events=[ground, top], rtol=1e-11, atol=1e-3, max_step=20.0)
    angle = np.arctan2(run.y[1, -1], run.y[0, -1]) % (2 * pi)
    apogee = run.y_events[1][0]
    return angle * sphere.radius_m, np.hypot(apogee[0], apogee[1]) - sphere.radius_m, run.t[-1]


def sample(samples, u, v):
    """Mean of the samples around a row and column, weighted by opposite areas; see `resample.bilinear`."""
    rows, columns = samples.shape
    if not (-0.5 <= u <= rows - 0.5 and -0.5 <= v <= columns - 0.5):
        return -np.inf
    u, v = np.clip(u, 0, rows - 1), np.clip(v, 0, columns - 1)
    total, known, seen = 0.0, 0.0, set()
    for i in range(rows):
        for j in range(columns):
            weight = max(0.0, 1 - abs(u - i)) * max(0.0, 1 - abs(v - j))
            if weight == 0.0:
                continue
            if np.isfinite(samples[i, j]):
                total, known = total + weight * float(samples[i, j]), known + weight
            else:
                seen.add(float(samples[i, j]))
    if known >= 0.5:
        return total / known
    return -np.inf if -np.inf in seen else np.nan
