"""A stage for scoring: truth and tracks written out by rule, without luck, with everything that can go wrong."""

import numpy as np

from farwatch.records import STATE, TRUTH

AXES = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


def truth_rows(rows):
    """TRUTH[n] from (time_s, target, x, y, z, vx, vy, vz), velocities optional."""
    table = np.zeros(len(rows), TRUTH)
    for one, row in zip(table, rows, strict=True):
        one["time_s"], one["target"] = row[:2]
        for axis, value in zip(AXES, (*row[2:], *[np.nan] * (8 - len(row))), strict=True):
            one[axis] = value
    return table


def state_rows(rows, covariance=None):
    """STATE[n] from (time_s, serial, x, y, z, vx, vy, vz), velocities 0 if not given."""
    table = np.zeros(len(rows), STATE)
    for one, row in zip(table, rows, strict=True):
        one["time_s"], one["serial"] = row[:2]
        for axis, value in zip(AXES, (*row[2:], *[0.0] * (8 - len(row))), strict=True):
            one[axis] = value
        one["covariance"] = np.eye(6) if covariance is None else covariance
    return table


def shake(*numbers):
    """A number in -0.5 to 0.5 that looks like chance and is none."""
    return sum(n * q for n, q in zip(numbers, (7919, 104729, 1299709), strict=False)) % 1009 / 1009 - 0.5


def crowd(targets=8, instants=60, step_s=5.0):
    """Truth and tracks of targets that cross, appear and vanish; tracks swap, break, double and lie."""
    truth, tracks = [], []
    for k in range(instants):
        for i in range(targets):
            if not 3 * i <= k < instants - 2 * i:
                continue
            turn = 2 * np.pi * i / targets
            v = -80.0 * np.array([np.cos(turn), np.sin(turn)])
            x = np.array([9000.0 * np.cos(turn), 9000.0 * np.sin(turn) + 150.0 * i]) + v * k * step_s
            truth.append((k * step_s, i, *x, 1000.0 + 20 * i, *v, 0.0))
            if k < 3 * i + 2 or (k + 5 * i) % 17 in {3, 4} or shake(k, i, 5) > 0.45:
                continue  # not yet found, lost for a while, or missed once
            serial = 100 + (i ^ 1 if 20 <= k < 30 and i < 4 else i) + (50 if (k + 5 * i) // 17 % 2 else 0)
            off = 240.0 * np.array([shake(k, i, 1), shake(k, i, 2), 0.3 * shake(k, i, 3)])
            tracks.append((k * step_s, serial, *(np.array(truth[-1][2:5]) + off), *(v + 9 * shake(k, i, 4)), 0.0))
            if i == 5 and 25 <= k < 40:
                tracks.append((k * step_s, 300, *(np.array(truth[-1][2:5]) + 1.5 * off[::-1]), *v, 0.0))
        if 2 <= k < 22:
            tracks.append((k * step_s, 400 + k // 16, 20e3 + 90.0 * k, 4000.0, 500.0, 20.0, 0.0, 0.0))
    return state_rows(tracks, np.diag([70.0**2, 70.0**2, 21.0**2, 9.0, 9.0, 1.0])), truth_rows(truth)
