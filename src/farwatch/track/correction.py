"""One plot held against one model: where it is linearised, and the Kalman update by its components in turn.

Range, azimuth and elevation are taken up one after the other, which for independent errors equals the joint update and
needs no matrix inverse; each later gain is what is left of P H' after the earlier ones, so a covariance is written
only once. Position and velocity, which every model has, are written out; what a model knows beyond them follows in a
loop. Only upper triangles are read and written. Doppler comes last, linearised at the state that the place has led to.

No plot is taken as better than rounding allows: its variance counts as at least NOISE_FLOOR of the prior's, so what is
left of a variance never drowns in the rounding of what is taken off.

Sources: Bar-Shalom, Li, Kirubarajan 2001, ch. 5 (sequential update), 10 (spherical measurements, linearised at the
prediction or at the measurement; second-order terms).
"""

from math import atan2, inf, sqrt
from typing import Any

from farwatch.compiled import inner_kernel, kernel
from farwatch.track.sight import PRIOR_HEIGHT_SIGMA_M, principal

SMALL_ANGLE_SINE = 0.03
"""Below it two terms of the arcsine series are good to 1e-9 rad."""

STEEPEST_FLAT_SINE = 0.8
"""Sine of the elevation above which a radar without elevation cannot have had a plot: there height would explain any
range, and every azimuth fits."""

UNREACHABLE_M = 1e9
"""Innovation of a plot that cannot be."""

NOISE_FLOOR = 1e-13
"""Least variance of a plot, as a share of the prior's trace."""


@inner_kernel
def small_angle(sine: float, cosine: float) -> float:
    """Angle from its sine and cosine; a short series where it is small, as it nearly always is."""
    if cosine > 0.0 and abs(sine) < SMALL_ANGLE_SINE:
        return sine * (1.0 + sine * sine * (1.0 / 6.0 + 0.075 * sine * sine))
    return atan2(sine, cosine)


@inner_kernel
def axes(track: Any, sight: Any) -> Any:
    """Where and along which directions a SIGHT is linearised for a predicted TRACK.

    Where the SIGHT asks for converted measurements, along the principal axes of those (see `sight.converted`). Else at
    the prediction where the track is surer of the place than the plot, else at the measured place (with the
    predicted elevation where none is measured): a new track's wide prior never bends the range.

    Returns three unit vectors (along range, to the right, upwards), the place, measured minus expected there (m), the
    variances of range, azimuth and elevation (m2; the third 0 where elevation is not measured; a fourth is the most
    that height may be unknown by), and the slant range.
    """
    if sight["converted"] != 0 and sight["elevation_var"] > 0.0:
        return principal(sight)
    x, p, weight = track["x"], track["p"], track["weight"]
    ux, uy, uz = sight["up_x"], sight["up_y"], sight["up_z"]
    fx, fy, fz = sight["ahead_x"], sight["ahead_y"], sight["ahead_z"]
    ax, ay, az = sight["right_x"], sight["right_y"], sight["right_z"]
    s, c, r = sight["sin_elevation"], sight["cos_elevation"], sight["range_m"]
    prior, mx, my, mz = 0.0, 0.0, 0.0, 0.0
    for m in range(x.shape[0]):
        prior += weight[m] * (p[m, 0, 0] + p[m, 1, 1])
        mx, my, mz = mx + weight[m] * x[m, 0], my + weight[m] * x[m, 1], mz + weight[m] * x[m, 2]
    settled = prior < r * r * sight["azimuth_var"] + sight["range_var"]
    over_r, over_a, over_e, height_var = 0.0, 0.0, 0.0, inf
    if settled or sight["elevation_var"] == 0.0:
        dx, dy, dz = mx - sight["radar_x"], my - sight["radar_y"], mz - sight["radar_z"]
        up = dx * ux + dy * uy + dz * uz
        gx, gy, gz = dx - up * ux, dy - up * uy, dz - up * uz
        ground = max(sqrt(gx * gx + gy * gy + gz * gz), 1.0)
        r_p = sqrt(ground * ground + up * up)
        s_p, c_p = up / r_p, ground / r_p
        if settled:
            hx, hy, hz = fx, fy, fz
            fx, fy, fz = gx / ground, gy / ground, gz / ground
            ax, ay, az = fy * uz - fz * uy, fz * ux - fx * uz, fx * uy - fy * ux
            over_r = r - r_p
            over_a = ground * small_angle(hx * ax + hy * ay + hz * az, hx * fx + hy * fy + hz * fz)
            over_e = r_p * small_angle(s * c_p - c * s_p, c * c_p + s * s_p)
            r = r_p
        if sight["elevation_var"] == 0.0:  # `s` so far is that of the prior height
            over_e, height_var = r * (s - s_p), prior_height_var(r, c_p)
            if abs(s_p) > STEEPEST_FLAT_SINE:
                over_r = UNREACHABLE_M
        s, c = s_p, c_p
    ray = (c * fx + s * ux, c * fy + s * uy, c * fz + s * uz)
    rise = (c * ux - s * fx, c * uy - s * fy, c * uz - s * fz)
    place = (sight["radar_x"] + r * ray[0], sight["radar_y"] + r * ray[1], sight["radar_z"] + r * ray[2])
    noise = (sight["range_var"], r * r * c * c * sight["azimuth_var"], r * r * sight["elevation_var"], height_var)
    return (ray, (ax, ay, az), rise), place, (over_r, over_a, over_e), noise, r


@kernel
def prior_height_var(range_m: float, cos_elevation: float) -> float:
    """Variance (m2), across the line of sight, of the height that a radar without elevation takes for granted."""
    return min(PRIOR_HEIGHT_SIGMA_M / cos_elevation, 0.5 * range_m) ** 2


@kernel
def along(p: Any, bx: float, by: float, bz: float) -> float:
    """Variance of position along a direction; p: f8[6, 6], upper triangle."""
    flat = bx * (p[0, 0] * bx + 2.0 * (p[0, 1] * by + p[0, 2] * bz)) + by * (p[1, 1] * by + 2.0 * p[1, 2] * bz)
    return float(flat + bz * bz * p[2, 2])


@inner_kernel
def dot(a: Any, b: Any) -> float:
    """Scalar product of the first three components."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@inner_kernel
def column(p: Any, b: Any) -> Any:
    """P H' for a measurement of position along `b`: six numbers; p: f8[6, 6], upper triangle."""
    return (
        p[0, 0] * b[0] + p[0, 1] * b[1] + p[0, 2] * b[2],
        p[0, 1] * b[0] + p[1, 1] * b[1] + p[1, 2] * b[2],
        p[0, 2] * b[0] + p[1, 2] * b[1] + p[2, 2] * b[2],
        p[0, 3] * b[0] + p[1, 3] * b[1] + p[2, 3] * b[2],
        p[0, 4] * b[0] + p[1, 4] * b[1] + p[2, 4] * b[2],
        p[0, 5] * b[0] + p[1, 5] * b[1] + p[2, 5] * b[2],
    )


@inner_kernel
def less(a: Any, k: float, b: Any) -> Any:
    """a - k b, six numbers."""
    return (
        a[0] - k * b[0], a[1] - k * b[1], a[2] - k * b[2],
        a[3] - k * b[3], a[4] - k * b[4], a[5] - k * b[5],
    )  # fmt: skip


@inner_kernel
def shift(x: Any, g1: Any, g2: Any, g3: Any, by: Any) -> None:
    """x += three columns, each times its scaled innovation (written out: tuples are not walked by a loop)."""
    b1, b2, b3 = by
    x[0] += g1[0] * b1 + g2[0] * b2 + g3[0] * b3
    x[1] += g1[1] * b1 + g2[1] * b2 + g3[1] * b3
    x[2] += g1[2] * b1 + g2[2] * b2 + g3[2] * b3
    x[3] += g1[3] * b1 + g2[3] * b2 + g3[3] * b3
    x[4] += g1[4] * b1 + g2[4] * b2 + g3[4] * b3
    x[5] += g1[5] * b1 + g2[5] * b2 + g3[5] * b3


@inner_kernel
def shrink(p: Any, g1: Any, g2: Any, g3: Any, k: Any) -> None:
    """P -= sum of k g g' over three columns, upper triangle (written out: 21 independent lines)."""
    k1, k2, k3 = k
    a, b, c = k1 * g1[0], k2 * g2[0], k3 * g3[0]
    p[0, 0] -= a * g1[0] + b * g2[0] + c * g3[0]
    p[0, 1] -= a * g1[1] + b * g2[1] + c * g3[1]
    p[0, 2] -= a * g1[2] + b * g2[2] + c * g3[2]
    p[0, 3] -= a * g1[3] + b * g2[3] + c * g3[3]
    p[0, 4] -= a * g1[4] + b * g2[4] + c * g3[4]
    p[0, 5] -= a * g1[5] + b * g2[5] + c * g3[5]
    a, b, c = k1 * g1[1], k2 * g2[1], k3 * g3[1]
    p[1, 1] -= a * g1[1] + b * g2[1] + c * g3[1]
    p[1, 2] -= a * g1[2] + b * g2[2] + c * g3[2]
    p[1, 3] -= a * g1[3] + b * g2[3] + c * g3[3]
    p[1, 4] -= a * g1[4] + b * g2[4] + c * g3[4]
    p[1, 5] -= a * g1[5] + b * g2[5] + c * g3[5]
    a, b, c = k1 * g1[2], k2 * g2[2], k3 * g3[2]
    p[2, 2] -= a * g1[2] + b * g2[2] + c * g3[2]
    p[2, 3] -= a * g1[3] + b * g2[3] + c * g3[3]
    p[2, 4] -= a * g1[4] + b * g2[4] + c * g3[4]
    p[2, 5] -= a * g1[5] + b * g2[5] + c * g3[5]
    a, b, c = k1 * g1[3], k2 * g2[3], k3 * g3[3]
    p[3, 3] -= a * g1[3] + b * g2[3] + c * g3[3]
    p[3, 4] -= a * g1[4] + b * g2[4] + c * g3[4]
    p[3, 5] -= a * g1[5] + b * g2[5] + c * g3[5]
    a, b, c = k1 * g1[4], k2 * g2[4], k3 * g3[4]
    p[4, 4] -= a * g1[4] + b * g2[4] + c * g3[4]
    p[4, 5] -= a * g1[5] + b * g2[5] + c * g3[5]
    a, b, c = k1 * g1[5], k2 * g2[5], k3 * g3[5]
    p[5, 5] -= a * g1[5] + b * g2[5] + c * g3[5]


@inner_kernel
def correct(x: Any, p: Any, rows: Any, place: Any, over: Any, noise: Any, range_m: float) -> Any:
    """Kalman update of one model in place (x: f8[n], p: f8[n, n]) by up to three scalar measurements in turn.

    rows: three unit vectors, along range, to the right, upwards; place: where they are taken; over: measured minus
    expected there, m; noise: variances, m2 (see `axes`). Where elevation is not measured, the prior height is taken up
    just strongly enough that height is never less known than by that prior; it has no say in which model is right.

    Returns the squared normalised innovation and the determinant of its covariance.
    """
    first, second, third = rows
    off = (x[0] - place[0], x[1] - place[1], x[2] - place[2])
    left1, left2, left3 = over[0] - dot(first, off), over[1] - dot(second, off), over[2] - dot(third, off)
    floor = NOISE_FLOOR * (p[0, 0] + p[1, 1] + p[2, 2])
    var1, flat = max(noise[0], floor), noise[2] == 0.0
    if flat:  # second-order term of slant range over an unknown height
        bend = along(p, third[0], third[1], third[2]) / (2.0 * range_m)
        left1 -= bend
        var1 += 2.0 * bend * bend
    g1 = column(p, first)
    s1 = dot(first, g1) + var1
    k1 = 1.0 / s1
    share12 = dot(second, g1) * k1
    g2 = less(column(p, second), share12, g1)
    left2 -= share12 * left1
    s2 = max(dot(second, g2), 0.0) + max(noise[1], floor)
    k2 = 1.0 / s2
    share13, share23 = dot(third, g1) * k1, dot(third, g2) * k2
    g3 = less(less(column(p, third), share13, g1), share23, g2)
    left3 -= share13 * left1 + share23 * left2
    height_var = max(dot(third, g3), 0.0)
    s3 = height_var + (0.0 if flat else max(noise[2], floor))
    k3 = 1.0 / s3
    far, det = left1 * left1 * k1 + left2 * left2 * k2, s1 * s2
    if flat:
        k3 = max(height_var - noise[3], 0.0) * k3 * k3
    else:
        far, det = far + left3 * left3 * k3, det * s3
    scaled, ks = (left1 * k1, left2 * k2, left3 * k3), (k1, k2, k3)
    if p.shape[0] > 6:
        correct_rest(x, p, rows, (share12, share13, share23), (g1, g2, g3), scaled, ks)
    if flat:
        consider_height(x, p, (g1, g2, g3), scaled, ks, noise[3])
    else:
        shift(x, g1, g2, g3, scaled)
        shrink(p, g1, g2, g3, ks)
    return far, det


@kernel
def consider_height(x: Any, p: Any, columns: Any, scaled: Any, ks: Any, prior_m2: float) -> None:
    """Take up a plot without elevation, which never says how high its target is (Schmidt 1966, a considered state).

    Height and climb keep their mean, and their covariance while that is below `prior_m2`; what is not known of them
    goes on widening everything else. An optimal gain would let range errors in a turn run the height away.
    """
    g1, g2, g3 = columns
    z, climb, zz, zv, vv = x[2], x[5], p[2, 2], p[2, 5], p[5, 5]
    shift(x, g1, g2, g3, scaled)
    shrink(p, g1, g2, g3, ks)
    x[2], x[5] = z, climb
    if zz <= prior_m2:
        p[2, 2], p[2, 5], p[5, 5] = zz, zv, vv


@kernel
def rest(p: Any, i: int, rows: Any, shares: Any) -> Any:
    """What `correct` writes out for position and velocity, for one more state `i`: three numbers."""
    g1 = p[0, i] * rows[0][0] + p[1, i] * rows[0][1] + p[2, i] * rows[0][2]
    g2 = p[0, i] * rows[1][0] + p[1, i] * rows[1][1] + p[2, i] * rows[1][2] - shares[0] * g1
    g3 = p[0, i] * rows[2][0] + p[1, i] * rows[2][1] + p[2, i] * rows[2][2] - shares[1] * g1 - shares[2] * g2
    return g1, g2, g3


@kernel
def correct_rest(x: Any, p: Any, rows: Any, shares: Any, columns: Any, scaled: Any, ks: Any) -> None:
    """Update of all states beyond position and velocity; before `shrink`, whose rows of P it needs as they were."""
    n = p.shape[0]
    for i in range(6, n):
        a = rest(p, i, rows, shares)
        x[i] += dot(a, scaled)
        for j in range(i, n):
            b = rest(p, j, rows, shares)
            p[i, j] -= ks[0] * a[0] * b[0] + ks[1] * a[1] * b[1] + ks[2] * a[2] * b[2]
    for i in range(6, n):
        a = rest(p, i, rows, shares)
        g1, g2, g3 = columns
        b = (ks[0] * a[0], ks[1] * a[1], ks[2] * a[2])
        for j in range(6):
            p[j, i] -= g1[j] * b[0] + g2[j] * b[1] + g3[j] * b[2]


@kernel
def receding(x: Any, sight: Any) -> Any:
    """Range rate (m/s) expected of a state by the radar of a SIGHT, and its derivatives by velocity and by place."""
    dx, dy, dz = x[0] - sight["radar_x"], x[1] - sight["radar_y"], x[2] - sight["radar_z"]
    near = 1.0 / max(sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    u = (dx * near, dy * near, dz * near)
    rate = x[3] * u[0] + x[4] * u[1] + x[5] * u[2]
    across = ((x[3] - rate * u[0]) * near, (x[4] - rate * u[1]) * near, (x[5] - rate * u[2]) * near)
    return rate, u, across, near


@kernel
def lead(g: Any, across: Any, u: Any) -> float:
    """H g for a range rate: six numbers of a column against its derivatives by place and by velocity."""
    place = across[0] * g[0] + across[1] * g[1] + across[2] * g[2]
    return float(place + u[0] * g[3] + u[1] * g[4] + u[2] * g[5])


@kernel
def rate_column(p: Any, across: Any, u: Any) -> Any:
    """P H' for a range rate: six numbers; p: f8[n, n], upper triangle."""
    a = column(p, across)
    return (
        a[0] + p[0, 3] * u[0] + p[0, 4] * u[1] + p[0, 5] * u[2],
        a[1] + p[1, 3] * u[0] + p[1, 4] * u[1] + p[1, 5] * u[2],
        a[2] + p[2, 3] * u[0] + p[2, 4] * u[1] + p[2, 5] * u[2],
        a[3] + p[3, 3] * u[0] + p[3, 4] * u[1] + p[3, 5] * u[2],
        a[4] + p[3, 4] * u[0] + p[4, 4] * u[1] + p[4, 5] * u[2],
        a[5] + p[3, 5] * u[0] + p[4, 5] * u[1] + p[5, 5] * u[2],
    )


@kernel
def rate_bend(p: Any, u: Any, near_per_m: float) -> Any:
    """Second-order mean (m/s) and variance of a range rate, because place and velocity across it are unknown.

    The Hessian couples the two by (I - u u') / r; the variance is its bound by traces, so never too small.
    """
    place = p[0, 0] + p[1, 1] + p[2, 2] - along(p, u[0], u[1], u[2])
    pace = (1.0 - u[0] * u[0]) * p[3, 3] + (1.0 - u[1] * u[1]) * p[4, 4] + (1.0 - u[2] * u[2]) * p[5, 5]
    pace -= 2.0 * (u[0] * u[1] * p[3, 4] + u[0] * u[2] * p[3, 5] + u[1] * u[2] * p[4, 5])
    both = (1.0 - u[0] * u[0]) * p[0, 3] + (1.0 - u[1] * u[1]) * p[1, 4] + (1.0 - u[2] * u[2]) * p[2, 5]
    both -= u[0] * (u[1] * (p[0, 4] + p[1, 3]) + u[2] * (p[0, 5] + p[2, 3])) + u[1] * u[2] * (p[1, 5] + p[2, 4])
    return both * near_per_m, max(place, 0.0) * max(pace, 0.0) * near_per_m * near_per_m


@kernel
def correct_rate(x: Any, p: Any, sight: Any) -> Any:
    """Kalman update of one model in place by a SIGHT's Doppler; returns squared innovation and its variance."""
    rate, u, across, near = receding(x, sight)
    ahead, blur = rate_bend(p, u, near)
    g = rate_column(p, across, u)
    floor = NOISE_FLOOR * (p[3, 3] + p[4, 4] + p[5, 5])
    k = 1.0 / (max(lead(g, across, u), 0.0) + max(sight["doppler_var"], floor) + blur)
    left = sight["doppler_m_s"] - rate - ahead
    n = p.shape[0]
    for i in range(6, n):
        a = rate_rest(p, i, across, u)
        x[i] += k * left * a
        for j in range(i, n):
            p[i, j] -= k * a * rate_rest(p, j, across, u)
    for i in range(6, n):
        b = k * rate_rest(p, i, across, u)
        for j in range(6):
            p[j, i] -= g[j] * b
    for i in range(6):
        x[i] += k * left * g[i]
        for j in range(i, 6):
            p[i, j] -= k * g[i] * g[j]
    return left * left * k, 1.0 / k


@kernel
def rate_rest(p: Any, i: int, across: Any, u: Any) -> float:
    """State `i`, beyond position and velocity, of P H' for a range rate."""
    place = across[0] * p[0, i] + across[1] * p[1, i] + across[2] * p[2, i]
    return float(place + u[0] * p[3, i] + u[1] * p[4, i] + u[2] * p[5, i])
