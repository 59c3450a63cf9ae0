"""What is kept of the trials of a unit: rows of four tables, as structured arrays.

Every target of every trial would be a hundred times as much; a campaign keeps counts by raid group and by reason.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from farwatch.outcomes import measures, tabulate
from farwatch.outcomes.columns import BOOL, INT, REAL, SPECS, TEXT, TRIAL, TRIALS, Column
from farwatch.outcomes.evidence import Array, Cast, Evidence, Played, gather
from farwatch.outcomes.reasons import NAMES, attribute

Rows = Mapping[str, Array]
"""Rows of each of TABLES, structured arrays."""

TABLES = ("trials", "groups", "rounds", "figures")
"""Tables of a campaign, in the order in which they are written; the first one last (`ledger`)."""

POINT = Column("point", INT, "1", "number of the point")
LEAKED_SHARE = Column("leaked_share", REAL, "1", "share of the raid's targets that leaked")

REASON_COLUMNS = tuple(f"reason_{name.replace('-', '_')}" for name in NAMES[1:])

TRIAL_COLUMNS: tuple[Column, ...] = (
    POINT,
    *TRIALS,
    LEAKED_SHARE,
    *(
        Column(column, INT, "1", f"raid targets that leaked for the reason {name}")
        for column, name in zip(REASON_COLUMNS, NAMES[1:], strict=True)
    ),
)

GROUP_COLUMNS: tuple[Column, ...] = (
    POINT,
    TRIAL,
    Column("group", TEXT, "", "raid group"),
    Column("targets", INT, "1", "targets of the group"),
    Column("seen", INT, "1", "of these, detected at least once"),
    Column("confirmed", INT, "1", "that had a confirmed track"),
    Column("hostile", INT, "1", "judged hostile"),
    Column("engaged", INT, "1", "shot at, or killed by a round meant for a neighbour"),
    Column("killed", INT, "1", "killed"),
    Column("leaked", INT, "1", "that reached what they flew to"),
    Column("shots", INT, "1", "rounds launched at the group"),
)

ROUND_COLUMNS: tuple[Column, ...] = (POINT, *SPECS["rounds"])

_KEPT = {INT: "i8", REAL: "f8", BOOL: "?"}


def rows_of(point: int, first: int, cast: Cast, block: Played) -> Rows:
    """Rows of a played block, whose first trial is the point's trial `first`."""
    evidence = gather(cast, [block])
    numbers = first + np.arange(len(evidence), dtype=np.int64)
    built = tabulate.build(cast, evidence, ("trials", "rounds"))
    trials = dict(built["trials"].columns) | {"trial": numbers} | _reasons(cast, evidence)
    trials["leaked_share"] = trials["leaked"] / np.maximum(trials["raid_targets"], 1)
    rounds = dict(built["rounds"].columns) | {"trial": np.repeat(numbers, len(cast.rounds))}
    return {
        "trials": structured(TRIAL_COLUMNS, trials | {"point": np.full(len(numbers), point)}),
        "groups": structured(GROUP_COLUMNS, _groups(point, numbers, cast, evidence)),
        "rounds": structured(ROUND_COLUMNS, rounds | {"point": np.full(len(rounds["trial"]), point)}),
        "figures": _figures(point, numbers, cast, evidence),
    }


def structured(columns: Sequence[Column], values: Mapping[str, Array]) -> Array:
    """Columns of equal length as one structured array; texts in their shortest fixed width."""
    plain = {c.name: np.asarray(values[c.name], str if c.dtype == TEXT else _KEPT[c.dtype]) for c in columns}
    rows = np.zeros(len(next(iter(plain.values()))), [(name, column.dtype) for name, column in plain.items()])
    for name, column in plain.items():
        rows[name] = column
    return rows


def joined(rows: Iterable[Array]) -> dict[str, Array]:
    """Columns of several structured arrays, one after the other.

    A column that only some of them have is NaN in the others: so it is with figures, which scenarios do not share.
    """
    parts = [part for part in rows if part.dtype.names]
    names = dict.fromkeys(name for part in parts for name in part.dtype.names or ())
    return {name: np.concatenate([_column(part, name) for part in parts]) for name in names}


def _column(part: Array, name: str) -> Array:
    return part[name] if name in (part.dtype.names or ()) else np.full(len(part), np.nan)


def _reasons(cast: Cast, evidence: Evidence) -> dict[str, Array]:
    """Leakers of the raid by reason, in each trial."""
    found = np.where(cast.raid, attribute(evidence.outcomes), 0)
    return {name: (found == number + 1).sum(axis=1) for number, name in enumerate(REASON_COLUMNS)}


def _groups(point: int, numbers: Array, cast: Cast, evidence: Evidence) -> dict[str, Array]:
    """Columns of the table of raid groups, by trial, then group."""
    rows = evidence.outcomes
    member = [
        np.flatnonzero(cast.raid & (np.array(cast.target_group, np.int64) == group))
        for group in range(len(cast.groups))
    ]
    names = [name for name, places in zip(cast.groups, member, strict=True) if len(places)]
    member = [places for places in member if len(places)]

    def counted(values: Array) -> Array:
        sums = [values[:, places].sum(axis=1, dtype=np.int64) for places in member]
        return np.stack(sums, axis=1).ravel() if sums else np.empty(0, np.int64)

    columns = {
        step: counted(~np.isnan(rows[f"{step}_s"])) for step in ("seen", "confirmed", "hostile", "killed", "leaked")
    }
    return columns | {
        "point": np.full(len(numbers) * len(names), point),
        "trial": np.repeat(numbers, len(names)),
        "group": np.tile(np.array(names, str), len(numbers)),
        "targets": counted(np.ones(rows.shape, np.int64)),
        "engaged": counted(measures.engaged(rows)),
        "shots": counted(rows["shots"]),
    }


def _figures(point: int, numbers: Array, cast: Cast, evidence: Evidence) -> Array:
    """One row per trial: a column for each figure that is drawn."""
    columns = [POINT, TRIAL, *(Column(figure.name, REAL, figure.unit, "") for figure in cast.figures)]
    values = {figure.name: evidence.figures[:, place] for place, figure in enumerate(cast.figures)}
    return structured(columns, {"point": np.full(len(numbers), point), "trial": numbers, **values})
