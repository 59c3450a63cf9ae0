"""At which tracks anybody may fire: weapons control status, everywhere and in zones.

Tight: at confirmed tracks that are judged hostile. Free: at any that is not judged neutral. Hold: at none. In a zone
its own status holds, judged where the track is when the decision falls; of overlapping zones the first counts.
Vocabulary: weapons control status as in US Army FM 3-01 (2020), chapter 3.
"""

from typing import Any

from farwatch.compiled import kernel
from farwatch.records import HOSTILE, NEUTRAL, WEAPONS_FREE, WEAPONS_HOLD, WEAPONS_TIGHT

NO_MATTER, CLEARED, FORBIDDEN = 0, 1, 2
"""What `clearance` says: nobody's target; may be fired at; would be a target, but must not be fired at."""


@kernel
def status_at(zones: Any, weapons: int, x_m: float, y_m: float) -> int:
    """Weapons control status over a place in the mission frame. zones: ZONE[n]; weapons: the status outside them."""
    for zone in zones:
        dx, dy = x_m - zone["x_m"], y_m - zone["y_m"]
        if dx * dx + dy * dy <= zone["radius_m"] * zone["radius_m"]:
            return zone["weapons"]  # type: ignore[no-any-return]
    return weapons


@kernel
def clearance(zones: Any, weapons: int, track: Any) -> int:
    """Whether a confirmed TRACK may be fired at: NO_MATTER, CLEARED or FORBIDDEN. zones, weapons: see `status_at`."""
    identity = track["identity"]
    if identity == NEUTRAL:
        return NO_MATTER
    if zones.size == 0 and weapons == WEAPONS_TIGHT:
        return CLEARED if identity == HOSTILE else NO_MATTER
    status = status_at(zones, weapons, track["mean"][0], track["mean"][1])
    if status == WEAPONS_HOLD:
        return FORBIDDEN if identity == HOSTILE else NO_MATTER
    return CLEARED if identity == HOSTILE or status == WEAPONS_FREE else NO_MATTER
