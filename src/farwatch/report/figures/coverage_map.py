"""The coverage map: what radars see over a stretch of land, in bands that anyone can read.

It draws what it is given, plain arrays on a square metric grid, and computes no physics. Larger grids are thinned for
the drawing, every n-th cell kept; the shares in the legend are of all cells. Bands run from dark (seen) to white (not
seen), so that they keep their order in grey and for every common kind of colour blindness.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.report.figures import map_furniture
from farwatch.report.figures.coastlines import CREDIT
from farwatch.report.figures.sheet import INK, PAPER, SOFT, Labels, Sheet, heading, printing, sheet

Floats = NDArray[np.float64]
Kind = Literal["floor", "pd", "count", "gap"]

LARGEST_PX = 1500
"""Most cells drawn along a side; a larger grid is thinned."""

UNKNOWN = "terrain not known"

SHADE = 0.30
"""How much darker the darkest slope is."""

WIDTH_IN, MAP_IN = 1600 / 150, 7.15
_TOP_IN, _BOTTOM_IN, _LEFT_IN = 1.0, 0.62, 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One step of a scale: values up to and including `limit`, and how it looks and is called."""

    limit: float
    colour: str
    label: str


_DEEP = ("#0c2c5a", "#1f5a96", "#3a8fb7", "#74bfa8", "#bfe08f", "#f4efb4")
_NOT_SEEN = "#ffffff"

FLOOR = (
    *(
        Band(limit=height_m, colour=colour, label=f"down to {height_m:,.0f} m")
        for height_m, colour in zip((50.0, 100.0, 300.0, 1e3, 3e3, 1e4), _DEEP, strict=True)
    ),
    Band(limit=np.inf, colour=_NOT_SEEN, label="not below 10,000 m"),
)
PD = (
    Band(limit=0.1, colour=_NOT_SEEN, label="less than 1 in 10"),
    Band(limit=0.5, colour=_DEEP[5], label="1 in 10 to 1 in 2"),
    Band(limit=0.8, colour=_DEEP[3], label="1 in 2 to 4 in 5"),
    Band(limit=0.9, colour=_DEEP[2], label="4 in 5 to 9 in 10"),
    Band(limit=np.inf, colour=_DEEP[0], label="9 in 10 or more"),
)
COUNT = (
    Band(limit=0.0, colour=_NOT_SEEN, label="no radar"),
    Band(limit=1.0, colour=_DEEP[4], label="1 radar"),
    Band(limit=2.0, colour=_DEEP[3], label="2 radars"),
    Band(limit=3.0, colour=_DEEP[2], label="3 radars"),
    Band(limit=np.inf, colour=_DEEP[0], label="4 radars or more"),
)
GAP = (
    Band(limit=0.5, colour="#dfe7ee", label="seen by some radar"),
    Band(limit=np.inf, colour="#b2401a", label="seen by none"),
)
SCALES: dict[Kind, tuple[str, tuple[Band, ...]]] = {
    "floor": ("The target is seen\n(height above ground)", FLOOR),
    "pd": ("Chance that it is seen\nin one look", PD),
    "count": ("It is seen by", COUNT),
    "gap": ("Gaps", GAP),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A radar on the map: its name, its place on the grid, and rings about it."""

    label: str
    east_m: float
    north_m: float
    rings_km: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Map:
    """What to draw.

    `values` float32 (rows, columns), row 0 the northernmost: of kind "floor" the lowest height seen, m above ground,
    inf where nothing is; of "pd" a chance; of "count" how many radars; of "gap" 1 where none sees, else 0. NaN is
    outside the question and stays blank. (`west_m`, `north_m`) is the centre of cell (0, 0) in `crs` (WKT, or anything
    else that pyproj takes; "" draws no graticule and no coasts). `ground_m` (rows, columns) is shaded; `unknown`
    (rows, columns) is hatched: voids of the terrain, and what lies beyond it.
    """

    kind: Kind
    values: NDArray[Any]
    west_m: float
    north_m: float
    cell_m: float
    crs: str
    title: str
    subtitle: str = ""
    credit: str = ""
    sites: tuple[Site, ...] = ()
    ground_m: NDArray[Any] | None = None
    unknown: NDArray[np.bool_] | None = None
    borders: bool = True


def draw(shown: Map) -> Sheet:
    """The map as PNG and SVG, with the share of each band as its data; InputError for arrays that do not fit."""
    _check(shown)
    rows, columns = shown.values.shape
    tall_in = float(np.clip(MAP_IN * rows / columns, 3.6, 10.0))
    size_in = (WIDTH_IN, tall_in + _TOP_IN + _BOTTOM_IN)
    shares = tuple(band_shares(shown))
    with printing("coverage-map", size_in) as figure:
        box = (_LEFT_IN / size_in[0], _BOTTOM_IN / size_in[1], MAP_IN / size_in[0], tall_in / size_in[1])
        axes = figure.add_axes(box)
        _bands(axes, shown)
        axes.set_aspect("equal", adjustable="datalim")
        figure.canvas.get_renderer()
        axes.apply_aspect()
        window = map_furniture.window_of(axes, shown.crs)
        labels = Labels(axes=axes)
        map_furniture.frame(axes, labels, window)
        if window is not None:
            map_furniture.graticule(axes, window)
            map_furniture.coasts(axes, window, borders=shown.borders)
        _sites(axes, labels, shown.sites)
        heading(figure, shown.title, shown.subtitle, box[0], 118)
        _legend(figure, shown, shares, (box[0] + box[2] + 0.25 / size_in[0], box[1] + box[3]))
        _credits(figure, shown, box[0], window is not None)
        words = (shown.title, _words(shown, shares))
        header = ("band", "share of the area asked about", "square kilometres")
        return sheet(figure, "coverage-map", words, header, shares)


def band_shares(shown: Map) -> Iterator[tuple[str, float, float]]:
    """Label, share of the area asked about, and square kilometres of each band; the last is what is unknown."""
    asked = ~np.isnan(shown.values)
    unknown = np.zeros_like(asked) if shown.unknown is None else shown.unknown & asked
    known = shown.values[asked & ~unknown]
    cell_km2 = 1e-6 * shown.cell_m**2
    total = max(int(np.count_nonzero(asked)), 1)
    bands = SCALES[shown.kind][1]
    counts = np.bincount(_steps(known, bands), minlength=len(bands))
    for band, cells in zip(bands, counts, strict=True):
        yield band.label, int(cells) / total, int(cells) * cell_km2
    if unknown.any():
        cells = int(np.count_nonzero(unknown))
        yield UNKNOWN, cells / total, cells * cell_km2


def _steps(values: NDArray[Any], bands: Sequence[Band]) -> NDArray[np.int64]:
    """Which band each value falls into; 1e-6 beyond an edge still counts as on it, for float32."""
    edges = np.array([band.limit for band in bands[:-1]])
    return np.searchsorted(edges * (1.0 + 1e-6), values, side="left")


def _check(shown: Map) -> None:
    problems = []
    shape = shown.values.shape
    if shown.values.ndim != 2 or min(shape) < 2:
        problems.append(Problem("values", str(shape), "must have rows and columns, at least 2 of each"))
    for name in ("ground_m", "unknown"):
        other = getattr(shown, name)
        if other is not None and other.shape != shape:
            problems.append(Problem(name, str(other.shape), f"must have the shape of the values, {shape}"))
    if not (isfinite(shown.cell_m) and shown.cell_m > 0.0):
        problems.append(Problem("cell_m", str(shown.cell_m), "must be above 0"))
    if shown.kind not in SCALES:
        problems.append(Problem("kind", str(shown.kind), f"must be one of {', '.join(SCALES)}"))
    if problems:
        raise InputError("coverage map", problems)


def _bands(axes: Any, shown: Map) -> None:
    """The coloured bands over shaded ground; what is not known is hatched, what was not asked stays blank."""
    rows, columns = shown.values.shape
    step = max(1, ceil(max(rows, columns) / LARGEST_PX))
    values = np.asarray(shown.values[::step, ::step], np.float64)
    bands = SCALES[shown.kind][1]
    palette = np.array([_rgb(band.colour) for band in bands])
    image = palette[_steps(np.nan_to_num(values, nan=0.0, posinf=np.inf), bands)]
    if shown.ground_m is not None:
        image = image * shade(np.asarray(shown.ground_m[::step, ::step], np.float64), step * shown.cell_m)[..., None]
    blank = np.isnan(values)
    unknown = np.zeros_like(blank) if shown.unknown is None else shown.unknown[::step, ::step] & ~blank
    image[unknown] = _rgb("#e6e6e6")
    alpha = np.where(blank, 0.0, 255.0)[..., None]
    rgba = np.concatenate([np.clip(image, 0.0, 255.0), alpha], axis=-1).astype(np.uint8)
    half = 0.5 * shown.cell_m
    west, north = shown.west_m - half, shown.north_m + half
    tall, wide = (step * shown.cell_m * size for size in values.shape)
    extent = (west, west + wide, north - tall, north)
    axes.imshow(rgba, origin="upper", extent=extent, interpolation="nearest", zorder=1)
    x = west + step * shown.cell_m * (np.arange(values.shape[1]) + 0.5)
    y = north - step * shown.cell_m * (np.arange(values.shape[0]) + 0.5)
    if unknown.any():
        axes.contourf(x, y, np.where(unknown, 1.0, 0.0), levels=[0.5, 1.5], colors="none", hatches=["////"], zorder=2)
    if blank.any() and not blank.all():
        axes.contour(x, y, np.where(blank, 0.0, 1.0), levels=[0.5], colors=SOFT, linewidths=0.7, zorder=2)
    axes.set(xlim=extent[:2], ylim=extent[2:])


def shade(height_m: Floats, step_m: float) -> Floats:
    """How bright the ground is, 1 - `SHADE` to 1, lit from the north-west; rows run south; flat ground is bright."""
    filled = np.nan_to_num(height_m)
    south, east = np.gradient(filled, step_m)
    tilt = (east + south) / np.sqrt(2.0)
    steep = max(float(np.quantile(np.abs(tilt), 0.98)), 0.02)
    return np.asarray(1.0 - SHADE * np.clip(-tilt / steep, 0.0, 1.0) ** 0.8)


def _rgb(colour: str) -> Floats:
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], np.float64)


def _sites(axes: Any, labels: Labels, sites: Sequence[Site]) -> None:
    """Radars with their names and rings; names first, for a ring may do without its number."""
    angle = np.linspace(0.0, 2.0 * np.pi, 241)
    for site in sites:
        labels.point((site.east_m, site.north_m), 9.0)
        axes.plot(site.east_m, site.north_m, marker="^", markersize=9.0, color=INK, markeredgecolor=PAPER, zorder=8)
        for radius_km in site.rings_km:
            x, y = site.east_m + 1e3 * radius_km * np.sin(angle), site.north_m + 1e3 * radius_km * np.cos(angle)
            look = {"linewidth": 0.9, "linestyle": (0, (5, 3)), "path_effects": map_furniture.halo()}
            axes.plot(x, y, color=INK, zorder=5, **look)
    for site in sites:
        labels.beside(site.label, (site.east_m, site.north_m), 10.0, fontsize=9.5, weight="bold")
    for site in sites:
        for radius_km in site.rings_km:
            ways = np.radians([180.0, 0.0, 90.0, 270.0, 150.0, 210.0, 30.0, 330.0, 120.0, 60.0, 240.0, 300.0])
            places = [
                (site.east_m + 1e3 * radius_km * np.sin(way), site.north_m + 1e3 * radius_km * np.cos(way))
                for way in ways
            ]
            labels.write(f"{radius_km:,.4g} km", places, must=False, fontsize=8.0, color=SOFT)


def _legend(figure: Any, shown: Map, shares: Sequence[tuple[str, float, float]], corner: tuple[float, float]) -> None:
    """The scale as a column of boxes with the share of the area in each, from the corner down."""
    from matplotlib.patches import Rectangle

    left, top = corner
    wide, tall = 1.0 / figure.get_figwidth(), 1.0 / figure.get_figheight()
    title, bands = SCALES[shown.kind]
    figure.text(left, top, title, fontsize=10.0, weight="bold", va="top", linespacing=1.3)
    figure.text(0.985, top - 0.46 * tall, "share of area", fontsize=8.0, color=SOFT, ha="right", va="center")
    y = top - 0.6 * tall
    colours = [band.colour for band in bands] + ["#e6e6e6"]
    for (label, share, _), colour in zip(shares, colours, strict=False):
        hatch = "////" if label == UNKNOWN else None
        size = (0.34 * wide, 0.22 * tall)
        figure.add_artist(Rectangle((left, y - size[1]), *size, facecolor=colour, edgecolor=SOFT, hatch=hatch))
        figure.text(left + 0.44 * wide, y - 0.11 * tall, label, fontsize=9.5, va="center")
        figure.text(0.985, y - 0.11 * tall, _percent(share), fontsize=9.5, ha="right", va="center")
        y -= 0.3 * tall
    figure.text(left, y - 0.08 * tall, _notes(shown), fontsize=8.0, color=SOFT, va="top", linespacing=1.5)


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %" if share == 0.0 or share >= 0.02 else "< 0.1 %" if share < 1e-3 else (
        f"{100.0 * share:.1f} %"
    )


def _notes(shown: Map) -> str:
    """What the marks mean, one a line."""
    lines = ["▲ radar"] if shown.sites else []
    if any(site.rings_km for site in shown.sites):
        lines.append("- - distance from the radar over the ground")
    if np.isnan(shown.values).any():
        lines.append("beyond the thin line: not asked")
    if shown.ground_m is not None:
        lines.append("shading: slopes, lit from the north-west")
    return "\n".join(lines)


def _credits(figure: Any, shown: Map, left: float, mapped: bool) -> None:
    """Where terrain and outlines come from, at the foot."""
    told = "  ·  ".join(part for part in (shown.credit.rstrip("."), CREDIT if mapped else "") if part)
    figure.text(left, 0.1 / figure.get_figheight(), told, fontsize=7.5, color=SOFT, va="bottom")


def _words(shown: Map, shares: Sequence[tuple[str, float, float]]) -> str:
    """The map in a sentence."""
    told = "; ".join(f"{label}: {_percent(share)}" for label, share, _ in shares)
    question = SCALES[shown.kind][0].replace("\n", " ")
    return f"{shown.subtitle + '. ' if shown.subtitle else ''}{question}: {told} of the area asked about."

