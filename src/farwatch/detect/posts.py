"""Where radars stand when coverage is asked for, and what was worked out for each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farwatch.detect.reach import Reach, Spot
from farwatch.scenario import Scenario

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A radar at a place. Without `radar`, a name of the catalogue, only its lines of sight are known.

    `antenna_agl_m` is the antenna above the ground, the catalogue's figure when None; `heading_deg` is where a
    radar that covers less than a full turn looks, clockwise from true north.
    """

    lat_deg: float
    lon_deg: float
    name: str = "site"
    radar: str | None = None
    antenna_agl_m: float | None = None
    heading_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lit:
    """One post on the sheet: its spot, its lines of sight, and what its radar can do (None: lines of sight alone).

    `los_m` float32 (rows, columns) is the lowest height above ground in its line of sight, NaN beyond the radius.
    """

    post: Post
    antenna_agl_m: float
    spot: Spot
    los_m: Singles
    reach: Reach | None


def posts_of(scenario: Scenario) -> tuple[Post, ...]:
    """The radars of a scenario at their sites, one post each, named battery/radar."""
    entries = scenario.resolved_catalogue()
    return tuple(
        Post(
            name=f"{battery.name}/{radar}", lat_deg=battery.at.lat_deg, lon_deg=battery.at.lon_deg, radar=radar,
            antenna_agl_m=battery.antenna_height_m, heading_deg=battery.heading_deg,
        )
        for battery in scenario.defence
        for radar in (battery.radars if battery.radars is not None else entries.systems[battery.system].radars)
    )
