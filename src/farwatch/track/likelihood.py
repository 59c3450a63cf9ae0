"""How likely a plot is under a belief: the density that association compares, without noise and detection.

Source: Bar-Shalom, Li, Kirubarajan 2001, section 11.6 (likelihood of an IMM); Blackman and Popoli 1999, ch. 6.
"""

from math import exp, inf, log, pi, sqrt
from typing import Any

from farwatch.compiled import inner_kernel, kernel
from farwatch.track.correction import NOISE_FLOOR, axes, column, dot, lead, rate_bend, rate_column, receding

LOG_TWO_PI = log(2.0 * pi)
"""Log of the square of a Gaussian's normaliser in one dimension."""


@kernel
def log_density(belief: Any, sight: Any, gate_chi2: float) -> float:
    """Log of the density of a SIGHT under a belief predicted (nearly) to its time; -inf outside the gate of all models.

    The mixture over the models, in metres along range, azimuth and, where measured, elevation, and m/s for Doppler:
    per m2, m3, m3/s or m4/s. Linearised as `filter.update` will be, save Doppler, which is taken at the prediction.
    gate_chi2: limit of the squared statistical distance of range, azimuth, elevation.
    """
    x, p, weight = belief["x"], belief["p"], belief["weight"]
    dt_s = sight["time_s"] - belief["time_s"]
    seen = axes(belief, sight)
    noise = seen[3]
    if is_out_of_range(x, p, dt_s, seen, gate_chi2):
        return -inf
    density, least, nearest = 0.0, inf, inf
    for m in range(x.shape[0]):
        far, det = distance(x[m], p[m], dt_s, seen[0], seen[1], seen[2], noise, seen[4])
        nearest = min(nearest, far)
        if sight["doppler_var"] > 0.0:
            farther, var = rate_distance(x[m], p[m], dt_s, seen, sight)
            far, det = far + farther, det * var
        w = weight[m] / sqrt(det)
        if far < least:
            density = w + (density * exp(0.5 * (far - least)) if m > 0 else 0.0)
            least = far
        else:
            density += w * exp(0.5 * (least - far))
    if not nearest < gate_chi2:
        return -inf
    dimensions = (2.0 if noise[2] == 0.0 else 3.0) + (1.0 if sight["doppler_var"] > 0.0 else 0.0)
    return log(density) - 0.5 * (least + dimensions * LOG_TWO_PI)


@inner_kernel
def is_out_of_range(x: Any, p: Any, dt_s: float, seen: Any, gate_chi2: float) -> bool:
    """Whether range alone puts a measurement outside the gate of every model: most pairs end here, for little.

    seen: what `axes` returned. The first term of `distance`, which the others only add to.
    """
    out = True
    for m in range(x.shape[0]):
        out = out and first_term(x[m], p[m], dt_s, seen)[0] >= gate_chi2
    return out


@inner_kernel
def first_term(x: Any, p: Any, dt_s: float, seen: Any) -> Any:
    """Squared distance in range alone, and the variance of range, of one model, see `distance`."""
    rows, place, over, noise, range_m = seen
    first = rows[0]
    off = (place[0] - x[0] - dt_s * x[3], place[1] - x[1] - dt_s * x[4], place[2] - x[2] - dt_s * x[5])
    left = over[0] + dot(first, off)
    var = dot(first, turned(p, first)) + max(noise[0], NOISE_FLOOR * (p[0, 0] + p[1, 1] + p[2, 2]))
    if noise[2] == 0.0:
        bend = dot(rows[2], turned(p, rows[2])) / (2.0 * range_m)
        left -= bend
        var += 2.0 * bend * bend
    return left * left / var, var


@inner_kernel
def turned(p: Any, b: Any) -> Any:
    """Position block of a covariance times a vector; p: f8[n, n], upper triangle."""
    return (
        p[0, 0] * b[0] + p[0, 1] * b[1] + p[0, 2] * b[2],
        p[0, 1] * b[0] + p[1, 1] * b[1] + p[1, 2] * b[2],
        p[0, 2] * b[0] + p[1, 2] * b[1] + p[2, 2] * b[2],
    )


@inner_kernel
def distance(x: Any, p: Any, dt_s: float, rows: Any, place: Any, over: Any, noise: Any, range_m: float) -> Any:
    """Squared statistical distance of one model, moved on by `dt_s`, from a measurement (see `correction.axes`).

    The three components are whitened one after the other; the third is skipped where its variance is 0. Returns the
    distance and the determinant of the innovation covariance.
    """
    first, second, third = rows
    off = (place[0] - x[0] - dt_s * x[3], place[1] - x[1] - dt_s * x[4], place[2] - x[2] - dt_s * x[5])
    g1, g2, g3 = turned(p, first), turned(p, second), turned(p, third)
    left1, left2 = over[0] + dot(first, off), over[1] + dot(second, off)
    floor = NOISE_FLOOR * (p[0, 0] + p[1, 1] + p[2, 2])
    s1, s12 = dot(first, g1) + max(noise[0], floor), dot(second, g1)
    flat = noise[2] == 0.0
    if flat:
        bend = dot(third, g3) / (2.0 * range_m)
        left1 -= bend
        s1 += 2.0 * bend * bend
    share = s12 / s1
    left2 -= share * left1
    s2 = max(dot(second, g2) - share * s12, 0.0) + max(noise[1], floor)
    far, det = left1 * left1 / s1 + left2 * left2 / s2, s1 * s2
    if not flat:
        s13 = dot(third, g1)
        share13 = s13 / s1
        s23 = dot(third, g2) - share13 * s12
        share23 = s23 / s2
        left3 = over[2] + dot(third, off) - share13 * left1 - share23 * left2
        s3 = max(dot(third, g3) - share13 * s13 - share23 * s23, 0.0) + max(noise[2], floor)
        far, det = far + left3 * left3 / s3, det * s3
    return far, det


@kernel
def rate_distance(x: Any, p: Any, dt_s: float, seen: Any, sight: Any) -> Any:
    """Squared innovation and variance of a SIGHT's Doppler under one model, given the place it was seen at.

    seen: what `axes` returned. What the place has told of the range rate is taken off, component by component.
    """
    rows, place, over, noise, range_m = seen
    moved = (x[0] + dt_s * x[3], x[1] + dt_s * x[4], x[2] + dt_s * x[5], x[3], x[4], x[5])
    off = (place[0] - moved[0], place[1] - moved[1], place[2] - moved[2])
    rate, u, across, near = receding(moved, sight)
    ahead, blur = rate_bend(p, u, near)
    left, var = sight["doppler_m_s"] - rate - ahead, lead(rate_column(p, across, u), across, u)
    g1, g2, g3 = column(p, rows[0]), column(p, rows[1]), column(p, rows[2])
    left1, left2 = over[0] + dot(rows[0], off), over[1] + dot(rows[1], off)
    s1, c1 = dot(rows[0], g1) + noise[0], lead(g1, across, u)
    flat = noise[2] == 0.0
    if flat:
        bend = dot(rows[2], g3) / (2.0 * range_m)
        left1 -= bend
        s1 += 2.0 * bend * bend
    share = dot(rows[1], g1) / s1
    left2 -= share * left1
    s2, c2 = dot(rows[1], g2) + noise[1] - share * share * s1, lead(g2, across, u) - share * c1
    left -= c1 / s1 * left1 + c2 / s2 * left2
    var -= c1 * c1 / s1 + c2 * c2 / s2
    if not flat:
        share13 = dot(rows[2], g1) / s1
        share23 = (dot(rows[2], g2) - share13 * share * s1) / s2
        s3 = dot(rows[2], g3) + noise[2] - share13 * share13 * s1 - share23 * share23 * s2
        c3 = lead(g3, across, u) - share13 * c1 - share23 * c2
        left -= c3 / s3 * (over[2] + dot(rows[2], off) - share13 * left1 - share23 * left2)
        var -= c3 * c3 / s3
    var = max(var, 0.0) + max(sight["doppler_var"], NOISE_FLOOR * (p[3, 3] + p[4, 4] + p[5, 5])) + blur
    return left * left / var, var
