"""Addresses of what there is: the overview, the catalogue, scenarios and plans."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from farwatch.console.answers import campaign_line, campaign_progress, plain, run_line
from farwatch.console.desk import PAGE, Desk, job_line
from farwatch.console.drafts import problems_of, text_of
from farwatch.console.exhibits import contents_of, page_of
from farwatch.console.shelf import PLAN, SCENARIO, kind_in, title_of
from farwatch.errors import FarwatchError
from farwatch.scenario import schema, shipped, shipped_text

MOST_PROGRESS = 12
"""Campaigns, those changed last, of which the overview tells how far they are."""

PATIENCE_S = 0.05
"""So long the overview waits for that."""

MOST_TEXT = 300_000
"""Letters of a scenario that is sent: a hundred times a shipped one; the worst of this size is checked in seconds."""


class ScenarioText(BaseModel):
    """A scenario as text. `version`: that of the text it was made from; another one there now is not overwritten."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_TEXT)
    version: str | None = Field(default=None, max_length=64)


def add(app: FastAPI, desk: Desk) -> None:
    """Add these addresses."""

    @app.get("/", dependencies=PAGE)
    async def overview() -> dict[str, Any]:
        """Everything there is: scenarios, plans, runs, campaigns, jobs. What changed last comes first."""
        found = await asyncio.to_thread(contents, desk)
        await _add_progress(desk, found["campaigns"])
        return found

    @app.get("/catalogue", dependencies=PAGE)
    def catalogue() -> dict[str, Any]:
        """The catalogue: names by kind, one row for each entry, and how far each system reaches."""
        from farwatch import catalogue

        return contents_of(catalogue.load())

    @app.get("/catalogue/{name}", dependencies=PAGE)
    def entry(name: str) -> dict[str, Any]:
        """An entry: its figures with ranges, sources, conflicts and assumptions; what it holds, and what holds it."""
        from farwatch import catalogue

        found = catalogue.load()
        if name not in {entry.name for entry in found.entries()}:
            raise HTTPException(404, f"{name!r} is not in the catalogue")
        return page_of(catalogue.find_any(found, name), found)

    @app.get("/schema")
    def json_schema(kind: Literal["scenario", "plan"] = "scenario") -> dict[str, Any]:
        """The JSON Schema of scenarios, or of plans."""
        from farwatch.campaign import plan_schema

        return plan_schema() if kind == PLAN else schema()

    _scenarios(app, desk)


def _scenarios(app: FastAPI, desk: Desk) -> None:
    @app.get("/scenarios/{name}", dependencies=PAGE)
    def scenario(name: str) -> dict[str, Any]:
        """The text of a scenario, or of a plan, and what is wrong with it."""
        if name not in shipped() and not _file(desk, name).is_file():
            raise HTTPException(404, f"there is no scenario {name!r}")
        return _told(desk, name, text_of(name, desk.home))

    @app.post("/check")
    def checked(draft: ScenarioText) -> dict[str, Any]:
        """What is wrong with the text of a scenario or plan: every problem with line and nearest valid choice."""
        kind = kind_in(draft.text.encode("utf-8", "replace")) or SCENARIO
        return {"kind": kind, "problems": plain(problems_of(draft.text, desk.home, kind))}

    @app.put("/scenarios/{name}")
    def kept(name: str, draft: ScenarioText) -> dict[str, Any]:
        """Write a scenario or plan, also one with problems: they are told. 409: it is another kind, or was changed."""
        path = _file(desk, name)
        if path.exists():
            there = desk.shelf.kind(path)
            if there is None and path.stat().st_size:
                raise HTTPException(409, f"{name} is there, and neither a scenario nor a plan")
            if there is not None and (kind_in(draft.text.encode("utf-8", "replace")) or there) != there:
                raise HTTPException(409, f"{name} is a {there}: something else needs a name of its own")
            if draft.version is not None and _version(path.read_bytes()) != draft.version:
                raise HTTPException(409, f"{name} was changed elsewhere since it was opened here")
        partial = desk.home / f".{name}.part"
        try:
            partial.write_bytes(draft.text.encode("utf-8", "replace"))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return _told(desk, name, draft.text)


def _told(desk: Desk, name: str, text: str) -> dict[str, Any]:
    """A text with its problems, of whichever kind it is."""
    kind = SCENARIO if name in shipped() else desk.shelf.kind(_file(desk, name)) or SCENARIO
    version = _version(text.encode("utf-8", "replace"))
    problems = plain(problems_of(text, desk.home, kind))
    return {"name": name, "kind": kind, "text": text, "version": version, "problems": problems}


def _version(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def _file(desk: Desk, name: str) -> Path:
    path = desk.shelf.text(name)
    if path is None:
        raise HTTPException(404, f"{name!r} is no name of a scenario file: letters, digits, - and _, then .yaml")
    return path


def contents(desk: Desk) -> dict[str, Any]:
    """Names, titles and states of everything in the folder."""
    from farwatch import __version__

    texts, stored = desk.shelf.texts(), desk.shelf.all()
    jobs = {name: job for name in desk.jobs.names() if (job := desk.jobs.of(name)) is not None}
    return {
        "version": __version__,
        "home": desk.home.name,
        "shipped": list(shipped()),
        "scenarios": texts[SCENARIO],
        "plans": texts[PLAN],
        "titles": _shipped_titles() | {name: _title(desk, name) for kind in texts.values() for name in kind},
        "runs": _newest_first(run_line(one, jobs.get(one.name)) for one in stored if one.is_run),
        "campaigns": _newest_first(campaign_line(one, jobs.get(one.name)) for one in stored if not one.is_run),
        "jobs": [(job_line(job) or {}) | {"what": job.words[0]} for job in jobs.values()],
    }


def _newest_first(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: -line["changed_s"])


def _title(desk: Desk, name: str) -> str:
    path = desk.shelf.text(name)
    return "" if path is None else desk.shelf.title(path)


@cache
def _shipped_titles() -> dict[str, str]:
    return {name: title_of(shipped_text(name)) for name in shipped()}


async def _add_progress(desk: Desk, lines: list[dict[str, Any]]) -> None:
    """Add to campaigns how far they are, as far as that is known in a moment; the next look finds the others."""

    async def progress(line: dict[str, Any]) -> None:
        stored = desk.shelf.stored(line["name"])
        with suppress(FarwatchError):
            if stored is not None:
                line["progress"] = await desk.reader.ask(campaign_progress, str(stored.path), stamp=stored.stamp)

    for line in lines:
        line["progress"] = None
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(progress(line) for line in lines[:MOST_PROGRESS]))
