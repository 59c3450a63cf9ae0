"""A published sentence put to the test: "this radar, or system, sees such a target so far away".

    claim("s-400", "402 km")
    claim("91n6e", "390 km", "fighter", Setting(pd=0.8))
    claim("arsr-4", "370 km", Sentence(rcs_m2=2.2), also=("170 km @ 0.1 m2",))

What would have to be true: the target above the horizon, its echo strong enough, the range on the display, the beam on
it. Each is answered with what is published, ranges carried through; what cannot be decided from it is said to be so.
Clear air, smooth earth or the terrain of a place; equations and limits are in `docs/claims.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Catalogue, Figure, Radar, Round, System, TargetClass, load
from farwatch.catalogue.names import near
from farwatch.detect.budget import (
    DRAWS,
    Span,
    Strength,
    away_db,
    drawn,
    exactly,
    in_db,
    range_of_loss_m,
    span_of,
    strength_of,
    terms_of,
)
from farwatch.detect.equation import from_db
from farwatch.detect.finding import CANNOT, HOLDS, OPEN, Case, Check, Eye, Finding, Reach, Region
from farwatch.detect.published import (
    Agreement,
    Point,
    agreements,
    place_of,
    point_of,
    point_of_catalogue,
    range_of,
)
from farwatch.detect.sightline import Sightline, View, highest_covered_m, sightline
from farwatch.detect.statistics import pd as chance_of
from farwatch.detect.statistics import required_snr
from farwatch.errors import InputError, Problem

Floats = NDArray[np.float64]

SURE = 0.95
"""Share of draws in which an echo must be strong enough for a claim to be called one that can hold."""

USUAL_PD = 0.5
"""Chance of detection in one look that a published range is taken to mean where nothing is said."""

USUAL_SWERLING = 1

ROUNDING = 0.01
"""Share by which a printed range may exceed the printed end of a display and still be it: 60 nmi and 111 km."""

RCS_AXIS_M2 = np.logspace(-4.0, 3.0, 141)
HEIGHT_AXIS_M = np.logspace(1.0, np.log10(3e5), 151)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is said to be seen: a class of the catalogue, a cross-section, or both; its height above sea or ground."""

    rcs_m2: float | None = None
    class_name: str | None = None
    height_m: float | None = None
    height_agl_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How and where: chance of detection and of false alarm in one look; antenna above ground, place and terrain.

    What is left out is taken from the catalogue; without terrain the earth is smooth.
    """

    pd: float | None = None
    pfa: float | None = None
    antenna_m: float | None = None
    at: str | tuple[float, float] | None = None
    terrain: str | Path | None = None


SentenceLike: TypeAlias = Sentence | str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question that has been checked."""

    who: str
    entry: Radar | System
    catalogue: Catalogue
    range_m: float
    target: Sentence
    setting: Setting
    view: View
    also: tuple[Point, ...] = ()


def claim(
    who: str | Radar, range_m: float | str, target: SentenceLike = None, setting: Setting | None = None,
    also: Sequence[str] = (),
) -> Finding:
    """Test the claim that `who` sees a target at a range: a name of the catalogue or a radar of one's own.

    `range_m` is metres, or a text with its unit; `target` a `Sentence`, a class name or a cross-section in m2;
    `also` other published points such as "170km@0.1m2". Raises InputError with everything that is wrong.
    """
    asked = _checked(who, range_m, target, setting or Setting(), also)
    held, entry = asked.catalogue.radars, asked.entry
    radars = [entry] if isinstance(entry, Radar) else [held[name] for name in entry.radars]
    strengths = [strength_of(radar) for radar in radars]
    rcs_m2, swerling = _echo_of(asked)
    best = max(strengths, key=lambda one: _usable_m(one, rcs_m2.value, _needed_db(one, asked, swerling)))
    sight = sightline(best.radar, asked.range_m, asked.view)
    eyes = tuple(_eye(one, asked) for one in strengths) if isinstance(asked.entry, System) else ()
    points = _points(asked, best.radar)
    case = _case(asked, best, sight, _class_of(asked)) if _named(asked.target) else None
    looked = _look(best.radar, asked)
    return Finding(
        who=asked.who, title=asked.entry.title, range_m=asked.range_m, pd=looked[0], pfa=looked[1],
        pd_said=asked.setting.pd is not None, radar=best.radar, case=case,
        classes=tuple(_case(asked, best, sight, one, known=True) for one in asked.catalogue.classes.values()),
        sight=sight, terms=terms_of(best.radar, asked.range_m, rcs_m2),
        smallest_rcs_m2=_smallest(best, asked, swerling), implied=_implied(best, asked, swerling), eyes=eyes,
        rounds=_reaches(asked), points=points, agreements=_compared(points, asked),
        point_heights_m=tuple(_height_for(best.radar, point.range_m.value, asked) for point in points),
        region=_region(best, asked, sight, swerling), figures=_figures(best, asked), notices=sight.notices,
    )


# What is asked ----------------------------------------------------------------------------------------------


def _checked(
    who: str | Radar, range_m: float | str, given: SentenceLike, setting: Setting, also: Sequence[str]
) -> _Asked:
    """The question, or InputError with every problem at once."""
    problems: list[Problem] = []
    catalogue = load()
    entry = who if isinstance(who, Radar) else _entry(who, catalogue, problems)
    far_m = range_of(range_m, "range", problems)
    target = _target(given)
    _check_target(target, catalogue, problems)
    _check_setting(setting, problems)
    place = place_of(setting.at, problems) if setting.at is not None else None
    read = [point_of(text, "also", problems) for text in also]
    if problems or entry is None:
        raise InputError("the claim", problems)
    view = View(antenna_m=setting.antenna_m, place=place, terrain=setting.terrain)
    points = tuple(point for point in read if point is not None)
    return _Asked(
        who=entry.name, entry=entry, catalogue=catalogue, range_m=far_m, target=target, setting=setting, view=view,
        also=points,
    )


def _entry(name: str, catalogue: Catalogue, problems: list[Problem]) -> Radar | System | None:
    """The system or radar of that name; None after noting what is wrong."""
    wanted = name.strip().lower()
    found = catalogue.systems.get(wanted) or catalogue.radars.get(wanted)
    if found is not None:
        return found
    hint = near(wanted, [*catalogue.systems, *catalogue.radars])
    rule = "is no system or radar of the catalogue"
    if wanted in catalogue.rounds:
        rule = "is a round, and a round does not see; name its system or a radar"
        hint = ", ".join(one.name for one in catalogue.systems.values() if wanted in one.rounds)
    elif wanted in catalogue.classes:
        rule, hint = "is a target; name the system or radar that sees it first", f"then --class {wanted}"
    problems.append(Problem("who", name, rule, hint))
    return None


def _target(given: SentenceLike) -> Sentence:
    if isinstance(given, Sentence):
        return given
    if given is None:
        return Sentence()
    return Sentence(class_name=given) if isinstance(given, str) else Sentence(rcs_m2=float(given))


def _check_target(target: Sentence, catalogue: Catalogue, problems: list[Problem]) -> None:
    name, rcs_m2 = target.class_name, target.rcs_m2
    if name is not None and name not in catalogue.classes:
        problems.append(Problem("class", name, "is no target class of the catalogue", near(name, catalogue.classes)))
    if rcs_m2 is not None and not (isfinite(rcs_m2) and 1e-6 <= rcs_m2 <= 1e6):
        hint = "a fighter shows about 3 from ahead, a small drone 0.05"
        problems.append(Problem("rcs_m2", f"{rcs_m2:g}", "a cross-section lies between 1e-6 and 1e6 m²", hint))
    for where, height in (("height_m", target.height_m), ("height_agl_m", target.height_agl_m)):
        if height is not None and not -500.0 <= height <= 2e6:
            problems.append(Problem(where, f"{height:g}", "a height lies between -500 m and 2,000 km"))
    if target.height_m is not None and target.height_agl_m is not None:
        rule = "give one height: above sea level, or above ground"
        problems.append(Problem("height_m", f"{target.height_m:g}", rule))


def _check_setting(setting: Setting, problems: list[Problem]) -> None:
    for where, chance in (("pd", setting.pd), ("pfa", setting.pfa)):
        if chance is not None and not 0.0 < chance < 1.0:
            problems.append(Problem(where, f"{chance:g}", "a probability lies between 0 and 1, both left out"))
    if setting.pfa is not None and 1e-2 < setting.pfa < 1.0:
        rule = "is more false alarms than a radar can bear"
        problems.append(Problem("pfa", f"{setting.pfa:g}", rule, "1e-2 at most; 1e-6 is usual"))
    if setting.pfa is not None and 0.0 < setting.pfa < 1e-15:
        problems.append(Problem("pfa", f"{setting.pfa:g}", "is below what is reckoned here", "1e-15 at least"))
    if setting.pd is not None and 0.0 < setting.pd < 0.05:
        problems.append(Problem("pd", f"{setting.pd:g}", "is too rare to call seen", "0.05 at least; 0.5 is usual"))
    if setting.pd is not None and 0.999 < setting.pd < 1.0:
        problems.append(Problem("pd", f"{setting.pd:g}", "is more than one look can give", "0.999 at most"))
    if setting.antenna_m is not None and not 0.0 < setting.antenna_m <= 5000.0:
        rule = "an antenna stands up to 5,000 m above ground"
        problems.append(Problem("antenna_m", f"{setting.antenna_m:g}", rule, "a mast has 5 to 40 m"))
    if (setting.at is None) != (setting.terrain is None):
        lacks = "terrain" if setting.terrain is None else "at"
        problems.append(Problem(lacks, "", "a place and its terrain come together", "at LAT,LON and a terrain file"))


def _named(target: Sentence) -> bool:
    return target.rcs_m2 is not None or target.class_name is not None


def _class_of(asked: _Asked) -> TargetClass | None:
    return asked.catalogue.classes[asked.target.class_name] if asked.target.class_name else None


def _look(radar: Radar, asked: _Asked) -> tuple[float, float]:
    """Chances of detection and of false alarm in one look."""
    usual = radar.claim.pd if radar.claim else USUAL_PD
    return asked.setting.pd or usual, asked.setting.pfa or radar.pfa


def _echo_of(asked: _Asked) -> tuple[Span, int]:
    """Cross-section and fluctuation of the target of the budget; 1 m2 when none is named."""
    kind, rcs_m2 = _class_of(asked), asked.target.rcs_m2
    swerling = kind.swerling if kind else USUAL_SWERLING
    if rcs_m2 is not None:
        return exactly(rcs_m2), swerling
    return (span_of(kind.rcs_nose_m2) if kind else exactly(1.0)), swerling


# What follows -----------------------------------------------------------------------------------------------


def _needed_db(strength: Strength, asked: _Asked, swerling: int) -> float:
    pd, pfa = _look(strength.radar, asked)
    return float(required_snr(pd, pfa, strength.radar.pulses, swerling))


def _usable_m(strength: Strength, rcs_m2: float, needed_db: float) -> float:
    free_m = range_of_loss_m(strength, strength.snr_one_db.value + 10.0 * np.log10(rcs_m2) - needed_db)
    return min(free_m, strength.radar.range_instrumented_m.value)


def _seen_at(strength: Strength, rcs_m2: Span, needed_db: float) -> Span:
    """Ranges at which a cross-section is seen in clear air, m, whatever horizon and display allow."""
    one, echo = strength.snr_one_db, in_db(rcs_m2)
    low, value, high = (
        range_of_loss_m(strength, snr + rcs - needed_db)
        for snr, rcs in ((one.low, echo.low), (one.value, echo.value), (one.high, echo.high))
    )
    return Span(value=value, low=low, high=high)


def _case(
    asked: _Asked, strength: Strength, sight: Sightline, kind: TargetClass | None, known: bool = False
) -> Case:
    """One target at the claimed range; `known` keeps to the class's own cross-section."""
    own_m2 = None if known else asked.target.rcs_m2
    drawn_db = 0.0 if kind is None or own_m2 is not None else 10.0 * np.log10(drawn(kind.rcs_nose_m2))
    rcs_m2 = exactly(own_m2) if own_m2 is not None else span_of(kind.rcs_nose_m2) if kind else exactly(1.0)
    swerling = kind.swerling if kind else USUAL_SWERLING
    needed_db = _needed_db(strength, asked, swerling)
    echo, lost_db = in_db(rcs_m2), away_db(strength.radar, asked.range_m)
    if own_m2 is not None:
        drawn_db = echo.value
    one = strength.snr_one_db
    snr = Span(
        value=one.value + echo.value - lost_db, low=one.low + echo.low - lost_db, high=one.high + echo.high - lost_db
    )
    share = float(np.mean(strength.drawn_db + drawn_db - lost_db >= needed_db))
    height_m = _height_of(asked, kind)
    checks = (
        Check(name="echo", state=_echo_state(snr, needed_db, share)),
        *_geometry(asked, strength.radar, sight, kind, height_m),
    )
    return Case(
        name=kind.name if kind else "", title=kind.title if kind else f"a target of {rcs_m2.value:g} m²",
        rcs_m2=rcs_m2, swerling=swerling, height_m=height_m, needed_db=needed_db, snr_db=snr,
        pd=_pd_span(strength.radar, asked, snr, swerling), share=share,
        range_m=_seen_at(strength, rcs_m2, needed_db), checks=checks,
    )


def _pd_span(radar: Radar, asked: _Asked, snr_db: Span, swerling: int) -> Span:
    pfa = _look(radar, asked)[1]
    low, value, high = (
        float(one) for one in chance_of(swerling, [snr_db.low, snr_db.value, snr_db.high], radar.pulses, pfa)
    )
    return Span(value=value, low=low, high=high)


def _height_of(asked: _Asked, kind: TargetClass | None) -> Span | None:
    """Where the target flies: as asked, else as its class does; a ballistic missile passes every height to its top."""
    given = asked.target.height_m if asked.target.height_m is not None else asked.target.height_agl_m
    if given is not None:
        return exactly(given)
    if kind is None:
        return None
    flown = span_of(kind.height_agl_m)
    return Span(value=flown.value, low=0.0, high=flown.high) if kind.ballistic else flown


def _echo_state(snr_db: Span, needed_db: float, share: float) -> str:
    return CANNOT if snr_db.high < needed_db else HOLDS if share >= SURE else OPEN


def _geometry(
    asked: _Asked, radar: Radar, sight: Sightline, kind: TargetClass | None, height_m: Span | None
) -> Iterable[Check]:
    """Whether the display, the beam, the earth and the target's own ceiling allow it."""
    shown = radar.range_instrumented_m
    least_m = asked.range_m / (1.0 + ROUNDING)
    too_far = CANNOT if least_m > shown.high else OPEN if least_m > shown.value else HOLDS
    yield Check(name="display", state=CANNOT if asked.range_m < radar.range_min_m.value else too_far)
    if height_m is None:
        return
    needed = sight.above_sea_m if asked.target.height_m is not None else sight.above_ground_m
    yield Check(name="horizon", state=_horizon_state(sight, needed, height_m))
    covered = highest_covered_m(radar, asked.range_m, sight.antenna_m.value)
    yield Check(name="beam", state=CANNOT if height_m.low > covered else HOLDS)
    if kind is not None and height_m.value > kind.height_agl_m.high:
        yield Check(name="flight", state=CANNOT)


def _horizon_state(sight: Sightline, needed: Span, height_m: Span) -> str:
    """A height that was named must be in view; one that was not may be chosen within what the class flies at.

    On a smooth earth in view means: in the standard atmosphere; over terrain: in every direction.
    """
    if height_m.high < needed.low:
        return CANNOT
    named = height_m.low == height_m.high
    enough_m = needed.high if named and sight.azimuth_deg is not None else needed.value
    return HOLDS if height_m.high >= enough_m else OPEN


def _smallest(strength: Strength, asked: _Asked, swerling: int, range_m: float | None = None) -> Span:
    """Least cross-section seen at a range, m2; the strongest radar allowed gives the low end."""
    needed_db = _needed_db(strength, asked, swerling) + away_db(strength.radar, range_m or asked.range_m)
    one = strength.snr_one_db
    low, value, high = (float(from_db(needed_db - snr)) for snr in (one.high, one.value, one.low))
    return Span(value=value, low=low, high=high)


def _implied(strength: Strength, asked: _Asked, swerling: int) -> tuple[tuple[Figure, Span], ...]:
    """Published ranges of the radar's display, and the cross-section each would take to be a detection range."""
    shown = strength.radar.range_instrumented_m
    prints = {one.value: one for one in (shown, *shown.alternatives) if one.source}
    return tuple((one, _smallest(strength, asked, swerling, one.value)) for one in prints.values())


def _eye(strength: Strength, asked: _Asked) -> Eye:
    rcs_m2, swerling = _echo_of(asked)
    radar = strength.radar
    return Eye(
        name=radar.name, title=radar.title, role=radar.role,
        range_m=_seen_at(strength, rcs_m2, _needed_db(strength, asked, swerling)),
        instrumented_m=span_of(radar.range_instrumented_m),
        smallest_rcs_m2=_smallest(strength, asked, swerling),
        needed_m=_height_for(radar, asked.range_m, asked),
    )


def _height_for(radar: Radar, range_m: float, asked: _Asked) -> Span:
    """Least height in view of a radar over a smooth earth."""
    return sightline(radar, range_m, View(antenna_m=asked.view.antenna_m)).above_ground_m


def _reaches(asked: _Asked) -> tuple[Reach, ...]:
    """The rounds of a system, farthest first, each with the publications that print the claimed number."""
    if not isinstance(asked.entry, System):
        return ()
    rounds = [asked.catalogue.rounds[name] for name in asked.entry.rounds]
    return tuple(_reach(one, asked.range_m) for one in sorted(rounds, key=lambda one: -one.range_max_m.high))


def _reach(kind: Round, range_m: float) -> Reach:
    """A print belongs to a number that agrees within half a kilometre, or half a per cent."""
    far, close_m = kind.range_max_m, max(500.0, 0.005 * range_m)
    found = (one for one in (far, *far.alternatives) if one.source and abs(one.value - range_m) <= close_m)
    prints = tuple(sorted(found, key=lambda one: abs(one.value - range_m)))
    return Reach(
        name=kind.name, title=kind.title, range_m=span_of(far), ceiling_m=span_of(kind.height_max_m), prints=prints
    )


def _points(asked: _Asked, radar: Radar) -> tuple[Point, ...]:
    """The sentence itself, where it names a cross-section; the other points asked about; the catalogue's own."""
    own: list[Point] = []
    if _named(asked.target):
        label = f"{asked.range_m / 1e3:.4g} km at {_echo_of(asked)[0].value:.3g} m²"
        own.append(Point(label=label, range_m=exactly(asked.range_m), rcs_m2=_echo_of(asked)[0]))
    kept = point_of_catalogue(radar)
    said = {(point.range_m.value, point.rcs_m2.value) for point in (*own, *asked.also)}
    new = kept is not None and (kept.range_m.value, kept.rcs_m2.value) not in said
    return (*own, *asked.also, *((kept,) if kept is not None and new else ()))


def _compared(points: tuple[Point, ...], asked: _Asked) -> tuple[Agreement, ...]:
    """Every pair with a point that was asked about; the sentence against the catalogue's claim is the margin."""
    return tuple(pair for pair in agreements(points) if pair.first in asked.also or pair.second in asked.also)


def _region(strength: Strength, asked: _Asked, sight: Sightline, swerling: int) -> Region:
    needed_db = _needed_db(strength, asked, swerling)
    echo_db = 10.0 * np.log10(RCS_AXIS_M2) - away_db(strength.radar, asked.range_m)
    margins_db = np.sort(strength.drawn_db - needed_db)
    share = 1.0 - np.searchsorted(margins_db, -echo_db) / DRAWS
    pfa = _look(strength.radar, asked)[1]
    covered = highest_covered_m(strength.radar, asked.range_m, sight.antenna_m.value)
    visible = np.searchsorted(np.sort(sight.states_m), HEIGHT_AXIS_M, side="right") / sight.states_m.size
    return Region(
        rcs_m2=RCS_AXIS_M2, height_m=HEIGHT_AXIS_M, share=share,
        pd=chance_of(swerling, strength.snr_one_db.value + echo_db, strength.radar.pulses, pfa),
        visible=np.where(covered >= HEIGHT_AXIS_M, visible, 0.0),
    )


def _figures(strength: Strength, asked: _Asked) -> tuple[Figure, ...]:
    """The figures that the answer leans on."""
    kind, radar = _class_of(asked), strength.radar
    own: list[Figure] = [radar.range_instrumented_m]
    if asked.setting.antenna_m is None:
        own.append(radar.antenna_height_m)
    if kind is not None:
        own += [kind.rcs_nose_m2] if asked.target.rcs_m2 is None else []
        own += [kind.height_agl_m] if asked.target.height_m is None and asked.target.height_agl_m is None else []
    return (*strength.figures, *own)
