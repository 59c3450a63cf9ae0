"""What do 402 km mean, height by height? How far an S-400 sees, and how far out its longest round can meet anything.

Nothing is drawn: what is published goes through horizon, echo and flight time, with its ranges. With a number of
trials the same targets are flown in missions as well, which takes a minute more.

    python study.py [TRIALS]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import farwatch as fw
from farwatch.detect.claim import Sentence
from farwatch.detect.finding import Eye, Finding
from farwatch.detect.horizon import mutual_horizon
from farwatch.detect.sightline import AIR
from farwatch.world.earth import MEAN_RADIUS_M

SYSTEM, ROUND, GUIDES, CLAIMED = "s-400", "40n6e", "92n6e", "402 km"
CLASSES = ("one-way-drone", "cruise-missile-subsonic", "fighter", "bomber")
HEIGHTS_M = (30, 60, 100, 300, 1000, 3000, 6000, 9000, 12000)
SAID = {"holds": "can hold", "open": "not decidable", "cannot": "cannot"}

Three = tuple[float, float, float]
"""Most likely, least and greatest."""

catalogue = fw.catalogue.load()
system, interceptor = catalogue.systems[SYSTEM], catalogue.rounds[ROUND]


def spread(figure: Any) -> Three:
    return figure.value, figure.low, figure.high


def turned(figure: Any) -> Three:
    """A figure of which more is worse for the defence."""
    return figure.value, figure.high, figure.low


def horizon_m(radar: str, height_m: float) -> Three:
    """How far a smooth earth lets a radar look: over the published masts, and air that bends rays little or much."""
    mast_m, least_m, greatest_m = spread(catalogue.radars[radar].antenna_height_m)
    straight, standard, bent = (factor * MEAN_RADIUS_M for factor in AIR)
    return (
        float(mutual_horizon(mast_m, height_m, standard)),
        float(mutual_horizon(least_m, height_m, straight)),
        float(mutual_horizon(greatest_m, height_m, bent)),
    )


def seen_m(eye: Eye, height_m: float) -> Three:
    """How far a radar sees: the least of what echo, display and horizon allow."""
    limits = (spread(eye.range_m), spread(eye.instrumented_m), horizon_m(eye.name, height_m))
    value, low, high = (min(limit[k] for limit in limits) for k in range(3))
    return value, low, high


def met_m(held_m: Three, speed: Any) -> Three:
    """Where a round meets what flies at the battery, launched when its radar has held it for the reaction time."""
    fast_m_s, wait_s = turned(speed), turned(system.reaction_s)
    round_m_s, reach_m = spread(interceptor.speed_mean_m_s), spread(interceptor.range_max_m)
    value, low, high = (
        min((held_m[k] - fast_m_s[k] * wait_s[k]) / (1.0 + fast_m_s[k] / round_m_s[k]), reach_m[k]) for k in range(3)
    )
    return value, max(low, 0.0), high


def km(span: Three) -> str:
    value, low, high = (metres / 1e3 for metres in span)
    return f"{value:5.0f} ({low:.0f} to {high:.0f})".ljust(19)


def rows() -> Iterator[tuple[str, int, Finding, Three, Three, Three]]:
    """Class, height, what became of the claim; seen by the farthest-seeing radar, by the guiding one; met."""
    for name in CLASSES:
        kind = catalogue.classes[name]
        for height_m in HEIGHTS_M:
            if kind.height_agl_m.low <= height_m <= kind.height_agl_m.high:
                found = fw.claim(SYSTEM, CLAIMED, Sentence(class_name=name, height_agl_m=height_m))
                by_radar = {eye.name: seen_m(eye, height_m) for eye in found.eyes}
                value, low, high = (max(far_m[k] for far_m in by_radar.values()) for k in range(3))
                held_m = by_radar[GUIDES]
                yield name, height_m, found, (value, low, high), held_m, met_m(held_m, kind.speed_m_s)


def played(name: str, height_m: int, first_m: float, trials: int) -> str:
    """Median ranges of first sight and of kill in missions with this one target, km."""
    start_km = min(max(1.3 * first_m / 1e3, 60.0), 600.0)
    changes = {"raid.target.class": name, "raid.target.height_agl_m": height_m, "raid.target.from.range_km": start_km}
    scenario = fw.vary(fw.load(Path(__file__).parent / "one-target.yaml"), changes)
    row = fw.run(scenario, trials=trials).summary().raid
    return f"{row.seen_range_m.median / 1e3:12.0f}{row.killed_range_m.median / 1e3:9.0f}"


trials = int(sys.argv[1]) if len(sys.argv) > 1 else 0
print("km; in brackets with every published figure at its worst, and at its best, for the defence\n")
head = f"{'target':24}{'height':>8}  {'seen first':19}{'seen by ' + GUIDES:19}{'met by ' + ROUND:19}seen at {CLAIMED}?"
print(head.ljust(118) + "played: seen, killed" if trials else head)
for name, height_m, found, first_m, held_m, meeting_m in rows():
    case = found.case
    why = f": {', '.join(case.failing())}" if case and case.failing() else ""
    line = f"{name:24}{height_m:6,} m  {km(first_m)}{km(held_m)}{km(meeting_m)}{SAID[found.state] + why}"
    print(line.ljust(118) + played(name, height_m, first_m[0], trials) if trials else line)
print("\nseen first: by the farthest-seeing radar of the unit, chance one half in one look, clear air, smooth earth")
print(f"met by {ROUND}: launched as soon as {GUIDES} has held the target for the reaction time; no ground in the way")
