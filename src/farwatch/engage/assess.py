"""What the command post believes a shot has done: right most of the time.

A kill is called a miss, and a miss (or a round that found nothing) a kill, with the doctrine's two error rates,
one draw per shot. A track with a shot called a kill is not engaged again while its serial lives, unless the doctrine
sets `recheck_hits`.
"""

from typing import Any

from farwatch.chance import ASSESS, NOBODY, uniform
from farwatch.compiled import kernel
from farwatch.records import DONE, E_ASSESSED_KILL, E_ASSESSED_MISS


@kernel
def assess(defence: Any, stock: Any, truth: Any, index: int, key: Any, now: float) -> int:
    """Judge shot `index` at `now`, the assessment delay after its intercept: E_ASSESSED_KILL or E_ASSESSED_MISS."""
    shot = stock.shots[index]
    aimed = shot["aimed_truth"]
    doctrine = defence.doctrine[0]
    whom = truth.targets[aimed]["id"] if aimed >= 0 else 0
    error = doctrine["kill_called_miss"] if shot["killed"] else doctrine["miss_called_kill"]
    wrong = uniform(key, ASSESS, whom, NOBODY, shot["ordinal"]) < error
    called = shot["killed"] != 0
    if wrong:
        called = not called
    shot["called_kill"] = 1 if called else 0
    shot["status"] = DONE
    if not called:
        return E_ASSESSED_MISS  # type: ignore[no-any-return]
    memory = stock.memory[shot["track_slot"]]
    if memory["serial"] == shot["track_serial"]:
        memory["dead"] = 1
        memory["hits"] = 0
        memory["hit_s"] = now
        if aimed >= 0 and shot["killed"] == 0:
            stock.fates[aimed]["judged_dead"] = 1
    return E_ASSESSED_KILL  # type: ignore[no-any-return]
