"""Addresses of campaigns: start a plan of the folder, watch its intervals narrow, stop, go on."""

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from farwatch.console import under_way
from farwatch.console.campaign_answers import campaign_answer, point_scenario
from farwatch.console.desk import PAGE, Desk
from farwatch.console.drafts import check_plan, is_inside
from farwatch.console.under_way import begun, look, refuse_taken
from farwatch.console.work import DESK, RUNNING
from farwatch.errors import FarwatchError, StoreError


class CampaignWish(BaseModel):
    """A campaign to be started."""

    model_config = ConfigDict(extra="forbid")

    plan: str = Field(min_length=1, max_length=84, description="A plan file of the folder.")
    name: str = Field(min_length=1, max_length=80, description="Folder of the campaign.")


def add(app: FastAPI, desk: Desk) -> None:
    """Add these addresses."""

    @app.post("/campaigns", status_code=202)
    def start(wish: CampaignWish) -> dict[str, Any]:
        """Start a plan. 409: the name is taken."""
        path = desk.shelf.text(wish.plan)
        if path is None or not path.is_file():
            raise HTTPException(422, f"there is no plan {wish.plan!r}")
        refuse_taken(desk, wish.name)
        check_plan(path, desk.home)
        return begun(desk, wish.name, ["campaign", "run", f"./{wish.plan}", "--out", wish.name])

    @app.post("/campaigns/{name}/job", status_code=202)
    def go_on(name: str) -> dict[str, Any]:
        """Go on with a campaign that was stopped: trials that are kept are not played again."""
        from farwatch.campaign.origin import plan_of

        there = desk.stored(name, run=False)
        if look(desk, name)[0]["line"]["state"] == RUNNING:
            raise HTTPException(409, f"{name} is being played")
        plan = plan_of(there.path)
        if not is_inside(str(plan), desk.home):
            raise FarwatchError(f"the plan of {name} lies outside the folder that the console serves")
        check_plan(plan, desk.home)
        out = name if there.path.parent == desk.home else str(there.path)
        return begun(desk, name, ["campaign", "resume", out])

    @app.get("/campaigns/{name}", dependencies=PAGE)
    async def campaign(name: str) -> dict[str, Any]:
        """A campaign: how far each point is, and everything it can say now, with intervals."""
        found, stored = await asyncio.to_thread(look, desk, name)
        if stored is None and found["job"] is None:
            raise HTTPException(404, f"there is no campaign {name!r} in this folder")
        found |= {"plan_file": _plan_file(desk, name), "elapsed_s": _elapsed_s(desk, name, found)}
        found["report"] = stored is not None and (stored.path / "report.html").is_file()
        if stored is not None and not stored.is_run:
            found |= await _answered(desk, str(stored.path), stored.stamp)
        return found

    @app.get("/campaigns/{name}/points/{number}")
    async def point(name: str, number: Annotated[int, InPath(ge=0, le=10**6)]) -> dict[str, Any]:
        """The scenario of one point as text, to be changed, run and watched: a campaign keeps no courses of trials."""
        stored = desk.stored(name, run=False)
        found: dict[str, Any] = await desk.reader.ask(point_scenario, str(stored.path), number, name)
        return found

    under_way.add(app, desk, run=False)


async def _answered(desk: Desk, path: str, stamp: tuple[Any, ...]) -> dict[str, Any]:
    """What a campaign can say; while it is played, a file may be filed away just as it is read: then once more."""
    try:
        found: dict[str, Any] = await desk.reader.ask(campaign_answer, path, stamp=stamp)
    except StoreError:
        found = await desk.reader.ask(campaign_answer, path, stamp=(stamp, "again"))
    return found


def _plan_file(desk: Desk, name: str) -> str | None:
    """Name of the plan, where it is a file of the folder: as the job was asked, or as the campaign noted."""
    from farwatch.campaign.origin import plan_of

    job, stored = desk.jobs.of(name), desk.shelf.stored(name)
    asked = Path(job.words[2]).name if job is not None and job.words[:2] == ("campaign", "run") else None
    try:
        noted = None if asked or stored is None else plan_of(stored.path)
    except FarwatchError:
        noted = None
    found = asked or (noted.name if noted is not None and noted.resolve().parent == desk.home else None)
    path = None if found is None else desk.shelf.text(found)
    return found if path is not None and path.is_file() else None


def _elapsed_s(desk: Desk, name: str, found: dict[str, Any]) -> float | None:
    """Seconds since the job that plays it was started; None where none of this console does."""
    job = found["job"]
    if job is None or job["state"] != RUNNING:
        return None
    try:
        return max(0.0, time.time() - (desk.home / DESK / f"{name}.pid").stat().st_mtime)
    except OSError:
        return None
