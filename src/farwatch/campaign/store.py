"""A result folder: finished blocks as Parquet, a manifest, and the final tables.

::

    manifest.json               what was played, with what, enough to play it again
    blocks/block-000000.parquet one row per trial; every array of the mission as a list column
    targets.parquet ...         one file per declared table, written at the end

What is on disk is the ledger: a block file gets its name only when it is whole, so a run that was stopped in
any way is continued by playing the blocks that are not there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.campaign.files import whole_json, write_whole
from farwatch.campaign.plan import BLOCK_TRIALS, differences
from farwatch.errors import StoreError
from farwatch.outcomes import parquet
from farwatch.outcomes.evidence import Array, Cast, Evidence, Played
from farwatch.outcomes.tables import Table
from farwatch.records import EVENT, OUTCOME, TALLY, WORKLOAD

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Store:
    """One result folder."""

    folder: Path

    def open(self, manifest: Mapping[str, Any]) -> None:
        """Begin a campaign here, or continue the one that is here; StoreError when it is another one."""
        if (self.folder / MANIFEST).exists():
            self.read_manifest()
        try:
            (self.folder / "blocks").mkdir(parents=True, exist_ok=True)
            others = [path.name for path in self.folder.iterdir() if path.name not in {MANIFEST, "blocks"}]
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be used as a result folder: {error}") from error
        if not (self.folder / MANIFEST).exists():
            if others or self.block_sizes():
                raise StoreError(f"{self.folder} is neither empty nor a result folder; name another one")
            self.write_manifest(manifest)
            return
        lines = differences(self.read_manifest(), manifest)
        if lines:
            head = f"{self.folder} holds the trials of another campaign; name another folder, or remove it"
            raise StoreError("\n  ".join([head, *lines]))

    def read_manifest(self) -> dict[str, Any]:
        """The manifest, as plain values."""
        found = whole_json(self.folder / MANIFEST)
        if "cast" not in found:
            told = f"a campaign is told by `farwatch campaign report {self.folder}`"
            raise StoreError(f"{self.folder} holds no run; {told}")
        return found

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, whole or not at all."""
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"  # a price that nobody knows is NaN
        write_whole(self.folder / MANIFEST, lambda file: file.write(text.encode()))

    def block_sizes(self) -> dict[int, int]:
        """Trials in each finished block, by its first trial."""
        paths = sorted((self.folder / "blocks").glob("block-*.parquet"))
        if not paths:
            return {}
        trials = parquet.read("SELECT trial FROM files", paths)["trial"]
        firsts, sizes = np.unique(trials // BLOCK_TRIALS * BLOCK_TRIALS, return_counts=True)
        return dict(zip(firsts.tolist(), sizes.tolist(), strict=True))

    def write_block(self, block: Played) -> None:
        """Put one block on disk."""
        sources, query = _flattened(block)
        parquet.write(self._path(block.first_trial), sources, query)

    def read_evidence(self, cast: Cast, trials: int) -> Evidence:
        """Evidence of the stored trials below number `trials`."""
        paths = [self._path(first) for first in sorted(self.block_sizes()) if first < trials]
        return _keep(_read_blocks(paths, cast), trials)

    def write_tables(self, tables: Mapping[str, Table]) -> None:
        """Write every final table."""
        for name, table in tables.items():
            table.write(self.folder / f"{name}.parquet")

    def _path(self, first_trial: int) -> Path:
        return self.folder / "blocks" / f"block-{first_trial // BLOCK_TRIALS:06d}.parquet"


# One block as one row per trial ----------------------------------------------------------------------------


def _flattened(block: Played) -> tuple[dict[str, parquet.Columns], str]:
    """Flat sources of a block, and the query that nests them into one row per trial."""
    count = len(block.outcomes)
    numbers = np.arange(block.first_trial, block.first_trial + count, dtype=np.int64)
    nested = {
        "outcomes": _fields(block.outcomes, "outcome_"),
        "workloads": _fields(block.workloads, "workload_"),
        "rounds": {
            "rounds_fired": np.ascontiguousarray(block.rounds_fired).ravel(),
            "empty_s": np.ascontiguousarray(block.empty_s).ravel(),
        },
        "figures": {"figures": np.ascontiguousarray(block.figures).ravel()},
        "events": _fields(block.events, "event_"),
    }
    owners = {name: np.repeat(numbers, _width(columns) // count) for name, columns in nested.items()}
    owners["events"] = np.full(len(block.events), block.first_trial, np.int64)
    sources: dict[str, parquet.Columns] = {"tallies": {"trial": numbers, **_fields(block.tallies, "tally_")}}
    for name, columns in nested.items():
        place = np.arange(_width(columns), dtype=np.int64)
        sources[name] = {"trial": owners[name], "place": place, **columns}
    lists = ", ".join(f'{source}_lists."{column}"' for source, columns in nested.items() for column in columns)
    joins = " ".join(f"LEFT JOIN {_lists(source, columns)} USING (trial)" for source, columns in nested.items())
    return sources, f"SELECT tallies.*, {lists} FROM tallies {joins} ORDER BY trial"  # noqa: S608


def _lists(source: str, columns: Sequence[str] | Mapping[str, Array]) -> str:
    gathered = ", ".join(f'list("{column}" ORDER BY place) AS "{column}"' for column in columns)
    return f"(SELECT trial, {gathered} FROM {source} GROUP BY trial) AS {source}_lists"  # noqa: S608


def _fields(rows: Array, prefix: str) -> dict[str, Array]:
    """Columns of a record array of any shape, flat."""
    return {f"{prefix}{name}": np.ascontiguousarray(rows[name]).ravel() for name in rows.dtype.names or ()}


def _width(columns: Mapping[str, Array]) -> int:
    return len(next(iter(columns.values())))


def _read_blocks(paths: Sequence[Path], cast: Cast) -> Evidence:
    """Evidence of whole block files, in the order given."""
    flat = {"trial": np.empty(0, np.int64)} if not paths else parquet.read(_plain_query("tally_", TALLY), paths)
    count = len(flat["trial"])
    outcomes = _records(OUTCOME, paths, "outcome_")
    events = _records(EVENT, paths, "event_")
    return Evidence(
        trials=flat["trial"].astype(np.int64),
        outcomes=outcomes.reshape(count, len(cast.targets)),
        tallies=_filled(TALLY, flat, count),
        workloads=_records(WORKLOAD, paths, "workload_").reshape(count, len(cast.radars)),
        rounds_fired=_unnested("rounds_fired", paths, np.int32).reshape(count, len(cast.rounds)),
        empty_s=_unnested("empty_s", paths, np.float64).reshape(count, len(cast.rounds)),
        figures=_unnested("figures", paths, np.float64).reshape(count, len(cast.figures)),
        events=events,
        traced=int(flat["trial"][0]) if len(events) else -1,
    )


def _plain_query(prefix: str, dtype: np.dtype[Any]) -> str:
    columns = ", ".join(f'"{prefix}{name}" AS "{name}"' for name in dtype.names or ())
    return f"SELECT trial, {columns} FROM files"  # noqa: S608


def _records(dtype: np.dtype[Any], paths: Sequence[Path], prefix: str) -> Array:
    """Flat record array from list columns."""
    if not paths:
        return np.empty(0, dtype)
    columns = ", ".join(f'unnest("{prefix}{name}") AS "{name}"' for name in dtype.names or ())
    found = parquet.read(f"SELECT {columns} FROM files", paths)  # noqa: S608
    return _filled(dtype, found, _width(found))


def _filled(dtype: np.dtype[Any], columns: Mapping[str, Array], count: int) -> Array:
    rows = np.zeros(count, dtype)
    for name in (dtype.names or ()) if count else ():
        rows[name] = columns[name]
    return rows


def _unnested(column: str, paths: Sequence[Path], dtype: type[np.generic]) -> Array:
    if not paths:
        return np.empty(0, dtype)
    return parquet.read(f"SELECT unnest({column}) AS it FROM files", paths)["it"].astype(dtype)  # noqa: S608


def _keep(evidence: Evidence, trials: int) -> Evidence:
    """Evidence of the trials below number `trials`."""
    kept = evidence.trials < trials
    if kept.all():
        return evidence
    return Evidence(
        trials=evidence.trials[kept],
        outcomes=evidence.outcomes[kept],
        tallies=evidence.tallies[kept],
        workloads=evidence.workloads[kept],
        rounds_fired=evidence.rounds_fired[kept],
        empty_s=evidence.empty_s[kept],
        figures=evidence.figures[kept],
        events=evidence.events,
        traced=evidence.traced,
    )
