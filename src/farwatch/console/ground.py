"""The ground of a scenario for the browser's map: shaded relief, heights along a line.

The map is azimuthal and equidistant from a middle on a sphere of radius EARTH_M, as the browser's library draws it;
so a picture lies right under everything else there. All of this is worked out in a process of its own, from the text
of a scenario and the folder that its paths start from.
"""

import io
from functools import lru_cache
from math import ceil, log2
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem, ScenarioError
from farwatch.scenario import Scenario
from farwatch.scenario.reading import scenario_from
from farwatch.scenario.yaml12 import compose

EARTH_M = 6.371e6
"""Radius of the sphere on which the browser's map is drawn."""

NODE_PX = 16
"""Pixels of relief between two whose place on the sheet is worked out."""

SAMPLES = 400
"""Places along a profile."""

STEP_M, FINEST_M, MOST_CELLS = 50e3, 30.0, 1500
"""Ground is read to whole steps of radius, in cells no finer than this, and no more than so many to the edge."""

Floats = NDArray[np.float64]


def scenario_at(text: str, folder: str) -> Scenario:
    """A scenario of a text that was looked at before, its paths from `folder`; ScenarioError where it is none."""
    scenario, problems = scenario_from(compose(text)[0].plain(), Path(folder), None)
    if scenario is None:
        raise ScenarioError("scenario", problems)
    return scenario


def relief(text: str, folder: str, view: tuple[float, float, float], width_px: int) -> bytes:
    """Shaded relief as PNG, north up, clear where no ground is known; `view`: latitude, longitude, metres across.

    Nothing for a scenario on a smooth earth.
    """
    from farwatch.report.figures.ground import relief as shaded

    scenario = scenario_at(text, folder)
    lat_deg, lon_deg, across_m = view
    if scenario.terrain_file is None:
        return b""
    away_m = _distance_m(*site_of(scenario), np.array([lat_deg]), np.array([lon_deg]))[0]
    sheet = _sheet_of(scenario, float(away_m) + 0.72 * across_m, across_m / width_px)
    height_m, known = _taken(sheet, *_cells(sheet, (lat_deg, lon_deg, across_m), width_px))
    image = shaded(height_m[::-1], across_m / width_px)[::-1]
    return png(image, known)


def _cells(sheet: Any, view: tuple[float, float, float], width_px: int) -> tuple[Floats, Floats]:
    """Row and column on a sheet of each pixel of a view: found for one pixel in NODE_PX each way, even between them.

    Between nodes a few kilometres apart the two projections differ by metres.
    """
    nodes = ceil(width_px / NODE_PX) + 1
    axis = (np.arange(nodes) * NODE_PX + 0.5) / width_px - 0.5
    at = np.minimum(np.arange(width_px) / NODE_PX, nodes - 1.0)
    low = np.minimum(at.astype(np.int64), nodes - 2)
    share = at - low

    def between(grid: Floats) -> Floats:
        rows = grid[low] * (1.0 - share[:, None]) + grid[low + 1] * share[:, None]
        return np.asarray(rows[:, low] * (1.0 - share) + rows[:, low + 1] * share)

    row, column = sheet.grid_of(*places_at(*view, axis))
    return between(row), between(column)


def profile(text: str, folder: str, corners: tuple[tuple[float, float], ...]) -> dict[str, Any]:
    """Ground along straight lines between corners (latitude, longitude): distance, place and height of each sample.

    distance_m, lat_deg, lon_deg, height_m, known: lists of SAMPLES or a few more; heights above mean sea level, 0 where
    no ground is known.
    """
    from farwatch.world.earth import geodesic_between, geodesic_from

    lat, lon = np.array(corners, np.float64).T
    legs = geodesic_between(lat[:-1], lon[:-1], lat[1:], lon[1:])
    far_m = np.concatenate([[0.0], np.cumsum(legs.distance_m)])
    along_m = np.unique(np.concatenate([np.linspace(0.0, far_m[-1], SAMPLES), far_m]))
    leg = np.clip(np.searchsorted(far_m, along_m, side="right") - 1, 0, len(legs.distance_m) - 1)
    at_lat, at_lon = geodesic_from(lat[leg], lon[leg], legs.azimuth_deg[leg], along_m - far_m[leg])
    scenario = scenario_at(text, folder)
    height_m, known = np.zeros(along_m.shape), np.zeros(along_m.shape, bool)
    if scenario.terrain_file is not None:
        away_m = float(_distance_m(*site_of(scenario), lat, lon).max())
        height_m, known = _heights(_sheet_of(scenario, away_m + 1e3, far_m[-1] / SAMPLES), at_lat, at_lon)
    return {
        "distance_m": np.round(along_m, 1).tolist(),
        "lat_deg": np.round(at_lat, 6).tolist(),
        "lon_deg": np.round(at_lon, 6).tolist(),
        "height_m": np.round(height_m, 1).tolist(),
        "known": known.tolist(),
    }


def places(lat_deg: float, lon_deg: float, across_m: float, width_px: int) -> tuple[Floats, Floats]:
    """Latitude and longitude, degrees, of the pixels of a square map, row 0 northernmost."""
    return places_at(lat_deg, lon_deg, across_m, (np.arange(width_px) + 0.5) / width_px - 0.5)


def places_at(lat_deg: float, lon_deg: float, across_m: float, axis: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude, degrees, of places on a square map: at all pairs of shares of its width off its middle.

    Azimuthal equidistant on the sphere; Snyder, Map Projections: a Working Manual (USGS 1395), equations 20-14, 20-15.
    """
    east, south = np.meshgrid(across_m * axis, across_m * axis)
    rho = np.maximum(np.hypot(east, south), 1e-6)
    c, lat0 = rho / EARTH_M, np.radians(lat_deg)
    sine = np.cos(c) * np.sin(lat0) - south / rho * np.sin(c) * np.cos(lat0)
    beside = east * np.sin(c)
    ahead = rho * np.cos(lat0) * np.cos(c) + south * np.sin(lat0) * np.sin(c)
    lon = lon_deg + np.degrees(np.arctan2(beside, ahead))
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), np.mod(lon + 180.0, 360.0) - 180.0


def _distance_m(lat_deg: float, lon_deg: float, to_lat_deg: Floats, to_lon_deg: Floats) -> Floats:
    from farwatch.world.earth import geodesic_between

    return geodesic_between(lat_deg, lon_deg, to_lat_deg, to_lon_deg).distance_m


def site_of(scenario: Scenario) -> tuple[float, float]:
    """Latitude and longitude of a place that the ground of a scenario holds: its first battery, or what is defended.

    InputError for a scenario with neither.
    """
    sites = [*(battery.at for battery in scenario.defence), *(asset.at for asset in scenario.defended)]
    if not sites:
        raise InputError("scenario", [Problem("defence", "", "is empty, so there is no place to look at")])
    return sites[0].lat_deg, sites[0].lon_deg


def _sheet_of(scenario: Scenario, radius_m: float, cell_m: float) -> Any:
    """The ground about a scenario; asked in steps, so that near questions share one reading, and of bounded size."""
    radius_m = STEP_M * ceil(radius_m / STEP_M)
    cell_m = max(cell_m, radius_m / MOST_CELLS, FINEST_M)
    cell_m = FINEST_M * 2.0 ** (round(2.0 * log2(cell_m / FINEST_M)) / 2.0)
    return _sheet(str(scenario.terrain_file), site_of(scenario), radius_m, cell_m)


@lru_cache(maxsize=2)
def _sheet(path: str, site: tuple[float, float], radius_m: float, cell_m: float) -> Any:
    from farwatch.world.sheet import open_sheet

    return open_sheet(path, [site], radius_m, cell_m=cell_m)


def _heights(sheet: Any, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Heights of places on a sheet, and where they are known; 0 elsewhere."""
    return _taken(sheet, *sheet.grid_of(lat_deg, lon_deg))


def _taken(sheet: Any, row: Floats, column: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Heights at rows and columns of a sheet, bilinear, and where they are known; 0 elsewhere."""
    from scipy.ndimage import map_coordinates

    height_m = map_coordinates(sheet.height_m, [row, column], order=1, output=np.float64)
    known = np.ones(sheet.height_m.shape, np.uint8) if sheet.void is None else 1 - sheet.void.astype(np.uint8)
    return height_m, map_coordinates(known, [row, column], order=0) == 1


def png(rgb: NDArray[np.uint8], shown: NDArray[np.bool_]) -> bytes:
    """A picture, u1[rows, columns, 3], as PNG; clear where it is not shown."""
    from PIL import Image

    alpha = np.where(shown, 255, 0).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(np.dstack([rgb, alpha])).save(data, "PNG", compress_level=4)
    return data.getvalue()
