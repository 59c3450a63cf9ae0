"""Addresses of runs: start, go on; answers, tables, trials."""

import asyncio
import json
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from farwatch.console import under_way
from farwatch.console.answers import TABLES, run_answer, run_line, run_trials, table_csv
from farwatch.console.desk import FILES, PAGE, Desk, inside
from farwatch.console.drafts import is_inside, sound
from farwatch.console.shelf import Stored
from farwatch.console.told import exported, told
from farwatch.console.under_way import begun, look, refuse_taken
from farwatch.console.work import RUNNING
from farwatch.errors import FarwatchError
from farwatch.scenario import digest, shipped

PACE_S = 2.5
"""Between two answers of a run that is played."""

PATIENCE_S = 0.05
"""So long a page waits for one; then it gets the one before."""

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
    live = Live()

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

    @app.get("/runs/{name}", dependencies=PAGE)
    async def run(name: str) -> dict[str, Any]:
        """A run: how far it is, and its answer; while it is played, that of the trials that are finished."""
        found, stored = await asyncio.to_thread(look, desk, name)
        if not stored and found["job"] is None:
            raise HTTPException(404, f"there is no run {name!r} in this folder")
        if stored and stored.is_run:
            if found["line"]["state"] == RUNNING:
                answer = await live.answer(desk, stored)
            else:
                answer = await desk.reader.ask(run_answer, str(stored.path), stamp=stored.stamp)
            found |= {} if answer is None else {"answer": answer}
        return found

    under_way.add(app, desk, run=True)
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


@dataclass(slots=True)
class _SoFar:
    """The answer of a run that is played, as it was last worked out; `coming`: the next one."""

    begun: Hashable
    answer: dict[str, Any] | None = None
    asked_s: float = -PACE_S
    coming: "asyncio.Task[None] | None" = None


@dataclass(frozen=True, slots=True)
class Live:
    """Answers of runs that are played: worked out anew once in a while, however many look, and nobody waits long."""

    _known: dict[str, _SoFar] = field(default_factory=dict)

    async def answer(self, desk: Desk, stored: Stored) -> dict[str, Any] | None:
        """The last answer that was worked out, which may lack the last few trials; None where there is none yet."""
        begun = stored.stamp[0]
        known = self._known.get(stored.name)
        if known is None or known.begun != begun:
            known = self._known[stored.name] = _SoFar(begun)
        if (known.coming is None or known.coming.done()) and monotonic() - known.asked_s >= PACE_S:
            known.asked_s, known.coming = monotonic(), asyncio.ensure_future(_work_out(desk, stored, known))
        if known.coming is not None and not known.coming.done():
            await asyncio.wait({known.coming}, timeout=PATIENCE_S)
        return known.answer


async def _work_out(desk: Desk, stored: Stored, known: _SoFar) -> None:
    """Renew an answer. While a run is played its files come and go: what cannot be read just then is left as it was."""
    with suppress(FarwatchError):
        known.answer = await desk.reader.ask(run_answer, str(stored.path), stamp=stored.stamp)


async def _scene(desk: Desk, name: str, trial: int) -> bytes:
    stored = desk.stored(name, run=True)
    return await desk.kept.ask(desk.player, told, str(stored.path), trial, stamp=stored.stamp)


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


def attachment(data: bytes, name: str, media: str) -> Response:
    """Bytes to be saved as a file, never shown."""
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})
