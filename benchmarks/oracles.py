"""Coverage against others' programs: the same terrain, the same question, how far the answers lie apart.

    python benchmarks/oracles.py                        what ships, and GDAL and wradlib where they are installed
    python benchmarks/oracles.py ../shared/data/terrain the coast and the Bonn example too

1. `detect.sweep` and `gdal_viewshed -om GROUND` against the exact profile (every crossing of the line of sight with a
   grid line) on three real terrains: flat desert, Alps, coast. All three get one file and one earth.
2. wradlib's beam blockage, as in its published example around Bonn, against the same from our floor: the share of the
   beam's disc (Bech et al. 2003) that lies below the lowest ray that clears the ground.

A peer that is not installed is said to be absent. Nothing here is timed; see `coverage.py` for speed.
"""

import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from farwatch.detect.floor import terrain_floor
from farwatch.detect.horizon import ground_range_of, height_at_range
from farwatch.detect.sweep import Site, sweep
from farwatch.world.earth import MEAN_RADIUS_M, geodesic_from
from farwatch.world.sheet import Sheet, open_sheet
from farwatch.world.terrain import Terrain

SHIPPED = Path(__file__).parents[1] / "src" / "farwatch" / "world" / "data"
SAMPLES = 3000
GDAL_RADIUS_M = 0.5 * (6378137.0 + 6356752.3142)
"""What gdal_viewshed takes for the earth of a WGS 84 file; with `-cc 0.75` its effective radius is 4/3 of it."""

HEIGHTS_M = (30.0, 100.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A terrain to try: its file, the window, the cell, the sites in it and their mast."""

    name: str
    path: Path
    middle: tuple[float, float]
    radius_m: float
    cell_m: float
    sites: tuple[tuple[float, float], ...]
    mast_m: float = 20.0


def grounds(staged: Path | None) -> Iterator[Ground]:
    """Desert and Alps, which ship, and the coast where its tile is at hand."""
    yield Ground(name="desert", path=SHIPPED / "arabia-30s.tif", middle=(23.6, 45.2), radius_m=300e3, cell_m=900.0,
                 sites=((23.6, 45.2), (24.5, 46.6), (22.1, 43.9), (25.3, 44.2)))  # fmt: skip
    yield Ground(name="Alps", path=SHIPPED / "alps-3s.tif", middle=(46.5, 8.5), radius_m=37e3, cell_m=90.0,
                 sites=((46.5, 8.5), (46.64, 8.3), (46.33, 8.81), (46.56, 8.66)))  # fmt: skip
    if staged is not None and (staged / "S46W066.hgt.gz").exists():
        yield Ground(name="coast", path=staged / "S46W066.hgt.gz", middle=(-45.3, -65.6), radius_m=36e3, cell_m=60.0,
                     sites=((-45.05, -65.7), (-45.1, -65.4), (-45.3, -65.6), (-45.02, -65.55)))  # fmt: skip


# The exact profile ------------------------------------------------------------------------------------------


def exact_floor(height_m, site, cell, cell_m, radius_m):
    """Lowest visible height above one cell: all crossings of the line of sight with grid rows and columns, float64."""
    rows, columns = cell[0] - site.row, cell[1] - site.column
    eye_m = float(height_m[site.row, site.column]) + site.antenna_agl_m
    whole_m = np.hypot(rows, columns) * cell_m
    if whole_m == 0.0:
        return 0.0
    slopes = [-np.inf]
    for along, across, heights in ((rows, columns, height_m), (columns, rows, height_m.T)):
        here, there = (site.row, site.column) if heights is height_m else (site.column, site.row)
        steps = np.arange(1, abs(along))
        if len(steps) == 0:
            continue
        share = steps / abs(along)
        place = there + share * across
        low = np.clip(np.floor(place).astype(int), 0, heights.shape[1] - 2)
        line = here + np.sign(along) * steps
        ground = heights[line, low] + (place - low) * (heights[line, low + 1].astype(float) - heights[line, low])
        away = share * whole_m
        slopes.append(np.max((ground - away**2 / (2.0 * radius_m) - eye_m) / away))
    ray_m = eye_m + max(slopes) * whole_m + whole_m**2 / (2.0 * radius_m)
    return max(0.0, ray_m - float(height_m[cell]))


# GDAL -------------------------------------------------------------------------------------------------------


def gdal_floor(sheet: Sheet, site: Site) -> np.ndarray | None:
    """The floor by gdal_viewshed, float (rows, columns), or None where it is not installed."""
    program = shutil.which("gdal_viewshed")
    if program is None:
        return None
    x = sheet.west_m + site.column * sheet.cell_m
    y = sheet.north_m - site.row * sheet.cell_m
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "ground.tif", Path(folder) / "floor.tif"
        write_utm(source, sheet)
        command = [program, "-q", "-om", "GROUND", "-cc", "0.75", "-md", "0", "-tz", "0", "-oz",
                   str(site.antenna_agl_m), "-ox", str(x), "-oy", str(y), str(source), str(result)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        return np.asarray(tifffile.imread(result), np.float64)


def write_utm(path: Path, sheet: Sheet) -> None:
    """The heights as a GeoTIFF that calls itself UTM zone 32, so that GDAL takes metres and the WGS 84 earth."""
    keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632)
    half = 0.5 * sheet.cell_m
    tags = [
        (33550, "d", 3, (sheet.cell_m, sheet.cell_m, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, sheet.west_m - half, sheet.north_m + half, 0.0), True),
        (34735, "H", len(keys), keys, True),
    ]
    tifffile.imwrite(path, np.ascontiguousarray(sheet.height_m, np.float32), photometric="minisblack", metadata=None,
                     extratags=tags)  # fmt: skip


def gdal_version() -> str:
    """What gdal_viewshed calls itself."""
    program = shutil.which("gdal_viewshed")
    if program is None:
        return "gdal_viewshed: absent (not installed)"
    told = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    return (told.splitlines() or ["gdal_viewshed"])[0]


# The first table --------------------------------------------------------------------------------------------


def against_profile(staged: Path | None) -> None:
    """Print how far sweep and GDAL lie from the exact profile, and from each other."""
    print(gdal_version())
    print(f"{SAMPLES} random cells a site; >10 m: share of cells whose floor is that far off; wrong: share that is "
          "seen and called hidden, or the other way, at 30 / 100 / 300 m")  # fmt: skip
    head = f"{'terrain':8} {'site':>15}  {'who':14} {'>10 m':>8} {'median':>8} {'99 %':>9} {'largest':>9}   wrong"
    print(head)
    for ground in grounds(staged):
        sheet = open_sheet(ground.path, [ground.middle], ground.radius_m, cell_m=ground.cell_m)
        totals: dict[str, list[np.ndarray]] = {}
        for place in ground.sites:
            row, column = sheet.cell_of(*place)
            site = Site(row, column, ground.mast_m)
            exact, answers = answers_of(sheet, site)
            for who, answer in answers.items():
                totals.setdefault(who, []).append(np.stack([answer, exact]))
                _print_row((ground.name, f"{place[0]:.2f} {place[1]:.2f}", who), answer, exact)
        for who, pairs in totals.items():
            answer, exact = np.concatenate(pairs, axis=1)
            _print_row((ground.name, "all", who), answer, exact)
    if staged is None:
        print("coast: absent (give the folder that holds S46W066.hgt.gz)")


def answers_of(sheet: Sheet, site: Site) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Floors at random cells: exact, and by whom else."""
    radius_m = 4.0 / 3.0 * GDAL_RADIUS_M
    rows, columns = sheet.height_m.shape
    random = np.random.default_rng([site.row, site.column])
    cells = np.column_stack([random.integers(0, rows, SAMPLES), random.integers(0, columns, SAMPLES)])
    exact = np.array([exact_floor(sheet.height_m, site, (i, j), sheet.cell_m, radius_m) for i, j in cells])
    ours = sweep(sheet.height_m, site, sheet.cell_m, earth_radius_m=radius_m)
    answers = {"farwatch sweep": ours[cells[:, 0], cells[:, 1]].astype(float)}
    theirs = gdal_floor(sheet, site)
    if theirs is not None:
        answers["GDAL GROUND"] = np.maximum(theirs[cells[:, 0], cells[:, 1]], 0.0)
    return exact, answers


def _print_row(names: tuple[str, str, str], answer: np.ndarray, exact: np.ndarray) -> None:
    off = np.abs(answer - exact)
    wrong = " / ".join(f"{100.0 * np.mean((answer <= height) != (exact <= height)):.2f}" for height in HEIGHTS_M)
    print(f"{names[0]:8} {names[1]:>15}  {names[2]:14} {100.0 * np.mean(off > 10.0):6.2f} % {np.median(off):6.2f} m "
          f"{np.quantile(off, 0.99):7.1f} m {off.max():7.0f} m   {wrong} %")  # fmt: skip


# Beam blockage ----------------------------------------------------------------------------------------------

CELL_M = 200.0
SITE, ELEVATION_DEG, BEAM_DEG, BINS, RAYS, STEP_M = (50.73052, 7.071663, 99.5), 1.0, 1.0, 1000, 360, 100.0
"""The site of wradlib's example: latitude, longitude, antenna above sea level; its beam and its bins."""


def blocked_share(ray_m, beam_m, half_m):
    """Share of a round beam of radius `half_m` about `beam_m` that lies below a height; Bech et al. 2003, eq. 2."""
    y = np.clip((ray_m - beam_m) / np.maximum(half_m, 1e-9), -1.0, 1.0)
    return 0.5 + (y * np.sqrt(1.0 - y * y) + np.arcsin(y)) / np.pi


def bonn(path: Path) -> Terrain:
    """The terrain of the example: gtopo30, whose file says its steps but no system; sea and voids as 0 m."""
    with tifffile.TiffFile(path) as tif:
        page = tif.pages[0]
        heights = page.asarray().astype(np.float32)
        step_lon, step_lat, _ = page.tags[33550].value
        west, north = page.tags[33922].value[3:5]
    heights = np.where(heights < -1000.0, 0.0, heights)[::-1]
    rows = heights.shape[0]
    return Terrain(height_m=np.ascontiguousarray(heights, np.float32), south_deg=north - (rows - 0.5) * step_lat,
                   west_deg=west + 0.5 * step_lon, lat_step_deg=step_lat, lon_step_deg=step_lon, title="bonn",
                   source=str(path))  # fmt: skip


def against_wradlib(staged: Path | None) -> None:
    """Print how far wradlib's cumulative beam blockage and ours lie apart around Bonn."""
    path = staged / "gtopo30_bonn.tif" if staged is not None else None
    if path is None or not path.exists():
        print("wradlib: not tried (give the folder that holds gtopo30_bonn.tif)")
        return
    try:
        import wradlib
    except ImportError as error:
        print(f"wradlib: absent ({error})")
        return
    terrain = bonn(path)
    slant_m = np.arange(BINS) * STEP_M + 0.5 * STEP_M
    azimuth_deg = np.arange(RAYS) + 0.5
    half_m = wradlib.util.half_power_radius(slant_m, BEAM_DEG)
    xyz, projection = wradlib.georef.spherical_to_xyz(
        slant_m, azimuth_deg, np.array([ELEVATION_DEG]), (SITE[1], SITE[0], SITE[2]), squeeze=True
    )
    ours_m = height_at_range(slant_m, ELEVATION_DEG, SITE[2])
    ground_m = ground_range_of(slant_m, ELEVATION_DEG, SITE[2])
    print(f"wradlib {wradlib.__version__}, {projection.name}; beam of {BEAM_DEG:g}°, {RAYS} rays, "
          f"{BINS} bins of {STEP_M:g} m")  # fmt: skip
    print(f"  height of the beam, largest difference     {np.max(np.abs(xyz[0, :, 2] - ours_m)):8.3f} m")
    places = geodesic_from(*(np.full((RAYS, BINS), v) for v in SITE[:2]), *np.meshgrid(
        azimuth_deg, np.hypot(xyz[0, :, 0], xyz[0, :, 1]), indexing="ij"))  # fmt: skip
    their_ground = np.hypot(xyz[..., 0], xyz[..., 1])
    print(f"  ground range of a bin, largest difference  {np.max(np.abs(their_ground[0] - ground_m)):8.3f} m")
    floor = terrain_floor(terrain, SITE[0], SITE[1], SITE[2], float(ground_m[-1]) + 2e3, 2048)
    ray_m = floor.lowest_m(azimuth_deg[:, None], ground_m[None, :])
    ours = blocked_share(ray_m, ours_m[None, :], half_m[None, :])
    swept_m = _swept_m(terrain, azimuth_deg, ground_m)
    swept = blocked_share(swept_m, ours_m[None, :], half_m[None, :])
    for name, order in (("cubic spline, as published", 3), ("bilinear, as ours", 1)):
        theirs = _their_blockage(wradlib, terrain, places, xyz[0, :, 2], half_m, order)
        _print_blockage(f"their ground by {name}; our floor by azimuth", ours, theirs)
        _print_blockage(f"their ground by {name}; our sweep, cells of {CELL_M:g} m", swept, theirs)


def _swept_m(terrain: Terrain, azimuth_deg: np.ndarray, ground_m: np.ndarray) -> np.ndarray:
    """Lowest ray that clears the ground, m above sea level (rays, bins), from a sweep over a metric grid."""
    half = int(ground_m[-1] / CELL_M) + 3
    axis_m = CELL_M * np.arange(-half, half + 1)
    east, north = np.meshgrid(axis_m, axis_m[::-1])
    azimuth, away = np.degrees(np.arctan2(east, north)) % 360.0, np.hypot(east, north)
    here = (np.full(east.shape, v) for v in SITE[:2])
    heights = terrain.height_at(*geodesic_from(*here, azimuth, away)).astype(np.float32)
    floor = sweep(heights, Site(half, half, SITE[2] - float(heights[half, half])), CELL_M)
    turn, reach = np.meshgrid(np.radians(azimuth_deg), ground_m, indexing="ij")
    row, column = half - reach * np.cos(turn) / CELL_M, half + reach * np.sin(turn) / CELL_M
    i, j = np.floor(row).astype(int), np.floor(column).astype(int)
    u, v = row - i, column - j
    top = floor.astype(float) + heights
    near = (1.0 - v) * top[i, j] + v * top[i, j + 1]
    return (1.0 - u) * near + u * ((1.0 - v) * top[i + 1, j] + v * top[i + 1, j + 1])


def _their_blockage(wradlib, terrain, places, beam_m, half_m, order):
    """wradlib's cumulative beam blockage (rays, bins) from the same samples."""
    rows, columns = terrain.height_m.shape
    lon = terrain.west_deg + terrain.lon_step_deg * np.arange(columns)
    lat = terrain.south_deg + terrain.lat_step_deg * np.arange(rows)
    grid = np.stack(np.meshgrid(lon, lat), axis=-1)
    wanted = np.stack([places[1], places[0]], axis=-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name of the published example that newer releases would like changed
        heights = wradlib.ipol.cart_to_irregular_spline(grid, terrain.height_m.astype(float), wanted, order=order,
                                                        prefilter=False)  # fmt: skip
        beams = (np.broadcast_to(a, heights.shape) for a in (beam_m, half_m))
        partial = wradlib.qual.beam_block_frac(heights, *beams)
    return np.asarray(wradlib.qual.cum_beam_block_frac(np.asarray(np.ma.masked_invalid(partial))))


def _print_blockage(name: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    off = np.abs(ours - theirs)
    touched = np.maximum(ours, theirs) > 0.01
    agree = np.mean((ours > 0.5) == (theirs > 0.5))
    print(f"  {name}")
    print(f"    bins with blockage (> 1 %)               ours {100.0 * np.mean(ours > 0.01):5.1f} %, "
          f"theirs {100.0 * np.mean(theirs > 0.01):5.1f} %")  # fmt: skip
    print(f"    mean blockage                            ours {np.mean(ours):.4f}, theirs {np.mean(theirs):.4f}")
    print(f"    difference: mean {np.mean(off):.4f}, where either is blocked {np.mean(off[touched]):.4f}, "
          f"95 % below {np.quantile(off, 0.95):.3f}, largest {off.max():.2f}")  # fmt: skip
    print(f"    correlation {np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]:.4f}; more than half blocked: "
          f"{100.0 * agree:.2f} % agree")  # fmt: skip


def main() -> None:
    """Both comparisons."""
    staged = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(f"earth {MEAN_RADIUS_M / 1e3:.1f} km, refraction 4/3")
    against_profile(staged)
    print()
    against_wradlib(staged)


if __name__ == "__main__":
    main()
