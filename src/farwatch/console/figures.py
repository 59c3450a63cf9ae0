"""Addresses of a run's figures: the report's own drawings, as pictures, with what they show and their data."""

import asyncio
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Response

from farwatch.console.desk import FILES, Desk
from farwatch.errors import FarwatchError

Name = Literal[
    "flow", "chain", "reasons", "leakers", "money", "unknowns", "timeline", "busy", "map", "coverage", "reach"
]
"""Names of figures: those of `report.pictures.NAMES`, spelled here so that the server need not load what draws them."""

POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A picture runs nothing and asks for nothing, also where it is opened as a page of its own."""


def add(app: FastAPI, desk: Desk) -> None:
    """Add these addresses."""

    @app.get("/runs/{name}/figures/{figure}.{form}", response_class=Response)
    async def picture(name: str, figure: Name, form: Literal["svg", "csv"]) -> Response:
        """A figure as a picture that follows light and dark, or the numbers that are drawn in it."""
        from farwatch.console.runs import attachment

        drawn = await _asked(desk, name, figure)
        if form == "csv":
            return attachment(drawn["csv"].encode(), f"{name}-{figure}.csv", FILES["csv"])
        return Response(drawn["svg"], media_type="image/svg+xml", headers={"content-security-policy": POLICY})

    @app.get("/runs/{name}/figures/{figure}")
    async def words(name: str, figure: Name) -> dict[str, Any]:
        """What a figure is called and shows, and its size. 404: this run has nothing to show in it."""
        drawn = await _asked(desk, name, figure)
        return {key: value for key, value in drawn.items() if key not in {"svg", "csv"}}


async def _asked(desk: Desk, name: str, figure: str) -> dict[str, Any]:
    stored = await asyncio.to_thread(desk.stored, name, run=True)
    drawn: dict[str, Any] | None = await desk.drawer.ask(drawn_figure, str(stored.path), figure, stored.stamp)
    if drawn is None:
        raise HTTPException(404, f"{name} has nothing to show in the figure {figure!r}")
    return drawn


def drawn_figure(path: str, name: str, stamp: Any) -> dict[str, Any] | None:
    """A figure of a run with its words and data; None where the run has nothing to show in it.

    FarwatchError where the world cannot be prepared again.
    """
    from farwatch.report.page import csv_text
    from farwatch.report.pictures import OF_THE_WORLD, alone

    easel = _easel(path, stamp)
    picture = easel.draw(name) if easel.has(name) else None
    if picture is None:
        if name in OF_THE_WORLD and easel.absent:
            raise FarwatchError(f"the world of this scenario could not be prepared again: {easel.absent}")
        return None
    svg = alone(picture)
    width, height = (float(side) for side in re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)[0])
    return {
        "name": name,
        "title": picture.title,
        "words": picture.words,
        "caption": easel.caption(picture),
        "width": width,
        "height": height,
        "svg": svg,
        "csv": csv_text(picture.header, picture.rows),
    }


@lru_cache(maxsize=1)
def _easel(path: str, _stamp: Any) -> Any:
    """The figures of the run that was asked for last, whose world is kept for the next of them."""
    from farwatch.campaign.result import load_result
    from farwatch.report.pictures import Easel

    return Easel(load_result(Path(path)))
