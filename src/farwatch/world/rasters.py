"""Elevation files of any kind: the one door, and what is left to GDAL."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import Problem, TerrainError
from farwatch.world import geokeys, geotiff, hgt
from farwatch.world.dem import Dem, metres_hint
from farwatch.world.grids import (
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

_GEOTIFF = {".tif", ".tiff", ".gtiff"}

_MISSING_RASTERIO = "pip install farwatch[terrain] adds rasterio, which reads it"


def read(path: Path, bounds: Bounds | None) -> Raster:
    """The window `bounds` of an elevation file or folder; TerrainError where that cannot be."""
    if path.is_dir():
        return hgt.read_folder(path, bounds)
    if not path.is_file():
        raise refusal(path, "file", "", "does not exist")
    if hgt.NAME.match(path.name):
        return hgt.read(path, bounds)
    if path.suffix.lower() not in _GEOTIFF:
        return _read_with_rasterio(path, bounds, Problem("format", path.suffix, "is not GeoTIFF or .hgt"))
    read_or_not = geotiff.read(path, bounds)
    if isinstance(read_or_not, Problem):
        return _read_with_rasterio(path, bounds, read_or_not)
    return read_or_not


def open_dem(path: Path, about: Bounds) -> Dem:
    """An elevation file or folder on its own grid; TerrainError where that cannot be. `about` picks a folder's tiles."""
    if not path.exists():
        raise refusal(path, "file", "", "does not exist")
    if path.is_dir() or hgt.NAME.match(path.name):
        return hgt.open_dem(path, about)
    if path.suffix.lower() not in _GEOTIFF:
        return _dem_with_rasterio(path, Problem("format", path.suffix, "is not GeoTIFF or .hgt"))
    opened = geotiff.open_dem(path)
    return _dem_with_rasterio(path, opened) if isinstance(opened, Problem) else opened


def _dem_with_rasterio(path: Path, problem: Problem) -> Dem:
    """Let GDAL read it on its own grid, turned north up where need be; refuse with `problem` where it is not there."""
    import pyproj

    rasterio = _rasterio(path, problem)
    try:
        with rasterio.open(path) as source, _north_up(source) as upright:
            _refuse_unsound(path, source)
            transform, notices = upright.transform, [f"terrain: {path.name}: read through GDAL"]
            if upright is not source:
                notices = [f"terrain: {path.name}: read through GDAL and turned north up"]
            plane = pyproj.CRS.from_user_input(source.crs.to_wkt())
            plane = plane.sub_crs_list[0] if plane.is_compound else plane.to_2d()
            shape = upright.height, upright.width
            levels = [_level(path, plane, transform, shape, factor) for factor in (1, *_thinnings(shape))]
            return replace(levels[0], overviews=tuple(levels[1:]), notices=tuple(notices))
    except (rasterio.errors.RasterioError, pyproj.exceptions.CRSError) as error:
        raise refusal(path, "bytes", "", f"cannot be read ({error})") from error


def _rasterio(path: Path, problem: Problem) -> Any:
    """The package, or TerrainError with the problem that it would have solved."""
    try:
        import rasterio
        import rasterio.vrt
        import rasterio.windows
    except ImportError:
        hinted = Problem(problem.where, problem.value, problem.rule, _MISSING_RASTERIO)
        raise TerrainError(str(path), [hinted]) from None
    return rasterio


def _north_up(source: Any) -> Any:
    """The same dataset, warped on its own projection where its rows do not run east and its columns south."""
    from rasterio.vrt import WarpedVRT

    t = source.transform
    upright = t.b == 0.0 and t.d == 0.0 and t.a > 0.0 and t.e < 0.0
    return source if upright or source.crs is None else WarpedVRT(source, crs=source.crs)


def _refuse_unsound(path: Path, source: Any) -> None:
    """TerrainError, with all that is wrong, for a dataset that does not hold heights in metres at known places."""
    problems = []
    if source.count != 1 or np.dtype(source.dtypes[0]).kind not in "iuf":
        shown = f"{source.count} of {source.dtypes[0]}"
        problems.append(Problem("samples", shown, "must be one number per place", "gdal_translate -b 1"))
    unit = geokeys.unit_in_words(source.units[0] or "")
    if unit:
        problems.append(Problem("vertical unit", unit, "heights must be metres", metres_hint(path)))
    if source.crs is None:
        hint = "name it: gdal_translate -a_srs EPSG:32632 (or whichever it is) in.tif out.tif"
        problems.append(Problem("coordinate system", "", "is not said", hint))
    if problems:
        raise TerrainError(str(path), problems)


def _thinnings(shape: tuple[int, int]) -> list[int]:
    """Factors at which GDAL is asked for fewer samples."""
    return [factor for factor in (2, 4, 8, 16, 32, 64) if min(shape) >= 256 * factor]


def _level(path: Path, crs: Any, transform: Any, shape: tuple[int, int], factor: int) -> Dem:
    """The file with `factor` by `factor` samples taken as one."""
    return Dem(
        path=path,
        crs=crs,
        rows=shape[0] // factor,
        columns=shape[1] // factor,
        first=(transform.c + 0.5 * factor * transform.a, transform.f + 0.5 * factor * transform.e),
        step=(transform.a * factor, -transform.e * factor),
        samples=partial(_samples_with_rasterio, path, factor),
    )


def _samples_with_rasterio(path: Path, factor: int, window: Window) -> Heights:
    """Heights of a window through GDAL, NaN in voids; thinned by GDAL, from its overviews where it has any."""
    import rasterio
    from rasterio.windows import Window as Part

    rows, columns = (window.top, window.bottom), (window.left, window.right)
    part = Part.from_slices(*(tuple(factor * edge for edge in edges) for edges in (rows, columns)))
    shape = rows[1] - rows[0], columns[1] - columns[0]
    try:
        with rasterio.open(path) as source, _north_up(source) as upright:
            raw = upright.read(1, window=part, out_shape=shape, masked=True, out_dtype="float32").filled(np.nan)
            scale, offset = np.float32(source.scales[0]), np.float32(source.offsets[0])
    except rasterio.errors.RasterioError as error:
        raise refusal(path, "bytes", "", f"cannot be read ({error})") from error
    heights: Heights = raw[:: window.stride, :: window.stride] * scale + offset
    heights[heights < VOID_BELOW_M] = np.nan
    return heights


def _read_with_rasterio(path: Path, bounds: Bounds | None, problem: Problem) -> Raster:
    """Let GDAL read it and warp it to WGS-84; refuse with `problem` where it is not installed."""
    rasterio = _rasterio(path, problem)
    try:
        with rasterio.open(path) as source, rasterio.vrt.WarpedVRT(source, crs="EPSG:4326") as warped:
            _refuse_unsound(path, source)
            transform = warped.transform
            layout = Layout(
                rows=warped.height,
                columns=warped.width,
                lon_step_deg=transform.a,
                lat_step_deg=-transform.e,
                west_deg=transform.c + 0.5 * transform.a,
                north_deg=transform.f + 0.5 * transform.e,
            )
            window = window_of(path, layout, bounds)
            part = rasterio.windows.Window.from_slices((window.top, window.bottom), (window.left, window.right))
            raw = warped.read(1, window=part, out_shape=window.shape, masked=True, out_dtype="float32")
    except rasterio.errors.RasterioError as error:
        raise refusal(path, "bytes", "", f"cannot be read ({error})") from error
    notice = f"terrain: {path.name}: read through GDAL and brought to WGS-84"
    return raster(raw.filled(np.nan), float("nan"), layout, window, (notice,))


