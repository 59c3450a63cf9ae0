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




def air_path(range_m, antenna_m, sine, scale_m):
    """Sea-level length of a path through air that thins exponentially, by walking along it."""
    s = np.linspace(0, range_m, 200001)
    height = antenna_m + s * sine + s**2 / (2 * EFFECTIVE_M)
    return np.trapezoid(np.exp(-height / scale_m), s)


def canceller(radial_m_s, blind_m_s, order):
    """Power of a train of unit echoes behind binomial weights, over the mean of all speeds; mean over the PRFs."""
    weights = special.binom(order, np.arange(order + 1)) * (-1.0) ** np.arange(order + 1)
    used = [blind for blind in blind_m_s if blind > 0]
    if not used:
        return 1.0
    powers = [abs(np.sum(weights * np.exp(2j * pi * np.arange(order + 1) * radial_m_s / b))) ** 2 for b in used]
    return np.mean(powers) / np.sum(weights**2)


def apparent_elevation(place):
    """Angle of a straight line, and what refraction lifts it: half the difference of the earths' curvatures."""
    return np.arctan2(place["up"], place["across"]) + place["ground"] * (0.5 / RADIUS_M - 0.5 / EFFECTIVE_M)


def elevation_gain(radar, apparent_rad):
    """One-way gain of a cosecant-squared fan, 1 for any other."""
    if 0 < radar["beam_top_rad"] < apparent_rad:
        return (sin(radar["beam_top_rad"]) / sin(apparent_rad)) ** 2
    return 1.0


def steering_gain(radar, place):
    """One-way gain of an array by the unit vectors of its face and of the ray."""
    if radar["roll_off_exponent"] == 0:
        return 1.0
    face = np.array([radar["tilt_cosine"] * sin(radar["heading_rad"]), radar["tilt_cosine"] * cos(radar["heading_rad"]),
                     radar["tilt_sine"]])
    ray = np.array([place["across"] * sin(place["azimuth"]), place["across"] * cos(place["azimuth"]), place["up"]])
    return max(0.0, face @ ray / np.linalg.norm(ray)) ** radar["roll_off_exponent"]


def weather_gain(radar, place):
    """Share of an echo that rain and fog leave, by walking."""
    leaving = np.arcsin(place["up"] / place["range"]) + place["ground"] * (0.5 / RADIUS_M - 0.5 / EFFECTIVE_M)
    lost_db = radar["rain_db_per_m"] * rain_path(place["range"], radar["height_m"], leaving, 5000.0)
    lost_db += radar["fog_db_per_m"] * rain_path(place["range"], radar["height_m"], leaving, radar["fog_top_m"])
    return 10 ** (-0.1 * lost_db)


def beam(off_rad, width_rad):
    """Gaussian beam by its half-power width."""
    return 0.5 ** ((2 * off_rad / width_rad) ** 2)


def echo_over_noise(radar, place, rcs_m2, radial_m_s, blind_m_s):
    """Mean SNR of an echo over receiver noise alone, and that of 1 m2 before the filter."""
    r = place["range"]
    sine = (place["height"] - radar["height_m"]) / r - r / (2 * EFFECTIVE_M)
    lost_db = sum(
        db * air_path(r, radar["height_m"], sine, scale)
        for db, scale in zip(radar["air_db_per_m"], radar["air_scale_m"], strict=True) if db > 0
    )
    gain = (elevation_gain(radar, apparent_elevation(place)) * steering_gain(radar, place)) ** 2
    one = radar["snr_one"] / r**4 * 10 ** (-0.1 * lost_db) * weather_gain(radar, place) * gain
    return one * rcs_m2 * canceller(radial_m_s, blind_m_s, 2), one


def ground_residue(radar, place, one, tangent):
    """Residue of the ground in the cell of a target: gamma times the area laid across the ray."""
    pattern, steering = elevation_gain(radar, apparent_elevation(place)), steering_gain(radar, place)
    down = (place["floor"] - radar["height_m"]) / place["range"] - place["range"] / (2 * EFFECTIVE_M)
    toward = 1.0
    if radar["elevation_beam_rad"] > 0:
        toward = beam(max(0.0, apparent_elevation(place) - down), radar["elevation_beam_rad"])
        toward = max(toward, 10 ** (0.1 * radar["sidelobe_db"]))
    area = radar["gamma_ratio"] * tangent * place["range"] * radar["azimuth_beam_rad"] * radar["range_cell_m"]
    return one / (pattern * steering) ** 2 * area * (steering * toward) ** 2 / 10 ** (0.1 * radar["improvement_db"])


def own_jamming(radar, place, density_w_hz, one):
    """Noise from where the target is: the receiving half of its two-way way, over the square of the range."""
    half_way = (one * place["range"] ** 4 / radar["snr_one"]) ** 0.5
    return density_w_hz * radar["jamming_factor"] / place["range"] ** 2 * half_way


def gain_toward(radar, place, azimuth, elevation):
    """One-way gain toward a jammer while the beam points at a target, sidelobes at least."""
    apart = (place["azimuth"] - azimuth + pi) % (2 * pi) - pi
    gain = steering_gain(radar, place) * beam(apart, radar["azimuth_beam_rad"])
    if radar["elevation_beam_rad"] > 0:
        gain *= beam(apparent_elevation(place) - elevation, radar["elevation_beam_rad"])
    return max(gain * elevation_gain(radar, elevation) if radar["elevation_beam_rad"] == 0 else gain,
               10 ** (0.1 * radar["sidelobe_db"]))


def lit_tangent(ranges_m, heights_m, antenna_m, first, last):
    """Mean tangent of the grazing angle of what is seen between two samples of a profile: angle by angle."""
    sight = [
        np.arctan2((EFFECTIVE_M + h) * cos(r / EFFECTIVE_M) - EFFECTIVE_M - antenna_m,
                   (EFFECTIVE_M + h) * sin(r / EFFECTIVE_M))
        for r, h in zip(ranges_m, heights_m, strict=True)
    ]
    seen = 0.0
    for k in range(first + 1, last + 1):
        seen += max(0.0, sight[k] - max(sight[:k])) * ranges_m[k]
    return seen / (ranges_m[last] - ranges_m[first])


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
