"""Addresses of the ground: coverage, shaded relief, profiles; of a scenario (a file, a shipped one) or of a run."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Response

from farwatch.console.desk import Desk
from farwatch.console.drafts import sound
from farwatch.console.ground import EARTH_M, coverage_floor, coverage_png, profile, relief, scenario_at, site_of
from farwatch.errors import InputError, Problem
from farwatch.scenario import shipped

MOST_CORNERS = 50

ScenarioName = Annotated[str | None, Query(max_length=84, description="A scenario; or name a run.")]
RunName = Annotated[str | None, Query(max_length=80, description="A run, for its scenario as it was played.")]
Rcs = Annotated[float, Query(gt=0.0, le=1e5, allow_inf_nan=False, description="Radar cross-section of the target, m².")]
Chance = Annotated[float, Query(gt=0.0, lt=1.0, description="Chance of detection in one look that counts as seen.")]
Height = Annotated[float, Query(ge=0.0, le=1e5, allow_inf_nan=False, description="Height above ground, m.")]
Latitude = Annotated[float | None, Query(ge=-85.0, le=85.0, allow_inf_nan=False, description="Middle of the view.")]
Longitude = Annotated[float | None, Query(ge=-180.0, le=180.0, allow_inf_nan=False, description="Middle of the view.")]
Across = Annotated[float, Query(ge=1.0, le=2000.0, allow_inf_nan=False, description="Width of the view.")]
Width = Annotated[int, Query(ge=16, le=1600, description="Width of the picture.")]
Line = Annotated[str, Query(max_length=4000, description="Corners: LAT,LON;LAT,LON and so on, in degrees.")]


def add(app: FastAPI, desk: Desk) -> None:
    """Add these addresses."""

    @app.get("/coverage", response_class=Response)
    async def floor(
        scenario: ScenarioName = None, run: RunName = None, rcs_m2: Rcs = 1.0, pd: Chance = 0.8
    ) -> Response:
        """The lowest height at which each place is seen, packed as a trial is: `floor_m`, row by row from the north."""
        data = await _floor(desk, scenario, run, (rcs_m2, pd))
        return Response(data, media_type="application/octet-stream")

    @app.get("/coverage.png", response_class=Response)
    async def picture(
        height_m: Height, scenario: ScenarioName = None, run: RunName = None, rcs_m2: Rcs = 1.0, pd: Chance = 0.8
    ) -> Response:
        """Where a target at a height above ground is seen, as a picture to lay over the map."""
        data = await _floor(desk, scenario, run, (rcs_m2, pd))
        header = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
        image = await asyncio.to_thread(coverage_png, data, height_m)
        return _picture(image, header["lat_deg"], header["lon_deg"], header["metres_per_pixel"])

    @app.get("/relief", response_class=Response)
    async def ground(
        scenario: ScenarioName = None,
        run: RunName = None,
        lat_deg: Latitude = None,
        lon_deg: Longitude = None,
        across_km: Across = 400.0,
        width_px: Width = 800,
    ) -> Response:
        """Shaded relief about a place, the first site unless one is given; its frame is told in headers."""
        text, folder = await asyncio.to_thread(_text, desk, scenario, run)
        middle = await asyncio.to_thread(_middle, text, folder)
        lat, lon = middle[0] if lat_deg is None else lat_deg, middle[1] if lon_deg is None else lon_deg
        view = (lat, lon, 1e3 * across_km)
        return _picture(await desk.reader.ask(relief, text, folder, view, width_px), lat, lon, view[2] / width_px)

    @app.get("/profile")
    async def along(line: Line, scenario: ScenarioName = None, run: RunName = None) -> dict[str, Any]:
        """Heights of the ground along a line."""
        corners = corners_of(line)
        text, folder = await asyncio.to_thread(_text, desk, scenario, run)
        found: dict[str, Any] = await desk.reader.ask(profile, text, folder, corners)
        return found


async def _floor(desk: Desk, scenario: str | None, run: str | None, target: tuple[float, float]) -> bytes:
    text, folder = await asyncio.to_thread(_text, desk, scenario, run)
    data: bytes = await desk.player.ask(coverage_floor, text, folder, *target)
    return data


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


def _middle(text: str, folder: str) -> tuple[float, float]:
    return site_of(scenario_at(text, folder))


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
