"""Elevation files of any kind: the one door, and what is left to GDAL."""

from pathlib import Path

import numpy as np

from farwatch.errors import Problem, TerrainError
from farwatch.world import geotiff, hgt
from farwatch.world.grids import Bounds, Layout, Raster, raster, refusal, window_of

_MISSING_RASTERIO = "pip install farwatch[terrain] adds rasterio, which reads it"


def read(path: Path, bounds: Bounds | None) -> Raster:
    """The window `bounds` of an elevation file or folder; TerrainError where that cannot be."""
    if path.is_dir():
        return hgt.read_folder(path, bounds)
    if not path.is_file():
        raise refusal(path, "file", "", "does not exist")
    if hgt.NAME.match(path.name):
        return hgt.read(path, bounds)
    if path.suffix.lower() not in {".tif", ".tiff", ".gtiff"}:
        return _read_with_rasterio(path, bounds, Problem("format", path.suffix, "is not GeoTIFF or .hgt"))
    read_or_not = geotiff.read(path, bounds)
    if isinstance(read_or_not, Problem):
        return _read_with_rasterio(path, bounds, read_or_not)
    return read_or_not


def _read_with_rasterio(path: Path, bounds: Bounds | None, problem: Problem) -> Raster:
    """Let GDAL read it and warp it to WGS-84; refuse with `problem` where it is not installed."""
    try:
        import rasterio
        from rasterio.vrt import WarpedVRT
        from rasterio.windows import Window
    except ImportError:
        hinted = Problem(problem.where, problem.value, problem.rule, _MISSING_RASTERIO)
        raise TerrainError(str(path), [hinted]) from None
    try:
        with rasterio.open(path) as source, WarpedVRT(source, crs="EPSG:4326") as warped:
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
            part = Window.from_slices((window.top, window.bottom), (window.left, window.right))
            raw = warped.read(1, window=part, out_shape=window.shape, masked=True, out_dtype="float32")
    except rasterio.errors.RasterioError as error:
        raise refusal(path, "bytes", "", f"cannot be read ({error})") from error
    notice = f"terrain: {path.name}: read through GDAL and brought to WGS-84"
    return raster(raw.filled(np.nan), float("nan"), layout, window, (notice,))


