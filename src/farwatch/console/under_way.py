"""What runs and campaigns have in common: a folder that a job fills: watched, stopped, and read at the end."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, StreamingResponse

from farwatch.console.answers import campaign_line, run_line
from farwatch.console.desk import Desk, inside, job_line
from farwatch.console.shelf import NAME, TEXT_SUFFIXES, Stored
from farwatch.console.work import RUNNING

LOOK_S = 0.5
"""Between two looks at how far a run is, while a page watches it."""

BEAT_S = 15.0
"""A stream that has nothing to say for so long says that, so that a browser that is gone is noticed."""

REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""A report's own scripts may run, but not reach this server."""


def add(app: FastAPI, desk: Desk, *, run: bool) -> None:
    """Add the addresses that runs, or campaigns, have alike."""
    where = f"/{'runs' if run else 'campaigns'}/{{name}}"

    @app.delete(f"{where}/job")
    def cancel(name: str) -> dict[str, Any]:
        """Stop it; what is finished is kept. 409: it was started elsewhere, and must be stopped there."""
        return cancelled(desk, name)

    @app.get(f"{where}/progress", response_class=StreamingResponse)
    async def progress(name: str) -> StreamingResponse:
        """How far it is, as server-sent events, until it ends."""
        return StreamingResponse(watched(desk, name), media_type="text/event-stream")

    @app.get(f"{where}/report", response_class=FileResponse)
    def report(name: str) -> FileResponse:
        """Its report.html, whose own scripts may run, but not reach this server."""
        path = inside(desk.stored(name, run=run).path, "report.html")
        return FileResponse(path, media_type="text/html", headers={"content-security-policy": REPORT_POLICY})


def refuse_taken(desk: Desk, name: str) -> None:
    """422 for what is no name of a folder, 409 where something of that name is there, with a name that is free."""
    place = desk.shelf.place(name)
    if place is None or place.suffix in TEXT_SUFFIXES or place.parent != desk.home or name != name.strip(" ."):
        raise HTTPException(422, f"{name!r} is no name of a new folder: letters, digits, - and _ ({NAME.pattern})")
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise HTTPException(409, f"{name} is there already; {desk.free_name(name)} is free")


def begun(desk: Desk, name: str, words: Sequence[str]) -> dict[str, Any]:
    """A job, started or, where the very same one runs, joined; 409 where another runs."""
    job = desk.jobs.start(name, words)
    if job is None:
        job = desk.jobs.of(name)
        if job is None or job.words != tuple(words):
            raise HTTPException(409, f"{name} is being played; {desk.free_name(name)} is free")
    return job_line(job) or {}


def cancelled(desk: Desk, name: str) -> dict[str, Any]:
    """Stop the job of a folder; 404 where there was none."""
    if not desk.jobs.cancel(name):
        found, stored = look(desk, name)
        if stored and found["line"]["state"] == RUNNING:
            raise HTTPException(409, f"{name} is being played by a program that this console did not start")
        if not stored and found["job"] is None:
            raise HTTPException(404, f"there is no run or campaign {name!r} in this folder")
        return {"cancelled": False}
    return {"cancelled": True}


def look(desk: Desk, name: str) -> tuple[dict[str, Any], Stored | None]:
    """How far something is, from the disk and from its job."""
    stored, job = desk.shelf.stored(name), desk.jobs.of(name)
    found: dict[str, Any] = {"name": name, "job": job_line(job)}
    if stored is not None:
        found["line"] = run_line(stored, job) if stored.is_run else campaign_line(stored, job)
    return found, stored


async def watched(desk: Desk, name: str) -> AsyncIterator[str]:
    """Events of a run or a campaign: its line whenever that changes, and a last one when it ends."""
    last, silent_s = "", 0.0
    while True:
        found, stored = await asyncio.to_thread(look, desk, name)
        state = found["line"]["state"] if stored else (found["job"] or {}).get("state") or "idle"
        line = json.dumps({"state": state, "line": found.get("line"), "said": (found["job"] or {}).get("said", "")})
        if line != last or silent_s >= BEAT_S:
            yield f"data: {line}\n\n" if line != last else ": still here\n\n"
            last, silent_s = line, 0.0
        if state != RUNNING or desk.leaving():
            return
        await asyncio.sleep(LOOK_S)
        silent_s += LOOK_S
