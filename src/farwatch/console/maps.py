"""Addresses of the ground: coverage, shaded relief, profiles; of a scenario (a file, a shipped one) or of a run."""

import asyncio
import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from farwatch.compiled import is_warm
from farwatch.console.coverage import Wish, coverage, coverage_of_draft
from farwatch.console.desk import Desk
from farwatch.console.drafts import sound
from farwatch.console.ground import EARTH_M, profile, relief, scenario_at, site_of
from farwatch.console.library import MOST_TEXT
from farwatch.console.shelf import Stamp, stamp_of
from farwatch.console.worker import Newest
from farwatch.errors import InputError, Problem
from farwatch.scenario import shipped

MOST_CORNERS = 50

PACKED = "application/octet-stream"

SHOWN_KM, SHOWN_PX = 900.0, (400, 1600)
"""What the map of a trial asks for (map/pictures.ts): relief so far across, coarse and then fine."""

ScenarioName = Annotated[str | None, Query(max_length=84, description="A scenario; or name a run.")]
RunName = Annotated[str | None, Query(max_length=80, description="A run, for its scenario as it was played.")]
ClassName = Annotated[str | None, Query(max_length=80, description="A class to look for; else most of the raid.")]
Rcs = Annotated[
    float | None,
    Query(ge=1e-6, le=1e5, allow_inf_nan=False, description="Or anything of this radar cross-section, m²."),
]
Latitude = Annotated[float | None, Query(ge=-85.0, le=85.0, allow_inf_nan=False, description="Middle of the view.")]
Longitude = Annotated[float | None, Query(ge=-180.0, le=180.0, allow_inf_nan=False, description="Middle of the view.")]
Across = Annotated[float, Query(ge=1.0, le=2000.0, allow_inf_nan=False, description="Width of the view.")]
Width = Annotated[int, Query(ge=16, le=1600, description="Width of the picture.")]
Line = Annotated[str, Query(max_length=4000, description="Corners: LAT,LON;LAT,LON and so on, in degrees.")]


class Draft(BaseModel):
    """A scenario as text, and what its radars are to look for: a class of the catalogue, or a cross-section in m²."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_TEXT)
    target: str | None = Field(default=None, max_length=80)
    rcs_m2: float | None = Field(default=None, ge=1e-6, le=1e5, allow_inf_nan=False)
    tab: str = Field(default="", max_length=40, description="Who asks: of one, only the newest wish is looked at.")


def add(app: FastAPI, desk: Desk) -> None:
    """Add these addresses."""
    drafts = Newest(desk.surveyor)

    @app.get("/coverage", response_class=Response)
    async def seen(
        scenario: ScenarioName = None, run: RunName = None, target: ClassName = None, rcs_m2: Rcs = None
    ) -> Response:
        """Between which heights each radar sees a target from ahead, by azimuth and range, packed as a trial is."""
        text, folder = await asyncio.to_thread(_text, desk, scenario, run)
        wish, (_, stamp) = _wish(target, rcs_m2), await asyncio.to_thread(_looked_at, text, folder)
        data = await desk.kept.ask(desk.player, coverage, text, folder, wish, stamp=stamp)
        return Response(data, media_type=PACKED)

    @app.post("/coverage", response_class=Response)
    async def draft_seen(draft: Draft) -> Response:
        """The same of a text as it is being written. 409: the same `tab` has sent a newer one meanwhile."""
        wish = _wish(draft.target, draft.rcs_m2)
        data = await drafts.ask(draft.tab, coverage_of_draft, draft.text, str(desk.home), wish)
        if data is None:
            raise HTTPException(409, "something newer was asked meanwhile")
        return Response(data, media_type=PACKED)

    @app.get("/relief", response_class=Response)
    async def ground(
        scenario: ScenarioName = None,
        run: RunName = None,
        lat_deg: Latitude = None,
        lon_deg: Longitude = None,
        across_km: Across = 400.0,
        width_px: Width = 800,
    ) -> Response:
        """Shaded relief about a place, the first site unless one is given; its frame is told in headers.

        204: no terrain is given, the earth is smooth.
        """
        text, folder = await asyncio.to_thread(_text, desk, scenario, run)
        middle, stamp = await asyncio.to_thread(_looked_at, text, folder)
        lat, lon = middle[0] if lat_deg is None else lat_deg, middle[1] if lon_deg is None else lon_deg
        view = (lat, lon, 1e3 * across_km)
        data = await desk.kept.ask(desk.surveyor, relief, text, folder, view, width_px, stamp=stamp)
        return _picture(data, lat, lon, view[2] / width_px) if data else Response(status_code=204)

    @app.get("/profile")
    async def along(line: Line, scenario: ScenarioName = None, run: RunName = None) -> dict[str, Any]:
        """Heights of the ground along a line."""
        corners = corners_of(line)
        text, folder = await asyncio.to_thread(_text, desk, scenario, run)
        found: dict[str, Any] = await desk.surveyor.ask(profile, text, folder, corners)
        return found


def _wish(target: str | None, rcs_m2: float | None) -> Wish:
    """What is looked for; None where nobody says; InputError where two things are."""
    if target is not None and rcs_m2 is not None:
        raise InputError("coverage", [Problem("target", target, "goes without rcs_m2: the class has its own")])
    return rcs_m2 if target is None else target


def _text(desk: Desk, scenario: str | None, run: str | None) -> tuple[str, str]:
    """The text of a scenario, sound, and the folder that its paths start from."""
    if (scenario is None) == (run is None):
        raise HTTPException(422, "name one scenario, or one run")
    if run is not None:
        stored = desk.stored(run, run=True)
        return json.dumps(stored.manifest["scenario"], ensure_ascii=False), str(stored.path.parent)
    name = scenario or ""
    path = desk.shelf.text(name)
    if name not in shipped() and (path is None or not path.is_file()):
        raise HTTPException(404, f"there is no scenario {name!r}")
    return sound(name, desk.home)[0], str(desk.home)


async def ready(desk: Desk, run: str) -> None:
    """Have relief and coverage of a run there before the page of one of its trials asks for them.

    Not where missions are not compiled yet: nobody asked for minutes of that.
    """
    if not await asyncio.to_thread(is_warm, "mission.play"):
        return
    text, folder = await asyncio.to_thread(_text, desk, None, run)
    site, stamp = await asyncio.to_thread(_looked_at, text, folder)
    await desk.kept.ask(desk.player, coverage, text, folder, None, stamp=stamp)
    for width_px in SHOWN_PX:
        await desk.kept.ask(desk.surveyor, relief, text, folder, (*site, 1e3 * SHOWN_KM), width_px, stamp=stamp)


def _looked_at(text: str, folder: str) -> tuple[tuple[float, float], Stamp]:
    """A place that the ground of a scenario holds, and the stamp of its terrain."""
    site, terrain = _about(text, folder)
    return site, stamp_of(terrain) if terrain is not None else (0, -1, 0)


@lru_cache(maxsize=8)
def _about(text: str, folder: str) -> tuple[tuple[float, float], Path | None]:
    scenario = scenario_at(text, folder)
    return site_of(scenario), scenario.terrain_file


def corners_of(line: str) -> tuple[tuple[float, float], ...]:
    """Latitudes and longitudes of `LAT,LON;LAT,LON`; InputError where it is no such line, or a corner lies nowhere."""
    corners = []
    for part in line.split(";"):
        try:
            lat_deg, lon_deg = (float(word) for word in part.split(","))
        except ValueError:
            lat_deg = lon_deg = float("nan")
        if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
            rule = "must be a latitude and a longitude in degrees, as 46.5,8.2"
            raise InputError("profile", [Problem("line", part[:40], rule)])
        corners.append((lat_deg, lon_deg))
    if not 2 <= len(set(corners)) <= len(corners) <= MOST_CORNERS:
        raise InputError("profile", [Problem("line", "", f"must have 2 to {MOST_CORNERS} corners, not all the same")])
    return tuple(corners)


def _picture(data: bytes, lat_deg: float, lon_deg: float, metres_per_pixel: float) -> Response:
    """A picture with its frame: middle, metres per pixel, and the radius of the sphere that the map is drawn on."""
    headers = {
        "farwatch-lat-deg": repr(float(lat_deg)),
        "farwatch-lon-deg": repr(float(lon_deg)),
        "farwatch-metres-per-pixel": repr(float(metres_per_pixel)),
        "farwatch-earth-m": repr(EARTH_M),
    }
    return Response(data, media_type="image/png", headers=headers)
