"""The files of `farwatch coverage`: raster, contours, pictures and table, each written whole or not at all."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from farwatch import __version__
from farwatch.detect.coverage import Coverage
from farwatch.detect.posts import Lit
from farwatch.errors import StoreError
from farwatch.formats import cog, geojson, netcdf_grid
from farwatch.formats.whole import appearing
from farwatch.report.coverage import headline, rows, told
from farwatch.report.coverage_request import Request
from farwatch.report.figures import blake, coverage_map
from farwatch.scenario.typed import Level

Singles = NDArray[np.float32]

LEVELS_M = (0.0, 50.0, 100.0, 300.0, 1e3, 3e3, 1e4)
"""Heights between which contours run."""

DIAGRAM_TOP_M, LOW_TOP_M = 15e3, 1.5e3
"""How far above the antenna's ground the vertical diagrams reach."""


def write(area: Coverage, asked: Request, path: Path) -> list[Path]:
    """Write one file, by its suffix, or a folder of all of them; the paths written. StoreError where that fails."""
    if path.suffix:
        _WRITERS[path.suffix.lower()](area, asked, path)
        return [path]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: cannot be made ({error})") from error
    made = [path / name for name in ("floor.tif", "floor.geojson", "floor.png", "coverage.json")]
    for each in made:
        _WRITERS[each.suffix](area, asked, each)
    for name, picture in (*_slices(area, asked), *_diagrams(area)):
        _whole(path / name, picture)
        made.append(path / name)
    return made


def _raster(area: Coverage, asked: Request, path: Path) -> None:
    floor = cog.Layer(name="floor_agl_m", values=area.floor_m(), unit="m")
    slices = [_layer(area, level) for level in asked.heights] if asked.chosen else []
    tags = {"title": headline(area), "software": f"farwatch {__version__}", "notes": "; ".join(area.notices)}
    cog.write_cog(path, area.sheet, [floor, *slices], tags)


def _grid(area: Coverage, asked: Request, path: Path) -> None:
    """The raster's bands, and the ground, as fields of NetCDF."""
    floor = netcdf_grid.Field(
        name="floor_agl_m", values=area.floor_m(), unit="m",
        meaning="lowest height above ground at which the target is seen",
    )
    ground = netcdf_grid.Field(
        name="ground_m", values=area.sheet.height_m, unit="m", standard_name="surface_altitude", meaning="ground",
    )
    what = "chance of detection in one look" if area.target is not None else "number of posts that see it"
    slices = [
        netcdf_grid.Field(name=layer.name, values=layer.values, meaning=f"{what}, {told(level)}")
        for level in (asked.heights if asked.chosen else ())
        for layer in (_layer(area, level),)
    ]
    made, notes = f"farwatch {__version__}", "; ".join(area.notices)
    tags = {"title": headline(area), "source": made, "history": f"written by {made}", "comment": notes}
    netcdf_grid.write_grid(path, area.sheet, [floor, ground, *slices], tags)


def _layer(area: Coverage, level: Level) -> cog.Layer:
    """One height as a band: a chance of detection, or for lines of sight how many posts see it."""
    name = f"{level.height_m:g}_m_{'agl' if level.above == 'ground' else 'msl'}"
    blank = ~area.inside()
    if area.target is None:
        values = area.count(level.height_m, level.above).astype(np.float32)
        values[blank] = np.nan
        return cog.Layer(name=f"posts_seeing_{name}", values=values, by_mean=False)
    values = area.pd(level.height_m, level.above)
    values[blank] = np.nan
    return cog.Layer(name=f"pd_{name}", values=values)


def _contours(area: Coverage, _asked: Request, path: Path) -> None:
    labels = [{"seen_from_m_agl": low} for low in LEVELS_M[:-1]]
    areas = geojson.bands(area.floor_m(), area.sheet.places, LEVELS_M, labels)
    posts = [
        geojson.point(lit.post.lat_deg, lit.post.lon_deg, {"name": lit.post.name, "radar": lit.post.radar})
        for lit in area.posts
    ]
    geojson.write(path, [*posts, *areas])


def _table(area: Coverage, asked: Request, path: Path) -> None:
    told_rows = [
        {
            "height_m": row.level.height_m, "above": row.level.above, "share_of_area_seen": row.seen_share,
            "seen_to_m_by_direction": {"tenth": row.near_m, "median": row.middle_m, "nine_tenths": row.far_m},
        }
        for row in rows(area, asked.heights)
    ]
    whole = {
        "farwatch": __version__,
        "headline": headline(area),
        "posts": [asdict(lit.post) | {"antenna_agl_m": lit.antenna_agl_m} for lit in area.posts],
        "target": None if area.target is None else asdict(area.target),
        "radius_m": area.radius_m,
        "ground": {"source": area.sheet.title, "cell_m": area.sheet.cell_m, "resampled": area.sheet.resampled},
        "heights": told_rows,
        "notes": list(area.notices),
    }
    _whole(path, (json.dumps(whole, indent=2) + "\n").encode())


def _map(area: Coverage, _asked: Request, path: Path) -> None:
    values = area.floor_m()
    values = np.where(np.isnan(values) & area.inside(), np.float32(np.inf), values)
    _whole(path, coverage_map.draw(_drawn(area, "floor", values, "From which height on it is seen")).png)


def _slices(area: Coverage, asked: Request) -> Iterator[tuple[str, bytes]]:
    """A map of each height that was asked for, and of how many posts see it where there are several."""
    if not asked.chosen:
        return
    blank = ~area.inside()
    for level in asked.heights:
        name = f"{level.height_m:.0f}m-{'agl' if level.above == 'ground' else 'msl'}"
        if area.target is not None:
            values = area.pd(level.height_m, level.above)
            values[blank] = np.nan
            yield f"pd-{name}.png", coverage_map.draw(_drawn(area, "pd", values, f"At {told(level)}")).png
        if area.target is None or len(area.posts) > 1:
            values = area.count(level.height_m, level.above).astype(np.float32)
            values[blank] = np.nan
            yield f"count-{name}.png", coverage_map.draw(_drawn(area, "count", values, f"At {told(level)}")).png


def _drawn(area: Coverage, kind: coverage_map.Kind, values: Singles, title: str) -> coverage_map.Map:
    sheet = area.sheet
    return coverage_map.Map(
        kind=kind,
        values=values,
        west_m=sheet.west_m,
        north_m=sheet.north_m,
        cell_m=sheet.cell_m,
        crs=sheet.crs,
        title=title,
        subtitle=headline(area),
        credit=f"Ground: {sheet.title}",
        sites=tuple(_sites(area)),
        ground_m=sheet.height_m if sheet.source else None,
        unknown=sheet.void,
    )


def _sites(area: Coverage) -> Iterator[coverage_map.Site]:
    """One mark for all posts in one cell, named by what their names have in common."""
    cells: dict[tuple[int, int], list[Lit]] = {}
    for lit in area.posts:
        cells.setdefault((lit.spot.row, lit.spot.column), []).append(lit)
    for (row, column), here in cells.items():
        yield coverage_map.Site(
            label=", ".join(dict.fromkeys(lit.post.name.partition("/")[0] for lit in here)),
            east_m=area.sheet.west_m + column * area.sheet.cell_m,
            north_m=area.sheet.north_m - row * area.sheet.cell_m,
            rings_km=_rings_km(area.radius_m) if len(cells) == 1 else (),
        )


def _rings_km(radius_m: float) -> tuple[float, ...]:
    """Three or four round distances inside the radius."""
    for step_km in (5.0, 10.0, 25.0, 50.0, 100.0, 200.0):
        if radius_m / 1e3 / step_km <= 4.5:
            return tuple(np.arange(step_km, radius_m / 1e3, step_km).tolist())
    return ()


def _diagrams(area: Coverage) -> Iterator[tuple[str, bytes]]:
    """The vertical diagrams of each radar toward its heading: all heights, and the lowest over a level earth."""
    for number, lit in enumerate(area.posts):
        if lit.reach is None:
            continue
        name = "vertical" if len(area.posts) == 1 else f"vertical-{lit.post.name.replace('/', '-')}"
        ground_m = float(area.sheet.height_m[lit.spot.row, lit.spot.column])
        yield f"{name}.png", _diagram(area, number, ground_m + DIAGRAM_TOP_M, "curved")
        yield f"{name}-low.png", _diagram(area, number, ground_m + LOW_TOP_M, "flat")


def _diagram(area: Coverage, number: int, top_m: float, earth: Literal["curved", "flat"]) -> bytes:
    lit = area.posts[number]
    cut = area.vertical(lit.post.heading_deg, top_m, number)
    shown = blake.Slice(
        pd=cut.pd,
        height_m=cut.height_m,
        ground_range_m=cut.ground_range_m,
        antenna_m=cut.antenna_m,
        title=f"{lit.post.radar} toward {cut.azimuth_deg:.0f}°",
        subtitle=headline(area),
        credit=f"Ground: {area.sheet.title}",
        terrain_m=cut.ground_m,
        floor_m=cut.lowest_m,
        earth=earth,
    )
    return blake.draw(shown).png


def _whole(path: Path, content: bytes) -> None:
    with appearing(path) as partial:
        partial.write_bytes(content)


_WRITERS: dict[str, Callable[[Coverage, Request, Path], Any]] = {
    ".tif": _raster, ".tiff": _raster, ".geojson": _contours, ".json": _table, ".png": _map, ".nc": _grid,
}
