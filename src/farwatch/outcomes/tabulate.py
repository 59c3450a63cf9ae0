"""From evidence to tables."""

from collections.abc import Sequence

import numpy as np

from farwatch.outcomes import measures
from farwatch.outcomes.columns import (
    ASSET,
    EVENT_KINDS,
    NOBODY,
    RADAR,
    RADARS,
    ROUND,
    SPECS,
    TARGETS,
    TEXT,
    TRIALS,
    Column,
)
from farwatch.outcomes.evidence import Array, Cast, Evidence
from farwatch.outcomes.reasons import NAMES, attribute
from farwatch.outcomes.tables import Table
from farwatch.records import TALLY


def build(cast: Cast, evidence: Evidence, names: Sequence[str] = tuple(SPECS)) -> dict[str, Table]:
    """Tables by name, in the order of SPECS: all of them, or those named."""
    makers = {
        "targets": _targets,
        "trials": _trials,
        "rounds": _rounds,
        "assets": _assets,
        "radars": _radars,
        "figures": _figures,
        "events": _events,
    }
    return {name: Table(name, SPECS[name], make(cast, evidence)) for name, make in makers.items() if name in names}


def _targets(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    rows = evidence.outcomes
    trials, targets = rows.shape
    fate = np.where(~np.isnan(rows["killed_s"]), 1, np.where(~np.isnan(rows["leaked_s"]), 2, 0))
    told = {
        "trial": np.repeat(evidence.trials, targets),
        "target": np.tile(np.arange(targets, dtype=np.int64), trials),
        "name": _repeated(cast.targets, range(targets), trials),
        "group": _repeated(cast.groups, cast.target_group, trials),
        "class": _repeated(cast.classes, cast.target_class, trials),
        "raid": np.tile(cast.raid, trials),
        "friend": np.tile(cast.friends, trials),
        "asset": _repeated((*cast.assets, ""), cast.target_asset, trials),
        "fate": _text(("neither", "killed", "leaked"))[fate.ravel()],
        "reason": _text(NAMES)[np.where(cast.raid, attribute(rows), 0).ravel()],
    }
    return {column.name: _plain(told.get(column.name, rows), column).ravel() for column in TARGETS}


def _plain(source: Array, column: Column) -> Array:
    """A declared column from a record array or as it is, in its declared type."""
    values = source[column.name] if source.dtype.names else source
    return values if column.dtype == TEXT else values.astype(column.dtype)


def _trials(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    rows = evidence.outcomes[:, cast.raid]
    _, destroyed = measures.asset_counts(cast, evidence)
    spent, flown = measures.trial_costs(cast, evidence)
    columns = {"trial": evidence.trials, "raid_targets": np.full(len(rows), rows.shape[1], np.int64)}
    for step in ("seen", "confirmed", "hostile", "killed", "leaked"):
        columns[step] = (~np.isnan(rows[f"{step}_s"])).sum(axis=1)
    columns["engaged"] = measures.engaged(rows).sum(axis=1)
    columns["assets_destroyed"] = destroyed.sum(axis=1)
    columns["worth_destroyed"] = destroyed @ np.array(cast.asset_worth, np.float64)
    columns["rounds_fired"] = evidence.rounds_fired.sum(axis=1, dtype=np.int64)
    columns["rounds_at_decoys"] = evidence.outcomes["shots"][:, cast.decoys].sum(axis=1)
    columns["out_of_rounds_s"] = measures.out_of_rounds_s(cast, evidence)
    columns["defence_cost_usd"], columns["raid_cost_usd"] = spent, flown
    columns |= {name: evidence.tallies[name] for name in TALLY.names or ()}
    return {column.name: columns[column.name].astype(column.dtype) for column in TRIALS}


def _rounds(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    trials, kinds = len(evidence), len(cast.rounds)
    prices = measures.round_prices(cast, evidence)
    return {
        "trial": np.repeat(evidence.trials, kinds),
        "battery": _repeated([kind.battery for kind in cast.rounds], range(kinds), trials),
        "round": _repeated([kind.name for kind in cast.rounds], range(kinds), trials),
        "fired": evidence.rounds_fired.ravel().astype(np.int64),
        "price_usd": prices.ravel(),
        "cost_usd": (evidence.rounds_fired * prices).ravel(),
        "empty_s": evidence.empty_s.ravel(),
    }


def _assets(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    arrivals, destroyed = measures.asset_counts(cast, evidence)
    return {
        "trial": np.repeat(evidence.trials, len(cast.assets)),
        "asset": _repeated(cast.assets, range(len(cast.assets)), len(evidence)),
        "arrivals": arrivals.ravel(),
        "destroyed": destroyed.ravel(),
    }


def _radars(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    trials, count = len(evidence), len(cast.radars)
    told = {"trial": np.repeat(evidence.trials, count), "radar": _repeated(cast.radars, range(count), trials)}
    return {column.name: _plain(told.get(column.name, evidence.workloads), column).ravel() for column in RADARS}


def _figures(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    trials, count = len(evidence), len(cast.figures)
    return {
        "trial": np.repeat(evidence.trials, count),
        "figure": _repeated([figure.name for figure in cast.figures], range(count), trials),
        "value": evidence.figures.ravel(),
        "unit": _repeated([figure.unit for figure in cast.figures], range(count), trials),
    }


def _events(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    log = evidence.events
    actors = {
        RADAR: cast.radars,
        ROUND: [f"{kind.battery}/{kind.name}" for kind in cast.rounds],
        ASSET: cast.assets,
        NOBODY: (),
    }
    kinds = [EVENT_KINDS.get(kind, (f"kind {kind}", NOBODY)) for kind in log["kind"].tolist()]
    who = [_named(actors[actor], index) for (_, actor), index in zip(kinds, log["who"].tolist(), strict=True)]
    return {
        "trial": np.full(len(log), evidence.traced, np.int64),
        "time_s": log["time_s"].astype(np.float64),
        "kind": _text([kind for kind, _ in kinds]),
        "who": _text(who),
        "target": log["whom"].astype(np.int64),
        "name": _text([_named(cast.targets, index) for index in log["whom"].tolist()]),
        "track": log["track"].astype(np.int64),
        **{name: log[name].astype(np.float64) for name in ("x_m", "y_m", "z_m", "value")},
    }


def _named(names: Sequence[str], index: int) -> str:
    return names[index] if 0 <= index < len(names) else ""


def _text(values: Sequence[str]) -> Array:
    """Texts as a numpy array of Python strings."""
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _repeated(names: Sequence[str], index: Sequence[int], times: int) -> Array:
    """`names` picked by `index`, the whole row repeated `times`."""
    return np.tile(_text(names)[np.array(index, np.int64)], times)
