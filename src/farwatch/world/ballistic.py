"""Ballistic arcs in closed form: a vacuum, a spherical Earth that does not turn, surface to surface.

An arc is a piece of an ellipse about the Earth's centre. With the speed ratio l = v^2 R / mu and the
elevation g at the surface: a = R / (2 - l), e^2 = 1 - l (2 - l) cos^2 g, and the range angle p satisfies
tan^2 g - l cot(p/2) tan g + (1 - l) = 0, whose least l is that of minimum energy, at g = (pi - p) / 4.

What is left out: the powered climb (the arc starts at burn-out speed on the ground), drag, the Earth's turn
and flattening. Below some 300 km of range the atmosphere is felt along much of the arc: real missiles
arrive slower.

Sources: [bate1971] Bate, Mueller and White, "Fundamentals of Astrodynamics", chapter 6. Kepler's equation
is solved by Newton's method from the apogee side, where it converges for every elliptic arc.
"""

from dataclasses import dataclass
from math import acos, atan, cos, pi, radians, sin, sqrt, tan
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import RangeError
from farwatch.world.earth import MEAN_RADIUS_M

Array = NDArray[np.float64]

GRAVITATION_M3_S2 = 3.986004418e14
"""Gravitational parameter of the Earth, atmosphere included [wgs84]."""

STANDARD_GRAVITY_M_S2 = 9.80665
"""Standard acceleration of free fall (CGPM 1901)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sphere:
    """The Earth as arcs see it."""

    radius_m: float = MEAN_RADIUS_M
    mu_m3_s2: float = GRAVITATION_M3_S2


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """One arc: what it needs at the surface, and what it does."""

    speed_m_s: float
    elevation_deg: float
    range_m: float
    apogee_m: float
    time_s: float
    sphere: Sphere

    def at(self, times_s: ArrayLike) -> tuple[Array, Array]:
        """Distance along the ground and height above the sphere, m, at some times after launch, s."""
        semi_major_m, eccentricity, start = _ellipse(self.speed_m_s, self.elevation_deg, self.sphere)
        mean_motion = sqrt(self.sphere.mu_m3_s2 / semi_major_m**3)
        mean = start - eccentricity * sin(start) + mean_motion * np.asarray(times_s, dtype=np.float64)
        anomaly = np.full_like(mean, pi)
        for _ in range(50):
            excess = anomaly - eccentricity * np.sin(anomaly) - mean
            change = excess / (1.0 - eccentricity * np.cos(anomaly))
            anomaly -= change
            if np.max(np.abs(change), initial=0.0) < 1e-14:
                break
        radius_m = semi_major_m * (1.0 - eccentricity * np.cos(anomaly))
        angle = _true_anomaly(anomaly, eccentricity) - _true_anomaly(np.asarray(start), eccentricity)
        return self.sphere.radius_m * angle, radius_m - self.sphere.radius_m


def arc_over(range_m: float, speed_m_s: float | None = None, sphere: Sphere | None = None) -> Arc:
    """The arc that spans `range_m` of ground: of minimum energy, or the flatter one of a given speed.

    RangeError when the range is not between nothing and half the Earth's circumference, or the speed is too
    low for it, or so high that no arc comes down there.
    """
    earth = sphere or Sphere()
    angle = range_m / earth.radius_m
    if not 0.0 < angle < pi:
        raise RangeError(f"a ballistic arc cannot span {range_m / 1e3:g} km of this sphere")
    least = 2.0 * sin(0.5 * angle) / (1.0 + sin(0.5 * angle))
    circular_m_s = sqrt(earth.mu_m3_s2 / earth.radius_m)
    if speed_m_s is None:
        return arc_from(circular_m_s * sqrt(least), np.degrees(0.25 * (pi - angle)), earth)
    ratio = (speed_m_s / circular_m_s) ** 2
    if ratio < least * (1.0 - 1e-12):
        needed = circular_m_s * sqrt(least)
        raise RangeError(f"{speed_m_s:g} m/s does not reach {range_m / 1e3:g} km; {needed:.0f} m/s would")
    slope = ratio / tan(0.5 * angle)
    root = sqrt(max(0.0, slope * slope - 4.0 * (1.0 - ratio)))
    flatter = 0.5 * (slope - root)
    return arc_from(speed_m_s, np.degrees(atan(flatter if flatter > 0.0 else 0.5 * (slope + root))), earth)


def arc_from(speed_m_s: float, elevation_deg: float, sphere: Sphere | None = None) -> Arc:
    """The arc of a burn-out speed and elevation at the surface; RangeError when it never comes down."""
    earth = sphere or Sphere()
    ratio = speed_m_s**2 * earth.radius_m / earth.mu_m3_s2
    if not (0.0 < elevation_deg < 90.0 and 0.0 < ratio < 2.0):
        raise RangeError(f"no arc comes down again from {speed_m_s:g} m/s at {elevation_deg:g} degrees")
    semi_major_m, eccentricity, start = _ellipse(speed_m_s, elevation_deg, earth)
    mean = pi - start + eccentricity * sin(start)
    true = float(_true_anomaly(np.asarray(start), eccentricity))
    return Arc(
        speed_m_s=float(speed_m_s),
        elevation_deg=float(elevation_deg),
        range_m=2.0 * (pi - true) * earth.radius_m,
        apogee_m=semi_major_m * (1.0 + eccentricity) - earth.radius_m,
        time_s=2.0 * sqrt(semi_major_m**3 / earth.mu_m3_s2) * mean,
        sphere=earth,
    )


class FlatArc(NamedTuple):
    """A parabola over flat ground."""

    range_m: float
    apogee_m: float
    time_s: float


def arc_over_flat_ground(
    speed_m_s: float, elevation_deg: float, gravity_m_s2: float = STANDARD_GRAVITY_M_S2
) -> FlatArc:
    """The school parabola, without air and over flat ground: v^2 sin 2e / g, (v sin e)^2 / 2g, 2 v sin e / g.

    Good to a hundredth up to some 100 km of range; beyond that the ground curves away.
    """
    if not (speed_m_s >= 0.0 and 0.0 <= elevation_deg <= 90.0 and gravity_m_s2 > 0.0):
        raise RangeError(f"no arc at {speed_m_s:g} m/s, {elevation_deg:g} degrees, {gravity_m_s2:g} m/s2")
    elevation = radians(elevation_deg)
    rise_m_s = speed_m_s * sin(elevation)
    return FlatArc(
        range_m=speed_m_s**2 * max(sin(2.0 * elevation), 0.0) / gravity_m_s2,
        apogee_m=rise_m_s**2 / (2.0 * gravity_m_s2),
        time_s=2.0 * rise_m_s / gravity_m_s2,
    )


def _ellipse(speed_m_s: float, elevation_deg: float, sphere: Sphere) -> tuple[float, float, float]:
    """Semi-major axis, m, eccentricity, and eccentric anomaly at launch, rad, of an arc."""
    ratio = speed_m_s**2 * sphere.radius_m / sphere.mu_m3_s2
    level = cos(np.radians(elevation_deg))
    eccentricity = sqrt(1.0 - ratio * (2.0 - ratio) * level * level)
    semi_major_m = sphere.radius_m / (2.0 - ratio)
    return semi_major_m, eccentricity, acos(max(-1.0, min(1.0, (ratio - 1.0) / eccentricity)))


def _true_anomaly(anomaly: Array, eccentricity: float) -> Array:
    """Angle about the Earth's centre, 0 to 2 pi, of eccentric anomalies in the same range."""
    near = sqrt(1.0 - eccentricity * eccentricity) * np.sin(anomaly)
    return np.asarray(np.mod(np.arctan2(near, np.cos(anomaly) - eccentricity), 2.0 * pi))
