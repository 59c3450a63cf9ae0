"""Why a leaker leaked: one reason each, the first step of the kill chain at which it got away.

The chain is: come into view, be seen, become a confirmed track, be judged hostile, be shot at, be hit. The
reason is the first step that never happened.

A target that no working radar had in view, and that one out of action would have had, is put down to the outage. A
target in view that was never seen was too weak for the receiver's noise, unless two looks or more were lost to the
filter, to clutter or to jamming, together; then what cost most of them counts. A look is so counted when a plot was
likely in noise alone, and not as it was (`detect.scan`). In noise alone the chance to lose two such looks is at most a
quarter for a steady echo, and two fifths for one that fluctuates: it would probably have been seen.

Where several things kept a hostile target from being shot at, the one that did so at most decisions counts, out of
those without which it could have been: no rounds, no channel, no radar support, held by doctrine or by command. Too far
away, and no time left, are met by nearly every target, so they count only where nothing else did.
`engage.stock.main_block` decides that; an outcome carries one bit.

Numbers and names are stable: names stand in stored tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from farwatch.outcomes.evidence import Array
from farwatch.records import (
    BLOCKED_CHANNEL,
    BLOCKED_COMMAND,
    BLOCKED_DOCTRINE,
    BLOCKED_ENVELOPE,
    BLOCKED_RADAR,
    BLOCKED_ROUNDS,
    BLOCKED_TIME,
)


class Reason(IntEnum):
    """Every reason by its number, new ones at the end; NONE stands for a target that did not leak."""

    NONE = 0
    BELOW_HORIZON = 1
    MASKED = 2
    TOO_SMALL = 3
    NOT_CONFIRMED = 4
    NOT_HOSTILE = 5
    OUT_OF_REACH = 6
    NO_TIME = 7
    NO_RADAR = 8
    HELD = 9
    NO_CHANNEL = 10
    NO_ROUNDS = 11
    TRACK_LOST = 12
    MISSED = 13
    JUDGED_DEAD = 14
    FILTERED_OUT = 15
    IN_CLUTTER = 16
    JAMMED = 17
    NO_COMMAND = 18
    RADAR_OUT = 19


@dataclass(frozen=True, slots=True)
class Told:
    """How a reason is told: short stable name, stage of the chain, one plain sentence."""

    name: str
    stage: str
    sentence: str


TOLD: dict[Reason, Told] = {
    Reason.BELOW_HORIZON: Told(
        "below-horizon", "never seen", "Below every radar's horizon all the way: the round earth hid it."
    ),
    Reason.MASKED: Told("masked", "never seen", "Above the horizon but behind terrain whenever a radar looked."),
    Reason.RADAR_OUT: Told(
        "radar-out",
        "never seen",
        "Hidden from every radar that worked, but in the line of sight of one that was out of action.",
    ),
    Reason.TOO_SMALL: Told(
        "too-small", "never seen", "In plain view of a radar, but its echo was too weak to be detected."
    ),
    Reason.FILTERED_OUT: Told(
        "filtered-out",
        "never seen",
        "Strong enough to be seen, but it flew too slowly, sideways or at a blind speed: filters took it for ground.",
    ),
    Reason.IN_CLUTTER: Told(
        "in-clutter", "never seen", "Strong enough to be seen, but the echo of ground, sea or rain covered it."
    ),
    Reason.JAMMED: Told("jammed", "never seen", "Strong enough to be seen, but jamming covered it."),
    Reason.NOT_CONFIRMED: Told(
        "not-confirmed", "seen", "Seen, but not often enough in a row to become a confirmed track."
    ),
    Reason.NOT_HOSTILE: Told(
        "not-hostile", "tracked", "Tracked, but never judged hostile: taken for a friend or left undecided."
    ),
    Reason.OUT_OF_REACH: Told(
        "out-of-reach",
        "not shot at",
        "Judged hostile, but never within the reach of a round that could engage it.",
    ),
    Reason.NO_TIME: Told(
        "no-time",
        "not shot at",
        "Judged hostile too late: it arrived before a round could be launched and meet it.",
    ),
    Reason.NO_RADAR: Told("no-radar", "not shot at", "In reach, but no fire-control radar of the battery held it."),
    Reason.HELD: Told("held", "not shot at", "In reach, but the doctrine held fire."),
    Reason.NO_COMMAND: Told(
        "no-command",
        "not shot at",
        "In reach, but its orders, an outage or a lost link kept the battery from firing.",
    ),
    Reason.NO_CHANNEL: Told(
        "no-channel", "not shot at", "In reach, but every channel of the battery was busy with other targets."
    ),
    Reason.NO_ROUNDS: Told("no-rounds", "not shot at", "In reach, but no fitting round was left on the launchers."),
    Reason.TRACK_LOST: Told(
        "track-lost",
        "shot at",
        "Shot at, but no round found it: the track was lost or wrong at the intercept.",
    ),
    Reason.MISSED: Told("missed", "shot at", "Shot at, and every round that reached it missed."),
    Reason.JUDGED_DEAD: Told(
        "judged-dead",
        "shot at",
        "Wrongly believed dead, after a miss or because a neighbour was hit, and not shot at again.",
    ),
}
"""Every reason but NONE, in the order of the chain."""

NAMES: tuple[str, ...] = ("", *(TOLD[reason].name for reason in sorted(TOLD)))
"""Short names by number; the empty one stands for NONE."""

LEAST_LOST = 2
"""Looks lost to filter, clutter and jamming together from which on they, not noise, are why it was not seen."""

_COVERED = (
    ("lost_to_filter", Reason.FILTERED_OUT),
    ("lost_to_clutter", Reason.IN_CLUTTER),
    ("lost_to_jamming", Reason.JAMMED),
)
"""Equal counts go to the first of these."""

_NEAREST_TO_LAUNCH = (
    (BLOCKED_ROUNDS, Reason.NO_ROUNDS),
    (BLOCKED_CHANNEL, Reason.NO_CHANNEL),
    (BLOCKED_DOCTRINE, Reason.HELD),
    (BLOCKED_COMMAND, Reason.NO_COMMAND),
    (BLOCKED_RADAR, Reason.NO_RADAR),
    (BLOCKED_TIME, Reason.NO_TIME),
    (BLOCKED_ENVELOPE, Reason.OUT_OF_REACH),
)


def attribute(outcomes: Array) -> npt.NDArray[np.int8]:
    """Reason of each OUTCOME row, same shape; `Reason.NONE` where it did not leak.

    A target that was judged hostile, never shot at and blocked by nothing arrived before the next decision:
    no time.
    """
    never = {
        name: np.isnan(outcomes[f"{name}_s"]) for name in ("above_horizon", "unmasked", "seen", "confirmed", "hostile")
    }
    unshot = outcomes["shots"] == 0  # a shot proves a hostile track, even one that began on another target
    steps = [
        (never["seen"] & never["unmasked"] & (outcomes["lost_to_outage"] > 0), Reason.RADAR_OUT),
        (never["seen"] & never["above_horizon"], Reason.BELOW_HORIZON),
        (never["seen"] & never["unmasked"], Reason.MASKED),
        *((never["seen"] & mask, reason) for mask, reason in _covered(outcomes)),
        (never["seen"], Reason.TOO_SMALL),
        (unshot & never["confirmed"], Reason.NOT_CONFIRMED),
        (unshot & never["hostile"], Reason.NOT_HOSTILE),
    ]
    steps += [(unshot & (outcomes["judged_dead"] != 0), Reason.JUDGED_DEAD)]
    steps += [(unshot & (outcomes["blocked"] & bit != 0), reason) for bit, reason in _NEAREST_TO_LAUNCH]
    steps += [
        (unshot, Reason.NO_TIME),
        (outcomes["judged_dead"] != 0, Reason.JUDGED_DEAD),
        (outcomes["lost_shots"] >= outcomes["shots"], Reason.TRACK_LOST),
    ]
    found = np.select([mask for mask, _ in steps], [int(r) for _, r in steps], int(Reason.MISSED))
    return np.where(np.isnan(outcomes["leaked_s"]), int(Reason.NONE), found).astype(np.int8)


def _covered(outcomes: Array) -> Iterator[tuple[npt.NDArray[np.bool_], Reason]]:
    """Which rows lost enough looks to something else than noise, and most of them to this reason."""
    lost = np.stack([outcomes[name] for name, _ in _COVERED])
    enough, most = lost.sum(axis=0) >= LEAST_LOST, lost.argmax(axis=0)
    for k, (_, reason) in enumerate(_COVERED):
        yield enough & (most == k), reason
