"""Propagation the slow obvious way: walk along the ray, add up, solve with scipy."""

from itertools import pairwise

import numpy as np
from scipy import integrate

RADIUS_M = 6371008.7714
EFFECTIVE_M = RADIUS_M * 4 / 3


def air_path(range_m, antenna_m, sine, scale_m):
    """Sea-level worth of a straight ray through air that thins with height, by adaptive quadrature."""
    air = lambda s: np.exp(-(antenna_m + s * sine + s * s / (2 * EFFECTIVE_M)) / scale_m)  # noqa: E731
    ends = sorted({0.0, *np.clip([1e2, 1e3, 1e4, 5e4, 1e5, 3e5, -sine * EFFECTIVE_M], 0.0, range_m), range_m})
    pieces = [integrate.quad(air, *pair, epsrel=1e-12)[0] for pair in pairwise(ends)]
    return sum(pieces)


def ray(elevation_deg, antenna_m, target_m, n0=313.0, decay_per_km=0.143859):
    """Ground range and delay range of a climbing ray: its differential equation along its length, to a height."""
    decay, excess = 1e-3 * decay_per_km, 1e-6 * n0

    def slope(_, state):
        height, elevation = state[:2]
        air, radius = excess * np.exp(-decay * height), RADIUS_M + height
        turn = np.cos(elevation) * (1 / radius - decay * air / (1 + air))
        return np.sin(elevation), turn, RADIUS_M * np.cos(elevation) / radius, 1 + air

    arrives = lambda _, state: state[0] - target_m  # noqa: E731
    arrives.terminal, arrives.direction = True, 1
    start = (antenna_m, np.radians(elevation_deg), 0, 0)
    found = integrate.solve_ivp(slope, (0, 1e7), start, "DOP853", events=arrives, rtol=1e-12, atol=1e-9)
    return found.y_events[0][0][2:]


def ray_height(ground_m, elevation_deg, antenna_m, n0=313.0, decay_per_km=0.143859):
    """Height of a ray by ground range: the differential equation, by an adaptive solver."""
    decay, excess = 1e-3 * decay_per_km, 1e-6 * n0

    def slope(_, state):
        height, elevation = state
        air = excess * np.exp(-decay * height)
        turn = 1 - (RADIUS_M + height) * decay * air / (1 + air)
        return (RADIUS_M + height) / RADIUS_M * np.tan(elevation), turn / RADIUS_M

    start = (antenna_m, np.radians(elevation_deg))
    return integrate.solve_ivp(slope, (0, ground_m), start, method="DOP853", rtol=1e-11, atol=1e-9).y[0, -1]


def us76(geometric_m):
    """Temperature and pressure by climbing the hydrostatic equation from the ground in quadrature."""
    bases, lapses = [0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3, 90e3], [-6.5, 0, 1, 2.8, 0, -2.8, -2]
    top = 6356766.0 * geometric_m / (6356766.0 + geometric_m)
    kelvin, logged = 288.15, 0.0
    for (low, high), lapse in zip(pairwise(bases), lapses, strict=True):
        end = top if low == 0 and top < 0 else min(max(top, low), high)
        warm = lambda z, low=low, kelvin=kelvin, lapse=lapse: kelvin + 1e-3 * lapse * (z - low)  # noqa: E731
        logged -= integrate.quad(lambda z, warm=warm: 9.80665 * 28.9644e-3 / 8.31432 / warm(z), low, end)[0]
        kelvin = warm(end)
        if top <= high:
            break
    return kelvin, 101325.0 * np.exp(logged)


def knife_edge(nu):
    """Field behind a half plane by adding up the open half of Cornu's integral."""
    cosine, sine = (integrate.quad(lambda t, f=f: f(np.pi * t * t / 2), 0, nu, limit=500)[0] for f in (np.cos, np.sin))
    return -20 * np.log10(abs(0.5 * (1 + 1j) * ((0.5 - cosine) - 1j * (0.5 - sine))))


def shortest_bounce(ground_m, low_m, high_m, radius_m=EFFECTIVE_M):
    """Where the way by the ground is shortest, and by how much it is longer than the straight one."""
    from scipy.optimize import minimize_scalar

    chord = lambda a, b, s: np.sqrt(  # noqa: E731
        (a - b) ** 2 + 4 * (radius_m + a) * (radius_m + b) * np.sin(s / 2 / radius_m) ** 2
    )
    way = lambda r: chord(low_m, 0, r) + chord(high_m, 0, ground_m - r)  # noqa: E731
    found = minimize_scalar(way, bounds=(0, ground_m), method="bounded", options={"xatol": 1e-7})
    return found.x, found.fun - chord(low_m, high_m, ground_m)
