"""What a map carries besides its subject: frame, graticule, coasts and borders, north arrow and scale bar."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, cos, degrees, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.report.figures.coastlines import outlines
from farwatch.report.figures.sheet import INK, PAPER, SOFT, Labels
from farwatch.world.grids import Bounds

Floats = NDArray[np.float64]

STEPS_DEG = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Steps a graticule may have."""

_SAMPLES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window on the grid, what it spans in degrees, and the way between the two."""

    west_m: float
    east_m: float
    south_m: float
    north_m: float
    bounds: Bounds
    to_grid: Any
    to_degrees: Any
    north_turn_deg: float


def window_of(axes: Any, crs: str) -> Window | None:
    """The window some axes show; None where nothing says where on earth it is."""
    if not crs:
        return None
    from pyproj import Transformer

    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    to_grid = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform
    middle_lon, middle_lat = to_degrees(0.5 * (west + east), 0.5 * (south + north))
    x, y = _edge((west, east, south, north))
    lon, lat = to_degrees(x, y)
    known = np.isfinite(lon) & np.isfinite(lat)
    lon = middle_lon + (np.asarray(lon)[known] - middle_lon + 180.0) % 360.0 - 180.0
    spare = 0.02 * float(np.ptp(lat[known]))  # lines bulge beyond what the sampled edge spans
    south_deg, north_deg = max(float(np.min(lat[known])) - spare, -90.0), min(float(np.max(lat[known])) + spare, 90.0)
    bounds = Bounds(south_deg, north_deg, float(np.min(lon)) - spare, float(np.max(lon)) + spare)
    up = to_grid(middle_lon, min(middle_lat + 0.01, 90.0))
    here = to_grid(middle_lon, middle_lat)
    return Window(
        west_m=west,
        east_m=east,
        south_m=south,
        north_m=north,
        bounds=_with_pole(bounds, to_grid, (west, east, south, north)),
        to_grid=to_grid,
        to_degrees=to_degrees,
        north_turn_deg=degrees(atan2(up[0] - here[0], up[1] - here[1])),
    )


def _edge(frame: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    """Points along the edge of a frame and across its middle."""
    west, east, south, north = frame
    x, y = np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES)
    sides = [(x, np.full_like(x, level)) for level in (south, 0.5 * (south + north), north)]
    sides += [(np.full_like(y, level), y) for level in (west, 0.5 * (west + east), east)]
    return np.concatenate([side[0] for side in sides]), np.concatenate([side[1] for side in sides])


def _with_pole(bounds: Bounds, to_grid: Any, frame: tuple[float, float, float, float]) -> Bounds:
    """Bounds that take in a pole, and with it every longitude, where the frame holds one."""
    for pole_deg in (-90.0, 90.0):
        x, y = to_grid(0.0, pole_deg)
        if frame[0] <= x <= frame[1] and frame[2] <= y <= frame[3]:
            south, north = min(bounds.south_deg, pole_deg), max(bounds.north_deg, pole_deg)
            return Bounds(south, north, -180.0, 180.0)
    return bounds


def graticule(axes: Any, window: Window) -> None:
    """Lines of latitude and longitude, labelled at the left and the lower edge."""
    edge = window.bounds
    lat_step = _step_deg(edge.north_deg - edge.south_deg)
    squeeze = max(cos(radians(0.5 * (edge.south_deg + edge.north_deg))), 0.05)
    polar = edge.east_deg - edge.west_deg > 350.0
    lon_step = 30.0 if polar else max(lat_step, _step_deg((edge.east_deg - edge.west_deg) * squeeze))
    look = {"color": SOFT, "linewidth": 0.5, "alpha": 0.55, "zorder": 3}
    for lat in _multiples(edge.south_deg, edge.north_deg, lat_step):
        lon = np.linspace(edge.west_deg, edge.east_deg, 4 * _SAMPLES)
        x, y = window.to_grid(lon, np.full_like(lon, lat))
        axes.plot(x, y, **look)
        at = _crossing(np.asarray(x), np.asarray(y), window.west_m)
        if at is not None and window.south_m < at < window.north_m:
            axes.annotate(_degrees(lat, "NS"), (window.west_m, at), (-4, 0), textcoords="offset points", fontsize=8.0,
                          color=SOFT, ha="right", va="center")  # fmt: skip
    for lon_deg in _multiples(edge.west_deg, edge.east_deg, lon_step):
        lat_line = np.linspace(edge.south_deg, edge.north_deg, 4 * _SAMPLES)
        x, y = window.to_grid(np.full_like(lat_line, lon_deg), lat_line)
        axes.plot(x, y, **look)
        at = _crossing(np.asarray(y), np.asarray(x), window.south_m)
        if at is not None and window.west_m < at < window.east_m:
            named = (lon_deg + 180.0) % 360.0 - 180.0
            axes.annotate(_degrees(named, "EW"), (at, window.south_m), (0, -4), textcoords="offset points",
                          fontsize=8.0, color=SOFT, ha="center", va="top")  # fmt: skip
    axes.set(xlim=(window.west_m, window.east_m), ylim=(window.south_m, window.north_m))


def _step_deg(span_deg: float) -> float:
    """The finest step that draws at most six lines."""
    return next((step for step in STEPS_DEG if span_deg / step <= 6.0), STEPS_DEG[-1])


def _multiples(low: float, high: float, step: float) -> Iterator[float]:
    """Multiples of a step within two ends."""
    for k in range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1):
        yield k * step


def _crossing(along: Floats, across: Floats, level: float) -> float | None:
    """Where a line first passes a level: `across`, interpolated; None where it does not."""
    before = np.flatnonzero((along[:-1] - level) * (along[1:] - level) <= 0.0)
    if len(before) == 0:
        return None
    k = int(before[0])
    span = along[k + 1] - along[k]
    share = 0.0 if span == 0.0 else (level - along[k]) / span
    return float(across[k] + share * (across[k + 1] - across[k]))


def _degrees(value_deg: float, names: str) -> str:
    """A latitude or longitude as read: 23.5° N."""
    side = "" if abs(value_deg) in {0.0, 180.0} else f" {names[0] if value_deg > 0.0 else names[1]}"
    return f"{abs(value_deg):.2f}".rstrip("0").rstrip(".") + f"°{side}"


def coasts(axes: Any, window: Window, *, borders: bool) -> None:
    """Coasts as a firm line, borders of states as a broken one."""
    found = outlines(window.bounds)
    kinds = [(found.coast, {"linewidth": 0.9, "linestyle": "-"})]
    if borders:
        kinds.append((found.border, {"linewidth": 0.9, "linestyle": (0, (6, 2, 1, 2))}))
    for lines, look in kinds:
        for line in lines:
            x, y = window.to_grid(line[:, 0], line[:, 1])
            axes.plot(x, y, color=INK, zorder=4, path_effects=halo(), **look)
    axes.set(xlim=(window.west_m, window.east_m), ylim=(window.south_m, window.north_m))


def halo() -> list[Any]:
    """What keeps a dark line visible on a dark field: a thin light line around it."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.2, foreground=PAPER, alpha=0.55)]


def frame(axes: Any, labels: Labels, window: Window | None) -> None:
    """Frame without ticks, scale bar at the lower left, arrow to true north at the upper right."""
    axes.set(xticks=[], yticks=[])
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    bar_m = round_length_m((east - west) / 4.5)
    _scale_bar(axes, labels, (west + 0.03 * (east - west), south + 0.035 * (east - west)), bar_m)
    turn = radians(window.north_turn_deg if window is not None else 0.0)
    head = (east - 0.045 * (east - west), north - 0.045 * (east - west))
    length = 0.055 * (east - west)
    tail = (head[0] - length * np.sin(turn), head[1] - length * np.cos(turn))
    arrow = {"arrowstyle": "-|>,head_length=0.7,head_width=0.35", "facecolor": INK, "edgecolor": INK, "linewidth": 1.4}
    _plate(axes, labels, (head[0] - 0.03 * (east - west), tail[1] - 0.055 * (east - west)),
           (0.06 * (east - west), head[1] - tail[1] + 0.065 * (east - west)))  # fmt: skip
    axes.annotate("", head, tail, arrowprops=arrow, zorder=9)
    axes.text(tail[0], tail[1] - 0.008 * (east - west), "N", fontsize=10.0, weight="bold", ha="center", va="top",
              zorder=9)  # fmt: skip


def _scale_bar(axes: Any, labels: Labels, corner: tuple[float, float], bar_m: float) -> None:
    """A bar in two halves with its length in kilometres."""
    west, east = axes.get_xlim()
    unit = 0.01 * (east - west)
    x, y = corner
    _plate(axes, labels, (x - 1.2 * unit, y - 1.5 * unit), (bar_m + 6.5 * unit, 5.6 * unit))
    for k, colour in enumerate((INK, PAPER)):
        left = x + 0.5 * k * bar_m
        axes.fill([left, left + 0.5 * bar_m, left + 0.5 * bar_m, left], [y, y, y + 0.7 * unit, y + 0.7 * unit],
                  facecolor=colour, edgecolor=INK, linewidth=0.8, zorder=9)  # fmt: skip
    for share, text in ((0.0, "0"), (0.5, f"{0.5e-3 * bar_m:,.4g}"), (1.0, f"{1e-3 * bar_m:,.4g} km")):
        axes.text(x + share * bar_m, y + 1.1 * unit, text, fontsize=8.0, ha="center", va="bottom", zorder=9)


def _plate(axes: Any, labels: Labels, corner: tuple[float, float], size: tuple[float, float]) -> None:
    """A light plate under something that must be read, kept free of labels."""
    from matplotlib.patches import Rectangle

    plate = Rectangle(corner, *size, facecolor=PAPER, alpha=0.85, linewidth=0, zorder=8.5)
    labels.reserve(axes.add_patch(plate))


def round_length_m(most_m: float) -> float:
    """The largest of 1, 2, 5, 10 … that is not longer."""
    step = 10.0 ** np.floor(np.log10(most_m))
    return float(max(m * step for m in (1.0, 2.0, 5.0) if m * step <= most_m * (1.0 + 1e-9)))
