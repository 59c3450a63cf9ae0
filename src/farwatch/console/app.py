"""The application: what each address answers. A page and its JSON share one address; what is asked for decides."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from farwatch.console import campaigns, figures, library, maps, runs
from farwatch.console.answers import plain, run_answer, warmed
from farwatch.console.desk import STATIC, Desk, Page, Refusal, wants_page
from farwatch.console.figures import drawn_figure
from farwatch.console.shelf import shelf_of
from farwatch.console.work import Jobs
from farwatch.errors import FarwatchError, InputError

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "There is no such thing in the folder."},
    409: {"model": Refusal, "description": "It cannot be done as things stand."},
    413: {"model": Refusal, "description": "The body is too large."},
    422: {"model": Refusal, "description": "What was asked cannot be used; each problem is told."},
    507: {"model": Refusal, "description": "The disk is full."},
}

STOPPING_S = 0.2
"""How often a server looks whether it is about to stop."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def create(home: Path, named: Sequence[Path] = (), leaving: Callable[[], bool] = bool) -> FastAPI:
    """The application over a folder, and runs elsewhere by name. Wrap it in `guard.Guard` before serving it.

    leaving: whether the server is about to stop. FarwatchError where a folder does not exist.
    """
    shelf = shelf_of(home, named)
    desk = Desk(shelf, Jobs(shelf.home), leaving=leaving)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        beside = [asyncio.ensure_future(_warm(desk)), asyncio.ensure_future(_close_in_time(desk))]
        yield
        for task in beside:
            task.cancel()
        desk.close()

    app = FastAPI(title="farwatch console", docs_url=None, redoc_url=None, lifespan=lifespan, responses=REFUSALS)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.desk = desk
    app.exception_handler(Page)(_page)
    app.exception_handler(FarwatchError)(_refused)
    app.exception_handler(HTTPException)(_not_done)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(OSError)(_disk)
    app.exception_handler(Exception)(_unexpected)
    for part in (library, runs, figures, campaigns, maps):
        part.add(app, desk)
    return app


async def _warm(desk: Desk) -> None:
    """Have the newest run's answer, its first figure and its ground ready before a page asks for them."""
    with suppress(FarwatchError, OSError):
        await desk.reader.ask(warmed)
        runs_there = [one for one in await asyncio.to_thread(desk.shelf.all) if one.is_run]
        if runs_there:
            newest = max(runs_there, key=lambda one: one.changed_s)
            await desk.reader.ask(run_answer, str(newest.path), stamp=newest.stamp)
            await desk.drawer.ask(drawn_figure, str(newest.path), "flow", newest.stamp)
            await maps.ready(desk, newest.name)


async def _close_in_time(desk: Desk) -> None:
    """Once the server is about to stop, end what is being worked out: whoever waits for it is told, not cut off."""
    while not desk.leaving():  # noqa: ASYNC110 - a flag is how uvicorn tells it
        await asyncio.sleep(STOPPING_S)
    desk.close()


async def _page(_request: Any, _asked: Exception) -> HTMLResponse:
    return HTMLResponse(_index())


@cache
def _index() -> str:
    return (STATIC / "index.html").read_text(encoding="utf-8")


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """What a user can mend: all problems, each with its place; files are named from the folder on."""
    home = f"{request.app.state.desk.home}{os.sep}"
    problems = error.problems if isinstance(error, InputError) else ()
    shown = [replace(one, value=one.value.replace(home, ""), rule=one.rule.replace(home, "")) for one in problems]
    return _told(422, str(error).replace(home, ""), shown)


async def _not_done(request: Request, error: Exception) -> Response:
    """What an address refuses by its status; that there is no such address, a browser reads on a page."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404 and wants_page(request):
        return HTMLResponse(_index(), status_code=404)
    answer = _told(status, str(getattr(error, "detail", error)))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def _unreadable(_request: Any, error: Exception) -> JSONResponse:
    """A request that does not fit its description."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    problems = [
        {"where": ".".join(str(step) for step in one["loc"][1:]), "value": "", "rule": str(one["msg"]), "hint": "",
         "line": None, "column": None}
        for one in found[:50]
    ]  # fmt: skip
    told = "; ".join(f"{one['where']}: {one['rule']}" for one in problems[:3])
    return JSONResponse({"error": f"the request cannot be used: {told}", "problems": problems}, status_code=422)


async def _disk(_request: Any, error: Exception) -> JSONResponse:
    """What the disk did not take or give; the machine's paths stay its own."""
    full = isinstance(error, OSError) and error.errno in _FULL
    reason = (error.strerror if isinstance(error, OSError) else None) or "unknown"
    return _told(507 if full else 409, f"the disk did not do it: {reason.lower()}")


async def _unexpected(_request: Any, _error: Exception) -> JSONResponse:
    """A fault of ours: the terminal has its traceback, the page a sentence."""
    return _told(500, "something went wrong in farwatch itself; the terminal in which the console runs says what")


def _told(status: int, reason: str, problems: Sequence[Any] = ()) -> JSONResponse:
    return JSONResponse({"error": reason, "problems": plain(list(problems))}, status_code=status)
