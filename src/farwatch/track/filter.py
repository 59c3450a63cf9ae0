"""Interacting multiple models of how a target moves, fed by spherical measurements.

`predict`, `update`, `combine` and `begin` work on any belief (see `motion_models`): a TRACK with its pair of models,
one that cruises and one that manoeuvres, or a record with other models, more of them and more states. The chance of
changing model follows from mean sojourn times, so any time step is right, not only the scan period. A plot is taken up
component by component (range, azimuth, elevation, Doppler), which for independent errors equals the joint update.

Covariances are worked on in their upper triangle and mirrored by `combine`, so they are symmetric to the bit.

Sources: Blom and Bar-Shalom 1988 (IMM); Bar-Shalom, Li, Kirubarajan 2001, ch. 6 (white-noise acceleration), 11 (IMM).
"""

from math import exp, inf, sqrt
from typing import Any

from farwatch.compiled import inner_kernel, kernel
from farwatch.track.correction import axes, correct, correct_rate, dot, prior_height_var
from farwatch.track.mixing import blend, mingle, run_down
from farwatch.track.motion_models import NOISE_TIME_S, PAIR, TURN_RATE, carry, entry_var, move, owns

__all__ = [
    "axes", "begin", "blend", "combine", "correct", "dot", "equip", "mix", "noise_density", "pair_density",
    "predict", "predict_position", "reweigh", "settle", "update", "weigh",
]  # fmt: skip

LEAST_WEIGHT = 1e-4
"""No model is ever ruled out further than this."""

ORDINARY_SPEED_M_S, ORDINARY_CLIMB_M_S = 200.0, 30.0
"""Standard deviations of the horizontal and vertical components of a new track's first model."""


@kernel
def noise_density(acceleration_m_s2: float) -> float:
    """Power density (m2/s3) of the white acceleration that stands for pushes of this standard deviation."""
    return 2.0 * acceleration_m_s2 * acceleration_m_s2 * NOISE_TIME_S


@kernel
def pair_density(tracker: Any, m: int) -> float:
    """`noise_density` of model `m` of the pair: 0 cruises, 1 manoeuvres."""
    return noise_density(tracker["cruise_acceleration_m_s2"] if m == 0 else tracker["manoeuvre_acceleration_m_s2"])


@kernel
def predict(track: Any, time_s: float, tracker: Any) -> None:
    """Move a belief to `time_s`; backwards in time without process noise and without changes of model.

    The TRACKER's `model_kind` says which models; where it names none, or with six states, the first cruises and the
    second manoeuvres.
    """
    x, p = track["x"], track["p"]
    dt_s = time_s - track["time_s"]
    if x.shape[1] > 6 and tracker["model_kind"][0] != PAIR:
        if dt_s > 0.0:
            mingle(track, dt_s, tracker)
        if dt_s != 0.0:
            for m in range(x.shape[0]):
                carry(x[m], p[m], dt_s, tracker, m)
    elif dt_s != 0.0:
        if dt_s > 0.0:
            mix(track, dt_s, tracker)
        for m in range(x.shape[0]):
            move(x[m], p[m], dt_s, pair_density(tracker, m) if dt_s > 0.0 else 0.0)
    track["time_s"] = time_s


@kernel
def mix(track: Any, dt_s: float, tracker: Any) -> None:
    """Let the target of a TRACK change between the models of its pair: exact two-state chain in continuous time."""
    if track["x"].shape[0] > 1:
        cruise_s, manoeuvre_s = tracker["cruise_sojourn_s"], tracker["manoeuvre_sojourn_s"]
        left = run_down(1.0 / cruise_s + 1.0 / manoeuvre_s, dt_s)
        blend(track["x"], track["p"], track["weight"], left / cruise_s, left / manoeuvre_s)


@kernel
def update(track: Any, sight: Any) -> None:
    """Take up one SIGHT into a belief already predicted to its time, and weigh the models by their likelihood."""
    rows, place, over, noise, r = axes(track, sight)
    x, p, least = track["x"], track["p"], inf
    for m in range(x.shape[0]):
        far, det = correct(x[m], p[m], rows, place, over, noise, r)
        if sight["doppler_var"] > 0.0:
            farther, var = correct_rate(x[m], p[m], sight)
            far, det = far + farther, det * var
        least = weigh(track["weight"], m, far, det, least)
    settle(track["weight"])
    combine(track)


@inner_kernel
def weigh(weight: Any, m: int, d: float, s: float, least_chi2: float) -> float:
    """Multiply the weight of model `m` by its likelihood, given its squared innovation d and determinant s.

    least_chi2: smallest d of the models before, inf for the first; all weights are relative to it, so that none
    vanishes. Returns it for the next.
    """
    w = weight[m] / sqrt(s)
    if d < least_chi2:
        if m > 0:
            fade = exp(0.5 * (d - least_chi2))
            for k in range(m):
                weight[k] *= fade
        least_chi2 = d
    else:
        w *= exp(0.5 * (least_chi2 - d))
    weight[m] = w
    return least_chi2


@inner_kernel
def settle(weight: Any) -> None:
    """Make weights probabilities: what is below LEAST_WEIGHT is lifted to it, at the cost of the others."""
    total, low = 0.0, 0
    for m in range(weight.shape[0]):
        total += weight[m]
    whole, high = 1.0 / total, 0.0
    for m in range(weight.shape[0]):
        weight[m] *= whole
        if weight[m] < LEAST_WEIGHT:
            low += 1
        else:
            high += weight[m]
    if low > 0:
        share = (1.0 - low * LEAST_WEIGHT) / high
        for m in range(weight.shape[0]):
            weight[m] = weight[m] * share if weight[m] >= LEAST_WEIGHT else LEAST_WEIGHT


@kernel
def reweigh(weight: Any, d0: float, s0: float, d1: float, s1: float) -> None:
    """Probabilities of two models after a plot, from each one's squared innovation d and determinant s."""
    weigh(weight, 1, d1, s1, weigh(weight, 0, d0, s0, inf))
    settle(weight)


@kernel
def combine(track: Any) -> None:
    """Mean over the models, its largest position deviation, and full symmetric covariances."""
    x, p, weight, mean = track["x"], track["p"], track["weight"], track["mean"]
    n = x.shape[1]
    for i in range(6):
        mean[i] = 0.0
    for m in range(x.shape[0]):
        for i in range(6):
            mean[i] += weight[m] * x[m, i]
        for i in range(1, n):
            for j in range(i):
                p[m, i, j] = p[m, j, i]
    widest = 0.0
    for i in range(3):
        var = 0.0
        for m in range(x.shape[0]):
            gap = x[m, i] - mean[i]
            var += weight[m] * (p[m, i, i] + gap * gap)
        widest = max(widest, var)
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
    """Set the filter of a new belief from one SIGHT: the plot's place, and a velocity of which only the size is known.

    The first of several models expects an ordinary speed, the others (or one alone) anything up to `speed_max_m_s`
    (three standard deviations).
    States beyond position and velocity are 0 and known so, until `equip` gives them their prior.
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
    if x.shape[0] == 1:
        slow, climb = fast, fast
    x[:, :] = 0.0
    p[:, :, :] = 0.0
    for i in range(3):
        ri, ei = c * f[i] + s * u[i], c * u[i] - s * f[i]
        for k in range(3):
            rk, ek = c * f[k] + s * u[k], c * u[k] - s * f[k]
            place = var_r * ri * rk + var_a * a[i] * a[k] + var_e * ei * ek
            for j in range(x.shape[0]):
                p[j, i, k] = place
            p[0, i + 3, k + 3] = -(slow * slow - climb * climb) * u[i] * u[k]
        for j in range(x.shape[0]):
            x[j, i] = site[i] + r * ri
            p[j, i + 3, i + 3] = fast * fast if j > 0 else p[0, i + 3, i + 3] + slow * slow
    track["weight"][:] = 1.0 / x.shape[0]
    track["time_s"] = sight["time_s"]
    combine(track)


@kernel
def equip(track: Any, tracker: Any) -> None:
    """Give each model of a new belief the prior of what it knows beyond position and velocity (see `entry_var`)."""
    x, p = track["x"], track["p"]
    n = x.shape[1]
    for i in range(TURN_RATE, n):
        var = entry_var(tracker, x.shape[0], i, n)
        for m in range(x.shape[0]):
            if owns(tracker["model_kind"][m], i, n):
                p[m, i, i] = var
