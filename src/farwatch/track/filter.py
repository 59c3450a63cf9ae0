"""Interacting multiple models of a target that flies straight or manoeuvres, fed by spherical measurements.

Two models share the state (position, velocity) and differ in how hard white noise pushes: 0 cruises, 1 manoeuvres.
The chance of changing model follows from mean sojourn times, so any time step is right, not only the scan period.
Mixing of two Gaussians is closed form. A plot is taken up component by component (range, azimuth, elevation), which
for independent errors equals the joint update and needs no matrix inverse.

Covariances are worked on in their upper triangle and mirrored by `combine`, so they are symmetric to the bit.

Sources: Blom and Bar-Shalom 1988 (IMM); Bar-Shalom, Li, Kirubarajan 2001, ch. 5 (sequential update), 6 (white-noise
acceleration), 10 (spherical measurements, linearised at the prediction or at the measurement), 11 (IMM).
"""

from math import atan2, exp, inf, sqrt
from typing import Any

from farwatch.compiled import kernel
from farwatch.track.sight import PRIOR_HEIGHT_SIGMA_M

CRUISE_SOJOURN_S = 1000.0
MANOEUVRE_SOJOURN_S = 30.0
"""Mean time a target flies straight before it manoeuvres, and manoeuvres before it flies straight again."""

NOISE_TIME_S = 4.0
"""How long one push lasts: acceleration of standard deviation a held this long looks, over longer steps, like white
noise of power density 2 a^2 tau (Singer's model in the limit)."""

LEAST_WEIGHT = 1e-4
"""Neither model is ever ruled out further than this."""

ORDINARY_SPEED_M_S, ORDINARY_CLIMB_M_S = 200.0, 30.0
"""Standard deviations of the horizontal and vertical components of a new track's cruise model."""

SMALL_ANGLE_SINE = 0.03
"""Below it two terms of the arcsine series are good to 1e-9 rad."""


@kernel
def noise_density(acceleration_m_s2: float) -> float:
    """Power density (m2/s3) of the white acceleration that stands for pushes of this standard deviation."""
    return 2.0 * acceleration_m_s2 * acceleration_m_s2 * NOISE_TIME_S


@kernel
def predict(track: Any, time_s: float, tracker: Any) -> None:
    """Move a TRACK to `time_s`; backwards in time without process noise and without changes of model."""
    dt_s = time_s - track["time_s"]
    if dt_s > 0.0:
        mix(track, dt_s)
        move(track["x"][0], track["p"][0], dt_s, noise_density(tracker["cruise_acceleration_m_s2"]))
        move(track["x"][1], track["p"][1], dt_s, noise_density(tracker["manoeuvre_acceleration_m_s2"]))
    elif dt_s < 0.0:
        move(track["x"][0], track["p"][0], dt_s, 0.0)
        move(track["x"][1], track["p"][1], dt_s, 0.0)
    track["time_s"] = time_s


@kernel
def run_down(rate_per_s: float, dt_s: float) -> float:
    """(1 - exp(-rate dt)) / rate: the effective time of a decay at `rate_per_s` over `dt_s`."""
    return (1.0 - exp(-rate_per_s * dt_s)) / rate_per_s


@kernel
def mix(track: Any, dt_s: float) -> None:
    """Let the target of a TRACK change its model within `dt_s`: exact two-state chain in continuous time."""
    left = run_down(1.0 / CRUISE_SOJOURN_S + 1.0 / MANOEUVRE_SOJOURN_S, dt_s)
    blend(track["x"], track["p"], track["weight"], left / CRUISE_SOJOURN_S, left / MANOEUVRE_SOJOURN_S)


@kernel
def blend(x: Any, p: Any, weight: Any, turned_share: float, settled_share: float) -> None:
    """Mix two models in place, given the chances to change from 0 to 1 (`turned_share`) and back (`settled_share`).

    x: f8[2, 6]; p: f8[2, 6, 6], upper triangle; weight: f8[2]. Each model starts from the moment-matched mixture of
    both: for two Gaussians with shares 1 - a and a, P = (1 - a) P0 + a P1 + a (1 - a) d d'.
    """
    w0, w1 = weight[0], weight[1]
    new0 = w0 * (1.0 - turned_share) + w1 * settled_share
    new1 = w0 * turned_share + w1 * (1.0 - settled_share)
    a = w1 * settled_share / new0  # share of old model 1 in new model 0
    b = w1 * (1.0 - settled_share) / new1  # and in new model 1
    aa, bb = a * (1.0 - a), b * (1.0 - b)
    for i in range(6):
        di = x[1, i] - x[0, i]
        for j in range(i, 6):
            spread = di * (x[1, j] - x[0, j])
            old, gap = p[0, i, j], p[1, i, j] - p[0, i, j]
            p[0, i, j] = old + a * gap + aa * spread
            p[1, i, j] = old + b * gap + bb * spread
    for i in range(6):
        old, gap = x[0, i], x[1, i] - x[0, i]
        x[0, i] = old + a * gap
        x[1, i] = old + b * gap
    weight[0], weight[1] = new0, new1


@kernel
def move(x: Any, p: Any, dt_s: float, density_m2_s3: float) -> None:
    """Constant velocity over `dt_s` with white acceleration of power `density_m2_s3`; x: f8[6], p: f8[6, 6]."""
    dt2 = dt_s * dt_s
    q_pp, q_pv, q_vv = density_m2_s3 * dt2 * dt_s / 3.0, density_m2_s3 * dt2 / 2.0, density_m2_s3 * dt_s
    for i in range(3):
        x[i] += dt_s * x[i + 3]
        for j in range(i, 3):
            p[i, j] += dt_s * (p[i, j + 3] + p[j, i + 3]) + dt2 * p[i + 3, j + 3]
    for i in range(3):
        for j in range(i, 3):
            p[i, j + 3] += dt_s * p[i + 3, j + 3]
            if i != j:
                p[j, i + 3] += dt_s * p[i + 3, j + 3]
    for i in range(3):
        p[i, i] += q_pp
        p[i, i + 3] += q_pv
        p[i + 3, i + 3] += q_vv


@kernel
def small_angle(sine: float, cosine: float) -> float:
    """Angle from its sine and cosine; a short series where it is small, as it nearly always is."""
    if cosine > 0.0 and abs(sine) < SMALL_ANGLE_SINE:
        return sine * (1.0 + sine * sine * (1.0 / 6.0 + 0.075 * sine * sine))
    return atan2(sine, cosine)


@kernel
def axes(track: Any, sight: Any) -> Any:
    """Where and along which directions a SIGHT is linearised for a predicted TRACK.

    At the prediction where the track is surer of the place than the plot, else at the measured place (with the
    predicted elevation where none is measured): a new track's wide prior never bends the range.

    Returns three unit vectors (along range, to the right, upwards), the place, measured minus expected there (m), the
    variances of range, azimuth and elevation (m2; the third 0 where elevation is not measured; a fourth is the most
    that height may be unknown by), and the slant range.
    """
    x, p, weight = track["x"], track["p"], track["weight"]
    w0, w1 = weight[0], weight[1]
    ux, uy, uz = sight["up_x"], sight["up_y"], sight["up_z"]
    fx, fy, fz = sight["ahead_x"], sight["ahead_y"], sight["ahead_z"]
    ax, ay, az = sight["right_x"], sight["right_y"], sight["right_z"]
    s, c, r = sight["sin_elevation"], sight["cos_elevation"], sight["range_m"]
    prior = w0 * (p[0, 0, 0] + p[0, 1, 1]) + w1 * (p[1, 0, 0] + p[1, 1, 1])
    settled = prior < r * r * sight["azimuth_var"] + sight["range_var"]
    over_r, over_a, over_e, height_var = 0.0, 0.0, 0.0, inf
    if settled or sight["elevation_var"] == 0.0:
        dx = w0 * x[0, 0] + w1 * x[1, 0] - sight["radar_x"]
        dy = w0 * x[0, 1] + w1 * x[1, 1] - sight["radar_y"]
        dz = w0 * x[0, 2] + w1 * x[1, 2] - sight["radar_z"]
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
def update(track: Any, sight: Any) -> None:
    """Take up one SIGHT into a TRACK already predicted to its time, and weigh the two models by their likelihood."""
    rows, place, over, noise, r = axes(track, sight)
    d0, det0 = correct(track["x"][0], track["p"][0], rows, place, over, noise, r)
    d1, det1 = correct(track["x"][1], track["p"][1], rows, place, over, noise, r)
    reweigh(track["weight"], d0, det0, d1, det1)
    combine(track)


@kernel
def reweigh(weight: Any, d0: float, s0: float, d1: float, s1: float) -> None:
    """Model probabilities after a plot, from each model's squared innovation d and determinant s."""
    w0, w1 = weight[0] / sqrt(s0), weight[1] / sqrt(s1)
    if d0 <= d1:
        w1 *= exp(0.5 * (d0 - d1))
    else:
        w0 *= exp(0.5 * (d1 - d0))
    share = min(max(w0 / (w0 + w1), LEAST_WEIGHT), 1.0 - LEAST_WEIGHT)
    weight[0], weight[1] = share, 1.0 - share


@kernel
def along(p: Any, bx: float, by: float, bz: float) -> float:
    """Variance of position along a direction; p: f8[6, 6], upper triangle."""
    flat = bx * (p[0, 0] * bx + 2.0 * (p[0, 1] * by + p[0, 2] * bz)) + by * (p[1, 1] * by + 2.0 * p[1, 2] * bz)
    return float(flat + bz * bz * p[2, 2])


@kernel
def dot(a: Any, b: Any) -> float:
    """Scalar product of the first three components."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@kernel
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


@kernel
def less(a: Any, k: float, b: Any) -> Any:
    """a - k b, six numbers."""
    return (
        a[0] - k * b[0], a[1] - k * b[1], a[2] - k * b[2],
        a[3] - k * b[3], a[4] - k * b[4], a[5] - k * b[5],
    )  # fmt: skip


@kernel
def shift(x: Any, g1: Any, g2: Any, g3: Any, by: Any) -> None:
    """x += three columns, each times its scaled innovation (written out: tuples are not walked by a loop)."""
    b1, b2, b3 = by
    x[0] += g1[0] * b1 + g2[0] * b2 + g3[0] * b3
    x[1] += g1[1] * b1 + g2[1] * b2 + g3[1] * b3
    x[2] += g1[2] * b1 + g2[2] * b2 + g3[2] * b3
    x[3] += g1[3] * b1 + g2[3] * b2 + g3[3] * b3
    x[4] += g1[4] * b1 + g2[4] * b2 + g3[4] * b3
    x[5] += g1[5] * b1 + g2[5] * b2 + g3[5] * b3


@kernel
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


@kernel
def correct(x: Any, p: Any, rows: Any, place: Any, over: Any, noise: Any, range_m: float) -> Any:
    """Kalman update of one model in place (x: f8[6], p: f8[6, 6]) by up to three scalar measurements in turn.

    rows: three unit vectors, along range, to the right, upwards; place: where they are taken; over: measured minus
    expected there, m; noise: variances, m2 (see `axes`). Each later gain is what is left of P H' after the earlier
    ones, so the covariance is written only once. Where elevation is not measured, the prior height is taken up just
    strongly enough that height is never less known than by that prior; it has no say in which model is right.

    Returns the squared normalised innovation and the determinant of its covariance.
    """
    first, second, third = rows
    off = (x[0] - place[0], x[1] - place[1], x[2] - place[2])
    left1, left2, left3 = over[0] - dot(first, off), over[1] - dot(second, off), over[2] - dot(third, off)
    var1, flat = noise[0], noise[2] == 0.0
    if flat:  # second-order term of slant range over an unknown height
        bend = along(p, third[0], third[1], third[2]) / (2.0 * range_m)
        left1 -= bend
        var1 += 2.0 * bend * bend
    g1 = column(p, first)
    s1 = dot(first, g1) + var1
    k1 = 1.0 / s1
    share = dot(second, g1) * k1
    g2 = less(column(p, second), share, g1)
    left2 -= share * left1
    s2 = dot(second, g2) + noise[1]
    k2 = 1.0 / s2
    share, more = dot(third, g1) * k1, dot(third, g2) * k2
    g3 = less(less(column(p, third), share, g1), more, g2)
    left3 -= share * left1 + more * left2
    height_var = dot(third, g3)
    s3 = height_var + noise[2]
    k3 = 1.0 / s3
    if flat:
        k3 = max(height_var - noise[3], 0.0) * k3 * k3
    left3_scaled = left3 * k3
    left1_scaled, left2_scaled = left1 * k1, left2 * k2
    shift(x, g1, g2, g3, (left1_scaled, left2_scaled, left3_scaled))
    shrink(p, g1, g2, g3, (k1, k2, k3))
    far, det = left1 * left1_scaled + left2 * left2_scaled, s1 * s2
    if not flat:
        far, det = far + left3 * left3_scaled, det * s3
    return far, det


@kernel
def combine(track: Any) -> None:
    """Mean over the models, its largest position deviation, and full symmetric covariances."""
    x, p, weight, mean = track["x"], track["p"], track["weight"], track["mean"]
    w0, w1 = weight[0], weight[1]
    for i in range(6):
        mean[i] = w0 * x[0, i] + w1 * x[1, i]
        for j in range(i):
            p[0, i, j] = p[0, j, i]
            p[1, i, j] = p[1, j, i]
    widest = 0.0
    for i in range(3):
        gap = x[1, i] - x[0, i]
        widest = max(widest, w0 * p[0, i, i] + w1 * p[1, i, i] + w0 * w1 * gap * gap)
    track["position_sigma_m"] = sqrt(widest)


@kernel
def predict_position(track: Any, time_s: float, out: Any) -> None:
    """State of a TRACK carried in a straight line to `time_s`, into out[0:6]; the track itself stays as it is."""
    dt_s = time_s - track["time_s"]
    mean = track["mean"]
    for i in range(3):
        out[i] = mean[i] + dt_s * mean[i + 3]
        out[i + 3] = mean[i + 3]


@kernel
def begin(track: Any, sight: Any, speed_max_m_s: float) -> None:
    """Set the filter of a new TRACK from one SIGHT: the plot's place, and a velocity of which only the size is known.

    The cruise model expects an ordinary speed, the other anything up to `speed_max_m_s` (three standard deviations).
    """
    s, c, r = sight["sin_elevation"], sight["cos_elevation"], sight["range_m"]
    f = (sight["ahead_x"], sight["ahead_y"], sight["ahead_z"])
    a = (sight["right_x"], sight["right_y"], sight["right_z"])
    u = (sight["up_x"], sight["up_y"], sight["up_z"])
    site = (sight["radar_x"], sight["radar_y"], sight["radar_z"])
    var_r, var_a, var_e = sight["range_var"], r * r * c * c * sight["azimuth_var"], r * r * sight["elevation_var"]
    if sight["elevation_var"] == 0.0:
        var_e = prior_height_var(r, c)
    x, p = track["x"], track["p"]
    fast = speed_max_m_s / 3.0
    slow, climb = min(ORDINARY_SPEED_M_S, fast), min(ORDINARY_CLIMB_M_S, fast)
    for i in range(3):
        ri, ei = c * f[i] + s * u[i], c * u[i] - s * f[i]
        for j in range(2):
            x[j, i] = site[i] + r * ri
            x[j, i + 3] = 0.0
        for k in range(3):
            rk, ek = c * f[k] + s * u[k], c * u[k] - s * f[k]
            place = var_r * ri * rk + var_a * a[i] * a[k] + var_e * ei * ek
            for j in range(2):
                p[j, i, k] = place
                p[j, i, k + 3] = 0.0
                p[j, i + 3, k] = 0.0
                p[j, i + 3, k + 3] = 0.0
            p[0, i + 3, k + 3] -= (slow * slow - climb * climb) * u[i] * u[k]
        p[0, i + 3, i + 3] += slow * slow
        p[1, i + 3, i + 3] = fast * fast
    track["weight"][0], track["weight"][1] = 0.5, 0.5
    track["time_s"] = sight["time_s"]
    combine(track)
