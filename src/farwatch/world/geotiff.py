"""GeoTIFF and COG: tags through tifffile, samples by own decoding of the tiles or strips a window touches.

Uncompressed or DEFLATE, predictors 1 to 3, one number per sample. `read` takes files in latitude and longitude,
`open_dem` those and projected ones. Memory is the window and one tile.

Sources: [tiff6] TIFF revision 6.0, predictors. [technote3] Adobe Photoshop TIFF Technical Note 3,
predictor 3. [ogc19-008] OGC GeoTIFF 1.1: raster space, PixelIsArea and PixelIsPoint.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import Problem, TerrainError
from farwatch.world import geokeys
from farwatch.world.dem import Dem, metres_hint
from farwatch.world.grids import (
    CELL_LIMIT,
    VOID_BELOW_M,
    Bounds,
    Heights,
    Layout,
    Raster,
    Window,
    raster,
    refusal,
    window_of,
)

_DATUMS = {4326: "WGS 84", 4979: "WGS 84", 4258: "ETRS89", 4269: "NAD83", 4283: "GDA94", 7844: "GDA2020"}
_DEFLATE = (8, 32946)

_Placed = tuple[float, float, float, float]
"""Centre of the first sample, x and y, and the steps east and south; in the file's own units."""


def read(path: Path, bounds: Bounds | None) -> Raster | Problem:
    """The window of a file, or why own decoding does not do for it; TerrainError for an unsound file."""
    with _opened(path) as tif:
        page: Any = tif.pages[0]
        _refuse_unsound(path, page)
        problem = _unreadable(page) or _not_degrees(page)
        if problem is not None:
            return problem
        placed = _placed(page)
        if isinstance(placed, Problem):
            return placed
        layout, notices = _layout(path, page, placed)
        window = window_of(path, layout, bounds)
        level = _level(tif, window)
        if level is not page:
            layout = _coarser(layout, level.shape)
            notices = (*notices, f"terrain: {path.name}: overview of {level.shape[0]} rows read, to save memory")
            window = window_of(path, layout, bounds)
        return raster(_heights(path, page, level, window), float("nan"), layout, window, notices)


def open_dem(path: Path) -> Dem | Problem:
    """The file on its own grid, or why own decoding does not do for it; TerrainError for an unsound file."""
    with _opened(path) as tif:
        page: Any = tif.pages[0]
        _refuse_unsound(path, page)
        problem = _unreadable(page)
        placed = _placed(page) if problem is None else problem
        if isinstance(placed, Problem):
            return placed
        crs = geokeys.crs_of(page.geotiff_tags or {})
        if crs is None:
            name = str((page.geotiff_tags or {}).get("GTCitationGeoKey", ""))
            return Problem("coordinate system", name, "is not one that this reader puts together from its keys")
        notices: tuple[str, ...] = ()
        if crs.is_geographic:
            notices = _layout(path, page, placed)[1]
        whole = _dem_of(path, page, 0, placed)
        overviews = [
            _dem_of(path, level.keyframe, index, placed, of=page)
            for index, level in enumerate(tif.series[0].levels)
            if index > 0 and level.keyframe.compression in (1, *_DEFLATE)
        ]
        return replace(whole, crs=crs, notices=notices, overviews=tuple(replace(o, crs=crs) for o in overviews))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file through tifffile; whatever is wrong with its bytes becomes a TerrainError."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as tif:
            yield tif
    except (tifffile.TiffFileError, ValueError, KeyError, IndexError, struct.error, zlib.error, OSError) as error:
        raise refusal(path, "bytes", "", f"cannot be read as a GeoTIFF ({error})") from error


def _dem_of(path: Path, page: Any, index: int, placed: _Placed, of: Any = None) -> Dem:
    """One level of a file; an overview covers whole cells of the first level `of`, by a whole factor."""
    factor = round((of or page).shape[1] / page.shape[1])
    west, north, x_step, y_step = placed
    return Dem(
        path=path,
        crs=None,
        rows=page.shape[0],
        columns=page.shape[1],
        first=(west + 0.5 * (factor - 1) * x_step, north - 0.5 * (factor - 1) * y_step),
        step=(x_step * factor, y_step * factor),
        samples=partial(_level_samples, path, index),
    )


def _level_samples(path: Path, index: int, window: Window) -> Heights:
    """Heights of a window of one level, NaN in voids."""
    with _opened(path) as tif:
        raw = _heights(path, tif.pages[0], tif.series[0].levels[index].keyframe, window)
    raw[raw < VOID_BELOW_M] = np.nan
    return raw


def _refuse_unsound(path: Path, page: Any) -> None:
    """TerrainError, with all that is wrong, for samples that are no heights in metres."""
    problems = []
    if page.samplesperpixel != 1 or page.dtype is None or page.dtype.kind not in "iuf":
        hint = "write the band with the heights to a file of its own: gdal_translate -b 1"
        shown = f"{page.samplesperpixel} of {page.dtype}"
        problems.append(Problem("samples", shown, "must be one number per place", hint))
    unit = geokeys.vertical_unit(page.geotiff_tags or {}, _metadata(page))
    if unit:
        problems.append(Problem("vertical unit", unit, "heights must be metres", metres_hint(path)))
    if not page.geotiff_tags:
        placed = _placed(page)
        if not isinstance(placed, Problem) and not _are_degrees(page, placed):
            west, north, *_ = placed
            rule = "is not said, and the numbers are not degrees"
            hint = "name it: gdal_translate -a_srs EPSG:32632 (or whichever it is) in.tif out.tif"
            problems.append(Problem("coordinate system", f"x {west:g}, y {north:g}", rule, hint))
    if problems:
        raise TerrainError(str(path), problems)


def _metadata(page: Any) -> str:
    """GDAL's metadata, XML; empty where there are none."""
    tag = page.tags.get(42112)
    return str(tag.value) if tag is not None else ""


def _unreadable(page: Any) -> Problem | None:
    """Why own decoding does not do for this file; None when it does."""
    if page.compression not in (1, *_DEFLATE):
        return Problem("compression", page.compression.name, "must be none or DEFLATE")
    return None


def _not_degrees(page: Any) -> Problem | None:
    """Why a file is not in latitude and longitude on a datum close to WGS-84; None when it is."""
    keys = page.geotiff_tags or {}
    if int(keys.get("GTModelTypeGeoKey", 2)) != 2:
        name = str(keys.get("ProjectedCSTypeGeoKey", keys.get("GTCitationGeoKey", "")))
        return Problem("coordinate system", name, "must be latitude and longitude, not a projection")
    code = int(keys.get("GeographicTypeGeoKey", 4326))
    if code not in _DATUMS:
        return Problem("coordinate system", f"EPSG:{code}", f"must be one of {_datum_names()}")
    return None


def _datum_names() -> str:
    return ", ".join(f"EPSG:{code} ({name})" for code, name in _DATUMS.items())


def _placed(page: Any) -> _Placed | Problem:
    """Where the samples lie, from the geo tags; see [ogc19-008], section 7.1; a Problem unless north is up."""
    keys = page.geotiff_tags or {}
    scale, tie, matrix = (page.tags.get(code) for code in (33550, 33922, 34264))
    if scale is not None and tie is not None:
        x_step, y_step = float(scale.value[0]), float(scale.value[1])
        column, row, _, x, y = (float(v) for v in tie.value[:5])
        west, north = x - column * x_step, y + row * y_step
    elif matrix is not None and matrix.value[1] == 0.0 and matrix.value[4] == 0.0:
        x_step, y_step = float(matrix.value[0]), -float(matrix.value[5])
        west, north = float(matrix.value[3]), float(matrix.value[7])
    elif matrix is not None:
        return Problem("geo tags", "rotated", "rows must run east and columns south")
    else:
        return Problem("geo tags", "", "the file does not say where its samples lie, north up")
    if not (x_step > 0.0 and y_step > 0.0):
        return Problem("geo tags", f"{x_step:g}, {y_step:g}", "steps must run east and south")
    if int(keys.get("GTRasterTypeGeoKey", 1)) == 1:  # areas: the tie is a corner, not a sample
        west, north = west + 0.5 * x_step, north - 0.5 * y_step
    return west, north, x_step, y_step


def _are_degrees(page: Any, placed: _Placed) -> bool:
    """Whether the samples lie where latitudes and longitudes can."""
    west, north, x_step, y_step = placed
    south, east = north - (page.shape[0] - 1) * y_step, west + (page.shape[1] - 1) * x_step
    return -90.5 <= south <= north <= 90.5 and -360.5 <= west <= east <= 540.5 and east - west <= 361.0


def _layout(path: Path, page: Any, placed: _Placed) -> tuple[Layout, tuple[str, ...]]:
    """The same for a file in degrees, and what is to be said of its datum."""
    keys = page.geotiff_tags or {}
    west, north, lon_step, lat_step = placed
    rows, columns = page.shape[:2]
    south, east = north - (rows - 1) * lat_step, west + (columns - 1) * lon_step
    if not _are_degrees(page, placed):
        held = f"{south:g} to {north:g} N, {west:g} to {east:g} E"
        exchanged = -90.5 <= west <= east <= 90.5 and -360.5 <= south <= north <= 540.5
        hint = "latitude and longitude are exchanged: x must be the longitude" if exchanged else ""
        rule = "are not latitude and longitude in degrees"
        raise TerrainError(str(path), [Problem("geo tags", held, rule, hint)])
    code = int(keys.get("GeographicTypeGeoKey", 0))
    layout = Layout(
        rows=rows,
        columns=columns,
        north_deg=north,
        west_deg=west,
        lat_step_deg=lat_step,
        lon_step_deg=lon_step,
    )
    if code in (4326, 4979) or code > 0 and code not in _DATUMS:
        return layout, ()  # other datums are brought to WGS-84 by whoever asks for them
    return layout, (f"terrain: {path.name}: datum {_DATUMS.get(code, 'not said')}, taken as WGS-84",)


def _level(tif: Any, window: Window) -> Any:
    """The page to read: full resolution, or the finest overview that keeps the window below the limit."""
    levels = tif.series[0].levels
    for level in levels:
        factor = round(levels[0].shape[0] / level.shape[0])
        page = level.keyframe
        if window.cells <= CELL_LIMIT * factor * factor and page.compression in (1, *_DEFLATE):
            return page
    return levels[0].keyframe


def _coarser(layout: Layout, shape: tuple[int, ...]) -> Layout:
    """The layout of an overview: the same area, cut into fewer cells."""
    lat_step = layout.lat_step_deg * layout.rows / shape[0]
    lon_step = layout.lon_step_deg * layout.columns / shape[1]
    return Layout(
        rows=shape[0],
        columns=shape[1],
        north_deg=layout.north_deg + 0.5 * (layout.lat_step_deg - lat_step),
        west_deg=layout.west_deg + 0.5 * (lon_step - layout.lon_step_deg),
        lat_step_deg=lat_step,
        lon_step_deg=lon_step,
    )


def _nodata(page: Any) -> float:
    tag = page.tags.get(42113)
    try:
        return float(str(tag.value).strip().strip("\0")) if tag is not None else float("nan")
    except ValueError:
        return float("nan")


def _heights(path: Path, page: Any, level: Any, window: Window) -> Heights:
    """Samples of a level in metres, NaN where the file marks a void; scale and offset as GDAL's metadata say."""
    raw = _samples(path, level, window)
    nodata = _nodata(page)
    if np.isfinite(nodata):
        raw[raw == np.float32(nodata)] = np.nan
    told = geokeys.items(_metadata(page))
    scale, offset = float(told.get("scale", 1.0)), float(told.get("offset", 0.0))
    return raw if (scale, offset) == (1.0, 0.0) else raw * np.float32(scale) + np.float32(offset)


def _samples(path: Path, page: Any, window: Window) -> Heights:
    """Samples of the window, rows southward, read tile by tile; see `_decode`."""
    out = window.blank()
    height, width = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, page.shape[1])
    height = min(height, page.shape[0]) if not page.is_tiled else height
    across = ceil(page.shape[1] / width)
    with path.open("rb") as file:
        for row in range(window.top // height, ceil(window.bottom / height)):
            for column in range(window.left // width, ceil(window.right / width)):
                index = row * across + column
                size = page.databytecounts[index]
                if size == 0:
                    continue  # a sparse tile holds nothing but voids
                file.seek(page.dataoffsets[index])
                tall = height if page.is_tiled else min(height, page.shape[0] - row * height)
                tile = _decode(page, file.read(size), (tall, width))
                place(out, tile, window, row * height, column * width)
    return out


def _decode(page: Any, data: bytes, shape: tuple[int, int]) -> NDArray[Any]:
    """One tile: DEFLATE undone, then its predictor (2: differences along a row, 3: of split bytes)."""
    raw = zlib.decompress(data) if page.compression in _DEFLATE else data
    order = page.parent.byteorder
    rows, columns = shape
    dtype = np.dtype(page.dtype).newbyteorder(order)
    needed = rows * columns * dtype.itemsize
    if len(raw) < needed:
        raise ValueError(f"a tile holds {len(raw)} bytes instead of {needed}")
    if page.predictor == 3:  # [technote3]: bytes of a row are sorted by significance, then differenced
        planes = np.frombuffer(raw, np.uint8, needed).reshape(rows, dtype.itemsize * columns)
        summed = np.cumsum(planes, axis=1, dtype=np.uint8).reshape(rows, dtype.itemsize, columns)
        big_endian = np.ascontiguousarray(summed.transpose(0, 2, 1))
        joined: NDArray[Any] = big_endian.view(dtype.newbyteorder(">"))
        return joined.reshape(rows, columns)
    tile = np.frombuffer(raw, dtype, rows * columns).reshape(rows, columns)
    if page.predictor == 2:
        tile = np.cumsum(tile, axis=1, dtype=dtype.newbyteorder("="))
    return tile


def place(out: Heights, tile: NDArray[Any], window: Window, top: int, left: int) -> None:
    """Copy what a tile has of the window; (`top`, `left`) is the tile's first sample in the file."""
    step = window.stride
    first_row = window.top + step * max(0, ceil((top - window.top) / step))
    first_column = window.left + step * max(0, ceil((left - window.left) / step))
    part = tile[
        first_row - top : min(window.bottom, top + tile.shape[0]) - top : step,
        first_column - left : min(window.right, left + tile.shape[1]) - left : step,
    ]
    i, j = (first_row - window.top) // step, (first_column - window.left) // step
    out[i : i + part.shape[0], j : j + part.shape[1]] = part


