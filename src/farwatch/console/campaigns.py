"""Addresses of campaigns: start a plan of the folder, watch its intervals narrow, stop, go on."""

import asyncio
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from farwatch.console import under_way
from farwatch.console.answers import campaign_answer
from farwatch.console.desk import PAGE, Desk
from farwatch.console.drafts import check_plan, is_inside
from farwatch.console.under_way import begun, look, refuse_taken
from farwatch.console.work import RUNNING
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
        if stored is not None and not stored.is_run:
            found |= await _answered(desk, str(stored.path), stored.stamp)
        return found

    under_way.add(app, desk, run=False)


async def _answered(desk: Desk, path: str, stamp: tuple[Any, ...]) -> dict[str, Any]:
    """What a campaign can say; while it is played, a file may be filed away just as it is read: then once more."""
    try:
        found: dict[str, Any] = await desk.reader.ask(campaign_answer, path, stamp=stamp)
    except StoreError:
        found = await desk.reader.ask(campaign_answer, path, stamp=(stamp, "again"))
    return found
