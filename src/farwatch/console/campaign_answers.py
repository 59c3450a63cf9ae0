"""What the console says of a campaign: its answers as values, each with the words that the report has for it.

Called in the reading process (`worker`), with paths and numbers alone. The page words no number of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from farwatch.campaign import Campaign, read_campaign
from farwatch.campaign.answers import Answers, PointAnswer, Sensitivity
from farwatch.campaign.design import label_of
from farwatch.campaign.estimating import Sample, difference_of, interval_of, sample_of
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.money import Money
from farwatch.campaign.points import GIVEN, INDEPENDENT
from farwatch.campaign.query import status
from farwatch.console.answers import plain
from farwatch.errors import InputError, Problem
from farwatch.outcomes.sequential import looks
from farwatch.report import campaign_wording as words
from farwatch.report import wording
from farwatch.report.settings_wording import at_value, field_name

FIRST_LOOK, TRACED = 8, 48
"""The trace of the half-width begins at so many trials, and follows so many points, spread over all, at most."""

Said = dict[str, Any]


def campaign_answer(path: str) -> Said:
    """Status, plan, and everything a campaign can say now. StoreError where it cannot be read.

    `measured`: at how many points, the first ones, measures are taken; rows of a sensitivity analysis follow.
    `answers` are `campaign.answers.Answers` as JSON, null before the first trial; `said`, `sentence` and `clear` beside
    an estimate are the report's words for it, and whether it is told apart from none. `fields` and `names` are what
    varied fields, and the points and curves by their labels, are called. `trace`: see `narrowing`.
    """
    how_far, manifest = status(path), Ledger(Path(path)).manifest()
    measured = [point for point in manifest["points"] if point["draws"]["kind"] != GIVEN]
    found: Said = {
        "status": plain(how_far) | {"done": how_far.done, "goal": how_far.goal},
        "plan": plain(manifest.get("plan")),
        "measured": len(measured),
        "fields": {path: field_name(path) for point in measured for path in point["changes"]},
        "names": _names(measured),
        "answers": None,
        "trace": None,
    }
    if how_far.done:
        campaign = read_campaign(path)
        found |= {"answers": worded(campaign.answers()), "trace": narrowing(campaign)}
    return found


def _names(points: Sequence[Said]) -> dict[str, str]:
    """What points are called, and curves along one field: by their labels, `alone: 60 drones`."""
    many = len({point["scenario"] for point in points}) > 1
    found: dict[str, str] = {}
    for point in points:
        for left_out in (None, *point["changes"]):
            rest = {path: value for path, value in point["changes"].items() if path != left_out}
            told = ", ".join(at_value(path, value) for path, value in rest.items())
            name = f"{point['scenario']}: {told}" if many and told else told or point["scenario"]
            found.setdefault(label_of(point["scenario"], rest, named=many), name)
    return found


def worded(answers: Answers) -> Said:
    """The answers as JSON, with the report's words beside each."""
    found: Said = plain(answers)
    found["headlines"] = words.headlines(answers)
    found["ending"] = words.ending(answers)
    found["remarks"] = [*words.gains(answers), words.leaned_on(answers)]
    found["doubts"] = words.doubts(answers)
    found["measures"] = _measures(answers)
    named = {point.label: point for point in answers.points}
    for told, point in zip(found["points"], answers.points, strict=True):
        told["settings"] = {path: at_value(path, value) for path, value in point.changes.items()}
        for one, measured in zip(told["measures"], point.measures, strict=True):
            one["said"] = words.measure_cell(measured)
        for one, quantile in zip(told["quantiles"], point.quantiles, strict=True):
            one["said"] = words.estimate("", quantile.leakers)
    for told, row in zip(found["differences"], answers.differences, strict=True):
        sentence, clear = words.difference(row, named), words.is_told_apart(row)
        told |= {"said": words.gap_cell(row), "sentence": sentence, "clear": clear}
    for told, curve in zip(found["curves"], answers.curves, strict=True):
        told["sentence"] = words.knee(curve, named=len(answers.curves) > 1)
    if answers.money is not None:
        _word_money(found["money"], answers.money, named)
    if answers.sensitivity is not None:
        found["sensitivity"] |= _matters(answers.sensitivity)
    return found


def _measures(answers: Answers) -> list[Said]:
    """What each measure is called, and how its numbers are written: as a share, as money, or as they are."""
    named = answers.points[0].measures if answers.points else ()
    return [
        {
            "name": one.name,
            "title": words.name_of(one.name),
            "meaning": one.meaning,
            "unit": "share" if one.name in words.SHARES else "usd" if one.name.endswith("_usd") else "",
        }
        for one in named
    ]


def _word_money(found: Said, money: Money, named: Mapping[str, PointAnswer]) -> None:
    for told, exchange in zip(found["exchanges"], money.exchanges, strict=True):
        told["said"] = {
            "spent_usd": words.estimate("_usd", exchange.spent_usd),
            "span_usd": f"{wording.money(exchange.spent_low_usd)} to {wording.money(exchange.spent_high_usd)}",
            "flown_usd": words.estimate("_usd", exchange.flown_usd),
            "ratio": words.estimate("", exchange.ratio),
            "per_kill_usd": words.estimate("_usd", exchange.per_kill_usd),
        }
    for told, worth in zip(found["worths"], money.worths, strict=True):
        told["sentence"] = words.worth(worth, named)
    for told, turn in zip(found["turns"], money.turns, strict=True):
        told["sentence"] = words.turn(turn)


def _matters(it: Sensitivity) -> Said:
    """The inputs, those that matter most first, and chance: what is drawn of each, and its words."""
    rows: list[Said] = []
    if it.shares is not None:
        rows = [
            {
                "name": one.name,
                "shown": plain(one.settled),
                "said": [words.share_of(each) for each in (one.settled, one.first, one.total)],
            }
            for one in (*words.by_share(it.shares.inputs), it.shares.chance)
        ]
    elif it.screening is not None:
        for effect in (*words.by_size(it.screening.inputs), it.screening.chance):
            said = [words.estimate("", each) for each in (effect.size, effect.mean, effect.spread)]
            rows.append({"name": effect.name, "shown": plain(effect.size), "said": [*said, words.direction(effect)]})
    return {"title": words.name_of(it.measure), "sentence": words.matters(it), "rows": rows}


def narrowing(campaign: Campaign) -> Said:
    """How the half-width narrows with the trials of each point: the widest and the middle one, as far as played.

    Of the first measure that the plan wants known, else of its first; of differences where those are wanted. A point
    that has ended counts with what it has.
    """
    plan, samples = campaign.plan, _followed(campaign)
    measure = next(iter(plan.until), plan.measures[0])
    most = max((len(sample) for sample in samples), default=0)
    rows = []
    for count in looks(FIRST_LOOK, 1.5, most) if most else ():
        firsts = [_first(sample, count) for sample in samples]
        widths = [0.5 * (it.high - it.low) for it in (interval_of(first, plan.confidence) for first in firsts)]
        told = sorted(width for width in widths if isfinite(width))
        if told:
            rows.append({"trials": count, "widest": told[-1], "middle": told[len(told) // 2]})
    return {
        "measure": measure,
        "title": words.name_of(measure),
        "of_differences": bool(campaign.study.pairs),
        "wanted": plan.until.get(measure),
        "rows": rows,
    }


def _followed(campaign: Campaign) -> list[Sample]:
    """What is to be known of each point, of TRACED points at most: its measure, or the difference to its partner."""
    study, kept = campaign.study, campaign.kept
    measure = next(iter(campaign.plan.until), campaign.plan.measures[0])
    numbers = [number for number in (study.pairs or range(len(study.measured))) if kept.count(number) > 1]
    found = []
    for number in numbers[:: -(-len(numbers) // TRACED) or 1]:
        sample = sample_of(kept, study.measured[number], measure)
        if number in study.pairs:
            sample = difference_of(sample, sample_of(kept, study.measured[study.pairs[number]], measure))
        if len(sample) > 1:
            found.append(sample)
    return found


def _first(sample: Sample, count: int) -> Sample:
    """The first `count` trials of a sample."""
    weights = None if sample.weights is None else sample.weights[:count]
    return replace(sample, values=sample.values[:count], weights=weights)


def point_scenario(path: str, number: int, name: str) -> Said:
    """The scenario of one point as a file of its own, with the campaign's seed; `name`: that of the campaign.

    `same`: whether a run of it plays the very trials that the campaign has kept. InputError where there is no such
    point, StoreError where the campaign cannot be read.
    """
    import yaml

    from farwatch.scenario import plain as plain_scenario
    from farwatch.scenario import vary

    campaign = read_campaign(path)
    points: Sequence[Any] = campaign.points
    if number >= len(points):
        last = f"points are 0 to {len(points) - 1}"
        raise InputError(Path(path).name, [Problem("point", str(number), "is no point of this campaign", last)])
    point, seed = points[number], campaign.study.seed
    base, label = campaign.study.scenarios[point.scenario], " ".join(point.label.split())
    title = f"{base.title}: {label}" if point.changes else base.title
    made = vary(base, {**point.changes, "seed": seed, "title": title})
    head = f"# Point {number} of the campaign {name}: {label}\n\n"
    return {
        "name": f"{name[:60].strip(' .')}-point-{number}",
        "text": head + yaml.safe_dump(plain_scenario(made), sort_keys=False, allow_unicode=True, width=100),
        "trials": campaign.kept.count(number),
        "seed": seed,
        "same": point.draws.kind == INDEPENDENT and not point.tilt_odds,
    }
