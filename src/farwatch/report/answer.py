"""The answer of a run as words and rows: what the page, the terminal and the console say alike."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from farwatch.campaign import Result
from farwatch.outcomes.summary import ClassRow, Estimate, RoundRow, Summary
from farwatch.report import glossary, wording
from farwatch.report.claimed import claims, farthest_round
from farwatch.report.ledger import ledger

Row = dict[str, Any]

WHOLE_RAID = "The whole raid"


def told(result: Result) -> Row:
    """All that is said of a run, as plain values: texts, and rows whose estimates carry their text beside the numbers.

    An estimate is `{value, low, high, text}`, shares from 0 to 1.
    """
    summary, labels = result.summary(), class_labels(result)
    return {
        "headline": wording.headline(summary),
        "short": wording.short(summary),
        "explanation": wording.explanation(summary),
        "cut_short": cut_short(result),
        "tiles": [{"value": value, "what": what, "behind": behind} for value, what, behind in tiles(summary)],
        "sentences": [{"title": title, "text": text} for title, text in closing(result) if text],
        "classes": [_class(row, labels[row.name]) for row in summary.classes],
        "raid": _class(summary.raid, WHOLE_RAID),
        "reasons": [
            {"stage": item.stage, "sentence": item.sentence, "share": _share(item.share)}
            for item in wording.main_reasons(summary.reasons)
        ],
        "reasons_by_class": list(_reasons_by_class(summary, labels)),
        "assets": [
            {
                "name": row.name,
                "worth": wording.number(row.worth),
                "destroyed": _share(row.destroyed),
                "arrivals": _count(row.arrivals),
            }
            for row in summary.assets
        ],
        "rounds": [_round(row) for row in summary.rounds if row.carried],
        "matters": [{"name": one.name, "share": _share(one.share)} for one in _matter(summary)],
        "ledger": [asdict(row) for row in ledger(result)],
        "command": command(result),
        "scenario_text": scenario_text(result),
        "facts": [{"term": term, "text": text} for term, text in facts(result)],
        "glossary": [{"term": term, "text": text} for term, text in glossary.TERMS],
    }


def class_labels(result: Result) -> dict[str, str]:
    """What each target class is called on the page."""
    classes = result.scenario.resolved_catalogue().classes
    return {name: wording.label(classes[name].title) if name in classes else name for name in result.cast.classes}


def cut_short(result: Result) -> str:
    """That fewer trials were played than asked for; empty where all were."""
    if not result.interrupted:
        return ""
    done, asked = result.manifest["trials_done"], result.manifest["trials_asked"]
    return f"This run was interrupted: {done} of {asked} trials were played. The intervals allow for that."


def tiles(summary: Summary) -> list[tuple[str, str, str]]:
    """The few numbers at the top: value, what it is, and what stands behind it."""
    if not summary.raid.per_trial or not summary.trials:
        return []
    fired = sum(row.fired.value for row in summary.rounds)
    found = [
        (wording.percent(summary.raid.killed.value), "of the raid is shot down", wording.share(summary.raid.killed)),
        (
            wording.percent(summary.leakers.none.value),
            "chance that none gets through",
            wording.share(summary.leakers.none),
        ),
        (wording.number(fired), "rounds fired", f"{wording.number(summary.raid.shots_each.value)} for each threat"),
    ]
    ratio = summary.costs.ratio
    if ratio == ratio:  # noqa: PLR0124  not NaN
        defence, raid = summary.costs.defence.mean.value, summary.costs.raid.mean.value
        found.append((wording.money(defence), "of rounds fired", f"at a raid worth {wording.money(raid)}"))
    return found


def closing(result: Result) -> list[tuple[str, str]]:
    """What is said beside the tables: a title and a sentence each, empty where there is nothing to say."""
    summary, figures = result.summary(), result.cast.figures
    return [
        ("How far", how_far(result)),
        ("Busy radars", wording.busy_radars(summary)),
        ("Who pays", who_pays(summary)),
        ("Decoys", wording.decoys(summary)),
        ("Out of rounds", wording.stock_out(summary)),
        ("Wrong shots", wording.wrong_shots(summary)),
        ("How sure", wording.spread_split(summary)),
        ("Leaned on", wording.assumptions(figures, sum(figure.assumed for figure in figures))),
    ]


def how_far(result: Result) -> str:
    """The longest range claimed for a round here, and what this defence really saw and shot down, and where."""
    longest, raid = farthest_round(claims(result.scenario)), result.summary().raid
    if longest is None or not raid.seen_range_m.count:
        return ""
    said = f"The longest range claimed is {wording.number(longest.farthest_m / 1e3)} km, for the {longest.label}. "
    said += f"Half of the raid is first seen within {wording.number(raid.seen_range_m.median / 1e3)} km"
    if raid.killed_range_m.count:
        said += f", and half of what is shot down falls within {wording.number(raid.killed_range_m.median / 1e3)} km"
    return f"{said}. What is low or small comes into view late, however far the missile flies."


def who_pays(summary: Summary) -> str:
    """The defence's bill against the raid's, and what has no price."""
    costs = summary.costs
    if not summary.raid.per_trial:
        return ""
    if not any(row.fired.value for row in summary.rounds):
        return f"Nothing is fired at a raid worth {wording.cost(costs.raid)}."
    sentence = (
        f"The defence fires {wording.cost(costs.defence)} of rounds at a raid worth {wording.cost(costs.raid)}: "
        f"{wording.number(costs.ratio)} times its price. {wording.cost_per_kill(summary)}"
    ).rstrip()
    return sentence + (f" No price is known of {', '.join(costs.unpriced)}." if costs.unpriced else "")


def command(result: Result) -> str:
    """What to type to get the same result."""
    return f"farwatch run scenario.yaml --trials {result.manifest['trials_asked']} --seed {result.seed}"


def scenario_text(result: Result) -> str:
    """The scenario as YAML, with the defaults written out."""
    import yaml

    return yaml.safe_dump(result.manifest["scenario"], sort_keys=False, allow_unicode=True, width=100)


def facts(result: Result) -> list[tuple[str, str]]:
    """What a result was made with: a term and its text each."""
    manifest = result.manifest
    packages = ", ".join(f"{name} {version}" for name, version in manifest["packages"].items())
    return [
        ("version", f"farwatch {manifest['farwatch']}, kernels {manifest['kernels'][:16]}"),
        ("scenario digest", manifest["scenario_digest"]),
        ("seed", str(result.seed)),
        ("trials", f"{manifest['trials_done']} of {manifest['trials_asked']}"),
        ("platform", f"{', '.join(map(str, manifest['platform'].values()))}; {packages}"),
        *((name, f"SHA-256 {digest}") for name, digest in manifest["inputs"].items()),
    ]


# Rows -------------------------------------------------------------------------------------------------------


def _class(row: ClassRow, title: str) -> Row:
    """One row of the kill chain."""
    steps = zip(wording.STEPS, wording.STEP_TITLES, wording.step_shares(row), strict=True)
    return {
        "name": row.name,
        "title": title,
        "per_trial": row.per_trial,
        "steps": [{"name": name, "title": step, **_share(share)} for name, step, share in steps],
        "seen_km": wording.kilometres(row.seen_range_m),
        "tracked_km": wording.kilometres(row.confirmed_range_m),
        "killed_km": wording.kilometres(row.killed_range_m),
        "shots_each": wording.number(row.shots_each.value),
    }


def _reasons_by_class(summary: Summary, labels: dict[str, str]) -> Iterable[Row]:
    """The commonest reason of each class of which any got through."""
    for table in summary.reasons_by_class:
        if table.leakers:
            first = wording.main_reasons(table)[0]
            per_trial = wording.number(table.leakers / summary.trials)
            yield {"name": table.name, "title": labels[table.name], "per_trial": per_trial,
                   "sentence": first.sentence, "share": _share(first.share)}  # fmt: skip


def _round(row: RoundRow) -> Row:
    return {
        "battery": row.battery,
        "name": row.name,
        "carried": str(row.carried) if row.carried >= 0 else wording.UNKNOWN,
        "fired": _count(row.fired),
        "spent": _share(row.spent),
        "price": wording.money_range(row.price.low, row.price.high),
        "cost": wording.money(row.cost.mean.value),
    }


def _matter(summary: Summary) -> Sequence[Any]:
    """The figures that matter most; none where the split cannot be told."""
    return summary.split.figures if wording.tells(summary.split) else ()


def _share(it: Estimate) -> Row:
    return {**asdict(it), "text": wording.share(it)}


def _count(it: Estimate) -> Row:
    return {**asdict(it), "text": wording.count(it)}
