"""Rare leaks, played on purpose and weighed back: importance sampling of the kill draws.

Where a strong defence leaks once in a thousand trials, plain trials say little. A tilted trial favours one target of
the raid: whatever meets it kills it with lower odds, c / (1 - c) times exp(-shift), where c is the chance of the shot.
A share PLAIN_SHARE of the trials favours nobody; in the others the favoured one is drawn evenly from the raid. With
L_j the likelihood of the meetings of target j under the tilt over that without it, a trial counts

    weight = 1 / (PLAIN_SHARE + (1 - PLAIN_SHARE) / n * sum_j L_j)

which is the balance heuristic for a mixture with a defensive part: the mean of weight times anything is the mean of
that thing without a tilt, and no weight exceeds 1 / PLAIN_SHARE.

Sources: [veach1995] Veach and Guibas, "Optimally combining sampling techniques", SIGGRAPH 95; [hesterberg1995]
Hesterberg, "Weighted average importance sampling and defensive mixture distributions", Technometrics 37.
"""

from math import exp
from typing import Any

from farwatch.chance import FAVOUR, NOBODY, uniforms
from farwatch.compiled import kernel

FAVOURED, LOG_ODDS = 0, 1
"""Places in `Stock.tilt`."""

PLAIN_SHARE = 0.2
"""Share of trials that favour nobody."""


@kernel
def tilted(kill_probability: float, log_odds: float) -> float:
    """The probability whose odds are exp(-log_odds) times those of `kill_probability`."""
    return kill_probability / (kill_probability + (1.0 - kill_probability) * exp(log_odds))


@kernel
def choose_favoured(targets: Any, log_odds: float, key: Any, tilt: Any) -> None:
    """Fill `tilt`, f8[2], for the trial of `key`: the favoured target of the raid, -1 for none, and by how much."""
    first, second = uniforms(key, FAVOUR, NOBODY, NOBODY, NOBODY)
    size = 0
    for i in range(targets.size):
        size += targets[i]["raid"]
    tilt[FAVOURED], tilt[LOG_ODDS] = -1.0, log_odds
    if log_odds == 0.0 or first < PLAIN_SHARE:
        return
    left = int(second * size)
    for i in range(targets.size):
        if targets[i]["raid"] == 1:
            if left == 0:
                tilt[FAVOURED] = i
                return
            left -= 1


@kernel
def weight(targets: Any, fates: Any, log_odds: float) -> float:
    """What a finished trial counts; 1 without a tilt. targets: TARGET[n]; fates: FATE[n + 1]."""
    size, total = 0, 0.0
    for i in range(targets.size):
        if targets[i]["raid"] == 1:
            size += 1
            total += exp(fates[i]["log_ratio"])
    if log_odds == 0.0 or size == 0:
        return 1.0
    return 1.0 / (PLAIN_SHARE + (1.0 - PLAIN_SHARE) * total / size)
