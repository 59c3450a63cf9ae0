"""How an antenna's gain falls off: beams, fans, steered arrays, tapered apertures, measured tables.

Kernels give one-way power relative to the peak; functions on arrays give decibels. An echo passes the antenna twice.
See `docs/models/antenna.md`.

Sources: [skolnik] Skolnik, "Introduction to Radar Systems", 3rd ed., ch. 9 (beams, cosecant-squared, arrays);
[mailloux] Mailloux, "Phased Array Antenna Handbook", ch. 1 (scan loss, broadening) and 3 (Taylor's distribution);
[silver] Silver, "Microwave Antenna Theory and Design", table 6.1 (cosine tapers).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import acosh, cos, exp, isfinite, log, pi, sin
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.compiled import kernel
from farwatch.detect.equation import to_db
from farwatch.errors import InputError, Problem, RangeError

Floats = NDArray[np.float64]

_HALF = 4.0 * log(2.0)
_WIDEST_RAD = 75.0 * pi / 180.0


@kernel
def cosecant_squared(elevation_rad: float, top_rad: float) -> float:
    """Gain of a fan beam that keeps a flyer at constant height equally strong, relative to its peak [skolnik].

    One up to `top_rad`, the top of the main beam; above it (sin top / sin elevation)².
    """
    if elevation_rad <= top_rad:
        return 1.0
    ratio = sin(top_rad) / sin(min(elevation_rad, 0.5 * pi))
    return ratio * ratio


@kernel
def gaussian_beam(off_rad: float, beam_rad: float) -> float:
    """Gain at an angle off the axis of a beam whose full width at half power is `beam_rad`, relative to its peak."""
    away = off_rad / beam_rad
    return exp(-_HALF * away * away)


@kernel
def beam_with_sidelobes(off_rad: float, beam_rad: float, sidelobe_ratio: float) -> float:
    """A Gaussian main beam that never falls below its sidelobes (`sidelobe_ratio`, power relative to the peak)."""
    away = off_rad / beam_rad
    return max(sidelobe_ratio, exp(-_HALF * away * away))


@kernel
def scan_gain(off_rad: float, exponent: float) -> float:
    """Gain of an array steered `off_rad` from broadside, relative to broadside: cos to a power, 0 beyond 90 degrees.

    The projected aperture gives exponent 1, mismatch of the elements adds to it: 1 to 1.5 one way [mailloux].
    """
    return projected_gain(cos(off_rad), exponent)


@kernel
def projected_gain(cosine: float, exponent: float) -> float:
    """`scan_gain` by the cosine of the angle off broadside, for callers that have it from two directions."""
    return cosine**exponent if cosine > 0.0 else 0.0


@kernel
def broadened_rad(beam_rad: float, off_rad: float) -> float:
    """Width of an array's beam when steered off broadside: that of the projected aperture, up to 75 degrees."""
    return beam_rad / cos(min(abs(off_rad), _WIDEST_RAD))


def cosine_taper_db(off_deg: ArrayLike, beam_deg: ArrayLike, taper_exponent: float = 1.0) -> Floats:
    """Pattern of a line aperture lit as cos^n across its width, by its half-power width, dB below the peak.

    Exponent 0 is uniform (first sidelobe -13.3 dB), 1 cosine (-23.0), 2 cosine squared (-31.5) [silver]; any real
    n >= 0 is allowed. In closed form F(u) = G(a)² / (G(a + u) G(a - u)) with a = 1 + n/2, G the gamma function and u
    the aperture's length in wavelengths times the sine of the angle. Raises RangeError beyond 90 degrees.
    """
    u, a = _aperture_u(off_deg, beam_deg, taper_exponent), 1.0 + 0.5 * taper_exponent
    return _field_db(_cosine_field(u, a))


def sidelobe_envelope_db(off_deg: ArrayLike, beam_deg: ArrayLike, taper_exponent: float = 1.0) -> Floats:
    """The smooth curve over the sidelobes of `cosine_taper_db`, dB; inside the main lobe the pattern itself.

    It touches every sidelobe, 0.2 dB (uniform) to 1.4 dB (n = 4) above the top of the first, and falls by 6 (n + 1) dB
    per doubling of the angle. Real antennas stop falling where random errors begin; add a floor for those.
    """
    from scipy.special import gammaln

    a = 1.0 + 0.5 * taper_exponent
    u = np.abs(_aperture_u(off_deg, beam_deg, taper_exponent))
    outside = u >= a
    far = np.where(outside, u, a)
    smooth = np.exp(2.0 * gammaln(a) + gammaln(far + 1.0 - a) - gammaln(far + a)) / pi
    return np.where(outside, _field_db(smooth), _field_db(_cosine_field(u, a)))


def taylor_db(off_deg: ArrayLike, beam_deg: ArrayLike, sidelobe_db: float = 30.0, even: int = 5) -> Floats:
    """Taylor's pattern: the first `even` - 1 sidelobes stay near `sidelobe_db` below the peak [mailloux].

    Raises RangeError beyond 90 degrees, for sidelobes that are not 15 to 60 dB down, or for too few even ones to hold
    that level (`even` at least 2 A² + 1/2, cosh(pi A) the voltage ratio).
    """
    zeros = _taylor_zeros(sidelobe_db, even)
    widest = _half_width(lambda u: _taylor_field(u, zeros))
    return _field_db(_taylor_field(2.0 * widest * _sine_ratio(off_deg, beam_deg), zeros))


def gain_of_beams_dbi(
    azimuth_beam_deg: ArrayLike, elevation_beam_deg: ArrayLike, efficiency: ArrayLike = 0.6
) -> Floats:
    """Gain of a pencil or fan beam by its half-power widths: 4 pi efficiency / (azimuth elevation), dBi.

    0.5 to 0.7 is usual (26,000 square degrees is 0.63) [skolnik, 9.2]. Raises RangeError for widths beyond 60 degrees.
    """
    azimuth, elevation = np.asarray(azimuth_beam_deg, np.float64), np.asarray(elevation_beam_deg, np.float64)
    if np.any((azimuth <= 0.0) | (azimuth > 60.0) | (elevation <= 0.0) | (elevation > 60.0)):
        raise RangeError("a gain follows from beam widths above 0 and up to 60 degrees")
    return to_db(4.0 * pi * np.asarray(efficiency) / (np.radians(azimuth) * np.radians(elevation)))


def cosecant_squared_loss_db(beam_deg: ArrayLike, top_deg: ArrayLike, highest_deg: ArrayLike) -> Floats:
    """Peak gain that a fan of width `beam_deg` gives up to be cosecant-squared from `top_deg` to `highest_deg`, dB.

    The power that fills the upper part, sin² top (cot top - cot highest), against that of the fan [skolnik, 9.11].
    """
    top, highest = np.radians(top_deg), np.radians(highest_deg)
    extra = np.sin(top) ** 2 * (1.0 / np.tan(top) - 1.0 / np.tan(highest))
    return to_db(1.0 + extra / np.radians(beam_deg))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """A measured pattern: rising angles and the gain at each, both float64 of one length."""

    angle_deg: Floats
    gain_db: Floats
    source: str

    def at(self, angle_deg: ArrayLike) -> Floats:
        """Gain by straight lines in decibels, dB; NaN outside the table, which wraps around if it spans a turn."""
        angle = np.asarray(angle_deg, np.float64)
        first, last = self.angle_deg[0], self.angle_deg[-1]
        if last - first >= 360.0 - 1e-9:
            angle = first + np.mod(angle - first, 360.0)
        return np.asarray(np.interp(angle, self.angle_deg, self.gain_db, left=np.nan, right=np.nan))


def read_pattern(path: str | Path) -> Pattern:
    """Read a measured pattern from CSV with the columns angle_deg and gain_db, angles rising.

    Raises InputError with every bad line: missing columns, text for numbers, angles that do not rise or leave ±360.
    """
    place = Path(path)
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        problem = Problem("file", str(place), "cannot be read as text", str(trouble))
        raise InputError(str(place), [problem]) from trouble
    rows, problems = _pattern_rows(lines)
    if not problems and len(rows) < 2:
        problems = [Problem("rows", str(len(rows)), "a pattern has two rows or more")]
    if problems:
        raise InputError(str(place), problems)
    table = np.array(rows, np.float64)
    return Pattern(angle_deg=table[:, 0].copy(), gain_db=table[:, 1].copy(), source=place.name)


def _pattern_rows(lines: list[str]) -> tuple[list[tuple[float, float]], list[Problem]]:
    """Rows (angle, gain) of the lines of a file, and what is wrong with it."""
    header = [name.strip() for name in lines[0].split(",")] if lines else []
    missing = [name for name in ("angle_deg", "gain_db") if name not in header]
    if missing:
        hint = "the first line names the columns: angle_deg,gain_db"
        return [], [Problem("columns", ", ".join(header), f"no column {' or '.join(missing)}", hint, line=1)]
    at = header.index("angle_deg"), header.index("gain_db")
    rows: list[tuple[float, float]] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = line.split(",")
        try:
            angle_deg, gain_db = (float(cells[i]) for i in at)
        except (ValueError, IndexError):
            problems.append(Problem("row", line.strip(), "not a number in each column", line=number))
            continue
        if not (isfinite(gain_db) and abs(angle_deg) <= 360.0):
            rule = "an angle within ±360 degrees and a finite gain"
            problems.append(Problem("row", line.strip(), rule, line=number))
        elif rows and angle_deg <= rows[-1][0]:
            hint = f"above {rows[-1][0]:g}; sort the file by angle"
            problems.append(Problem("angle_deg", f"{angle_deg:g}", "angles must rise", hint, line=number))
        else:
            rows.append((angle_deg, gain_db))
    return rows, problems


def _sine_ratio(off_deg: ArrayLike, beam_deg: ArrayLike) -> Floats:
    """Sine of an angle in units of the sine of the half-power width: 1/2 where the gain is half."""
    off = np.radians(np.asarray(off_deg, np.float64))
    if np.any(np.abs(off) > 0.5 * pi + 1e-12):
        raise RangeError("an aperture's pattern holds in front of it, to 90 degrees off its axis")
    return np.asarray(np.sin(off) / (2.0 * np.sin(0.5 * np.radians(beam_deg))))


def _aperture_u(off_deg: ArrayLike, beam_deg: ArrayLike, exponent: float) -> Floats:
    if exponent < 0.0:
        raise RangeError("the exponent of a cosine taper is 0 or more")
    a = 1.0 + 0.5 * exponent
    return 2.0 * _half_width(lambda u: _cosine_field(u, a)) * _sine_ratio(off_deg, beam_deg)


def _cosine_field(u: Floats, a: float) -> Floats:
    """Field of a cosine taper, one on the axis."""
    from scipy.special import gammaln, rgamma

    near = np.abs(u) < 20.0
    inner = np.where(near, u, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        exact = np.exp(2.0 * gammaln(a)) * rgamma(a + inner) * rgamma(a - inner)
    outer = np.where(near, a + 20.0, np.abs(u))
    # the reflection formula keeps large arguments from overflowing
    far = np.exp(2.0 * gammaln(a) + gammaln(outer + 1.0 - a) - gammaln(outer + a)) * np.sin(pi * (a - outer)) / pi
    return np.asarray(np.where(near, exact, far))


def _taylor_zeros(sidelobe_db: float, even: int) -> Floats:
    """The moved zeros of Taylor's pattern."""
    if not 15.0 <= sidelobe_db <= 60.0:
        raise RangeError("Taylor's pattern is for sidelobes 15 to 60 dB below the peak")
    a_square = (acosh(10.0 ** (sidelobe_db / 20.0)) / pi) ** 2
    least = 2.0 * a_square + 0.5
    if even < least:
        raise RangeError(f"sidelobes {sidelobe_db:g} dB down need {int(np.ceil(least))} or more even ones, not {even}")
    n = np.arange(1, even)
    stretch = even**2 / (a_square + (even - 0.5) ** 2)
    return np.asarray(np.sqrt(stretch * (a_square + (n - 0.5) ** 2)))


def _taylor_field(u: Floats, zeros: Floats) -> Floats:
    """Field of Taylor's pattern, one on the axis: sinc with its first zeros moved."""
    off = np.where(np.abs(u - np.round(u)) < 1e-9, u + 1e-9, u)  # step off the removable 0/0
    field = np.sinc(off)
    for n, zero in enumerate(zeros, start=1):
        field = field * (1.0 - (off / zero) ** 2) / (1.0 - (off / n) ** 2)
    return np.asarray(field)


def _half_width(field: Callable[[Floats], Floats]) -> float:
    """Where a pattern first has half its power, in units of u."""
    from scipy.optimize import brentq

    high = 0.1
    while float(field(np.array(high))) ** 2 > 0.5:
        high += 0.1
    return float(brentq(lambda u: float(field(np.array(u))) ** 2 - 0.5, high - 0.1, high, xtol=1e-13))


def _field_db(field: Floats) -> Floats:
    """Power of a field in decibels; a null is -300."""
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(field), 1e-15)))
