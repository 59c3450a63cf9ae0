"""How high a target must be to be in view of an antenna at one slant range: smooth earth, or the ground of a place.

A smooth earth gives the lowest height on the ray that grazes it, for the states of the air that bend rays least and
most, and for the antenna heights published. Terrain gives one height for each direction, in the standard atmosphere.
See `docs/claims.md` and `docs/models/horizon-and-terrain.md`.
"""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Radar
from farwatch.detect.budget import Span, exactly, span_of
from farwatch.detect.floor import Floor, terrain_floor
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, height_at_range, horizon_distance
from farwatch.errors import Problem, RangeError, TerrainError
from farwatch.scenario.names import TERRAINS, locate
from farwatch.world.earth import EFFECTIVE_EARTH_FACTOR, MEAN_RADIUS_M, Frame, geodesic_from
from farwatch.world.prepare import bounds_about
from farwatch.world.terrain import Terrain, open_terrain

Floats = NDArray[np.float64]

AIR = (1.0, EFFECTIVE_EARTH_FACTOR, 5.0 / 3.0)
"""Effective-earth factors: rays straight, the standard atmosphere, and bent more than is usual short of a duct."""

AIR_STEPS = 21
DIRECTIONS = 720
FARTHEST_M = 1.2e6
"""Longest range over terrain."""

_MARGIN_M = 5e3
_UNCOVERED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the antenna stands: above ground (None: as the catalogue says), and the place with its terrain."""

    antenna_m: float | None = None
    place: tuple[float, float] | None = None
    terrain: str | Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sightline:
    """Lowest heights in view at a range.

    `above_sea_m` and `above_ground_m` are most likely, least and greatest: over air and antenna on a smooth earth
    (where they are the same), over directions on terrain. `air` pairs effective-earth factors with heights.
    `states_m` holds the heights above ground behind them, one for each state or direction; on terrain `azimuth_deg`
    goes with them, and with `sea_m`.
    """

    range_m: float
    antenna_m: Span
    above_sea_m: Span
    above_ground_m: Span
    air: tuple[tuple[float, float], ...]
    states_m: Floats
    azimuth_deg: Floats | None = None
    sea_m: Floats | None = None
    notices: tuple[str, ...] = ()


def lowest_in_view_m(range_m: float, antenna_m: float, radius_m: float = EFFECTIVE_RADIUS_M) -> float:
    """Lowest height that an antenna sees at a slant range over a smooth earth; 0 this side of its horizon."""
    beyond_m = range_m - float(horizon_distance(antenna_m, radius_m))
    return beyond_m**2 / (sqrt(radius_m**2 + beyond_m**2) + radius_m) if beyond_m > 0.0 else 0.0


def highest_covered_m(radar: Radar, range_m: float, antenna_m: float) -> float:
    """Height of the upper edge of a radar's cover at a slant range, m."""
    return float(height_at_range(range_m, radar.elevation_max_deg.value, antenna_m))


def sightline(radar: Radar, range_m: float, view: View) -> Sightline:
    """What a radar can have in view at a slant range; TerrainError when the terrain leaves the place uncovered."""
    antenna = exactly(view.antenna_m) if view.antenna_m is not None else span_of(radar.antenna_height_m)
    smooth = _smooth(radar, range_m, antenna)
    if view.place is None or view.terrain is None:
        return smooth
    return _overland(radar, smooth, view.place, view.terrain)


def _smooth(radar: Radar, range_m: float, antenna: Span) -> Sightline:
    def lowest(factor: float, antenna_m: float) -> float:
        radius_m = factor * MEAN_RADIUS_M
        beam_m = float(height_at_range(range_m, radar.elevation_min_deg.value, antenna_m, radius_m))
        return max(lowest_in_view_m(range_m, antenna_m, radius_m), beam_m)

    needed = Span(
        value=lowest(AIR[1], antenna.value), low=lowest(AIR[2], antenna.high), high=lowest(AIR[0], antenna.low)
    )
    states = [
        lowest(float(factor), antenna_m)
        for factor in np.linspace(AIR[0], AIR[2], AIR_STEPS)
        for antenna_m in (antenna.low, antenna.value, antenna.high)
    ]
    return Sightline(
        range_m=range_m, antenna_m=antenna, above_sea_m=needed, above_ground_m=needed,
        air=tuple((factor, lowest(factor, antenna.value)) for factor in AIR), states_m=np.array(states),
    )


# Terrain ----------------------------------------------------------------------------------------------------


def _overland(radar: Radar, smooth: Sightline, place: tuple[float, float], path: str | Path) -> Sightline:
    range_m, mast_m = smooth.range_m, smooth.antenna_m.value
    if range_m > FARTHEST_M:
        raise RangeError(f"over terrain a range is at most {FARTHEST_M / 1e3:g} km, not {range_m / 1e3:g} km")
    terrain = _terrain_about(place, path, range_m)
    site_m = float(terrain.height_at(*place)) + mast_m
    floor = terrain_floor(terrain, *place, site_m, range_m)
    azimuth_deg = np.linspace(0.0, 360.0, DIRECTIONS, endpoint=False, dtype=np.float64)
    ground_range_m, sea_m = _at_slant_range(floor, azimuth_deg, range_m, site_m)
    sea_m = np.maximum(sea_m, float(height_at_range(range_m, radar.elevation_min_deg.value, site_m)))
    lat_deg, lon_deg = geodesic_from(*place, azimuth_deg, ground_range_m)
    over_m = sea_m - terrain.height_at(lat_deg, lon_deg)
    return Sightline(
        range_m=range_m, antenna_m=smooth.antenna_m, above_sea_m=_over_directions(sea_m),
        above_ground_m=_over_directions(over_m), air=smooth.air, states_m=over_m, azimuth_deg=azimuth_deg,
        sea_m=sea_m, notices=(*terrain.notices, *_uncovered(terrain, place, range_m)),
    )


def _terrain_about(place: tuple[float, float], path: str | Path, range_m: float) -> Terrain:
    found = locate(str(path), TERRAINS, None)
    terrain = open_terrain(found, bounds_about(Frame(*place), range_m + _MARGIN_M))
    if not terrain.covers(*place):
        rule = f"is not covered: the terrain holds {terrain.bounds}"
        raise TerrainError(str(path), [Problem("at", f"{place[0]:g},{place[1]:g}", rule)])
    return terrain


def _at_slant_range(floor: Floor, azimuth_deg: Floats, range_m: float, site_m: float) -> tuple[Floats, Floats]:
    """Ground range and lowest height in view at a slant range, by direction; they are found together."""
    ground_m = np.full(azimuth_deg.size, range_m)
    for _ in range(4):
        sea_m = floor.lowest_m(azimuth_deg, ground_m)
        centre, target = EFFECTIVE_RADIUS_M + site_m, EFFECTIVE_RADIUS_M + sea_m
        half = np.sqrt(np.maximum(range_m**2 - (target - centre) ** 2, 0.0) / (4.0 * centre * target))
        ground_m = np.asarray(2.0 * EFFECTIVE_RADIUS_M * np.arcsin(np.minimum(half, 1.0)))
    return ground_m, floor.lowest_m(azimuth_deg, ground_m)


def _over_directions(heights_m: Floats) -> Span:
    """Median, best and worst direction."""
    return Span(value=float(np.median(heights_m)), low=float(heights_m.min()), high=float(heights_m.max()))


def _uncovered(terrain: Terrain, place: tuple[float, float], range_m: float) -> tuple[str, ...]:
    azimuth_deg = np.arange(0.0, 360.0, 3.0)[:, None]
    away_m = range_m * np.sqrt((np.arange(30) + 0.5) / 30.0)[None, :]
    missing = 1.0 - float(np.mean(terrain.covers(*geodesic_from(*place, azimuth_deg, away_m))))
    if missing <= _UNCOVERED:
        return ()
    said = f"terrain: {missing:.0%} of the area within {range_m / 1e3:.4g} km lies beyond it and is taken to be the sea"
    return (said,)
