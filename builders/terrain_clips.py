"""Make the shipped elevation clips from staged source files.

    python builders/terrain_clips.py ../shared/data/terrain

The clips are public domain: NOAA GLOBE 1.0 (30 arc-seconds) and SRTM (3 arc-seconds, NASA/NGA). They are
written as tiled, compressed GeoTIFF, and read back.
"""

import sys
from pathlib import Path

import numpy as np
import tifffile

from farwatch.world.grids import Bounds
from farwatch.world.terrain import open_terrain

DATA = Path(__file__).parents[1] / "src" / "farwatch" / "world" / "data"

ARABIA = Bounds(south_deg=19.1, north_deg=28.1, west_deg=40.7, east_deg=49.7)
ALPS = Bounds(south_deg=46.0, north_deg=47.0, west_deg=8.0, east_deg=9.0)


def main() -> None:
    """Write both clips and say how large they became."""
    staged = Path(sys.argv[1])
    clip(staged / "globe30_arabia_12-33N_34-60E.tif", DATA / "arabia-30s.tif", ARABIA)
    clip(staged / "srtm3_N46E008.tif", DATA / "alps-3s.tif", ALPS)


def clip(source: Path, destination: Path, bounds: Bounds) -> None:
    """Cut `bounds` out of a north-up geographic TIFF, sample for sample; voids stay marked as such."""
    with tifffile.TiffFile(source) as tif:
        page = tif.pages[0]
        samples = page.asarray()
        step_lon, step_lat, _ = page.tags[33550].value
        west, north = page.tags[33922].value[3:5]
        nodata = page.tags.get(42113)
    rows = slice(*(max(0, round((north - lat) / step_lat)) for lat in (bounds.north_deg, bounds.south_deg)))
    columns = slice(*(max(0, round((lon - west) / step_lon)) for lon in (bounds.west_deg, bounds.east_deg)))
    if source.name.startswith("srtm"):
        rows = columns = slice(0, samples.shape[0])
    corner = (west + columns.start * step_lon, north - rows.start * step_lat)
    write(destination, samples[rows, columns], corner, (step_lon, step_lat), nodata.value if nodata else "")
    terrain = open_terrain(destination)
    kept = np.asarray(terrain.height_m)[::-1]
    source_samples = samples[rows, columns]
    same = kept == source_samples
    print(destination.name, kept.shape, f"{destination.stat().st_size / 1e6:.2f} MB, {terrain.voids} voids,")
    print(f"  heights {kept.min():g} to {kept.max():g} m; {np.count_nonzero(~same)} samples differ (voids)")


def write(
    path: Path, samples: np.ndarray, corner: tuple[float, float], step: tuple[float, float], nodata: str
) -> None:
    """One int16 GeoTIFF in geographic WGS-84, pixels being areas; `corner` is its north-west edge."""
    keys = (1, 1, 0, 4, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326, 2054, 0, 1, 9102)
    tags = [
        (33550, "d", 3, (*step, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, *corner, 0.0), True),
        (34735, "H", len(keys), keys, True),
    ]
    if nodata:
        tags.append((42113, "s", 0, nodata, True))
    tifffile.imwrite(
        path,
        np.ascontiguousarray(samples),
        tile=(256, 256),
        compression="zlib",
        compressionargs={"level": 9},
        predictor=True,
        photometric="minisblack",
        metadata=None,
        software=False,
        extratags=tags,
    )


if __name__ == "__main__":
    main()
