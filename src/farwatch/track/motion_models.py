"""How a target may move: each model's step of state and covariance over any time, for a belief of any size.

A belief is any record with `x` (models, states), `p` (models, states, states), `weight` (models), `mean` (6), `time_s`
and `position_sigma_m`. Their shapes are part of the record's type, so loops over them are as good as written out.
The state is position and velocity, then what only some models have: turn rate where there are 7 or 10 states, and
acceleration in the last three of 9 or 10. What a model does not have stays 0 in its rows and columns. Six states are
kept for the pair that cruises and manoeuvres, so that a mission compiles nothing else; other sets have 7 or more.

Each covariance step is F P F' by the exact Jacobian F of the state's step; noise is added to the upper triangle, which
is all that the filter reads. F and a product lie in the tracker's own working room (`covariance` of TRACKER), so one
tracker serves one thread. The code is kept short on purpose: whatever calls `predict` compiles all of it again.

Sources: Bar-Shalom, Li, Kirubarajan 2001, sections 6.2 (white-noise acceleration and jerk) and 11.7 (coordinated turn);
Singer 1970 (correlated acceleration); Li and Jilkov 2001, Survey of maneuvering target tracking part II (ballistic);
Strang 1968 (symmetric splitting); ISO 2533 (standard gravity).
"""

from math import ceil, cos, exp, sin, sqrt
from typing import Any

import numpy as np

from farwatch.compiled import inner_kernel, kernel
from farwatch.errors import InputError, Problem
from farwatch.records import MODEL_LIMIT
from farwatch.track.sight import EARTH_RADIUS_M

MODEL_KINDS: Any = np.arange(6, dtype=np.int64)  # typed: a bare number would have kernels compiled for each one
PAIR, VELOCITY, TURN, SINGER, ACCELERATION, BALLISTIC = MODEL_KINDS
"""Kinds of model: none named (the pair that cruises and manoeuvres); constant velocity; coordinated level turn of
unknown rate; acceleration that decays (Singer); constant acceleration; free fall with drag."""

STATES = (6, 7, 9, 10)
"""Sizes a belief may have: the pair's; with turn rate; with acceleration; with both."""

TURN_RATE = 6
"""Place of the turn rate (rad/s, counterclockwise from above)."""

NOISE_TIME_S = 4.0
"""How long one push lasts: acceleration of standard deviation a held this long looks, over longer steps, like white
noise of power density 2 a^2 tau (Singer's model in the limit)."""

SMALL_TURN_RAD = 0.05
"""Turns below this take a series, which there is exact to rounding."""

SMALL_DECAY, LEAST_DECAY, TERMS = 0.5, 1e-12, 16
"""Decays below this many time constants take a series of so many terms, exact to rounding; none counts as less."""

GRAVITY_M_S2, AIR_SCALE_M = 9.80665, 7200.0
"""Standard gravity at sea level; height over which air thins by e (fits the standard atmosphere from 0 to 50 km)."""

FALL_STEP_S, DRAG_STEP_S = 10.0, 0.5
"""Longest step of free fall in vacuum, and in air."""

LEAST_SLOWING = 0.1
"""Drag steps that would change speed more than this many times are cut: only far outside the model's range."""


def states_of(kinds: Any) -> int:
    """States that a belief needs to hold models of these kinds: 6 where none is named, else 7, 9 or 10."""
    named = {int(kind) for kind in kinds} - {int(PAIR)}
    speeds_up = bool(named & {int(SINGER), int(ACCELERATION)})
    return 6 if not named else 6 + 3 * speeds_up + (int(TURN) in named or not speeds_up)


def belief_fields(models: int, states: int) -> list[tuple[Any, ...]]:
    """Fields of a belief with so many models (at most MODEL_LIMIT) and states (6, 7, 9, 10), to build a dtype with.

    Six states are for one or two models, the pair's. Raises InputError for other sizes.
    """
    if not 1 <= models <= (MODEL_LIMIT if states > STATES[0] else 2) or states not in STATES:
        rule = f"a belief has 1 to {MODEL_LIMIT} models and 7, 9 or 10 states, or the pair's 1 or 2 models and 6 states"
        raise InputError("belief", [Problem("models, states", f"{models}, {states}", rule)])
    return [
        ("time_s", "f8"),
        ("x", "f8", (models, states)),
        ("p", "f8", (models, states, states)),
        ("weight", "f8", (models,)),
        ("mean", "f8", (6,)),
        ("position_sigma_m", "f8"),
    ]


@kernel
def has_turn(states: int) -> bool:
    """Whether a belief of so many states knows turn rate."""
    return (states - TURN_RATE) % 3 == 1


@kernel
def owns(kind: int, i: int, states: int) -> bool:
    """Whether a model has state `i` of a belief of so many states."""
    if i < TURN_RATE:
        return True
    if i == TURN_RATE and has_turn(states):
        return bool(kind == TURN)
    return bool(SINGER <= kind <= ACCELERATION)


@kernel
def entry_var(tracker: Any, models: int, i: int, states: int) -> float:
    """Variance of state `i` where a target enters a model that has it from one that has not; its mean is 0.

    Of several models that have it, the widest counts.
    """
    widest = 0.0
    for m in range(models):
        if owns(tracker["model_kind"][m], i, states):
            sigma = tracker["model_turn_rad_s"][m] if i == TURN_RATE and has_turn(states) else (
                tracker["model_acceleration_m_s2"][m]
            )
            widest = max(widest, sigma * sigma)
    return widest


@kernel
def mirror(p: Any) -> None:
    """Copy the upper triangle of a square matrix to the lower one."""
    for i in range(1, p.shape[0]):
        for j in range(i):
            p[i, j] = p[j, i]


@kernel
def sandwich(p: Any, room: Any) -> None:
    """F P F' in place; p: f8[n, n], symmetric; room: f8[2, n+, n+], F in the first.

    F P is written transposed, so the same loop again gives F (F P)'. Zeros of F are skipped.
    """
    f, t, n = room[0], room[1], p.shape[0]
    for _ in range(2):
        for i in range(n):
            for q in range(n):
                t[i, q] = 0.0
            for k in range(n):
                share = f[i, k]
                if share != 0.0:
                    for q in range(n):
                        t[i, q] += share * p[k, q]
        for i in range(n):
            for q in range(n):
                p[q, i] = t[i, q]


@kernel
def unit(f: Any, n: int) -> None:
    """Make the first n rows and columns of a matrix the unit matrix."""
    for i in range(n):
        for q in range(n):
            f[i, q] = 0.0
        f[i, i] = 1.0


@inner_kernel
def push(p: Any, dt_s: float, density_m2_s3: float) -> None:
    """Add the noise of white acceleration over `dt_s` to the upper triangle of a covariance."""
    dt2 = dt_s * dt_s
    q_pp, q_pv, q_vv = density_m2_s3 * dt2 * dt_s / 3.0, density_m2_s3 * dt2 / 2.0, density_m2_s3 * dt_s
    for i in range(3):
        p[i, i] += q_pp
        p[i, i + 3] += q_pv
        p[i + 3, i + 3] += q_vv


@inner_kernel
def move(x: Any, p: Any, dt_s: float, density_m2_s3: float) -> None:
    """Constant velocity over `dt_s` with white acceleration of power `density_m2_s3`; x: f8[6+], p: f8[6+, 6+].

    Upper triangle only, block by block: this is the step the mission spends its time in.
    """
    dt2 = dt_s * dt_s
    for i in range(3):
        x[i] += dt_s * x[i + 3]
        for j in range(i, 3):
            p[i, j] += dt_s * (p[i, j + 3] + p[j, i + 3]) + dt2 * p[i + 3, j + 3]
    for i in range(3):
        for j in range(i, 3):
            p[i, j + 3] += dt_s * p[i + 3, j + 3]
            if i != j:
                p[j, i + 3] += dt_s * p[i + 3, j + 3]
    push(p, dt_s, density_m2_s3)


@kernel
def arc(rate_rad_s: float, dt_s: float) -> Any:
    """Sine and cosine of the turn, sin/rate and (1 - cos)/rate (s), and the derivatives of those two by rate (s2)."""
    a = rate_rad_s * dt_s
    s, c, dt2 = sin(a), cos(a), dt_s * dt_s
    if abs(a) < SMALL_TURN_RAD:
        b = a * a
        along = 1.0 - b / 6.0 * (1.0 - b / 20.0 * (1.0 - b / 42.0))
        across = a / 2.0 * (1.0 - b / 12.0 * (1.0 - b / 30.0 * (1.0 - b / 56.0)))
        along_slope = -a / 3.0 * (1.0 - b / 10.0 * (1.0 - b / 28.0))
        across_slope = 0.5 - b / 8.0 * (1.0 - b / 18.0 * (1.0 - b / 40.0))
    else:
        along, across = s / a, (1.0 - c) / a
        along_slope, across_slope = (c - along) / a, (s - across) / a
    return s, c, dt_s * along, dt_s * across, dt2 * along_slope, dt2 * across_slope


@kernel
def follow_arc(x: Any, bend: Any, dt_s: float) -> None:
    """State of a level turn after `dt_s`; bend: `arc` of its turn rate."""
    s, c, along, across, _, _ = bend
    vx, vy = x[3], x[4]
    x[0] += along * vx - across * vy
    x[1] += across * vx + along * vy
    x[2] += dt_s * x[5]
    x[3], x[4] = c * vx - s * vy, s * vx + c * vy


@kernel
def turn(x: Any, f: Any, dt_s: float) -> None:
    """Coordinated level turn over `dt_s`, straight in height; x: f8[7+] with its turn rate, f: becomes the Jacobian."""
    bend = arc(x[TURN_RATE], dt_s)
    s, c, along, across, along_slope, across_slope = bend
    vx, vy = x[3], x[4]
    follow_arc(x, bend, dt_s)
    f[0, 3], f[0, 4], f[0, TURN_RATE] = along, -across, along_slope * vx - across_slope * vy
    f[1, 3], f[1, 4], f[1, TURN_RATE] = across, along, across_slope * vx + along_slope * vy
    f[2, 5] = dt_s
    f[3, 3], f[3, 4], f[3, TURN_RATE] = c, -s, -dt_s * x[4]
    f[4, 3], f[4, 4], f[4, TURN_RATE] = s, c, dt_s * x[3]


@kernel
def veer(x: Any, p: Any, dt_s: float, q: float) -> None:
    """Add the noise of a turn rate that wanders with density q (rad2/s3) during `dt_s`, after the step; upper triangle.

    A change s before the end moves velocity sideways by s v and place by s^2 v / 2; v is taken as at the end.
    """
    dt2 = dt_s * dt_s
    all_of_it = q * dt_s
    sideways = (-x[4], x[3])
    for i in range(2):
        for j in range(2):
            both = all_of_it * sideways[i] * sideways[j]
            if j >= i:
                p[i, j] += both * dt2 * dt2 / 20.0
                p[i + 3, j + 3] += both * dt2 / 3.0
            p[i, j + 3] += both * dt2 * dt_s / 8.0
        p[i, TURN_RATE] += all_of_it * sideways[i] * dt2 / 6.0
        p[i + 3, TURN_RATE] += all_of_it * sideways[i] * dt_s / 2.0
    p[TURN_RATE, TURN_RATE] += all_of_it


@kernel
def decay(rate_per_s: float, dt_s: float) -> Any:
    """What acceleration that decays at `rate_per_s` leaves after `dt_s`: of place (s2), velocity (s), itself."""
    u = rate_per_s * dt_s
    left = exp(-u)
    if abs(u) > SMALL_DECAY:
        return (u - 1.0 + left) / (rate_per_s * rate_per_s), (1.0 - left) / rate_per_s, left
    of_place, of_velocity, term = 0.0, 0.0, 1.0
    for n in range(1, TERMS):
        of_velocity += term / n
        of_place += term / (n * (n + 1))
        term *= -u / n
    return dt_s * dt_s * of_place, dt_s * of_velocity, left


@kernel
def glide(x: Any, dt_s: float, shares: Any) -> None:
    """State of a target whose acceleration decays, after `dt_s`; shares: `decay`."""
    of_place, of_velocity, left = shares
    a = x.shape[0] - 3
    for i in range(3):
        x[i] += dt_s * x[i + 3] + of_place * x[a + i]
        x[i + 3] += of_velocity * x[a + i]
        x[a + i] *= left


@kernel
def accelerate(x: Any, f: Any, dt_s: float, rate_per_s: float) -> None:
    """Acceleration that decays at `rate_per_s` (0: it stays) over `dt_s`; x: f8[9+], f: becomes the Jacobian."""
    shares = decay(rate_per_s, dt_s)
    glide(x, dt_s, shares)
    a = x.shape[0] - 3
    for i in range(3):
        f[i, i + 3], f[i, a + i], f[i + 3, a + i], f[a + i, a + i] = dt_s, shares[0], shares[1], shares[2]


@kernel
def jerk_noise(rate_per_s: float, dt_s: float) -> Any:
    """Covariance that white jerk of unit density leaves: place-place, -velocity, -acceleration, then vv, va, aa.

    With u = rate dt the six are closed forms in exp(-u) and exp(-2u), over powers of u. For small u they cancel, and
    the power series of what is left of them is summed instead, from its first term.
    """
    u = max(rate_per_s * dt_s, LEAST_DECAY)
    e = exp(-u)
    ee = e * e
    pp, pv, pa = 1.0 - ee + 2.0 * u + 2.0 / 3.0 * u * u * u - 2.0 * u * u - 4.0 * u * e, 0.0, 1.0 - ee - 2.0 * u * e
    pv = ee + 1.0 - 2.0 * e + 2.0 * u * e - 2.0 * u + u * u
    vv, va, aa = 4.0 * e - 3.0 - ee + 2.0 * u, ee + 1.0 - 2.0 * e, 1.0 - ee
    if u < SMALL_DECAY:
        pp, pv, pa, vv, va, aa, term, twice = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0
        for n in range(1, TERMS + 5):
            term *= -u / n
            twice *= 2.0
            aa -= term * twice
            va += term * (twice - 2.0)
            pa += term * (2.0 * n - twice)
            if n > 2:
                vv += term * (4.0 - twice)
                pv += term * (twice - 2.0 - 2.0 * n)
            if n > 4:
                pp += term * (4.0 * n - twice)
    d = 0.5 * dt_s / u
    d2 = d * dt_s / u
    d3 = d2 * dt_s / u
    d4 = d3 * dt_s / u
    return d4 * dt_s / u * pp, d4 * pv, d3 * pa, d3 * vv, d2 * va, d * aa


@kernel
def jerk(p: Any, dt_s: float, rate_per_s: float, q: float) -> None:
    """Add the noise of white jerk of density q (m2/s5) over `dt_s` to decaying acceleration; upper triangle."""
    pp, pv, pa, vv, va, aa = jerk_noise(rate_per_s, dt_s)
    a = p.shape[0] - 3
    for i in range(3):
        p[i, i] += q * pp
        p[i, i + 3] += q * pv
        p[i, a + i] += q * pa
        p[i + 3, i + 3] += q * vv
        p[i + 3, a + i] += q * va
        p[a + i, a + i] += q * aa


@kernel
def pull(x: Any) -> Any:
    """Gravity (m/s2) at a state's place, its gradient's two numbers, the unit vector outwards, and the height.

    Inverse-square towards the centre of a round Earth below the mission's origin: g = -k(r) e, and the gradient is
    -k/r (I - 3 e e').
    """
    up = x[2] + EARTH_RADIUS_M
    r = sqrt(x[0] * x[0] + x[1] * x[1] + up * up)
    k = GRAVITY_M_S2 * (EARTH_RADIUS_M / r) ** 2
    return k, k / r, (x[0] / r, x[1] / r, up / r), r - EARTH_RADIUS_M


@kernel
def slow(x: Any, h: float, drag_per_m: float, height_m: float) -> Any:
    """Share of its velocity that drag leaves over a step h at fixed height, exactly; speed; drag at that height."""
    k = drag_per_m * exp(-max(height_m, 0.0) / AIR_SCALE_M)
    speed_m_s = sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    return 1.0 / max(1.0 + k * speed_m_s * h, LEAST_SLOWING), speed_m_s, k


@kernel
def fall_state(x: Any, h: float, drag_per_m: float) -> None:
    """State after one step of free fall: drift, half the pull, drag, half the pull, drift (second order)."""
    for i in range(3):
        x[i] += 0.5 * h * x[i + 3]
    k, _, out, height_m = pull(x)
    x[3], x[4], x[5] = x[3] - 0.5 * h * k * out[0], x[4] - 0.5 * h * k * out[1], x[5] - 0.5 * h * k * out[2]
    left = slow(x, h, drag_per_m, height_m)[0]
    x[3] = left * x[3] - 0.5 * h * k * out[0]
    x[4] = left * x[4] - 0.5 * h * k * out[1]
    x[5] = left * x[5] - 0.5 * h * k * out[2]
    for i in range(3):
        x[i] += 0.5 * h * x[i + 3]


@kernel
def fall(x: Any, f: Any, h: float, drag_per_m: float) -> None:
    """One step of free fall, as `fall_state`; f: becomes its exact Jacobian.

    Pull and drag change velocity by A dx + M dv; with half a drift before and after, F = [I + h/2 A, h/2 (I + M +
    h/2 A); A, M + h/2 A].
    """
    for i in range(3):
        x[i] += 0.5 * h * x[i + 3]
    k, gradient_per_s2, out, height_m = pull(x)
    for i in range(3):
        x[i + 3] -= 0.5 * h * k * out[i]
    left, speed_m_s, air = slow(x, h, drag_per_m, height_m)
    bend = left * left * air * h / max(speed_m_s, 1e-9)
    thins = left * left * air * speed_m_s * h / AIR_SCALE_M if height_m > 0.0 else 0.0
    g, climb = 0.5 * h * gradient_per_s2, x[3] * out[0] + x[4] * out[1] + x[5] * out[2]
    for i in range(3):
        for j in range(3):
            same = 1.0 if i == j else 0.0
            m = left * same - bend * x[i + 3] * x[j + 3]
            a = g * (1.0 + left) * (3.0 * out[i] * out[j] - same) + thins * x[i + 3] * out[j]
            a -= g * bend * x[i + 3] * (3.0 * climb * out[j] - x[j + 3])
            f[i, j], f[i, j + 3] = same + 0.5 * h * a, 0.5 * h * (same + m + 0.5 * h * a)
            f[i + 3, j], f[i + 3, j + 3] = a, m + 0.5 * h * a
    for i in range(3):
        x[i + 3] = left * x[i + 3] - 0.5 * h * k * out[i]
    for i in range(3):
        x[i] += 0.5 * h * x[i + 3]


@kernel
def fall_steps(dt_s: float, drag_per_m: float) -> int:
    """Into how many steps free fall over `dt_s` is cut."""
    return max(ceil(abs(dt_s) / (DRAG_STEP_S if drag_per_m > 0.0 else FALL_STEP_S)), 1)


@kernel
def push_density(tracker: Any, m: int) -> float:
    """Power density (m2/s3) of the white acceleration of model `m`, 2 a^2 tau.

    A turn's `model_time_s` is that of its rate, so its pushes last NOISE_TIME_S; so they do where no time is given.
    """
    a, lasts_s = tracker["model_acceleration_m_s2"][m], tracker["model_time_s"][m]
    if tracker["model_kind"][m] == TURN or lasts_s <= 0.0:
        lasts_s = NOISE_TIME_S
    return float(2.0 * a * a * lasts_s)


@kernel
def wander_density(s: float, time_s: float) -> float:
    """Density of the white noise that moves a quantity by about its standard deviation s within a time: 2 s^2 / tau."""
    return 2.0 * s * s / time_s if time_s > 0.0 else 0.0


@kernel
def fade_rate(tracker: Any, m: int) -> float:
    """Rate (1/s) at which the acceleration of model `m` decays; 0 where it stays."""
    return 1.0 / tracker["model_time_s"][m] if tracker["model_kind"][m] == SINGER else 0.0


@kernel
def flow(x: Any, dt_s: float, tracker: Any, m: int) -> None:
    """State of a target that obeys model `m` after `dt_s`, without noise; x: f8[states]."""
    kind = tracker["model_kind"][m]
    if kind == TURN:
        follow_arc(x, arc(x[TURN_RATE], dt_s), dt_s)
    elif SINGER <= kind <= ACCELERATION:
        glide(x, dt_s, decay(fade_rate(tracker, m), dt_s))
    elif kind == BALLISTIC:
        steps = fall_steps(dt_s, tracker["model_drag_per_m"][m])
        for _ in range(steps):
            fall_state(x, dt_s / steps, tracker["model_drag_per_m"][m])
    else:
        for i in range(3):
            x[i] += dt_s * x[i + 3]


@kernel
def disturb(x: Any, p: Any, dt_s: float, tracker: Any, m: int) -> None:
    """Add the noise of model `m` over `dt_s` to the upper triangle of `p`; x: the state after the step."""
    kind = tracker["model_kind"][m]
    if SINGER <= kind <= ACCELERATION:
        density = wander_density(tracker["model_acceleration_m_s2"][m], tracker["model_time_s"][m])
        jerk(p, dt_s, fade_rate(tracker, m), density)
        return
    push(p, dt_s, push_density(tracker, m))
    if kind == TURN:
        veer(x, p, dt_s, wander_density(tracker["model_turn_rad_s"][m], tracker["model_time_s"][m]))


@kernel
def carry(x: Any, p: Any, dt_s: float, tracker: Any, m: int) -> None:
    """Step of model `m` over `dt_s`, state and covariance; backwards in time without noise.

    x: f8[states]; p: f8[states, states], upper triangle.
    """
    kind = tracker["model_kind"][m]
    if kind == VELOCITY:
        move(x, p, dt_s, push_density(tracker, m) if dt_s > 0.0 else 0.0)
        return
    f = tracker["covariance"][0]
    mirror(p)
    steps = fall_steps(dt_s, tracker["model_drag_per_m"][m]) if kind == BALLISTIC else 1
    for _ in range(steps):
        unit(f, x.shape[0])
        if kind == BALLISTIC:
            fall(x, f, dt_s / steps, tracker["model_drag_per_m"][m])
        elif kind == TURN:
            turn(x, f, dt_s)
        else:
            accelerate(x, f, dt_s, fade_rate(tracker, m))
        sandwich(p, tracker["covariance"])
    if dt_s > 0.0:
        disturb(x, p, dt_s, tracker, m)
