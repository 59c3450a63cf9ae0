"""What the console says of stored things, as plain values for JSON: the same numbers that the report shows.

What reads more than a manifest is called in the reading process (`worker`), with paths and texts alone.
"""

from dataclasses import asdict, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.campaign.sole_use import in_use
from farwatch.console.shelf import MOST_TITLE, Stored
from farwatch.console.work import CANCELLED, DONE, FAILED, INTERRUPTED, RUNNING, Job

TABLES = ("targets", "trials", "rounds", "assets", "radars", "figures", "events")


def run_line(stored: Stored, job: Job | None) -> dict[str, Any]:
    """One run in a list: title, how far it is, whether it is playing."""
    manifest = stored.manifest
    asked = int(manifest["trials_asked"])
    whole = manifest.get("interrupted") is False
    done = asked if whole else min(asked, blocks_done(stored))
    return {
        "name": stored.name,
        "title": str(manifest["scenario"].get("title", stored.name))[:MOST_TITLE],
        "seed": manifest.get("seed"),
        "trials": asked,
        "done": done,
        "state": state_of(stored, job, whole=whole),
        "changed_s": stored.changed_s,
    }


def state_of(stored: Stored, job: Job | None, *, whole: bool) -> str:
    """running, done, interrupted, cancelled or failed; what lies in the folder counts, whoever wrote it."""
    if (job is not None and job.state == RUNNING) or (not whole and in_use(stored.path)):
        return RUNNING
    if job is not None and job.state in {FAILED, CANCELLED} and not (whole and job.state == CANCELLED):
        return job.state
    return DONE if whole else INTERRUPTED


def blocks_done(stored: Stored) -> int:
    """Trials that are on disk of a run that is not whole."""
    size = int(stored.manifest.get("block_trials", 8))
    return size * sum(1 for _ in (stored.path / "blocks").glob("block-*.parquet"))


def campaign_line(stored: Stored, job: Job | None) -> dict[str, Any]:
    """One campaign in a list."""
    plan = stored.manifest.get("plan")
    title = plan.get("title", stored.name) if isinstance(plan, dict) else stored.name
    whole = (stored.path / "finished.json").exists()
    return {
        "name": stored.name,
        "title": str(title)[:MOST_TITLE],
        "state": state_of(stored, job, whole=whole),
        "changed_s": stored.changed_s,
    }


def campaign_progress(path: str) -> dict[str, int]:
    """Points of a campaign, and trials that are kept and asked for so far. StoreError where it cannot be read."""
    from farwatch.campaign.query import status

    found = status(path)
    return {"points": len(found.points), "done": found.done, "goal": found.goal}


def run_answer(path: str) -> dict[str, Any] | None:
    """A run's answer, of the trials there are: what is said of it, the summary behind that, what was assumed.

    None where there is no trial yet. StoreError where it cannot be read.
    """
    from farwatch.campaign.result import load_result
    from farwatch.report.answer import told

    result = load_result(path)
    if not len(result):
        return None
    manifest = result.manifest
    return {
        "title": result.scenario.title,
        "seed": result.seed,
        "trials": len(result),
        "told": plain(told(result)),
        "summary": plain(result.summary()),
        "trial_numbers": result.evidence.trials.tolist(),
        "leaked_by_trial": result.trials["leaked"].tolist(),
        "targets": plain(list(result.cast.targets)),
        "notices": plain(manifest.get("notices", [])),
        "figures": plain(manifest.get("figures", [])),
        "sources": plain(manifest.get("sources", {})),
        "scenario": plain(manifest["scenario"]),
        "entries": _entries(result),
        "report": (Path(path) / "report.html").is_file(),
        "tables": [table for table in TABLES if (Path(path) / f"{table}.parquet").is_file()],
    }


def _entries(result: Any) -> list[str]:
    """Names of entries of the catalogue that this run leaned on."""
    from farwatch import catalogue

    known = {entry.name for entry in catalogue.load().entries()}
    drawn = {figure["name"].partition(".")[0] for figure in result.manifest.get("figures", [])}
    carried = {row.name for row in result.cast.rounds}
    return sorted(known & (drawn | carried | set(result.cast.classes)))


def run_trials(path: str) -> dict[str, Any]:
    """The table of trials of a run, column by column, and of each trial with leakers who they are and why."""
    from farwatch.campaign.result import load_result

    result = load_result(path)
    targets = result.targets
    leaked = np.asarray(targets["fate"] == "leaked") & np.asarray(targets["raid"])
    rows = zip(*(targets[name][leaked].tolist() for name in ("trial", "target", "name", "reason")), strict=True)
    by_trial: dict[str, list[dict[str, Any]]] = {}
    for trial, target, name, reason in rows:
        by_trial.setdefault(str(trial), []).append({"target": target, "name": name, "reason": reason})
    return {"columns": {name: plain(column) for name, column in result.trials.columns.items()}, "leakers": by_trial}


def table_csv(path: str) -> bytes:
    """A table of a run as CSV (RFC 4180), times and ranges that never came left empty."""
    import csv
    import io

    from farwatch.outcomes import parquet

    found = parquet.read("SELECT * FROM files", [Path(path)])
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(found)
    rows.writerows(zip(*(_cells(column) for column in found.values()), strict=True))
    return text.getvalue().encode()


def _cells(column: Any) -> list[Any]:
    values = column.tolist()
    return ["" if value is None or value != value else value for value in values]  # noqa: PLR0124 - NaN


def warmed() -> None:
    """Import what the other answers need."""
    from importlib import import_module

    for name in ("farwatch.report.answer", "farwatch.outcomes.parquet", "duckdb", "scipy.special"):
        import_module(name)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dataclasses as objects, arrays as lists, what is not finite as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(one) for name, one in asdict(value).items()}
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
