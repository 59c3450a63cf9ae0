"""Cloud-Optimised GeoTIFF: float32 bands on a sheet, tiled, packed, with overviews, for GDAL and all that builds on it.

Sources: [tiff6] TIFF revision 6.0. [technote3] Adobe Photoshop TIFF Technical Note 3 (predictor 3). [ogc21-026] OGC
Cloud Optimized GeoTIFF 1.0: all directories before the data, the full resolution first, overviews' data before it.
[ogc19-008] OGC GeoTIFF 1.1. GDAL's own tags: 42112 (metadata) and 42113 (nodata).

Bands are planar (one after the other) and each tile is written once; a tile without data is left out.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.whole import appearing
from farwatch.world.geokeys import keys_of
from farwatch.world.sheet import Sheet

Values = NDArray[np.float32]

TILE = 512
SMALLEST_OVERVIEW = 512
"""Overviews halve until neither side is longer than this."""

_LEVEL = 1  # higher ones pack elevations by a tenth at twice to four times the time
_THREADS = 4
_CLASSIC_LIMIT = 4_000_000_000
_SHORT, _LONG, _DOUBLE, _ASCII, _LONG8 = 3, 4, 12, 2, 16
_SIZES = {_SHORT: 2, _LONG: 4, _DOUBLE: 8, _ASCII: 1, _LONG8: 8}
_CODES = {_SHORT: "H", _LONG: "I", _DOUBLE: "d", _LONG8: "Q"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """One band: `values` (rows, columns) of the sheet, NaN where there is none; a short name, a unit.

    `by_mean`: overviews hold means of four known cells; else, for counts and classes, the first of the four.
    `fraction_bits`: binary digits kept after the point (4: sixteenths), which packs to less than half; None: all.
    """

    name: str
    values: NDArray[Any]
    unit: str = ""
    by_mean: bool = True
    fraction_bits: int | None = None


class _Level(NamedTuple):
    """One resolution: its size, and offset and length of each tile, band after band."""

    rows: int
    columns: int
    offsets: list[int]
    lengths: list[int]


def write_cog(path: str | Path, sheet: Sheet, layers: Sequence[Layer], tags: Mapping[str, str] | None = None) -> None:
    """Write bands on a sheet as one Cloud-Optimised GeoTIFF; the file appears whole or not at all.

    `tags` become metadata of the file. The same input gives the same bytes. Beside the bands, as much
    memory as one of them is used. Raises InputError where shapes differ or the sheet's system has no GeoKeys,
    StoreError where the file cannot be written.
    """
    place = Path(path)
    keys = _checked(place, sheet, layers)
    with appearing(place) as partial, partial.with_suffix(".tiles").open("w+b") as tiles:
        levels = _pack(tiles, layers)
        with partial.open("wb") as file:
            _assemble(file, tiles, levels, _described(sheet, keys, layers, tags or {}))


def _checked(path: Path, sheet: Sheet, layers: Sequence[Layer]) -> dict[int, int | float | str]:
    """The GeoKeys of the sheet, once everything fits together."""
    from pyproj import CRS

    shape = sheet.height_m.shape
    problems = [
        Problem(f"layer {layer.name}", str(layer.values.shape), f"must have the sheet's shape {shape}")
        for layer in layers
        if layer.values.shape != shape
    ]
    if not layers:
        problems.append(Problem("layers", "none", "at least one is needed"))
    keys = keys_of(CRS.from_wkt(sheet.crs))
    if keys is None:
        problems.append(Problem("coordinate system", CRS.from_wkt(sheet.crs).name, "cannot be said in GeoTIFF keys"))
    if problems or keys is None:
        raise InputError(str(path), problems)
    return keys


# Tiles ------------------------------------------------------------------------------------------------------


def _pack(tiles: IO[bytes], layers: Sequence[Layer]) -> list[_Level]:
    """Write the packed tiles of all levels, and say where they are; level 0 is the full resolution."""
    levels: list[_Level] = []
    rows, columns = layers[0].values.shape
    while True:
        levels.append(_Level(rows, columns, [], []))
        if max(rows, columns) <= SMALLEST_OVERVIEW:
            break
        rows, columns = ceil(rows / 2), ceil(columns / 2)
    for layer in layers:
        values = layer.values
        for level in levels:
            for data in _tiles_of(values, layer.fraction_bits):
                level.offsets.append(tiles.tell() if data else 0)
                level.lengths.append(len(data))
                tiles.write(data)
            if level is not levels[-1]:
                values = _halved(values, by_mean=layer.by_mean)
    return levels


def _tiles_of(values: NDArray[Any], fraction_bits: int | None = None) -> Iterator[bytes]:
    """Packed tiles, row by row; empty where a tile has no data. Threads only change how soon they are ready."""
    rows, columns = values.shape
    corners = [(i, j) for i in range(0, rows, TILE) for j in range(0, columns, TILE)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(corners), 16 * _THREADS):
            yield from pool.map(lambda at: _packed(values, at, fraction_bits), corners[start : start + 16 * _THREADS])


def _packed(values: NDArray[Any], corner: tuple[int, int], fraction_bits: int | None) -> bytes:
    """One tile, predictor 3 [technote3]: bytes of a row sorted by significance, differenced, packed."""
    top, left = corner
    part = values[top : top + TILE, left : left + TILE]
    if fraction_bits is not None:
        part = np.ldexp(np.rint(np.ldexp(part, fraction_bits)), -fraction_bits)
    if np.isnan(part).all():
        return b""
    tile = np.full((TILE, TILE), np.nan, ">f4")
    tile[: part.shape[0], : part.shape[1]] = part
    planes = tile.view(np.uint8).reshape(TILE, TILE, 4).transpose(0, 2, 1).reshape(TILE, 4 * TILE)
    coded = planes.copy()
    coded[:, 1:] -= planes[:, :-1]
    return zlib.compress(coded.tobytes(), _LEVEL)


def _halved(values: NDArray[Any], *, by_mean: bool) -> Values:
    """Every two by two cells as one: the mean of those that are known, or the first."""
    first = np.ascontiguousarray(values[::2, ::2], np.float32)
    if not by_mean:
        return first
    count = np.isfinite(first).astype(np.float32)
    total = np.where(count > 0.0, first, np.float32(0.0))
    for i, j in ((0, 1), (1, 0), (1, 1)):
        other = values[i::2, j::2]
        known = np.isfinite(other)
        part = total[: other.shape[0], : other.shape[1]]
        np.add(part, other, out=part, where=known)
        count[: other.shape[0], : other.shape[1]] += known
    with np.errstate(invalid="ignore"):
        return np.asarray(np.divide(total, count), np.float32)


# Directories ------------------------------------------------------------------------------------------------


class _Tag(NamedTuple):
    """One entry of a directory."""

    number: int
    kind: int
    values: Any

    def packed(self) -> bytes:
        if self.kind == _ASCII:
            return str(self.values).encode() + b"\0"
        return struct.pack(f"<{len(self.values)}{_CODES[self.kind]}", *self.values)

    @property
    def length(self) -> int:
        return len(self.packed()) // _SIZES[self.kind]


def _described(
    sheet: Sheet, keys: Mapping[int, int | float | str], layers: Sequence[Layer], tags: Mapping[str, str]
) -> list[_Tag]:
    """Tags of the full resolution that say where it lies and what it holds."""
    half = 0.5 * sheet.cell_m
    directory, text = [1, 1, 1, len(keys)], ""
    doubles: list[float] = []
    for number, value in sorted(keys.items()):
        if isinstance(value, int):
            directory += [number, 0, 1, value]
        elif isinstance(value, float):
            directory += [number, 34736, 1, len(doubles)]
            doubles.append(value)
        else:
            ascii_value = str(value).encode("ascii", "replace").decode().replace("|", "/") + "|"
            directory += [number, 34737, len(ascii_value), len(text)]
            text += ascii_value
    found = [
        _Tag(33550, _DOUBLE, (sheet.cell_m, sheet.cell_m, 0.0)),
        _Tag(33922, _DOUBLE, (0.0, 0.0, 0.0, sheet.west_m - half, sheet.north_m + half, 0.0)),
        _Tag(34735, _SHORT, directory),
        _Tag(42112, _ASCII, _metadata(layers, tags)),
        _Tag(42113, _ASCII, "nan"),
    ]
    found += [_Tag(34736, _DOUBLE, doubles)] if doubles else []
    return found + ([_Tag(34737, _ASCII, text)] if text else [])


def _metadata(layers: Sequence[Layer], tags: Mapping[str, str]) -> str:
    """GDAL's metadata: what the file is, and name and unit of each band."""
    lines = [f"<Item name={quoteattr(name)}>{_twice(value)}</Item>" for name, value in sorted(tags.items())]
    for index, layer in enumerate(layers):
        for name, role, value in (("DESCRIPTION", "description", layer.name), ("UNITTYPE", "unittype", layer.unit)):
            if value:
                lines.append(f'<Item name="{name}" sample="{index}" role="{role}">{_twice(value)}</Item>')
    return "\n".join(["<GDALMetadata>", *(f"  {line}" for line in lines), "</GDALMetadata>"])


def _twice(value: str) -> str:
    """Escaped twice, as GDAL's own files are: it unescapes what its XML reader has unescaped."""
    return escape(escape(value))


def _assemble(file: IO[bytes], tiles: IO[bytes], levels: list[_Level], described: list[_Tag]) -> None:
    """Header, directories from full to coarsest, then the tiles from coarsest to full."""
    bands = len(levels[0].offsets) // (ceil(levels[0].rows / TILE) * ceil(levels[0].columns / TILE))
    big = tiles.tell() > _CLASSIC_LIMIT
    layouts = [_layout(level, bands, described if k == 0 else [], reduced=k > 0) for k, level in enumerate(levels)]
    sizes = [_directory_size(layout, level, big=big) for layout, level in zip(layouts, levels, strict=True)]
    start = 16 if big else 8
    starts = [start + sum(sizes[:k]) for k in range(len(levels))]
    moved, at = [], start + sum(sizes)
    for level in reversed(levels):
        offsets = []
        for length in level.lengths:
            offsets.append(at if length else 0)
            at += length
        moved.append(offsets)
    moved.reverse()
    file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, start) if big else struct.pack("<2sHI", b"II", 42, start))
    for k, layout in enumerate(layouts):
        following = starts[k + 1] if k + 1 < len(levels) else 0
        kind = _LONG8 if big else _LONG
        entries = [*layout, _Tag(324, kind, moved[k]), _Tag(325, kind, levels[k].lengths)]
        file.write(_directory(entries, starts[k], following, big=big))
    for level in reversed(levels):
        for offset, length in zip(level.offsets, level.lengths, strict=True):
            if length:
                tiles.seek(offset)
                file.write(tiles.read(length))


def _layout(level: _Level, bands: int, described: list[_Tag], *, reduced: bool) -> list[_Tag]:
    """Tags of one level, without those that say where its tiles are."""
    return [
        _Tag(254, _LONG, (1 if reduced else 0,)),
        _Tag(256, _LONG, (level.columns,)),
        _Tag(257, _LONG, (level.rows,)),
        _Tag(258, _SHORT, (32,) * bands),
        _Tag(259, _SHORT, (8,)),  # DEFLATE
        _Tag(262, _SHORT, (1,)),
        _Tag(277, _SHORT, (bands,)),
        _Tag(284, _SHORT, (2 if bands > 1 else 1,)),
        _Tag(317, _SHORT, (3,)),
        _Tag(322, _SHORT, (TILE,)),
        _Tag(323, _SHORT, (TILE,)),
        *([_Tag(338, _SHORT, (0,) * (bands - 1))] if bands > 1 else []),
        _Tag(339, _SHORT, (3,) * bands),
        *described,
        *([_Tag(42113, _ASCII, "nan")] if reduced else []),
    ]


def _directory_size(layout: list[_Tag], level: _Level, *, big: bool) -> int:
    """Bytes of a directory with everything that its entries point to."""
    kind = _LONG8 if big else _LONG
    empty = [0] * len(level.offsets)
    return len(_directory([*layout, _Tag(324, kind, empty), _Tag(325, kind, empty)], 0, 0, big=big))


def _directory(entries: list[_Tag], start: int, following: int, *, big: bool) -> bytes:
    """One directory at `start`: entries in order of number, the link to the next, then values that do not fit."""
    room, head, foot = (8, "<Q", "<Q") if big else (4, "<H", "<I")
    entry_size = 20 if big else 12
    fixed = struct.calcsize(head) + entry_size * len(entries) + struct.calcsize(foot)
    lines, beyond = [], b""
    for tag in sorted(entries, key=lambda t: t.number):
        data = tag.packed()
        if len(data) <= room:
            shown = data.ljust(room, b"\0")
        else:
            shown = struct.pack(foot, start + fixed + len(beyond))
            beyond += data + b"\0" * (-len(data) % 8)
        lines.append(struct.pack("<HHQ" if big else "<HHI", tag.number, tag.kind, tag.length) + shown)
    made = struct.pack(head, len(entries)) + b"".join(lines) + struct.pack(foot, following) + beyond
    return made + b"\0" * (-len(made) % 8)
