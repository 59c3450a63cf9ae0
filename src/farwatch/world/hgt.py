"""SRTM .hgt tiles: big-endian samples of a degree, named by the south-west corner; a folder is one raster."""

import gzip
import re
import zlib
from collections.abc import Iterable
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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


def read_folder(folder: Path, bounds: Bounds | None) -> Raster:
    """The window of a folder of tiles; those that are absent are sea, and counted."""
    tiles = {_corner(path): path for path in sorted(folder.iterdir()) if NAME.match(path.name)}
    if not tiles:
        raise refusal(folder, "folder", "", "holds no .hgt or .hgt.gz file such as N46E008.hgt")
    wanted = bounds or _extent(tiles)
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


def _touches(corner: tuple[int, int], bounds: Bounds) -> bool:
    lat, lon = corner
    in_lat = lat < bounds.north_deg and lat + 1 > bounds.south_deg
    return in_lat and lon < bounds.east_deg and lon + 1 > bounds.west_deg


