"""Which hostile tracks come first: by value at stake over time to go, or by one of the two alone.

An air-breathing track is a threat to an asset while it closes on it. The corridor is wide on purpose: a route with
waypoints does not point at the asset all the way. A ballistic track is a threat to the asset nearest to its
predicted impact. Rank falls with time to go, rises with the asset's value and with what an arrival of the track's most
probable class does. Rules of farwatch, not of any published command post: see `docs/models/engagement.md`.
"""

from math import inf, sqrt
from typing import Any

from farwatch.compiled import kernel
from farwatch.engage.envelope import EARTH_RADIUS_M, GRAVITY_M3_S2, height_m, predict

CLOSING_SHARE = 0.2
"""A track closes when this share of its speed, at least, is towards the asset (heading within 78 degrees)."""

NEAR_M = 30_000.0
LEAVING_SHARE = 0.5
"""Within this distance a track counts unless more than this share of its speed is away from the asset."""

CORRIDOR_M = 5_000.0
"""A track that will pass this close is taken to arrive at the time of closest approach."""

IMPACT_CORRIDOR_M = 30_000.0
IMPACT_CORRIDOR_SHARE = 0.2
"""A ballistic track threatens an asset within this distance, plus this share of the way still to fly, of its
predicted impact: at constant gravity and early in the track that prediction is rough."""

DAMAGE_FLOOR = 0.1
"""Classes that do little on arrival still rank, behind the others."""

SLOWEST_M_S = 1.0

THREAT, FIRST, VALUE = 0, 1, 2
"""Values of DOCTRINE["priority"]: value over time to go; the first to arrive; the greatest value at stake."""

_TIE = 1e-9
"""How little time to go counts where value alone ranks: it parts equals only."""


@kernel
def threat(assets: Any, classes: Any, track: Any, priority: int, now: float, state: Any) -> tuple[float, float]:
    """Score of a hostile track (0 = no threat) and the mission time at which it would arrive (inf = not foreseen).

    assets: ASSET[n]; classes: CLASS[k]; priority: THREAT, FIRST or VALUE; `state` is room for six numbers.
    """
    kind = track["class_index"]
    known = 0 <= kind < classes.size
    ballistic = 1 if known and classes[kind]["ballistic"] else 0
    damage = max(classes[kind]["damage"], DAMAGE_FLOOR) if known else 1.0
    predict(track, ballistic, now, state)
    best, goal_s = 0.0, inf
    for asset in assets:
        if ballistic:
            togo_s, arrival_s = _fall(state, asset)
        else:
            togo_s, arrival_s = _approach(state, asset)
        score = _score(priority, asset["value"] * damage, max(togo_s, 1.0))
        if score > best:
            best, goal_s = score, now + arrival_s
    return best, goal_s


@kernel
def _score(priority: int, worth: float, togo_s: float) -> float:
    """Score of a threat to something of this worth in `togo_s` seconds, 0 where that never comes."""
    if togo_s == inf:
        return 0.0
    if priority == FIRST:
        return 1.0 / togo_s
    if priority == VALUE:
        return worth * (1.0 + _TIE / togo_s)
    return worth / togo_s


@kernel
def _approach(state: Any, asset: Any) -> tuple[float, float]:
    """Time to go to `asset` for ranking (inf = no threat to it), and time of arrival (inf = not foreseen), seconds.

    Time to go is the distance over the closing speed, over the ground; arrival is the time of closest approach when
    the track flies straight into the corridor.
    """
    dx, dy = asset["x_m"] - state[0], asset["y_m"] - state[1]
    distance = sqrt(dx * dx + dy * dy)
    speed = max(sqrt(state[3] * state[3] + state[4] * state[4]), SLOWEST_M_S)
    along = dx * state[3] + dy * state[4]
    closing = along / max(distance, 1.0)
    if closing < CLOSING_SHARE * speed and (distance > NEAR_M or closing < -LEAVING_SHARE * speed):
        return inf, inf
    togo_s = distance / max(closing, CLOSING_SHARE * speed)
    aside = (dx * state[4] - dy * state[3]) / speed
    if closing > 0.0 and abs(aside) <= CORRIDOR_M:
        return togo_s, along / (speed * speed)
    return togo_s, inf


@kernel
def _impact_s(state: Any, ground_m: float) -> float:
    """Time until a falling object at `state` is down at the height `ground_m`; 0 if it is there already.

    Height over the touching sphere changes as h(t) = h + w t + (v_h^2 / R - g) t^2 / 2: a parabola.
    """
    height = height_m(state[0], state[1], state[2]) - ground_m
    if height <= 0.0:
        return 0.0
    climb = state[5] + (state[0] * state[3] + state[1] * state[4]) / EARTH_RADIUS_M
    sideways = state[3] * state[3] + state[4] * state[4]
    fall = GRAVITY_M3_S2 / (EARTH_RADIUS_M + height) ** 2 - sideways / EARTH_RADIUS_M
    if fall <= 0.0:
        return inf
    return (climb + sqrt(climb * climb + 2.0 * fall * height)) / fall  # type: ignore[no-any-return]


@kernel
def _fall(state: Any, asset: Any) -> tuple[float, float]:
    """Time to go and time of arrival of a ballistic track at `asset`; inf when its impact lies elsewhere."""
    impact_s = _impact_s(state, height_m(asset["x_m"], asset["y_m"], asset["z_m"]))
    if impact_s == inf:
        return inf, inf
    dx = state[0] + state[3] * impact_s - asset["x_m"]
    dy = state[1] + state[4] * impact_s - asset["y_m"]
    way = sqrt(state[3] * state[3] + state[4] * state[4]) * impact_s
    if sqrt(dx * dx + dy * dy) > IMPACT_CORRIDOR_M + IMPACT_CORRIDOR_SHARE * way:
        return inf, inf
    return impact_s, impact_s
