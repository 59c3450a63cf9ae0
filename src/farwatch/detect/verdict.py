"""A finding in plain sentences, for the terminal, for files and for `print`."""

from collections.abc import Callable, Iterator, Sequence
from math import log10
from typing import TypeAlias

from farwatch.catalogue import Figure, load
from farwatch.catalogue.listing import number_text, shown
from farwatch.detect.budget import DRAWS, Span, exactly
from farwatch.detect.finding import CANNOT, HOLDS, OPEN, Case, Eye, Finding
from farwatch.detect.published import Agreement
from farwatch.detect.statistics import pd as chance_of
from farwatch.detect.statistics import required_snr

OPENING = {HOLDS: "Can hold", OPEN: "Not decidable from what is published", CANNOT: "Cannot hold"}
Say: TypeAlias = Callable[[float], str]

UNLIKELY = 0.05
"""Below this share of draws an open question is called one that hardly holds."""

LOW_M = 1.0
"""Below this a height is the ground itself."""


def told(finding: Finding) -> list[str]:
    """The whole answer, a sentence or two a line."""
    return [
        heading(finding), premise(finding), "", *verdict(finding), "", *in_view(finding), *strong_enough(finding),
        *of_a_system(finding), *backwards(finding), leaned_on(finding), *finding.notices,
    ]


def heading(finding: Finding) -> str:
    """Who is said to see what, how far away."""
    case = finding.case
    what = "a target"
    if case is not None:
        what = f"{_a(called(case))} of {rcs(case.rcs_m2.value)}" if case.name else case.title
    return f"{label(finding.title)}: {what} at {kilometres(finding.range_m)}"


def premise(finding: Finding) -> str:
    """How the sentence is read."""
    said = "as asked" if finding.pd_said else "nothing is said; the usual reading"
    seen = f"Seen means: detected with chance {finding.pd:g} in one look ({said}), one false alarm in "
    seen += f"{number_text(1.0 / finding.pfa)} cells."
    judged = f" Judged by its farthest-seeing radar, {spoken(finding.radar.title)}." if finding.eyes else ""
    target = "" if finding.case else " No target is named, so every class of the catalogue is tried."
    return seen + judged + target


# Verdict ----------------------------------------------------------------------------------------------------


def verdict(finding: Finding) -> list[str]:
    """The answer: can hold, cannot hold, or not decidable, for what, and why."""
    if finding.case is not None:
        return [_verdict_on(finding, finding.case)]
    return [*_verdict_by_class(finding)]


def _verdict_on(finding: Finding, case: Case) -> str:
    state = case.state
    if state == HOLDS:
        return f"{OPENING[state]}: {_conditions(finding, case)}."
    opening = "Hardly holds" if state == OPEN and case.share < UNLIKELY else OPENING[state]
    return f"{opening}: {_why(finding, case)}."


def _why(finding: Finding, case: Case) -> str:
    """What keeps a case from holding; for an open one also what height it would take."""
    parts = [reason(finding, case, name) for name in case.failing()]
    needed, flown = finding.sight.above_ground_m, case.height_m
    free = flown is None or (flown.low < flown.high and flown.low < needed.high)
    if case.state == OPEN and free and needed.high > LOW_M and "horizon" not in case.failing():
        parts.append(f"and only what flies above {height_span(needed)} is in view")
    return "; ".join(parts)


def _conditions(finding: Finding, case: Case) -> str:
    """What a claim that can hold rests on."""
    enough = f"the echo is strong enough in {percent(case.share)} of the draws from the published ranges"
    needed = finding.sight.above_ground_m
    if needed.high <= LOW_M:
        return enough
    if case.height_m is not None and case.height_m.low == case.height_m.high:
        return f"{enough}, and {height(case.height_m.value)} is in view"
    return f"{enough}, if it flies above {height_span(needed)}"


def _verdict_by_class(finding: Finding) -> Iterator[str]:
    by_state = {state: [case for case in finding.classes if case.state == state] for state in (HOLDS, OPEN, CANNOT)}
    needed, height_m = finding.sight.above_ground_m, finding.classes[0].height_m
    named = height_m is not None and height_m.low == height_m.high
    if by_state[HOLDS]:
        above = "" if named or needed.high <= LOW_M else f", if above {height_span(needed)}"
        yield f"{OPENING[HOLDS]} for {names(by_state[HOLDS])}{above}."
    for case in by_state[OPEN]:
        opening = "Hardly holds" if case.share < UNLIKELY else OPENING[OPEN]
        yield f"{opening} for {_a(called(case))}: {_why(finding, case)}."
    yield from _impossible(finding, by_state[CANNOT])


def _impossible(finding: Finding, cases: list[Case]) -> Iterator[str]:
    """Classes for which the claim cannot hold, by the reason."""
    sight = finding.sight
    hides = "the round earth" if sight.azimuth_deg is None else "the ground"
    groups = (
        (("display",), _display(finding)),
        (("echo", "horizon"), f"{hides} hides them there, and their echo is too weak"),
        (("horizon",), f"{hides} hides them there"),
        (("echo",), "their echo is too weak"),
        ((), "they do not fly at that height, or above the beam"),
    )
    for wanted, why in groups:
        held = [case for case in cases if set(wanted) <= set(case.failing())]
        cases = [case for case in cases if case not in held]
        if held:
            yield f"{OPENING[CANNOT]} for {names(held)}: {why}."


def reason(finding: Finding, case: Case, check: str) -> str:
    """Why one check keeps a case from holding."""
    says: dict[str, Callable[[Finding, Case], str]] = {
        "echo": _echo, "horizon": _horizon, "display": _display, "beam": _beam, "flight": _flight,
    }
    return says[check](finding, case)


def _echo(finding: Finding, case: Case) -> str:
    away = kilometres(finding.range_m)
    needs = case_needs(finding, case)
    shows = f"it shows {rcs_span(case.rcs_m2)}"
    if case.snr_db.high < case.needed_db:
        return f"its echo is too weak: at {away} the radar needs at least {rcs(needs.low)}, and {shows}"
    share = f"{percent(case.share)} of the draws" if case.share else f"none of {DRAWS:,} draws"
    draws = f"its echo is strong enough in {share}"
    return f"{draws}: the radar needs {rcs_span(needs)} at {away}, and {shows}"


def case_needs(finding: Finding, case: Case) -> Span:
    """Cross-section that this target would have to show at the range."""
    off = case.needed_db + 40.0 * log10(finding.range_m)
    snr, echo = case.snr_db, case.rcs_m2
    one = [
        snr_db - 10.0 * log10(rcs_m2) + 40.0 * log10(finding.range_m)
        for snr_db, rcs_m2 in ((snr.high, echo.high), (snr.value, echo.value), (snr.low, echo.low))
    ]
    low, value, high = (10.0 ** ((off - number) / 10.0) for number in one)
    return Span(value=value, low=low, high=high)


def _horizon(finding: Finding, case: Case) -> str:
    sight, flown = finding.sight, case.height_m
    hides = "the round earth" if sight.azimuth_deg is None else "the ground"
    away, needed = kilometres(finding.range_m), sight.above_ground_m
    if flown is None:
        return f"{hides} hides it"
    if flown.low == flown.high:
        at, above = f"a height of {height(flown.value)}", height_span(needed)
        if flown.high < needed.low:
            return f"at {at} {hides} hides it: at {away} only what is above {above} is in view"
        return f"whether {at} is in view at {away} hangs on {_hangs_on(finding)}: it takes {above}"
    flies = f"it flies at {height(flown.low)} to {height(flown.high)}"
    if flown.high < needed.low:
        return f"{hides} hides it: at {away} only what is above {height_span(needed)} is in view, and {flies}"
    return f"at {away} it is in view only above {height_span(needed)}, and {flies}, usually {height(flown.value)}"


def _hangs_on(finding: Finding) -> str:
    return "the air and the mast" if finding.sight.azimuth_deg is None else "the direction"


def _display(finding: Finding, _: Case | None = None) -> str:
    shown_m = finding.radar.range_instrumented_m
    if finding.range_m < finding.radar.range_min_m.value:
        return f"the radar sees nothing nearer than {kilometres(finding.radar.range_min_m.value)}"
    ends = span_text(Span(value=shown_m.value, low=shown_m.low, high=shown_m.high), kilometres)
    return f"the radar's display ends at {ends}"


def _beam(finding: Finding, _: Case) -> str:
    upper_deg = finding.radar.elevation_max_deg.value
    return f"it flies above the radar's beam, which looks up to {upper_deg:g} degrees"


def _flight(_: Finding, case: Case) -> str:
    kind = load().classes.get(case.name)
    top = f": the catalogue has it fly to {height(kind.height_agl_m.high)}" if kind else ""
    return f"it does not fly so high{top}"


# What would have to be true ---------------------------------------------------------------------------------


def in_view(finding: Finding) -> list[str]:
    """The horizon: the least height at the range, smooth and over terrain."""
    sight, away = finding.sight, kilometres(finding.range_m)
    mast = span_text(sight.antenna_m, lambda m: f"{m:g} m")
    straight, standard, bent = (height_m for _, height_m in sight.air)
    if straight < LOW_M:
        lines = [f"Height: {away} is this side of the horizon of an antenna {mast} above ground; nothing is hidden."]
    else:
        hidden = f"at {away} a smooth earth hides everything below {height(standard)} from an antenna {mast} up"
        air = f"If the air did not bend rays at all: {height(straight)}; if strongly: {height(bent)}"
        lines = [f"Height: {hidden}. {air}."]
    if sight.azimuth_deg is not None and sight.sea_m is not None:
        best, worst = sight.azimuth_deg[sight.sea_m.argmin()], sight.azimuth_deg[sight.sea_m.argmax()]
        sea = sight.above_sea_m
        lines.append(
            f"Terrain: from this site everything above {height(sea.value)} over sea level is in view in half of all "
            f"directions; {height(sea.low)} in the best (azimuth {best:.0f}°), {height(sea.high)} in the worst "
            f"({worst:.0f}°). Above ground there: {height_span(sight.above_ground_m)}."
        )
    return lines


def strong_enough(finding: Finding) -> list[str]:
    """The echo: the least cross-section at the range; for a named target its budget in one sentence."""
    away, least = kilometres(finding.range_m), rcs_span(finding.smallest_rcs_m2)
    lines = [f"Echo: at {away} {spoken(finding.radar.title)} sees only what shows {least} or more, in clear air."]
    case = finding.case
    if case is not None:
        margin_db = Span(
            value=case.snr_db.value - case.needed_db,
            low=case.snr_db.low - case.needed_db,
            high=case.snr_db.high - case.needed_db,
        )
        lines.append(
            f"Margin: {decibels(margin_db)} on {rcs_span(case.rcs_m2)}; its chance of detection there is "
            f"{span_text(case.pd, chance)}, and it is seen with chance {finding.pd:g} to "
            f"{span_text(case.range_m, kilometres)}."
        )
    return lines


def of_a_system(finding: Finding) -> list[str]:
    """What a system's other radar and its rounds have to do with the range."""
    if not finding.eyes:
        return []
    lines = [_who_prints(finding)]
    ears = [eye for eye in finding.eyes if eye.role == "fire-control"]
    if ears and finding.radar.role != "fire-control":
        best = min(ears, key=lambda eye: eye.smallest_rcs_m2.value)
        lines.append(_shooting(finding, best))
    return [line for line in lines if line]


def _who_prints(finding: Finding) -> str:
    away = kilometres(finding.range_m)
    printed = next((reach for reach in finding.rounds if reach.prints), None)
    longest = printed or finding.rounds[0]
    reach = f"{label(longest.title)}, {span_text(longest.range_m, kilometres)}"
    if printed is not None:
        first = printed.prints[0]
        source = load().sources[first.source]
        where = f"{first.printed}, {source.title.partition(':')[0]}, {first.date}"
        said = f"Missile: {away} is in print as the reach of a missile ({where}), not of a radar"
        return f"{said}. The catalogue has {reach}. How far a missile flies says nothing of how far a radar sees."
    if longest.range_m.high < finding.range_m:
        return f"Missile: no round of the system is claimed to reach {away}; the farthest is {reach}."
    return f"Missile: the farthest round of the system is {reach}."


def _shooting(finding: Finding, eye: Eye) -> str:
    away = kilometres(finding.range_m)
    said = f"Shooting: to shoot that far its engagement radar, {spoken(eye.title)}, must see the target too"
    said += f"; at {away} that takes {rcs_span(eye.smallest_rcs_m2)}"
    if eye.needed_m.high > LOW_M:
        said += f" above {height_span(eye.needed_m)}"
    if finding.range_m > eye.instrumented_m.value:
        said += f", and its display is taken to end at {kilometres(eye.instrumented_m.value)}"
    return said + "."


# Backwards --------------------------------------------------------------------------------------------------


def backwards(finding: Finding) -> list[str]:
    """Published points held against each other, and what published ranges without a target would take."""
    lines = [_compared(finding, pair) for pair in finding.agreements]
    if finding.agreements:
        held = zip(finding.points, finding.point_heights_m, strict=True)
        takes = [f"{point.label}, above {height_span(needed)}" for point, needed in held]
        lines.append(f"Backwards: by the horizon each point takes its height: {'; '.join(takes)}.")
    for figure, needs in finding.implied:
        lines.append(
            f"Backwards: {kilometres(figure.value)}, published for {finding.radar.name} without a target, would take "
            f"{rcs_span(needs)}."
        )
    return lines


def _compared(finding: Finding, pair: Agreement) -> str:
    off = pair.off_db.value
    both = f"Backwards: {pair.first.label}, and {pair.second.label}"
    far = kilometres(pair.second.range_m.value)
    if pair.state == "agree":
        apart = abs(1.0 - 10.0 ** (-off / 40.0))
        return f"{both}: agree to {apart:.1%} of range ({abs(off):.2f} dB); one radar can do both."
    carried = (
        f"the strength of the first carries the second only to {kilometres(pair.implied_range_m)}"
        if off > 0.0
        else f"the strength of the first would carry the second to {kilometres(pair.implied_range_m)}"
    )
    said = f"{both}: {abs(off):.1f} dB apart as printed; {carried}, and {far} would take {rcs(pair.implied_rcs_m2)}."
    if pair.state == "within":
        low, high = (decibels(exactly(end)) for end in (pair.off_db.low, pair.off_db.high))
        return f"{said} Inside the ranges of the catalogue, {low} to {high}, one radar can still do both."
    return f"{said} One radar does not do both at the same chance of detection: {_reconciled(finding, off)}"


def _reconciled(finding: Finding, off_db: float) -> str:
    """The chance that the second point would have to mean."""
    needed_db = float(required_snr(finding.pd, finding.pfa, finding.radar.pulses, 1))
    other = float(chance_of(1, needed_db - off_db, finding.radar.pulses, finding.pfa))
    return f"the second would have to mean a chance of {chance(other)} where the first means {finding.pd:g}."


# Figures ----------------------------------------------------------------------------------------------------


def leaned_on(finding: Finding) -> str:
    """Which figures nobody publishes, the most decisive first."""
    assumed = sorted((figure for figure in finding.figures if figure.assumed), key=lambda one: -weight_db(one))
    if not assumed:
        return "Leaned on: published figures only."
    listed = ", ".join(_figure(figure) for figure in assumed[:5])
    more = f", and {len(assumed) - 5} more" if len(assumed) > 5 else ""
    few = f"{len(assumed)} of {len(finding.figures)} figures are published by nobody (assumed)"
    return f"Leaned on: {few}: {listed}{more}."


def weight_db(figure: Figure) -> float:
    """How much a figure's range moves the echo, dB; 0 where it moves none or is certain."""
    name = figure.name.partition(".")[2]
    if figure.low >= figure.high or name in {"range_instrumented_m", "antenna_height_m", "height_agl_m"}:
        return 0.0
    if figure.unit in {"dB", "dBi"}:
        return figure.high - figure.low
    return (40.0 if name == "claim.range_m" else 10.0) * log10(figure.high / figure.low)


def _figure(figure: Figure) -> str:
    factor, unit = shown(figure)
    span = Span(value=figure.value / factor, low=figure.low / factor, high=figure.high / factor)
    moved = f", {weight_db(figure):.0f} dB" if weight_db(figure) else ""
    return f"{figure.name} {span_text(span, number_text)} {unit.replace('m2', 'm²')}{moved}"


# Words ------------------------------------------------------------------------------------------------------


def label(title: str) -> str:
    """What stands before the first comma or bracket of a title."""
    return title.partition(",")[0].partition(" (")[0]


def spoken(title: str) -> str:
    """A radar's name in running text: "91N6E", "the search radar of Pantsir-S1"."""
    name = label(title)
    return f"the {name[0].lower()}{name[1:]}" if " radar" in name else name


def called(case: Case) -> str:
    """A class in running text."""
    name = label(case.title)
    return name[0].lower() + name[1:] if name else name


def names(cases: Sequence[Case]) -> str:
    """Classes in a row."""
    return _and([f"{_a(called(case))}" for case in cases])


def _a(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' and name[:4] != 'one-' else 'a'} {name}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def significant(value: float, figures: int = 2) -> str:
    """A positive number with so many figures and no exponent."""
    return f"{float(f'{value:.{figures}g}'):,.10g}"


def kilometres(range_m: float) -> str:
    """A range."""
    return f"{significant(range_m / 1e3, 3)} km"


def height(height_m: float) -> str:
    """A height: metres, then kilometres."""
    return f"{significant(height_m / 1e3)} km" if height_m >= 1e3 else f"{height_m:.0f} m"


def rcs(rcs_m2: float) -> str:
    """A cross-section."""
    return f"{significant(rcs_m2)} m²"


def percent(share: float) -> str:
    """A share; never rounded to none or all."""
    if 0.0 < share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if 0.99 < share < 1.0 else f"{100.0 * share:.0f} %"


def chance(share: float) -> str:
    """A probability with two decimals; never rounded to none or all."""
    if share < 0.01:
        return "below 0.01"
    return "above 0.99" if share > 0.99 else f"{share:.2f}"


def span_text(span: Span, say: Say) -> str:
    """A span as "value (low to high)"."""
    value, low, high = say(span.value), say(span.low), say(span.high)
    return value if low == high else f"{value} ({_bare(low, high)} to {high})"


def _bare(low: str, high: str) -> str:
    """The low end without a unit that the high end repeats."""
    number, _, unit = low.partition(" ")
    return number if unit and high.endswith(f" {unit}") else low


def height_span(span: Span) -> str:
    """A height with its range."""
    return span_text(span, height)


def rcs_span(span: Span) -> str:
    """A cross-section with its range."""
    return span_text(span, rcs)


def decibels(span: Span) -> str:
    """Decibels with their sign and range."""
    return span_text(span, lambda db: f"{db:+.1f} dB".replace("-", "−"))
