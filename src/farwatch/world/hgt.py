"""SRTM .hgt tiles: big-endian samples of a degree, named by the south-west corner; a folder is one raster."""

import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from math import floor, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farwatch.world.dem import OUTSIDE, Dem
from farwatch.world.geotiff import place
from farwatch.world.grids import Bounds, Heights, Layout, Raster, Window, raster, refusal, window_of

NAME = re.compile(r"^([NS])(\d{2})([EW])(\d{3})\.hgt(\.gz)?$", re.IGNORECASE)
_VOID = -32768.0


def read(path: Path, bounds: Bounds | None) -> Raster:
    """The window of one tile."""
    samples, south, west = _hgt_tile(path)
    last = samples.shape[0] - 1
    layout = _layout(south + 1.0, west, (1, 1), last)
    window = window_of(path, layout, bounds)
    step = window.stride
    part = samples[window.top : window.bottom : step, window.left : window.right : step].astype(np.float32)
    return raster(part, _VOID, layout, window, ())


def _hgt_tile(path: Path) -> tuple[NDArray[np.int16], float, float]:
    """Samples of one tile, rows southward, and its south-west corner."""
    named = NAME.match(path.name)
    if named is None:
        raise refusal(path, "name", path.name, "must give the south-west corner, as in N46E008.hgt")
    try:
        raw = gzip.decompress(path.read_bytes()) if named[5] else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise refusal(path, "bytes", "", f"cannot be unpacked ({error})") from error
    side = round(sqrt(len(raw) / 2))
    if side < 2 or 2 * side * side != len(raw):
        raise refusal(path, "size", f"{len(raw)} bytes", "must be a square of 2-byte samples")
    samples = np.frombuffer(raw, ">i2").reshape(side, side)
    lat = float(named[2]) * (1.0 if named[1].upper() == "N" else -1.0)
    lon = float(named[4]) * (1.0 if named[3].upper() == "E" else -1.0)
    return samples, lat, lon


def open_dem(path: Path, about: Bounds) -> Dem:
    """One tile, or the tiles of a folder that touch `about`, on their own grid; absent tiles are `OUTSIDE`."""
    import pyproj

    tiles = _tiles_of(path, about)
    side = _hgt_tile(next(iter(tiles.values())))[0].shape[0]
    south, north, west, east = (round(edge) for edge in _extent(tiles))
    layout = _layout(float(north), float(west), (north - south, east - west), side - 1)
    return Dem(
        path=path,
        crs=pyproj.CRS.from_epsg(4326),
        rows=layout.rows,
        columns=layout.columns,
        first=(layout.west_deg, layout.north_deg),
        step=(layout.lon_step_deg, layout.lat_step_deg),
        samples=partial(_tile_samples, tiles, (north, west, side)),
    )


def _tiles_of(path: Path, about: Bounds) -> dict[tuple[int, int], Path]:
    """Tiles by south-west corner: those of a folder that touch a window, or the one that is named."""
    if path.is_file():
        return {_corner(path): path}
    tiles = _turned({_corner(p): p for p in sorted(path.iterdir()) if NAME.match(p.name)}, about)
    if not tiles:
        raise refusal(path, "folder", "", "holds no .hgt or .hgt.gz file such as N46E008.hgt")
    inside = {corner: tile for corner, tile in tiles.items() if _touches(corner, about)}
    if not inside:
        raise refusal(path, "folder", f"{len(tiles)} tiles", f"none touches {about}")
    return inside


def _tile_samples(tiles: Mapping[tuple[int, int], Path], corner: tuple[int, int, int], window: Window) -> Heights:
    """Heights of a window of some tiles; `corner` is their north edge, west edge, and samples a side."""
    north, west, side = corner
    out = window.blank()
    out[...] = OUTSIDE
    for (lat, lon), path in tiles.items():
        top, left = (north - lat - 1) * (side - 1), (lon - west) * (side - 1)
        if top >= window.bottom or left >= window.right or top + side <= window.top or left + side <= window.left:
            continue
        samples = _hgt_tile(path)[0]
        if samples.shape[0] != side:
            raise refusal(path, "size", f"{samples.shape[0]} samples a side", f"its neighbours have {side}")
        heights = samples.astype(np.float32)
        heights[samples == _VOID] = np.nan
        place(out, heights, window, top, left)
    return out


def read_folder(folder: Path, bounds: Bounds | None) -> Raster:
    """The window of a folder of tiles; those that are absent are sea, and counted."""
    tiles = {_corner(path): path for path in sorted(folder.iterdir()) if NAME.match(path.name)}
    if not tiles:
        raise refusal(folder, "folder", "", "holds no .hgt or .hgt.gz file such as N46E008.hgt")
    wanted = bounds or _extent(tiles)
    tiles = _turned(tiles, wanted)
    inside = {corner: path for corner, path in tiles.items() if _touches(corner, wanted)}
    if not inside:
        raise refusal(folder, "folder", f"{len(tiles)} tiles", f"none touches {wanted}")
    side = _hgt_tile(next(iter(inside.values())))[0].shape[0]
    south, north, west, east = (round(edge) for edge in _extent(inside))
    last = side - 1
    layout = _layout(float(north), float(west), (north - south, east - west), last)
    window = window_of(folder, layout, wanted)
    out = window.blank()
    for (lat, lon), path in inside.items():
        samples = _hgt_tile(path)[0]
        if samples.shape[0] != side:
            raise refusal(path, "size", f"{samples.shape[0]} samples a side", f"its neighbours have {side}")
        _place_tile(out, samples.astype(np.float32), window, (north - lat - 1) * last, (lon - west) * last)
    absent = (north - south) * (east - west) - len(inside)
    gone: tuple[str, ...] = ()
    if absent:
        out[np.isnan(out)] = 0.0
        gone = (f"terrain: {absent} tiles of {folder.name} are absent and taken as the sea at 0 m",)
    return raster(out, _VOID, layout, window, gone)


def _place_tile(out: Heights, tile: Heights, window: Window, top: int, left: int) -> None:
    """As `_place`, for a tile that may lie outside the window."""
    inside = top < window.bottom and left < window.right
    if inside and top + tile.shape[0] > window.top and left + tile.shape[1] > window.left:
        place(out, tile, window, top, left)


def _layout(north_deg: float, west_deg: float, tiles: tuple[int, int], steps: int) -> Layout:
    """Tiles of one degree with `steps` steps a side; neighbours share their edge."""
    return Layout(
        rows=tiles[0] * steps + 1,
        columns=tiles[1] * steps + 1,
        north_deg=north_deg,
        west_deg=west_deg,
        lat_step_deg=1.0 / steps,
        lon_step_deg=1.0 / steps,
    )


def _extent(corners: Iterable[tuple[int, int]]) -> Bounds:
    lats, lons = zip(*corners, strict=True)
    return Bounds(min(lats), max(lats) + 1, min(lons), max(lons) + 1)


def _corner(path: Path) -> tuple[int, int]:
    named = NAME.match(path.name)
    assert named is not None
    lat = int(named[2]) * (1 if named[1].upper() == "N" else -1)
    return lat, int(named[4]) * (1 if named[3].upper() == "E" else -1)


def _turned(tiles: dict[tuple[int, int], Path], about: Bounds) -> dict[tuple[int, int], Path]:
    """The same tiles, their longitudes within half a turn of the middle of a window: some may exceed 180."""
    middle = 0.5 * (about.west_deg + about.east_deg)
    return {(lat, lon + 360 * floor((middle - lon + 179.5) / 360.0)): path for (lat, lon), path in tiles.items()}


def _touches(corner: tuple[int, int], bounds: Bounds) -> bool:
    lat, lon = corner
    in_lat = lat < bounds.north_deg and lat + 1 > bounds.south_deg
    return in_lat and lon < bounds.east_deg and lon + 1 > bounds.west_deg


