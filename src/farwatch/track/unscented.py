"""A square-root unscented filter for the same beliefs, models and plots as `filter`, where curvature matters.

Each step takes the Cholesky factor of a model's covariance, carries points spread along its columns through the exact
motion or measurement, and makes the new factor by an orthogonal triangularisation of their weighted deviations beside
the factor of the noise. All weights are positive, so nothing is ever subtracted from a covariance and none can lose
its positive sign. Mixing, weights and the combined state are those of `filter`; so are the meaning of a belief and of
`tracker`. Where elevation is not measured, height keeps no prior here: give such radars to `filter.update`.

Sources: Julier and Uhlmann 2004 (unscented transform, kappa = 1); van der Merwe and Wan 2001 (square-root form);
Kailath, Sayed, Hassibi 2000, ch. 12 (array algorithms: one triangularisation gives innovation, gain and covariance).
"""

from math import atan2, inf, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from farwatch.compiled import kernel
from farwatch.track.filter import combine, mix, pair_density, settle, weigh
from farwatch.track.mixing import mingle
from farwatch.track.motion_models import PAIR, disturb, flow, mirror, push

KAPPA = 1.0
"""Weight of the middle point, as a share of n + kappa: positive, so that all weights are."""

MEASURED = 4
"""Most components of a plot: range, azimuth, elevation, Doppler."""

LEAST_PIVOT = 1e-14
"""A pivot below this share of its diagonal element is taken as 0: the direction is known exactly."""


class Room(NamedTuple):
    """Working room for beliefs of n states; one for each thread."""

    factor: Any  # f8[n, n], lower triangle
    points: Any  # f8[2 n + 1, n + MEASURED], states and what a radar would measure of them
    array: Any  # f8[n + MEASURED, 3 n + 1 + MEASURED], to be triangularised
    noise: Any  # f8[n, n]
    means: Any  # f8[n + MEASURED]


def new_room(states: int) -> Room:
    """Room for beliefs with so many states."""
    n = states
    return Room(
        factor=np.zeros((n, n)),
        points=np.zeros((2 * n + 1, n + MEASURED)),
        array=np.zeros((n + MEASURED, 3 * n + 1 + MEASURED)),
        noise=np.zeros((n, n)),
        means=np.zeros(n + MEASURED),
    )


@kernel
def factorise(p: Any, factor: Any) -> None:
    """Cholesky factor of the upper triangle of `p` into the lower triangle of `factor`; singular is allowed."""
    n = p.shape[0]
    for j in range(n):
        pivot = p[j, j]
        for k in range(j):
            pivot -= factor[j, k] * factor[j, k]
        root = sqrt(pivot) if pivot > LEAST_PIVOT * p[j, j] else 0.0
        factor[j, j] = root
        for i in range(j + 1, n):
            total = p[j, i]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = total / root if root > 0.0 else 0.0
            factor[j, i] = 0.0


@kernel
def triangularise(a: Any, rows: int, columns: int) -> None:
    """Turn the first `rows` x `columns` of `a` to lower triangular form by reflections from the right: A A' stays.

    Only what is left of and on the diagonal counts afterwards; diagonals may be negative.
    """
    for r in range(rows):
        size = 0.0
        for c in range(r, columns):
            size += a[r, c] * a[r, c]
        if size == 0.0:
            continue
        size = sqrt(size)
        if a[r, r] > 0.0:
            size = -size
        scale = 1.0 / (size * (size - a[r, r]))
        a[r, r] -= size
        for i in range(r + 1, rows):
            along = 0.0
            for c in range(r, columns):
                along += a[i, c] * a[r, c]
            along *= scale
            for c in range(r, columns):
                a[i, c] -= along * a[r, c]
        a[r, r] = size


@kernel
def scatter(x: Any, p: Any, room: Room) -> None:
    """Points of the unscented transform of one model: its mean, and both ways along each column of its factor."""
    points, factor, n = room.points, room.factor, x.shape[0]
    factorise(p, factor)
    far = sqrt(n + KAPPA)
    for i in range(n):
        points[0, i] = x[i]
        for k in range(n):
            step = far * factor[i, k]
            points[2 * k + 1, i], points[2 * k + 2, i] = x[i] + step, x[i] - step


@kernel
def gather(room: Room, first: int, count: int, row: int, n: int) -> None:
    """Means of columns first to first + count of the points, and their weighted deviations into rows of the array."""
    points, a, means = room.points, room.array, room.means
    middle, other = KAPPA / (n + KAPPA), 0.5 / (n + KAPPA)
    for i in range(count):
        total = middle * points[0, first + i]
        for k in range(1, 2 * n + 1):
            total += other * points[k, first + i]
        means[first + i] = total
        for k in range(2 * n + 1):
            a[row + i, k] = sqrt(middle if k == 0 else other) * (points[k, first + i] - total)


@kernel
def square(p: Any, a: Any, row: int, column: int) -> None:
    """P = L L' from the lower triangular block of `a` that begins at (row, column)."""
    n = p.shape[0]
    for i in range(n):
        for j in range(i, n):
            total = 0.0
            for k in range(i + 1):
                total += a[row + i, column + k] * a[row + j, column + k]
            p[i, j] = total
    mirror(p)


@kernel
def predict(belief: Any, time_s: float, tracker: Any, room: Room) -> None:
    """`filter.predict` by points; room: of the belief's states."""
    x, p, n = belief["x"], belief["p"], belief["x"].shape[1]
    dt_s = time_s - belief["time_s"]
    named = n > 6 and tracker["model_kind"][0] != PAIR
    if dt_s > 0.0 and named:
        mingle(belief, dt_s, tracker)
    elif dt_s > 0.0:
        mix(belief, dt_s)
    a, q = room.array, room.noise
    for m in range(x.shape[0] if dt_s != 0.0 else 0):
        scatter(x[m], p[m], room)
        for k in range(2 * n + 1):
            flow(room.points[k, :n], dt_s, tracker, m)
        gather(room, 0, n, 0, n)
        for i in range(n):
            x[m, i] = room.means[i]
            for j in range(n):
                q[i, j] = 0.0
        if dt_s > 0.0 and named:
            disturb(x[m], q, dt_s, tracker, m)
        elif dt_s > 0.0:
            push(q, dt_s, pair_density(tracker, m))
        factorise(q, room.factor)
        for i in range(n):
            for j in range(n):
                a[i, 2 * n + 1 + j] = room.factor[i, j] if j <= i else 0.0
        triangularise(a, n, 3 * n + 1)
        square(p[m], a, 0, 0)
    belief["time_s"] = time_s


@kernel
def measure(point: Any, n: int, sight: Any) -> None:
    """What the radar of a SIGHT would measure of one point: range, azimuth off the plot's, elevation, range rate.

    point: f8[n + MEASURED], state first; azimuth runs from -pi to pi about the plot's own.
    """
    d = (point[0] - sight["radar_x"], point[1] - sight["radar_y"], point[2] - sight["radar_z"])
    ahead = d[0] * sight["ahead_x"] + d[1] * sight["ahead_y"] + d[2] * sight["ahead_z"]
    right = d[0] * sight["right_x"] + d[1] * sight["right_y"] + d[2] * sight["right_z"]
    up = d[0] * sight["up_x"] + d[1] * sight["up_y"] + d[2] * sight["up_z"]
    r = max(sqrt(ahead * ahead + right * right + up * up), 1e-3)
    point[n], point[n + 1] = r, atan2(right, ahead)
    point[n + 2] = atan2(up, sqrt(ahead * ahead + right * right))
    point[n + 3] = (d[0] * point[3] + d[1] * point[4] + d[2] * point[5]) / r


@kernel
def seen(sight: Any, c: int) -> tuple[float, float]:
    """What was measured of component `c` (as `measure` says it), and its variance, 0 where it was not."""
    if c == 0:
        return sight["range_m"], sight["range_var"]
    if c == 1:
        return 0.0, sight["azimuth_var"]
    if c == 2:
        return atan2(sight["sin_elevation"], sight["cos_elevation"]), sight["elevation_var"]
    return sight["doppler_m_s"], sight["doppler_var"]


@kernel
def correct(x: Any, p: Any, sight: Any, room: Room) -> tuple[float, float]:
    """Update of one model in place by a SIGHT; returns the squared innovation and the determinant of its covariance."""
    points, a, means, n = room.points, room.array, room.means, x.shape[0]
    scatter(x, p, room)
    for k in range(2 * n + 1):
        measure(points[k], n, sight)
    width, used = 2 * n + 1, 0
    for c in range(MEASURED):
        value, var = seen(sight, c)
        if var > 0.0:
            gather(room, n + c, 1, used, n)
            for other in range(MEASURED):
                a[used, width + other] = sqrt(var) if other == used else 0.0
            means[n + used] = value - means[n + c]
            if c == 1:
                means[n + used] -= 2.0 * pi * round(means[n + used] / (2.0 * pi))
            used += 1
    gather(room, 0, n, used, n)
    for i in range(n):
        for other in range(MEASURED):
            a[used + i, width + other] = 0.0
    triangularise(a, used + n, width + used)
    far, det = 0.0, 1.0
    for c in range(used):
        left = means[n + c]
        for k in range(c):
            left -= a[c, k] * means[n + k]
        left /= a[c, c]
        means[n + c] = left
        far += left * left
        det *= a[c, c] * a[c, c]
    for i in range(n):
        x[i] = means[i]
        for c in range(used):
            x[i] += a[used + i, c] * means[n + c]
    square(p, a, used, used)
    return far, det


@kernel
def update(belief: Any, sight: Any, room: Room) -> None:
    """`filter.update` by points; room: of the belief's states."""
    x, p, least = belief["x"], belief["p"], inf
    for m in range(x.shape[0]):
        far, det = correct(x[m], p[m], sight, room)
        least = weigh(belief["weight"], m, far, det, least)
    settle(belief["weight"])
    combine(belief)
