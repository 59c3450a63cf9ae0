"""Detection the slow obvious way: definitions, numpy and scipy, one thing at a time."""

from math import acos, cos, pi, sin

import numpy as np
from scipy import special, stats

RADIUS_M = 6371008.7714
EFFECTIVE_M = RADIUS_M * 4 / 3


def threshold(pfa, pulses):
    """Inverse of the upper incomplete gamma function."""
    return special.gammainccinv(pulses, pfa)


def pd(swerling, snr, pulses, limit):
    """Non-central chi-square for a steady echo, else the whole mixture of gamma tails, every term of it."""
    if swerling == 0:
        return stats.ncx2.sf(2 * limit, 2 * pulses, 2 * pulses * snr)
    shape = {1: 1, 2: pulses, 3: 2, 4: 2 * pulses}[swerling]
    return pd_shape(shape, snr, pulses, limit)


def pd_shape(shape, snr, pulses, limit):
    """Negative binomial mixture of gamma tails, until the tails are one, then all that is left."""
    k = np.arange(int(limit + 60 * np.sqrt(limit) + 400))
    law = stats.nbinom(shape, shape / (shape + pulses * snr))
    return (law.pmf(k) * special.gammaincc(pulses + k, limit)).sum() + law.sf(k[-1])


def pd_by_counting(swerling, snr, pulses, limit, draws, rng):
    """Probability of detection by adding up complex noise and echoes."""
    shape = {0: None, 1: 1, 2: 1, 3: 2, 4: 2}[swerling]
    size = (draws, 1) if swerling in (1, 3) else (draws, pulses)
    power = np.full(size, snr) if shape is None else rng.gamma(shape, snr / shape, size)
    noise = rng.normal(scale=np.sqrt(0.5), size=(2, draws, pulses))
    total = ((np.sqrt(power) + noise[0]) ** 2 + noise[1] ** 2).sum(axis=1)
    return np.mean(total > limit)


def lowest_visible(antenna_m, ground_range_m):
    """Height at which the ray that grazes a smooth earth passes a ground range."""
    tangent = acos(EFFECTIVE_M / (EFFECTIVE_M + antenna_m))
    beyond = ground_range_m / EFFECTIVE_M - tangent
    return EFFECTIVE_M * (1 / cos(beyond) - 1) if beyond > 0 else 0.0


def profile_floor(ranges_m, heights_m, antenna_m, at):
    """Lowest visible height at sample `at`: the highest of the rays over every sample before it, and the ground."""
    best = heights_m[at]
    for k in range(at):
        if ranges_m[k] == 0:
            continue
        near, far = ranges_m[k] / EFFECTIVE_M, ranges_m[at] / EFFECTIVE_M
        rise = (EFFECTIVE_M + heights_m[k]) * cos(near) - (EFFECTIVE_M + antenna_m)
        slope = rise / ((EFFECTIVE_M + heights_m[k]) * sin(near))
        best = max(best, (EFFECTIVE_M + antenna_m) / (cos(far) - slope * sin(far)) - EFFECTIVE_M)
    return best


def beam_azimuth(time_s, phase_s, period_s):
    """Where a turning beam looks."""
    return 2 * pi * (((time_s - phase_s) / period_s) % 1.0)


def rain_path(range_m, antenna_m, elevation_rad, top_m):
    """Length of a path below the top of the rain, by walking along it."""
    s = np.linspace(0, range_m, 20001)
    height = antenna_m + s * sin(elevation_rad) + (s * cos(elevation_rad)) ** 2 / (2 * EFFECTIVE_M)
    return range_m * np.mean(height <= top_m)


def merged(plots, cell_m, beam_rad):
    """Which plots of one instant cannot be told apart: sets of indices, joined to the first that is near."""
    groups = []
    for i, plot in enumerate(plots):
        for group in groups:
            first = plots[group[0]]
            apart = abs((plot["azimuth_rad"] - first["azimuth_rad"] + pi) % (2 * pi) - pi)
            if abs(plot["range_m"] - first["range_m"]) <= cell_m and apart <= beam_rad:
                group.append(i)
                break
        else:
            groups.append([i])
    return groups




def stretches(wants, least):
    """How much longer search, tracks and support take, when time (1.0) is handed out step by step.

    First search and tracks get what they want up to `least`; then support, tracks and search what is left, in order.
    """
    given, left = dict.fromkeys(wants, 0.0), 1.0
    steps = [("search", least), ("track", least), ("support", np.inf), ("track", np.inf), ("search", np.inf)]
    for kind, limit in steps:
        more = min(left, min(wants[kind], limit) - given[kind])
        given[kind] += more
        left -= more
    return {kind: wants[kind] / given[kind] if wants[kind] > 0.0 else 1.0 for kind in wants}
