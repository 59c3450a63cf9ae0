"""Motion as DIS 7 tells it: geocentric places, velocities and attitudes, and when a new state must be sent.

Sources: [dis7] IEEE 1278.1-2012, 1.6.3 (world and entity coordinates), 6.2.32 (Euler angles), 4.5.2 and annex E (dead
reckoning); [koks] Koks, "Using Rotations to Build Aerospace Coordinate Systems", DSTO-TN-0640, 2008.
"""

from math import cos, inf, radians
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import InputError, Problem
from farwatch.world.earth import axes_at, rates_from_ecef, rates_to_ecef, to_ecef

Rows = NDArray[Any]
Floats = NDArray[np.float64]

MOTION = np.dtype(
    [
        ("time_s", "f8"), ("thing", "i8"),
        ("location_m", "f8", 3), ("velocity_m_s", "f8", 3),  # Earth-centred
        ("orientation_rad", "f8", 3),                        # psi, theta, phi
    ],
    align=True,
)
"""Where one thing was at one time, and which way it pointed."""

MOST_ROWS = 20_000_000
"""Places, those filled in included, that one scene may have: some 3 GB."""

_BLOCK = 65_536
_LEVEL_SINE = 1.0 - 1e-14  # beyond it psi and phi turn about the same axis


def motion_of(moves: Rows, heartbeat_s: float) -> Rows:
    """MOTION of MOVE rows (by thing, then time), and of places between those more than a heartbeat apart.

    Between two rows latitude, longitude and height run straight. A velocity that is not told is how the place changes
    from the row before to the row after. Nose along the velocity, wings level. InputError for more than MOST_ROWS.
    """
    if moves.size == 0:
        return np.zeros(0, MOTION)
    flown = _filled(_with_velocity(moves), heartbeat_s)
    rows = np.zeros(flown.size, MOTION)
    for k in range(0, rows.size, _BLOCK):
        _turn(flown[k : k + _BLOCK], rows[k : k + _BLOCK])
    return rows


def orientation(lat_deg: ArrayLike, lon_deg: ArrayLike, course_rad: ArrayLike, climb_rad: ArrayLike) -> Floats:
    """Euler angles psi, theta, phi (n, 3), rad, of bodies at places that fly a course and climb with level wings.

    The body's axes are the Earth's turned by psi about z, theta about the new y, phi about the newest x [dis7, 6.2.32];
    so its nose is (cos theta cos psi, cos theta sin psi, -sin theta), and the last components of its right and
    down axes are sin phi cos theta and cos phi cos theta [koks, section 4]. With the nose along the Earth's axis phi is
    what it is for psi = 0.
    """
    nose, right, down = _body(lat_deg, lon_deg, course_rad, climb_rad)
    theta = np.arcsin(np.clip(-nose[:, 2], -1.0, 1.0))
    locked = np.abs(nose[:, 2]) > _LEVEL_SINE
    psi = np.where(locked, 0.0, np.arctan2(nose[:, 1], nose[:, 0]))
    phi = np.where(locked, np.arctan2(-down[:, 1], right[:, 1]), np.arctan2(right[:, 2], down[:, 2]))
    return np.column_stack([psi, theta, phi])


def due(rows: Rows, heartbeat_s: float, threshold_m: float, threshold_deg: float) -> list[int]:
    """Which MOTION rows of one thing must be sent: the first, the last, and those by which a receiver would be wrong.

    That is by more than the thresholds, taking the state last sent to go straight on [dis7, annex E, DRM(FPW)]; and
    whenever waiting for the next row would take more than a heartbeat.
    """
    psi, theta = rows["orientation_rad"][:, 0], rows["orientation_rad"][:, 1]
    nose = np.column_stack([np.cos(theta) * np.cos(psi), np.cos(theta) * np.sin(psi), -np.sin(theta)])
    states = np.column_stack([rows["time_s"], rows["location_m"], rows["velocity_m_s"], nose]).tolist()
    following = [*rows["time_s"][1:].tolist(), inf]
    limit_m2, cosine, wait_s = threshold_m**2, cos(radians(threshold_deg)), heartbeat_s + 1e-6
    sent = [0]
    t0, x0, y0, z0, vx, vy, vz, a0, b0, c0 = states[0]
    for k, (t, x, y, z, _, _, _, a, b, c) in enumerate(states):
        dt = t - t0
        off_m2 = (x - x0 - vx * dt) ** 2 + (y - y0 - vy * dt) ** 2 + (z - z0 - vz * dt) ** 2
        if off_m2 > limit_m2 or a * a0 + b * b0 + c * c0 < cosine or following[k] - t0 > wait_s:
            if k:
                sent.append(k)
            t0, x0, y0, z0, vx, vy, vz, a0, b0, c0 = states[k]
    return sent


# Pieces -----------------------------------------------------------------------------------------------------


def _turn(flown: Rows, rows: Rows) -> None:
    """Fill MOTION rows from MOVE rows."""
    rows["time_s"], rows["thing"] = flown["time_s"], flown["thing"]
    rows["location_m"] = to_ecef(flown["lat_deg"], flown["lon_deg"], flown["height_m"])
    local = np.column_stack([flown["east_m_s"], flown["north_m_s"], flown["up_m_s"]])
    rows["velocity_m_s"] = rates_to_ecef(flown["lat_deg"], flown["lon_deg"], local)
    course = np.arctan2(local[:, 0], local[:, 1])
    climb = np.arctan2(local[:, 2], np.hypot(local[:, 0], local[:, 1]))
    rows["orientation_rad"] = orientation(flown["lat_deg"], flown["lon_deg"], course, climb)


def _body(lat_deg: ArrayLike, lon_deg: ArrayLike, course: ArrayLike, climb: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Nose, right wing and belly (n, 3) in Earth-centred coordinates."""
    east, north, up = np.moveaxis(axes_at(lat_deg, lon_deg), 1, 0)
    chi, gamma = np.atleast_1d(course)[:, None], np.atleast_1d(climb)[:, None]
    ahead = np.sin(chi) * east + np.cos(chi) * north
    right = np.cos(chi) * east - np.sin(chi) * north
    nose = np.cos(gamma) * ahead + np.sin(gamma) * up
    return nose, right, np.cross(nose, right)


def _with_velocity(moves: Rows) -> Rows:
    """The same rows, with every velocity told."""
    names = ("east_m_s", "north_m_s", "up_m_s")
    at = np.flatnonzero(~np.logical_and.reduce([np.isfinite(moves[name]) for name in names]))
    joined = np.diff(moves["thing"]) == 0
    after, before = at + np.append(joined, False)[at], at - np.insert(joined, 0, False)[at]
    span_s = moves["time_s"][after] - moves["time_s"][before]
    places = to_ecef(moves["lat_deg"], moves["lon_deg"], moves["height_m"])
    shift_m = rates_from_ecef(moves["lat_deg"][at], moves["lon_deg"][at], places[after] - places[before])
    told = moves.copy()
    for name, way_m in zip(names, shift_m.T, strict=True):
        velocity = way_m / np.where(span_s > 0.0, span_s, inf)
        told[name][at] = np.where(np.isfinite(moves[name][at]), moves[name][at], velocity)
    return told


def _filled(moves: Rows, heartbeat_s: float) -> Rows:
    """The same rows and, where two of a thing are more than a heartbeat apart, some between them."""
    gap_s = np.append(np.diff(moves["time_s"]), 0.0)
    gap_s[np.append(np.diff(moves["thing"]) != 0, True)] = 0.0
    parts = np.maximum(1, np.ceil(gap_s / heartbeat_s - 1e-9)).astype(np.int64)
    if parts.sum() > MOST_ROWS:
        rule = f"gives {parts.sum()} states of what moves, more than {MOST_ROWS}"
        raise InputError("DIS exercise", [Problem("heartbeat_s", str(heartbeat_s), rule, "send less often")])
    if np.all(parts == 1):
        return moves
    here = np.repeat(np.arange(moves.size), parts)
    part = np.arange(here.size) - np.repeat(np.cumsum(parts) - parts, parts)
    share = part / parts[here]
    rows, following = moves[here], moves[np.minimum(here + 1, moves.size - 1)]
    for name in ("time_s", "lat_deg", "height_m", "east_m_s", "north_m_s", "up_m_s"):
        rows[name] += share * (following[name] - rows[name])
    rows["lon_deg"] += share * ((following["lon_deg"] - rows["lon_deg"] + 180.0) % 360.0 - 180.0)
    return rows
