"""Recorded flights in the air of a mission: cleaned, cut at gaps, and drawn through smoothly.

Cleaning. A row that repeats the position before it, to the last digit, is stale (the receiver had heard
nothing new): dropped and counted. A row that a real aircraft cannot share with most of its neighbours in
time (faster than `FASTEST_M_S`, or climbing faster than `STEEPEST_M_S`, beyond some slack for rounding) is
an outlier: dropped and counted. A flight is cut where rows lie more than `GAP_S` apart, or where two
neighbours still contradict each other.

Interpolation. At each knot, position and velocity come from a quadratic in time fitted to the rows around
it with tricube weights [cleveland1979], in metres, all three coordinates alike: a quantised height or a
position that is a second late is averaged out, a turn is followed. The window is a few rows wide, so that
dense data are followed closely and rows 10 s apart stay within some tens of metres in a turn.

Moving. `moved_to` keeps bearing and distance from the recording's centre along geodesics, so shapes and
speeds are kept to (distance / Earth radius)^2 / 6: 2e-4 at 200 km.

Source: [cleveland1979] Cleveland, "Robust locally weighted regression and smoothing scatterplots", JASA 74.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.world.earth import Frame, centre_of, geodesic_between, geodesic_from, to_ecef
from farwatch.world.profiles import Flight, knots_of
from farwatch.world.recordings import Recording

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

FASTEST_M_S = 500.0
STEEPEST_M_S = 120.0
_DISTANCE_SLACK_M = 600.0
_HEIGHT_SLACK_M = 120.0
_NEIGHBOURS = 4

GAP_S = 60.0
STEP_S = 5.0
FEWEST_ROWS = 4
SHORTEST_S = 20.0
_WINDOW_ROWS = 2.6
_FIT_ROWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a row is measured by: faster, or climbing faster, nothing recorded can move."""

    fastest_m_s: float = FASTEST_M_S
    steepest_m_s: float = STEEPEST_M_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One uninterrupted stretch of a recorded flight: rows `first` to `end` of the recording."""

    name: str
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A recording without its outliers, in pieces; what was left out is counted."""

    recording: Recording
    pieces: tuple[Piece, ...]
    stale: int
    outliers: int
    short_pieces: int


def clean(recording: Recording) -> Cleaned:
    """Drop outliers, cut flights at gaps and contradictions, leave out pieces too short to draw through."""
    fresh = fresh_rows(recording)
    heard = rows_of(recording, fresh)
    good = believable(heard, Limits())
    kept = rows_of(heard, good)
    place_m = to_ecef(kept.lat_deg, kept.lon_deg, kept.height_m)
    apart_s = np.diff(kept.time_s)
    cut = (np.diff(kept.flight) != 0) | (apart_s > GAP_S) | ~_possible(place_m, kept, 1, Limits())
    edges = np.concatenate([[0], np.flatnonzero(cut) + 1, [kept.time_s.size]])
    pieces, short, numbers = [], 0, dict.fromkeys(kept.names, 0)
    for first, end in pairwise(edges):
        if end - first < FEWEST_ROWS or kept.time_s[end - 1] - kept.time_s[first] < SHORTEST_S:
            short += 1
            continue
        name = kept.names[kept.flight[first]]
        pieces.append(Piece(name=f"{name}/{numbers[name]}", first=int(first), end=int(end)))
        numbers[name] += 1
    return Cleaned(
        recording=kept,
        pieces=tuple(pieces),
        stale=int(np.count_nonzero(~fresh)),
        outliers=int(np.count_nonzero(~good)),
        short_pieces=short,
    )


def fresh_rows(recording: Recording) -> NDArray[np.bool_]:
    """Rows whose position is not, to the last digit, that of the row before."""
    same = np.diff(recording.flight) == 0
    same &= (np.diff(recording.lat_deg) == 0.0) & (np.diff(recording.lon_deg) == 0.0)
    return np.append(True, ~same)


def believable(recording: Recording, limits: Limits) -> NDArray[np.bool_]:
    """Rows that agree with at least half of the up to eight rows around them that lie within `GAP_S`."""
    place_m = to_ecef(recording.lat_deg, recording.lon_deg, recording.height_m)
    count = recording.time_s.size
    asked, agreed = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for lag in range(1, min(_NEIGHBOURS, count - 1) + 1):
        near = _near(recording, lag, GAP_S)
        fits = near & _possible(place_m, recording, lag, limits)
        for rows in (slice(lag, None), slice(None, -lag)):
            asked[rows] += near
            agreed[rows] += fits
    return np.asarray(2 * agreed >= asked)


def possible(recording: Recording, lag: int, limits: Limits, gap_s: float = GAP_S) -> NDArray[np.bool_]:
    """Whether two rows `lag` apart are of one flight, within `gap_s`, and one aircraft can be at both, (n - lag,)."""
    place_m = to_ecef(recording.lat_deg, recording.lon_deg, recording.height_m)
    return _near(recording, lag, gap_s) & _possible(place_m, recording, lag, limits)


def _near(recording: Recording, lag: int, gap_s: float) -> NDArray[np.bool_]:
    """Whether two rows `lag` apart are of one flight and lie within `gap_s`, (n - lag,)."""
    near = recording.flight[lag:] == recording.flight[:-lag]
    return np.asarray(near & (recording.time_s[lag:] - recording.time_s[:-lag] <= gap_s))


def _possible(place_m: Array, recording: Recording, lag: int, limits: Limits) -> NDArray[np.bool_]:
    """Whether one aircraft can be at both of two rows `lag` apart, (n - lag,)."""
    apart_s = recording.time_s[lag:] - recording.time_s[:-lag]
    moved_m = np.linalg.norm(place_m[lag:] - place_m[:-lag], axis=1)
    climbed_m = np.abs(recording.height_m[lag:] - recording.height_m[:-lag])
    level = moved_m <= limits.fastest_m_s * apart_s + _DISTANCE_SLACK_M
    return np.asarray(level & (climbed_m <= limits.steepest_m_s * apart_s + _HEIGHT_SLACK_M))


def rows_of(recording: Recording, rows: Any) -> Recording:
    """Some rows of a recording, by index or by truth."""
    return replace(
        recording,
        flight=recording.flight[rows],
        time_s=recording.time_s[rows],
        lat_deg=recording.lat_deg[rows],
        lon_deg=recording.lon_deg[rows],
        height_m=recording.height_m[rows],
    )


def moved(recording: Recording, lat_deg: float, lon_deg: float) -> Recording:
    """The recording with its centre put elsewhere; bearings and distances from the centre, and heights, are kept."""
    centre = centre_of(recording.lat_deg, recording.lon_deg)
    ways = geodesic_between(*centre, recording.lat_deg, recording.lon_deg)
    lat, lon = geodesic_from(lat_deg, lon_deg, ways.azimuth_deg, ways.distance_m)
    return replace(recording, lat_deg=lat, lon_deg=lon)


def trajectory(cleaned: Cleaned, piece: Piece, frame: Frame, step_s: float = STEP_S) -> Flight:
    """Knots through one piece, from its first row to within a step of its last."""
    rows = slice(piece.first, piece.end)
    recording = cleaned.recording
    xyz_m = frame.to_local(recording.lat_deg[rows], recording.lon_deg[rows], recording.height_m[rows])
    time_s = recording.time_s[rows] - recording.time_s[piece.first]
    count = max(2, floor(time_s[-1] / step_s) + 1)
    at_s = np.linspace(0.0, time_s[-1], count)
    fitted = drawn_through(time_s, xyz_m, at_s)
    height_m = frame.from_local(fitted[:, 0])[:, 2]
    return Flight(knots=knots_of(fitted[:, 0], fitted[:, 1], height_m), step_s=float(at_s[1]))


def drawn_through(time_s: Array, values: Array, at_s: Array) -> Array:
    """Local quadratic fits of `values` (n, k) at some times: (m, 2, k), value and rate. n must be at least 3.

    The half-width of the window is `_WINDOW_ROWS` times the usual spacing of rows, and wider where needed
    to hold `_FIT_ROWS` rows.
    """
    fit_rows = min(_FIT_ROWS, time_s.size)
    width = min(time_s.size, 2 * fit_rows + 1)
    middle = np.searchsorted(time_s, at_s)
    first = np.clip(middle - width // 2, 0, time_s.size - width)
    rows = first[:, np.newaxis] + np.arange(width)
    offset_s = time_s[rows] - at_s[:, np.newaxis]
    away_s = np.abs(offset_s)
    reach_s = np.sort(away_s, axis=1)[:, fit_rows - 1] * 1.05
    reach_s = np.maximum(reach_s, _WINDOW_ROWS * float(np.median(np.diff(time_s))))[:, np.newaxis]
    weight = np.clip(1.0 - (away_s / reach_s) ** 3, 0.0, 1.0) ** 3
    scaled = offset_s / reach_s
    powers = np.stack([np.ones_like(scaled), scaled, scaled**2], axis=-1)
    weighted = powers * weight[..., np.newaxis]
    normal = np.einsum("mwi,mwj->mij", weighted, powers)
    normal += 1e-12 * np.eye(3)
    right = np.einsum("mwi,mwk->mik", weighted, values[rows])
    fitted = np.linalg.solve(normal, right)[:, :2]
    fitted[:, 1] /= reach_s
    return np.asarray(fitted)
