"""The answers of a campaign as sentences, the same in the terminal and on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan

from farwatch.campaign.answers import Answers, Difference, Measured, PointAnswer, Sensitivity
from farwatch.campaign.curves import Curve
from farwatch.campaign.measured import ANY_LEAK, LEAKED_SHARE, MEANING
from farwatch.campaign.money import Turn, Worth
from farwatch.outcomes.knee import Knee
from farwatch.outcomes.sensitivity import Effect, Indices
from farwatch.outcomes.summary import Estimate
from farwatch.report import wording
from farwatch.report.campaign_axis import names_of
from farwatch.report.settings_wording import at_value, field_name, setting

SHARES = {LEAKED_SHARE, ANY_LEAK}

NAMES = {
    LEAKED_SHARE: "share that gets through",
    ANY_LEAK: "chance that any gets through",
    "leaked": "leakers",
    "killed": "targets killed",
    "rounds_fired": "rounds fired",
    "defence_cost_usd": "cost of the rounds",
    "raid_cost_usd": "cost of the raid",
}
"""Short names of common measures; others go by their own."""

TINY_SHARE, TINY = 5e-4, 5e-3
"""Below these a share, and a number, is told with two figures however small: so it is with rare leaks."""

WIDEST_SHARE = 0.3
"""An interval of a share of the spread that is wider than this is called badly known."""

HARDLY_ANY = 0.02
"""A slope below this part of another one is called none."""

FEW_POINTS = 3
"""So many points have a sentence each at the top."""

def name_of(measure: str) -> str:
    """What a measure is called in a sentence."""
    return NAMES.get(measure, measure.removesuffix("_usd").replace("_", " "))


def amount(measure: str, value: float) -> str:
    """A value of a measure with its unit: per cent, dollars, or a number."""
    if not isfinite(value):
        return wording.UNKNOWN
    if measure in SHARES:
        return wording.percent(value) if value == 0.0 or value >= TINY_SHARE else f"{100.0 * value:.2g} %"
    if measure.endswith("_usd"):
        return wording.money(value)
    return wording.number(value) if value == 0.0 or abs(value) >= TINY else f"{value:.2g}"


def estimate(measure: str, it: Estimate) -> str:
    """A value with its interval, `37 % (34 to 40)`; words in its place where there is none to give."""
    if isnan(it.value):
        return wording.UNKNOWN
    if it.high == inf:
        return f"{amount(measure, it.value)}, in every trial"
    if isnan(it.low):
        return f"{amount(measure, it.value)}, too few trials"
    return f"{amount(measure, it.value)} ({span(measure, it)})"


def span(measure: str, it: Estimate) -> str:
    """The interval alone: `34 to 40`, without a per cent sign."""
    return f"{_bare(measure, it.low)} to {_bare(measure, it.high)}"


def _bare(measure: str, value: float) -> str:
    return amount(measure, value).removesuffix(" %")


def points(measure: str, it: Estimate) -> tuple[str, str]:
    """The size of a difference, and its interval; shares in points."""
    unit = " points" if measure in SHARES else ""
    low, high = sorted((abs(it.low), abs(it.high)))
    return f"{_size(measure, abs(it.value))}{unit}", f"{_size(measure, low)} to {_size(measure, high)}"


def _size(measure: str, value: float) -> str:
    if measure in SHARES:
        return wording.number(100.0 * value)
    return amount(measure, value)


# Sentences ---------------------------------------------------------------------------------------------------


def headlines(answers: Answers) -> list[str]:
    """The few sentences at the top: the knee, the comparison, the money, the figure that matters most."""
    named = {row.label: row for row in answers.points}
    full = knees(answers.curves, _names(answers))
    bent = any(curve.knee is not None and curve.knee.found for curve in answers.curves)
    said = full if bent else []
    compared = [row for row in answers.differences if row.measure == first_measure(answers)]
    clear = [row for row in compared if clearness(row.difference) > 1.0]
    said += [difference(row, named) for row in _clearest(clear)]
    if compared and not clear:
        said.append(difference(compared[0], named) + (" Nor can it at any other point." if len(compared) > 1 else ""))
    said += [] if bent else full
    if answers.money is not None:
        said += [worth(row, named) for row in best_known(answers.money.worths, named)]
        said += turns(answers.money.turns)
    if answers.sensitivity is not None:
        said.append(matters(answers.sensitivity))
    if not said and answers.points:
        said = [point(row) for row in telling(answers.points)]
        said = [capital(said[0].removeprefix(f"In {quoted(answers.points[0].scenario)}, "))] if len(said) == 1 else said
    return said or ["Nothing has been played yet."]


def _names(answers: Answers) -> dict[str, str]:
    """What the curves are called, by label."""
    return names_of(answers.points, answers.curves[0].field) if answers.curves else {}


def telling(rows: Sequence[PointAnswer]) -> Sequence[PointAnswer]:
    """All of a few points; of many, those where the first measure is lowest and highest."""
    ranked = sorted(rows, key=lambda row: row.measures[0].estimate.value)
    return rows if len(rows) <= FEW_POINTS else (ranked[0], ranked[-1])


def _clearest(rows: Sequence[Difference]) -> list[Difference]:
    """The clearest two; where several scenarios are compared, the clearest of each."""
    ranked = sorted(rows, key=lambda row: -clearness(row.difference))
    scenarios = dict.fromkeys(row.scenario for row in ranked)
    if len(scenarios) == 1:
        return ranked[:2]
    return [next(row for row in ranked if row.scenario == name) for name in scenarios][:FEW_POINTS]


def clearness(gap: Estimate) -> float:
    """How many half-widths a difference is away from none."""
    half = 0.5 * (gap.high - gap.low)
    return abs(gap.value) / half if 0.0 < half < inf else 0.0


def first_measure(answers: Answers) -> str:
    """The measure that comes first in the plan."""
    return answers.points[0].measures[0].name if answers.points else "leaked"


def point(row: PointAnswer) -> str:
    """One point: its first measure."""
    first = row.measures[0]
    doubt = f" Beware: {first.doubts[0]}." if first.doubts else ""
    where = f"{place(row)}, " if place(row) else ""
    told = estimate(first.name, first.estimate)
    said = f"the {name_of(first.name)} is {told}"
    if first.name == "leaked":
        said = f"{told} of {wording.number(row.raid)} get through"
    return capital(f"{where}{said}; {_trials(row.trials)}.{doubt}")


def place(row: PointAnswer) -> str:
    """Where one point is: `in “alone”, with 60 drones`."""
    scenario = f"in {quoted(row.scenario)}" if row.label.startswith(row.scenario) else ""
    return ", ".join(filter(None, [scenario, f"with {setting(row.changes)}" if row.changes else ""]))


def difference(row: Difference, named: Mapping[str, PointAnswer] | None = None) -> str:
    """One comparison: `With 60 drones, “alone” lets 10.7 more of 60 through than “layered” (9.49 to 12.1).`

    named: the points by label, so that their values are told as one says them; without, labels stand for them.
    """
    gap, what, sides = row.difference, name_of(row.measure), _sides(row, named or {})
    if isnan(gap.value):
        return f"{row.label} against {row.base}: not played yet."
    if gap.value == 0.0 and (gap.low == gap.high == 0.0 or gap.low == -inf):
        both = f"{sides.first} and {sides.second} have the same {what} in every trial"
        return capital(f"{sides.begin}{both} ({_trials(row.trials)}).")
    if not is_told_apart(row):
        value, low, high = (_signed(row.measure, end) for end in (gap.value, gap.low, gap.high))
        told = f"{sides.begin}no difference in {what} can be told between {sides.first} and {sides.second}"
        return capital(f"{told} ({value}, {low} to {high}; {_trials(row.trials)}).")
    size, sizes = points(row.measure, gap)
    sizes = sizes if gap.low > -inf else f"in every trial of {row.trials:,}"
    if row.measure == "leaked":
        size = f"{size} {'more' if gap.value > 0.0 else 'fewer'}"
        told = f"{sides.first} lets {size} of {wording.number(row.raid)} through than {sides.second}"
        if sides.values:
            of = f" of {wording.number(row.raid)}" if sides.one_raid else ""
            told = f"{size}{of} get through with {sides.first} than with {sides.second}"
        return capital(f"{sides.begin}{told} ({sizes}).")
    size = f"{size} {'higher' if gap.value > 0.0 else 'lower'}"
    where, verb = "with" if sides.values else "in", "are" if what.split()[0].endswith("s") else "is"
    told = f"the {what} {verb} {size} {where} {sides.first} than {where} {sides.second}"
    return capital(f"{sides.begin}{told} ({sizes}).")


@dataclass(frozen=True, slots=True)
class _Sides:
    """A comparison in words: what both sides have alike, and the sides.

    `values`: the sides are no scenarios; `one_raid`: as many fly in both.
    """

    begin: str
    first: str
    second: str
    values: bool = False
    one_raid: bool = True


def _sides(row: Difference, named: Mapping[str, PointAnswer]) -> _Sides:
    here, there = named.get(row.label), named.get(row.base)
    if here is None or (there is None and row.base == row.scenario):
        return _Sides("", quoted(row.label), quoted(row.base))
    if there is None:
        return _Sides(f"with {setting(here.changes)}, " if here.changes else "", quoted(row.scenario), quoted(row.base))
    alike = {path: value for path, value in here.changes.items() if there.changes.get(path) == value}
    begin = f"in {quoted(row.scenario)}, " if len({one.scenario for one in named.values()}) > 1 else ""
    begin += f"with {setting(alike)}, " if alike else ""
    first, second = (
        setting({path: value for path, value in one.changes.items() if path not in alike}) for one in (here, there)
    )
    return _Sides(begin, first, second, values=True, one_raid=here.raid == there.raid)


def quoted(name: str) -> str:
    """A name that somebody gave, in quotes: it is no word of the sentence."""
    return f"“{name}”"


def capital(said: str) -> str:
    """A sentence that begins with a capital."""
    return said[:1].upper() + said[1:]


def is_told_apart(row: Difference) -> bool:
    """Whether the interval of a difference leaves nought out."""
    it = row.difference
    if it.low == -inf:  # the same in every trial
        return it.value != 0.0
    return not isnan(it.value) and not it.low <= 0.0 <= it.high


def apart_cell(row: Difference) -> str:
    """Whether a difference is told apart from nought, as a word with a mark."""
    if not is_told_apart(row):
        return "○ no"
    return "▲ more" if row.difference.value > 0.0 else "▼ less"


def gap(measure: str, it: Estimate) -> str:
    """A difference with its sign and interval; of shares in points."""
    if isnan(it.value) or it.low == -inf:
        return f"{'+' if it.value > 0.0 else ''}{estimate(measure, it)}"
    ends = f"{_signed(measure, it.low)} to {_signed(measure, it.high)}"
    return f"{_signed(measure, it.value)}{' points' if measure in SHARES else ''} ({ends})"


def _signed(measure: str, value: float) -> str:
    return f"{'+' if value > 0.0 else '-' if value < 0.0 else ''}{_size(measure, abs(value))}"


def _trials(count: int) -> str:
    return f"{count:,} trials" if count != 1 else "1 trial"


def knees(curves: Sequence[Curve], names: Mapping[str, str] | None = None) -> list[str]:
    """Where every curve bends: those that do in one sentence, and what one more adds before and beyond.

    names: what curves are called, by label.
    """
    called = {curve.label: (names or {}).get(curve.label, curve.label) for curve in curves}
    bent = [(curve, curve.knee) for curve in curves if curve.knee is not None and curve.knee.found]
    whys = {curve.knee.why if curve.knee is not None else "" for curve in curves}
    if len(curves) > 1 and not bent and len(whys) == 1 and "" not in whys:
        return [f"There is no knee inside the range of {field_name(curves[0].field)} on any line: {whys.pop()}."]
    if len(curves) == 1 or not bent:
        return [knee(curve, named=len(curves) > 1) for curve in curves[:FEW_POINTS]]
    if len(bent) > FEW_POINTS:
        bent = sorted(bent, key=lambda it: it[1].at.value)
        ends = f"first {_full(*bent[0], called)}, and last {_full(*bent[-1], called)}"
        told = f"The defence is full {ends}; {len(bent)} lines in all."
    else:
        told = f"The defence is full {_listed([_full(curve, bend, called) for curve, bend in bent])}."
    before, after = ([getattr(one, end).value for _, one in bent] for end in ("before", "after"))
    slope = f"{_slope(before, after)} {_one(curves[0].measure)}"
    adds = f"Up to there, each one more adds {slope}; beyond it, {_range(after)}."
    others = [knee(curve, named=True) for curve in curves if curve.label not in {one.label for one, _ in bent}]
    return [told, adds, *others[: FEW_POINTS - 1]]


def _full(curve: Curve, bend: Knee, called: Mapping[str, str]) -> str:
    at = f"{at_value(curve.field, bend.at.value)} ({span('', bend.at)})"
    return f"at {at} in {quoted(called[curve.label])}"


def _listed(told: Sequence[str]) -> str:
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def _slope(before: Sequence[float], after: Sequence[float]) -> str:
    """What one more adds before the knee; a slope that is next to the other one nothing has no number."""
    return "hardly any" if max(map(abs, before)) < HARDLY_ANY * min(after) else _range(before)


def _range(values: Sequence[float]) -> str:
    low, high = wording.number(min(values)), wording.number(max(values))
    return low if low == high else f"{low} to {high}"


def _one(measure: str) -> str:
    return "leakers" if measure == "leaked" else name_of(measure)


def knee(curve: Curve, *, named: bool) -> str:
    """Where one curve bends, or that it does not."""
    who = f"{quoted(curve.label)}: " if named else ""
    if curve.knee is None:
        return f"{who or 'There are '}too few points or trials for a knee."
    if not curve.knee.found:
        return f"{who or 'There is '}no knee inside the range of {field_name(curve.field)}: {curve.knee.why}."
    bend = curve.knee
    full = f"The defence of {quoted(curve.label)}" if named else "The defence"
    return (
        f"{full} is full at {at_value(curve.field, bend.at.value)} ({span('', bend.at)}): up to there, each one "
        f"more adds {_slope([bend.before.value], [bend.after.value])} {_one(curve.measure)}; beyond it, "
        f"{wording.number(bend.after.value)}."
    )


def best_known(worths: Sequence[Worth], named: Mapping[str, PointAnswer]) -> list[Worth]:
    """Of each scenario the point at which the worth of a leaker is known best, two in all."""

    def width(row: Worth) -> float:
        it = row.usd_per_leaker
        return inf if row.why or isnan(it.value) or it.value == 0.0 else (it.high - it.low) / abs(it.value)

    best: dict[str, Worth] = {}
    for row in sorted(worths, key=width):
        best.setdefault(named[row.label].scenario if row.label in named else row.label, row)
    return list(best.values())[:2]


def worth(row: Worth, named: Mapping[str, PointAnswer] | None = None) -> str:
    """What a leaker must cost for a defence to pay; `named` as of `difference`."""
    here = (named or {}).get(row.label)
    begin = f"with {setting(here.changes)}, " if here is not None and here.changes else ""
    first, second = quoted(here.scenario if here is not None else row.label), quoted(row.base)
    if row.why:
        return capital(f"{begin}{first} against {second}: {row.why}.")
    stops = wording.number(abs(row.avoided.value))
    most = f"{wording.money(row.usd_per_leaker.value)} of damage ({span('_usd', row.usd_per_leaker)})"
    less = wording.money(abs(row.extra_usd.value))
    if row.avoided.value < 0.0:
        told = f"{first} costs {less} less a raid than {second} and lets {stops} more through"
        return capital(f"{begin}{told}: it pays where a leaker does less than {most}.")
    if row.extra_usd.value < 0.0:
        return capital(f"{begin}{first} costs {less} less a raid than {second} and stops {stops} more.")
    told = f"{first} costs {less} more a raid than {second} and stops {stops} more"
    return capital(f"{begin}{told}: it pays where a leaker does more than {most}.")


def worth_cell(row: Worth) -> str:
    """The same in a table."""
    if row.why:
        return row.why
    if row.avoided.value >= 0.0 and row.extra_usd.value < 0.0:
        return "whatever it does"
    return f"{'less' if row.avoided.value < 0.0 else 'more'} than {estimate('_usd', row.usd_per_leaker)}"


def turns(rows: Sequence[Turn]) -> list[str]:
    """The first places where the money turns; once where all say the same."""
    whys = {row.why for row in rows}
    if len(rows) > 1 and len(whys) == 1 and rows[0].why:
        return [f"On every line, {rows[0].why}."]
    return [turn(row) for row in rows[:2]]


def turn(row: Turn) -> str:
    """Where the defence spends as much as the raid is worth."""
    if row.why:
        return capital(f"{row.why}.") if not row.label else f"{quoted(row.label)}: {row.why}."
    at = f"{at_value(row.field, row.at.value)} ({span('', row.at)})"
    return f"{quoted(row.label)}: the defence spends as much as the raid is worth at {at}."


def matters(it: Sensitivity) -> str:
    """Which figure matters most, against chance."""
    if it.shares is not None and it.shares.inputs:
        return _shares(it)
    if it.screening is not None and it.screening.inputs:
        return _screening(it)
    return "Which figure matters most cannot be said yet: too few rows are played."


def _shares(it: Sensitivity) -> str:
    shares = it.shares
    if shares is None or isnan(shares.chance.total.value):
        return f"{name_of(it.measure).capitalize()} never differ: no figure matters here."
    ranked = by_share(shares.inputs)
    first = ranked[0]
    unknown = share_of(shares.unknown)
    asked = f"the {it.inputs} asked about" if it.others else "what nobody knows"
    rest = f"chance and {wording.plural(it.others, 'other figure')}" if it.others else "chance"
    said = f"Of the spread of {name_of(it.measure)}, {unknown} comes from {asked}, and the rest from {rest}. "
    if first.settled.low <= 0.0:
        return said + "No single figure stands out from sampling error: play more rows."
    said += f"{first.name} matters most: settling it would take away {share_of(first.settled)}."
    wide = first.settled.high - first.settled.low > WIDEST_SHARE
    return said + (" With more rows that would be known better." if wide else "")


def _screening(it: Sensitivity) -> str:
    found = it.screening
    if found is None:
        return ""
    first = by_size(found.inputs)[0]
    if first.size.value == 0.0:
        return f"No figure moves {name_of(it.measure)} here."
    less = first.size.high < found.chance.size.low
    said = (
        f"{first.name} moves {name_of(it.measure)} most: by {wording.number(first.size.value)} "
        f"({span('', first.size)}) over half of its range; new luck alone moves them by "
        f"{wording.number(found.chance.size.value)}."
    )
    return said + (" No figure moves them as much as chance does." if less else "")


def share_of(it: Estimate) -> str:
    """A share of variance; sampling error may carry it below 0 or above 1, and is not shown there."""
    ends = [min(max(value, 0.0), 1.0) for value in (it.value, it.low, it.high)]
    return wording.UNKNOWN if isnan(it.value) else wording.share(Estimate(*ends))


def by_share(inputs: Sequence[Indices]) -> list[Indices]:
    """Inputs by what settling them would take away, largest first."""
    return sorted(inputs, key=lambda one: (-one.settled.value, one.name))


def by_size(inputs: Sequence[Effect]) -> list[Effect]:
    """Inputs by the size of their effect, largest first."""
    return sorted(inputs, key=lambda one: (-one.size.value, one.name))


def direction(effect: Effect) -> str:
    """Which way an input moves the measure."""
    if effect.size.high == 0.0:
        return "no effect"
    if effect.mean.low > 0.0:
        return "higher: more"
    return "higher: less" if effect.mean.high < 0.0 else "either way"


# How it was done ---------------------------------------------------------------------------------------------


def ending(answers: Answers) -> str:
    """How it ended."""
    if not answers.finished:
        return "Interrupted: not all that was asked for has been played. The intervals allow for that."
    if answers.short:
        named = ", ".join(answers.short[:5]) + (" and others" if len(answers.short) > 5 else "")
        was = "was" if len(answers.short) == 1 else "were"
        return (
            f"The budget ended before {wording.plural(len(answers.short), 'point')} of {len(answers.points)} {was} "
            f"known as well as asked for: {named}."
        )
    return ""


def gains(answers: Answers) -> list[str]:
    """What shared luck, stratified draws and importance sampling saved, as times fewer trials."""
    said = []
    luck = [row.luck_gain for row in answers.differences if isfinite(row.luck_gain)]
    if luck:
        said.append(f"Shared luck: a comparison needs {_fewer(luck)} with separate luck.")
    measures = [measure for row in answers.points for measure in row.measures]
    blocks = [measure.block_gain.value for measure in measures if _is_told(measure.block_gain)]
    if blocks:
        said.append(f"Stratified draws: a mean needs {_fewer(blocks)} with independent draws.")
    weights = [one.weight_gain for one in measures if not isnan(one.weight_gain) and not one.doubts]
    if weights:
        said.append(f"Importance sampling: a mean needs {_fewer(weights)} without.")
    return said


def _is_told(gain: Estimate) -> bool:
    """Whether a gain is known to a factor of two."""
    return gain.high <= 4.0 * gain.low


def _fewer(found: Sequence[float]) -> str:
    """How many times fewer trials, over all measures; a gain below 1 is a loss, and called one."""
    low, high = min(found), max(found)
    if high <= 1.0:
        return "as many trials as" if low == 1.0 else f"up to {wording.number(1.0 / low)} times more trials than"
    if low < 1.0:
        more = wording.number(1.0 / low)
        return f"{wording.number(high)} times fewer trials at best, {more} times more at worst, than"
    ends = wording.number(low), wording.number(high)
    return f"{ends[0] if ends[0] == ends[1] else ' to '.join(ends)} times fewer trials than"


def times(gain: float) -> str:
    """A gain in a table; a dash where both sides never differ."""
    return wording.UNKNOWN if isnan(gain) else f"{wording.number(gain)} ×"


def doubts(answers: Answers) -> list[str]:
    """What should keep a reader from trusting weighted trials."""
    return [
        f"{row.label}, {name_of(measure.name)}: {doubt}."
        for row in answers.points
        for measure in row.measures
        for doubt in measure.doubts
    ]


def leaned_on(answers: Answers) -> str:
    """How many figures were drawn, and which of them nobody publishes."""
    total = len(answers.assumed) + len(answers.published)
    if not total:
        return "No uncertain figure was drawn."
    some = ", ".join(answers.assumed[:4]) + (" and others" if len(answers.assumed) > 4 else "")
    named = f": {some}" if answers.assumed else ""
    figures = wording.plural(total, "uncertain figure")
    return f"{figures}, drawn anew in each trial; {len(answers.assumed)} assumed{named}."


def measure_cell(measure: Measured) -> str:
    """A measure in a table, with a mark where it is not known as well as asked for."""
    return estimate(measure.name, measure.estimate) + (" *" if is_starred(measure) else "")


def gap_cell(row: Difference) -> str:
    """A difference in a table, with the same mark."""
    return gap(row.measure, row.difference) + (" *" if is_starred(row) else "")


def is_starred(it: Measured | Difference) -> bool:
    """Whether it was asked for and is not known well enough: too wide, or too skewed to be believed."""
    return not isnan(it.wanted) and not it.met


def inputs_of(it: Sensitivity | None) -> int:
    """Inputs of a sensitivity analysis that there is something to say of."""
    found = None if it is None else it.shares or it.screening
    return 0 if found is None else len(found.inputs)


def meaning(measure: str) -> str:
    """What a measure is, in a sentence."""
    return MEANING.get(measure, measure)
