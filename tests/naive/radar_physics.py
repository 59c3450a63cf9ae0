"""Beams, filters, clutter and links the slow obvious way: sample it, sum it, look it up in scipy."""

from math import atan2, comb, cos, degrees, erf, hypot, log, pi, sin, sqrt

import numpy as np
from scipy import stats

EFFECTIVE_M = 6371008.7714 * 4 / 3


def fan_gain(elevation_deg, top_deg):
    """A flyer at constant height is equally strong above the top of the beam: gain falls as its range squared."""
    height = 1.0
    edge = height / sin(np.radians(top_deg))
    here = height / sin(np.radians(max(elevation_deg, top_deg)))
    return (here / edge) ** 2


def half_power_gain(off, beam):
    """Halved once at half the width, and by the square of the distance from there."""
    return 0.5 ** ((off / (beam / 2)) ** 2)


def projected(off_deg):
    """Width of a plate of width one, seen from the side."""
    return abs(hypot(cos(np.radians(off_deg)), 0.0)) if abs(off_deg) < 90 else 0.0


def canceller_power(radial_m_s, blind_m_s, order):
    """Power of a unit echo behind a canceller, pulse by pulse, over its mean over a turn of phase."""
    weights = [(-1) ** k * comb(order, k) for k in range(order + 1)]

    def out(turns):
        return abs(sum(w * np.exp(2j * pi * turns * k) for k, w in enumerate(weights))) ** 2

    mean = np.mean([out(t) for t in np.arange(64) / 64])
    return np.mean([out(radial_m_s / blind) / mean for blind in blind_m_s if blind > 0])


def grazing_deg(antenna_m, range_m):
    """Angle between a chord to the ground and the tangent there, by the triangle with the earth's centre."""
    a, b = EFFECTIVE_M, EFFECTIVE_M + antenna_m
    at_ground = (a * a + range_m**2 - b * b) / (2 * a * range_m)
    return degrees(atan2(-at_ground, sqrt(max(0.0, 1 - at_ground**2))))


def ground_echo(range_m, grazing, beam, cell_m, gamma):
    """Sum of patches a hundredth of the cell long and wide."""
    along = cell_m / cos(grazing) / 100
    across = range_m * beam / 100
    return sum(gamma * sin(grazing) * along * across for _ in range(100 * 100))


def rain_echo(range_m, az, el, cell_m, eta):
    """Rain under the two-way pattern of a Gaussian beam, summed over a fine raster."""
    x = np.linspace(-3, 3, 601)
    weight = np.exp(-8 * log(2) * x**2).sum() * (x[1] - x[0])
    return eta * cell_m * range_m * az * weight * range_m * el * weight


def heard(margin_db):
    """Normal curve through (0, 0.9) and (3, 0.99)."""
    low, high = stats.norm.ppf([0.9, 0.99])
    return 0.5 * (1 + erf((low + margin_db * (high - low) / 3) / sqrt(2)))


def improvement_db(order, ratio, draws, rng):
    """Clutter as speeds drawn from its spectrum, through the canceller, against the mean over all speeds."""
    turns = ratio * rng.normal(size=draws)
    left = np.mean((2 * np.sin(pi * turns)) ** (2 * order))
    return 10 * np.log10(comb(2 * order, order) / left)


def bearing_fixes(sensors, target, sigma, draws, rng):
    """Fixes from drawn bearings by least squares about the truth, two sensors: where the two lines cross."""
    out = []
    for _ in range(draws):
        rows, right = [], []
        for x, y in sensors:
            bearing = atan2(target[0] - x, target[1] - y) + rng.normal(0, sigma)
            rows.append([cos(bearing), -sin(bearing)])
            right.append(cos(bearing) * x - sin(bearing) * y)
        out.append(np.linalg.solve(rows, right))
    return np.array(out)


def time_line(tasks, search_dwell_s, horizon_s):
    """A scheduler that runs what is due, most important first, and searches else: looks of each, and of search."""
    due = [[k * interval / max(1, count) for k in range(count)] for _, count, _, interval in tasks]
    done, searched, now = [0] * len(tasks), 0, 0.0
    while now < horizon_s:
        ready = [(i, min(range(len(d)), key=d.__getitem__)) for i, d in enumerate(due) if d and min(d) <= now]
        if ready:
            i, k = ready[0]
            due[i][k] = max(due[i][k] + tasks[i][3], now - tasks[i][3])
            done[i] += 1
            now += tasks[i][2]
        else:
            searched += 1
            now += search_dwell_s
    return done, searched, now
