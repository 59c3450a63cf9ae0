"""Addresses of runs: start, watch, stop, go on; answers, tables, trials."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from farwatch.console.answers import TABLES, campaign_line, run_answer, run_line, run_trials, table_csv
from farwatch.console.desk import FILES, PAGE, Desk, inside, job_line
from farwatch.console.drafts import is_inside, sound
from farwatch.console.shelf import NAME, TEXT_SUFFIXES, Stored
from farwatch.console.told import exported, told
from farwatch.console.work import RUNNING
from farwatch.scenario import digest, shipped

LOOK_S = 0.5
"""Between two looks at how far a run is, while a page watches it."""

BEAT_S = 15.0
"""A stream that has nothing to say for so long says that, so that a browser that is gone is noticed."""

REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""A report's own scripts may run, but not reach this server."""

Trial = Annotated[int, InPath(ge=0, le=10**9)]


class RunWish(BaseModel):
    """A run to be started."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(min_length=1, max_length=84, description="A scenario file of the folder, or a shipped one.")
    name: str = Field(min_length=1, max_length=80, description="Folder of the run.")
    trials: int = Field(default=200, ge=1, le=100_000)
    seed: int | None = Field(default=None, ge=0, le=2**62)


def add(app: FastAPI, desk: Desk) -> None:
    """Add these addresses."""

    @app.post("/runs", status_code=202)
    def start(wish: RunWish) -> dict[str, Any]:
        """Start a run; the same wish again goes on with it. 409: the name is taken by something else."""
        text, scenario = sound(_scenario_name(desk, wish.scenario), desk.home)
        seed = scenario.seed if wish.seed is None else wish.seed
        words = _words(text, wish.trials, seed, wish.name)
        there = desk.shelf.stored(wish.name)
        if there is None or not _same(there, digest(scenario), seed):
            refuse_taken(desk, wish.name)
        return begun(desk, wish.name, words)

    @app.post("/runs/{name}/job", status_code=202)
    def go_on(name: str) -> dict[str, Any]:
        """Go on with a run that was stopped, by this server or in any other way: the same command, the same bytes."""
        there = desk.stored(name, run=True)
        if run_line(there, desk.jobs.of(name))["state"] == RUNNING:
            raise HTTPException(409, f"{name} is being played")
        manifest = there.manifest
        text = json.dumps(manifest["scenario"], ensure_ascii=False)
        out = name if there.path.parent == desk.home else str(there.path)
        return begun(desk, name, _words(text, manifest["trials_asked"], manifest["seed"], out))

    @app.delete("/runs/{name}/job")
    def cancel(name: str) -> dict[str, Any]:
        """Stop a run; what is finished is kept. 409: it was started elsewhere, and must be stopped there."""
        return cancelled(desk, name)

    @app.get("/runs/{name}", dependencies=PAGE)
    async def run(name: str) -> dict[str, Any]:
        """A run: how far it is, and its answer once it does not run."""
        found, stored = await asyncio.to_thread(look, desk, name)
        if not stored and found["job"] is None:
            raise HTTPException(404, f"there is no run {name!r} in this folder")
        if stored and stored.is_run and found["line"]["state"] != RUNNING:
            found["answer"] = await desk.reader.ask(run_answer, str(stored.path), stamp=stored.stamp)
        return found

    @app.get("/runs/{name}/progress", response_class=StreamingResponse)
    async def progress(name: str) -> StreamingResponse:
        """How far a run is, as server-sent events, until it ends."""
        return StreamingResponse(watched(desk, name), media_type="text/event-stream")

    @app.get("/runs/{name}/report", response_class=FileResponse)
    def report(name: str) -> FileResponse:
        """The run's report.html; its own scripts may run, but not reach this server."""
        path = inside(desk.stored(name, run=True).path, "report.html")
        return FileResponse(path, media_type="text/html", headers={"content-security-policy": REPORT_POLICY})

    _results(app, desk)


def _results(app: FastAPI, desk: Desk) -> None:
    @app.get("/runs/{name}/tables/{table}.{form}", response_class=Response)
    async def table(name: str, table: str, form: str) -> Response:
        """A table of the run as a file: csv or parquet."""
        if table not in TABLES or form not in FILES:
            raise HTTPException(404, f"tables are {', '.join(TABLES)}, each as .csv or .parquet")
        stored = desk.stored(name, run=True)
        path = inside(stored.path, f"{table}.parquet")
        if form == "parquet":
            return FileResponse(path, media_type=FILES[form], filename=f"{name}-{table}.parquet")
        data = await desk.reader.ask(table_csv, str(path), stamp=stored.stamp)
        return attachment(data, f"{name}-{table}.csv", FILES[form])

    @app.get("/runs/{name}/trials", dependencies=PAGE)
    async def trials(name: str) -> dict[str, Any]:
        """The table of trials, and of each trial with leakers who they are and why."""
        stored = desk.stored(name, run=True)
        found: dict[str, Any] = await desk.reader.ask(run_trials, str(stored.path), stamp=stored.stamp)
        return found

    @app.get("/runs/{name}/trials/{trial}", dependencies=PAGE)
    async def trial_page(name: str, trial: Trial) -> dict[str, Any]:
        """One trial: the header of its scene."""
        packed = await _scene(desk, name, trial)
        found: dict[str, Any] = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
        return found

    @app.get("/runs/{name}/trials/{trial}/scene", response_class=Response)
    async def scene(name: str, trial: Trial) -> Response:
        """One trial as `told` packs it."""
        return Response(await _scene(desk, name, trial), media_type="application/octet-stream")

    @app.get("/runs/{name}/trials/{trial}/export{suffix}", response_class=Response)
    async def export(name: str, trial: Trial, suffix: str) -> Response:
        """One trial as a file of another program's, by suffix: .acmi, .czml, .kml, .geojson, .csv and others."""
        from farwatch.formats.forms import FORMS

        known = sorted({end for form in FORMS.values() if form.writes for end in form.suffixes})
        if suffix not in known:
            raise HTTPException(404, f"a trial can be written as {', '.join(known)}")
        stored = desk.stored(name, run=True)
        data = await desk.player.ask(exported, str(stored.path), trial, suffix, stamp=stored.stamp)
        return attachment(data, f"{name}-trial-{trial}{suffix}", "application/octet-stream")


async def _scene(desk: Desk, name: str, trial: int) -> bytes:
    stored = desk.stored(name, run=True)
    packed: bytes = await desk.player.ask(told, str(stored.path), trial, stamp=stored.stamp)
    return packed


def _scenario_name(desk: Desk, name: str) -> str:
    """A shipped name, or that of a file of the folder; 422 where it is neither."""
    path = desk.shelf.text(name)
    if name not in shipped() and (path is None or not path.is_file() or not is_inside(name, desk.home)):
        raise HTTPException(422, f"there is no scenario {name!r}")
    return name


def _words(text: str, trials: int, seed: int, out: str) -> list[str]:
    """The command that plays a text: the very one that was looked at, whatever becomes of its file."""
    return ["run", "--trials", str(trials), "--seed", str(seed), "--out", out, "--", f"{text}\n"]


def _same(there: Stored, scenario_digest: str, seed: int) -> bool:
    """Whether a stored run is one of this very scenario and seed, so that it can be continued."""
    manifest = there.manifest
    return there.is_run and (manifest.get("scenario_digest"), manifest.get("seed")) == (scenario_digest, seed)


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


def attachment(data: bytes, name: str, media: str) -> Response:
    """Bytes to be saved as a file, never shown."""
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})
