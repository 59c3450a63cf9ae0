"""What a user types on a command line instead of a file: places, heights and routes as short texts.

Each function returns what it could read and adds a `Problem` for each text that it could not, so that all of them are
reported together.
"""

import json
import re
from collections.abc import Sequence
from math import inf, isfinite
from pathlib import Path
from typing import Any, Literal, NamedTuple

from farwatch.errors import Problem

_HEIGHT = re.compile(r"\s*([-+]?\d+(?:\.\d*)?)\s*(m|km)?\s*(agl|msl)?\s*", re.IGNORECASE)


class Spot(NamedTuple):
    """A typed place, and the heading typed after it (0 when none)."""

    lat_deg: float
    lon_deg: float
    heading_deg: float


class Level(NamedTuple):
    """A typed height, m above "ground" or "sea"."""

    height_m: float
    above: Literal["ground", "sea"]


def spots(option: str, texts: Sequence[str], problems: list[Problem]) -> list[Spot]:
    """Places typed as LAT,LON or LAT,LON,HEADING, degrees."""
    found = []
    for text in texts:
        parts = _numbers(text)
        if len(parts) not in {2, 3}:
            rule = "must be LAT,LON or LAT,LON,HEADING in degrees"
            problems.append(Problem(option, text, rule, "for example 46.95,8.2"))
            continue
        lat, lon = parts[0], parts[1]
        heading = parts[2] if len(parts) == 3 else 0.0
        if abs(lat) > 90.0 or abs(lon) > 180.0:
            swapped = abs(lat) <= 180.0 and abs(lon) <= 90.0
            hint = f"did you mean {lon:g},{lat:g}? latitude comes first" if swapped else "latitude comes first"
            problems.append(Problem(option, text, "latitude must be -90 to 90, longitude -180 to 180", hint))
            continue
        found.append(Spot(lat, lon, heading))
    return found


def levels(option: str, texts: Sequence[str], problems: list[Problem]) -> list[Level]:
    """Heights typed as 300, 300agl, 3000msl or 3km msl."""
    found = []
    for text in texts:
        read = _HEIGHT.fullmatch(text)
        value_m = float(read[1]) * (1e3 if (read[2] or "").lower() == "km" else 1.0) if read else inf
        if read is None or not 0.0 <= value_m <= 60e3:
            rule = "must be a height of 0 to 60000 m, such as 300 (above ground) or 3000msl (above the sea)"
            problems.append(Problem(option, text, rule))
            continue
        found.append(Level(value_m, "sea" if (read[3] or "").lower() == "msl" else "ground"))
    return found


def route(option: str, text: str, problems: list[Problem]) -> list[Spot]:
    """A route typed as places apart by blanks, or the line of a GeoJSON file."""
    if not text.lower().endswith((".geojson", ".json")):
        found = spots(option, text.split(), problems)
    else:
        try:
            found = [Spot(float(p[1]), float(p[0]), 0.0) for p in _line(json.loads(Path(text).read_text("utf-8")))]
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            problems.append(Problem(option, text, f"must be a GeoJSON file with a LineString ({error})"))
            return []
    if len(found) < 2 and not any(problem.where == option for problem in problems):
        problems.append(Problem(option, text, "must have two places or more"))
    return found


def _line(thing: dict[str, Any]) -> list[Any]:
    """Coordinates of the first LineString in a GeoJSON object."""
    if thing["type"] == "FeatureCollection":
        lines = [feature["geometry"] for feature in thing["features"] if feature["geometry"]["type"] == "LineString"]
        if not lines:
            raise ValueError("it holds no LineString")
        thing = lines[0]
    elif thing["type"] == "Feature":
        thing = thing["geometry"]
    if thing["type"] != "LineString":
        raise ValueError(f"it holds a {thing['type']}")
    return list(thing["coordinates"])


def _numbers(text: str) -> list[float]:
    """Finite numbers apart by commas; empty when one of them is none."""
    try:
        parts = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return parts if all(isfinite(part) for part in parts) else []
