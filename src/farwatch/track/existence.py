"""How sure the picture is that a track is a target, as log-odds, when targets may leave and may hide.

A track is one of three things: a target that the radar can see, a target that it cannot see just now (behind a hill, in
a fade, below the beam), or nothing. Targets leave, and change between seen and hidden, at rates that depend on what is
known of the radar (`senses.settle`). A plot multiplies the odds of existence by Pd times its likelihood over the
density of noise; a miss by the chance of being missed, which is large for a target that may be hiding. So misses in a
row count ever less against existence, and one rule serves fades, hills and low Pd.

Sources: Musicki, Evans and Stankovic 1994 (integrated probabilistic data association, Markov chain two); Musicki and
Evans 2004 (joint).
"""

from math import exp, log, log1p
from typing import Any

from farwatch.compiled import kernel
from farwatch.track.mixing import run_down
from farwatch.track.senses import FADING_PER_S, LEAVING_PER_S, RETURNING_PER_S

SUREST = 40.0
"""Log-odds beyond which nothing is surer: keeps exponentials finite."""


@kernel
def probability(log_odds: float) -> float:
    """Probability of log-odds."""
    return 1.0 / (1.0 + exp(-min(max(log_odds, -SUREST), SUREST)))


@kernel
def persist(track: Any, time_s: float, sense: Any) -> None:
    """Bring existence and hiding of a TRACK forward to `time_s`: it may have left, hidden, or come out again."""
    dt_s = time_s - track["odds_s"]
    if dt_s <= 0.0:
        return
    stays = exp(-dt_s * sense[LEAVING_PER_S])
    track["log_odds"] += log(stays) - log1p((1.0 - stays) * exp(min(track["log_odds"], SUREST)))
    left = run_down(sense[FADING_PER_S] + sense[RETURNING_PER_S], dt_s)
    hidden = track["hidden_probability"]
    into, out_of = left * sense[FADING_PER_S], left * sense[RETURNING_PER_S]
    track["hidden_probability"] = hidden + (1.0 - hidden) * into - hidden * out_of
    track["odds_s"] = time_s


@kernel
def seen_chance(track: Any, pd: float) -> float:
    """Chance that a look gives a plot of a TRACK that exists."""
    return float((1.0 - track["hidden_probability"]) * pd)


@kernel
def hit(track: Any, log_ratio: float, pd: float) -> None:
    """A plot: `log_ratio` is the log of its likelihood over the density of plots that belong to nothing."""
    track["log_odds"] = min(track["log_odds"] + log(seen_chance(track, pd)) + log_ratio, SUREST)
    track["hidden_probability"] = 0.0


@kernel
def missed(track: Any, pd: float) -> None:
    """A look without a plot."""
    unseen = 1.0 - seen_chance(track, pd)
    track["log_odds"] += log(unseen)
    track["hidden_probability"] /= unseen


@kernel
def edge(track: Any, pd: float) -> float:
    """Log of how much a plot of log-ratio 0 speaks for "its plot" over "missed, or not there", before the look.

    For existence r and chance s of being seen: log(r s / (1 - r s)). A tentative track thus claims a plot only if the
    plot fits it far better than noise.
    """
    claim = probability(track["log_odds"]) * seen_chance(track, pd)
    return float(log(claim / (1.0 - claim)))
