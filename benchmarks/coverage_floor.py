"""The coverage sweep beside its peers, on one terrain, in one run: CPU time per cell, and how right the floors are.

    python benchmarks/coverage_floor.py            1000, 4000 and 9000 cells a side
    python benchmarks/coverage_floor.py --quick    1000 only, with the slow peers

Peers: an own C port (`coverage_floor.c`, compiled here), GDAL's `GDALViewshedGenerate` (from the newest libgdal that a
Python wheel such as pyogrio brings, called by ctypes, rasters in memory), Debian's `gdal_viewshed`, and two that
answer for one altitude only: xarray-spatial and GRASS `r.viewshed`. Those that are absent are said to be absent.
"""

import argparse
import ctypes
import importlib.util
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.compiled import kernel
from farwatch.detect.sweep import Site, sweep

CELL_M, MAST_M = 90.0, 20.0
EARTH_M = 6378137.0 / 0.75  # what GDAL takes for a curvature coefficient of 0.75
UTM = (
    'PROJCS["utm",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",9],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1]]'
)
Peer = Callable[[], Any]


def terrain(side: int) -> np.ndarray:
    """Fractal hills (Hurst 0.8, 450 m rms), cut at the sea, float32 (side, side)."""
    from scipy import fft

    rng = np.random.default_rng(20)
    waves = fft.rfft2(rng.standard_normal((side, side), np.float32), workers=2)
    length = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]).astype(np.float32)
    length[0, 0] = np.inf
    waves *= length**-1.8
    height_m = fft.irfft2(waves, s=(side, side), workers=2)
    height_m *= 450.0 / height_m.std()
    return np.maximum(height_m + 450.0, 0.0).astype(np.float32)


def peak(height_m: np.ndarray) -> Site:
    """The highest cell of the middle fifth."""
    side = len(height_m)
    low, high = 2 * side // 5, 3 * side // 5
    row, column = np.unravel_index(np.argmax(height_m[low:high, low:high]), (high - low, high - low))
    return Site(low + int(row), low + int(column), MAST_M)


@kernel
def profile_floors(height_m: Any, place: Any, cells: Any, cell_m: float, earth_m: float, out: Any) -> None:
    """Floors of some cells from the whole profile, in float64: every crossing with a row and with a column."""
    eye_m = height_m[place[0], place[1]] + MAST_M
    for k in range(len(cells)):
        steps = (cells[k, 0] - place[0], cells[k, 1] - place[1])
        whole_m = hypot(float(steps[0]), float(steps[1])) * cell_m
        steepest = -1e300
        for axis in range(2):
            count = abs(steps[axis])
            for i in range(1, count):
                line = place[axis] + (i if steps[axis] > 0 else -i)
                along = place[1 - axis] + steps[1 - axis] * i / count
                low = int(along + 1e-12)
                part = along - low
                if axis == 0:
                    ground_m, next_m = height_m[line, low], height_m[line, min(low + 1, height_m.shape[1] - 1)]
                else:
                    ground_m, next_m = height_m[low, line], height_m[min(low + 1, height_m.shape[0] - 1), line]
                away_m = whole_m * i / count
                met_m = ground_m + part * (next_m - ground_m) - away_m * away_m / (2.0 * earth_m)
                steepest = max(steepest, (met_m - eye_m) / away_m)
        line_m = eye_m + steepest * whole_m + whole_m * whole_m / (2.0 * earth_m)
        out[k] = max(0.0, line_m - height_m[cells[k, 0], cells[k, 1]])


def own_c(folder: Path) -> Callable[[np.ndarray, Site], np.ndarray] | None:
    """The C port, compiled now."""
    if shutil.which("gcc") is None:
        return None
    library = folder / "coverage.so"
    source = Path(__file__).with_suffix(".c")
    flags = ["-O3", "-march=native", "-fno-trapping-math", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).coverage
    function.restype = None
    function.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_long] * 4 + [ctypes.c_double] * 3

    def run(height_m: np.ndarray, site: Site) -> np.ndarray:
        out = np.empty_like(height_m)
        shape, place = height_m.shape, (site.row, site.column, site.antenna_agl_m)
        function(height_m.ctypes.data, out.ctypes.data, *shape, *place, CELL_M, EARTH_M)
        return out

    return run


class Gdal:
    """The viewshed of a libgdal, through its C interface, with both rasters in memory."""

    def __init__(self, path: str) -> None:
        self.c = ctypes.CDLL(path)
        pointer, number, whole = ctypes.c_void_p, ctypes.c_double, ctypes.c_int
        for name in ("GetDriverByName", "Create", "GetRasterBand", "ViewshedGenerate"):
            getattr(self.c, f"GDAL{name}").restype = pointer
        self.c.GDALVersionInfo.restype = ctypes.c_char_p
        self.c.GDALCreate.argtypes = [pointer, ctypes.c_char_p, whole, whole, whole, whole, pointer]
        self.c.GDALGetRasterBand.argtypes = [pointer, whole]
        self.c.GDALSetProjection.argtypes = [pointer, ctypes.c_char_p]
        self.c.GDALSetGeoTransform.argtypes = [pointer, pointer]
        self.c.GDALRasterIO.argtypes = [pointer] + [whole] * 5 + [pointer] + [whole] * 5
        self.c.GDALClose.argtypes = [pointer]
        self.c.GDALViewshedGenerate.argtypes = [
            pointer, ctypes.c_char_p, ctypes.c_char_p, pointer, *[number] * 9, whole, number, pointer, pointer, whole,
            pointer,
        ]  # fmt: skip
        self.c.GDALAllRegister()
        self.version = self.c.GDALVersionInfo(b"RELEASE_NAME").decode()

    def load(self, height_m: np.ndarray) -> None:
        """Copy the terrain into a raster of GDAL's own."""
        rows, columns = height_m.shape
        self.raster = self.c.GDALCreate(self.c.GDALGetDriverByName(b"MEM"), b"", columns, rows, 1, 6, None)
        self.c.GDALSetProjection(self.raster, UTM.encode())
        corners = (ctypes.c_double * 6)(0.0, CELL_M, 0.0, 0.0, 0.0, -CELL_M)
        self.c.GDALSetGeoTransform(self.raster, corners)
        self._copy(self.raster, height_m, 1)

    def _copy(self, raster: int, values: np.ndarray, write: int) -> None:
        rows, columns = values.shape
        band, kind = self.c.GDALGetRasterBand(raster, 1), 6 if values.dtype == np.float32 else 7
        where = (0, 0, columns, rows)
        self.c.GDALRasterIO(band, write, *where, values.ctypes.data, columns, rows, kind, 0, 0)

    def floor(self, site: Site) -> int:
        """The floor as a raster of GDAL's (least visible height above the ground)."""
        x, y = (site.column + 0.5) * CELL_M, -(site.row + 0.5) * CELL_M
        band = self.c.GDALGetRasterBand(self.raster, 1)
        made: int | None = self.c.GDALViewshedGenerate(
            band, b"MEM", b"", None, x, y, site.antenna_agl_m, 0.0, 255.0, 0.0, -1.0, -1.0, 0.75, 2, 0.0, None, None, 3,
            None,
        )  # fmt: skip
        if not made:
            sys.exit(f"GDAL {self.version} gives no floor; a newer libgdal does: install pyogrio")
        return made

    def read(self, raster: int, shape: tuple[int, int]) -> np.ndarray:
        """Values of a raster, which is closed."""
        values = np.empty(shape, np.float32)
        self._copy(raster, values, 0)
        self.c.GDALClose(raster)
        return values


def newest_gdal() -> Gdal | None:
    """Of the libgdal in installed wheels, the newest that has the function."""
    found = []
    for package in ("pyogrio", "rasterio", "fiona"):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            importlib.import_module(package)
            folder = Path(spec.origin).parent.parent / f"{package}.libs"
            libraries = map(str, folder.glob("libgdal*"))
            found += [Gdal(p) for p in libraries if hasattr(ctypes.CDLL(p), "GDALViewshedGenerate")]
    return max(found, key=lambda g: tuple(int(x) for x in g.version.split(".")), default=None)


def cpu_of(action: Peer) -> tuple[float, float]:
    """CPU and wall seconds of one call, with all its threads and child processes."""

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    cpu, wall = used(), time.perf_counter()
    action()
    return used() - cpu, time.perf_counter() - wall


def least(actions: dict[str, Peer], repeats: int) -> dict[str, tuple[float, float]]:
    """Least CPU and wall time of each action; they take turns, so that a busy spell hits all of them.

    Each turn begins with another one: whoever follows the peer that fills the system's file cache pays for emptying it.
    """
    best, order = dict.fromkeys(actions, (np.inf, np.inf)), list(actions)
    for _ in range(repeats):
        for name in order:
            best[name] = tuple(map(min, best[name], cpu_of(actions[name])))
        order = order[1:] + order[:1]
    return best


def command_line(folder: Path, height_m: np.ndarray, site: Site) -> Peer | None:
    """Debian's `gdal_viewshed`, reading and writing files."""
    if shutil.which("gdal_viewshed") is None:
        return None
    height_m.tofile(folder / "dem.bil")
    side = len(height_m)
    lines = {
        "NROWS": side, "NCOLS": side, "NBANDS": 1, "NBITS": 32, "PIXELTYPE": "FLOAT", "BYTEORDER": "I", "LAYOUT": "BIL",
        "ULXMAP": CELL_M / 2, "ULYMAP": -CELL_M / 2, "XDIM": CELL_M, "YDIM": CELL_M,
    }  # fmt: skip
    (folder / "dem.hdr").write_text("".join(f"{k} {v}\n" for k, v in lines.items()))
    (folder / "dem.prj").write_text(UTM)
    place = ["-ox", f"{(site.column + 0.5) * CELL_M}", "-oy", f"{-(site.row + 0.5) * CELL_M}", "-oz", f"{MAST_M}"]
    options = ["-q", "-cc", "0.75", "-om", "GROUND", "-tz", "0"]
    files = [str(folder / "dem.bil"), str(folder / "floor.tif")]
    return lambda: subprocess.run(["gdal_viewshed", *options, *place, *files], check=True, capture_output=True)


def xarray_spatial(height_m: np.ndarray, site: Site) -> Peer | None:
    """xarray-spatial's viewshed for targets on the ground (no curvature, which costs it nothing)."""
    if importlib.util.find_spec("xrspatial") is None:
        return None
    import xarray
    from xrspatial import viewshed

    side = len(height_m)
    axes = {"y": np.arange(side) * CELL_M, "x": np.arange(side) * CELL_M}
    raster = xarray.DataArray(height_m.astype(np.float64), coords=axes, dims=("y", "x"))
    return lambda: viewshed(raster, x=site.column * CELL_M, y=site.row * CELL_M, observer_elev=MAST_M)


def grass(folder: Path, height_m: np.ndarray, site: Site) -> Peer | None:
    """GRASS `r.viewshed` for targets on the ground, start and import included."""
    if shutil.which("grass") is None:
        return None
    side = len(height_m)
    height_m.tofile(folder / "dem.bin")
    size = side * CELL_M
    place = f"{(site.column + 0.5) * CELL_M},{size - (site.row + 0.5) * CELL_M}"
    (folder / "view.sh").write_text(
        f"r.in.bin --q -f input={folder}/dem.bin output=dem bytes=4 north={size} south=0 east={size} west=0 "
        f"rows={side} cols={side}\ng.region raster=dem\n"
        f"r.viewshed --q -b input=dem output=seen coordinates={place} observer_elevation={MAST_M} target_elevation=0 "
        f"memory=4000\n"
    )
    command = ["grass", "--tmp-location", "XY", "--exec", "bash", str(folder / "view.sh")]
    return lambda: subprocess.run(command, check=True, capture_output=True)


def errors(found: np.ndarray, expected: np.ndarray) -> str:
    """Shares of cells more than 10 m off, and seen or hidden wrongly at 30 and 100 m; in per cent."""
    off = 100.0 * np.mean(np.abs(found - expected) > 10.0)
    wrong = [100.0 * np.mean((found <= above) != (expected <= above)) for above in (30.0, 100.0)]
    return f"{off:8.3f} {wrong[0]:8.3f} {wrong[1]:8.3f}"


def compare(side: int, folder: Path, repeats: int, *, slow: bool) -> None:
    """Print the table of one size."""
    height_m = terrain(side)
    site = peak(height_m)
    rng = np.random.default_rng(1)
    cells = rng.integers(0, side, (20_000 if side <= 4000 else 8_000, 2))
    expected = np.empty(len(cells))
    profile_floors(height_m, np.array([site.row, site.column]), cells, CELL_M, EARTH_M, expected)
    twin, library = own_c(folder), newest_gdal()
    actions: dict[str, Peer] = {}
    results: dict[str, np.ndarray] = {}

    def ours(threads: int) -> None:
        results.pop("ours", None)  # so that its memory serves again: fresh memory can cost as much as the sweep
        results["ours"] = sweep(height_m, site, CELL_M, earth_radius_m=EARTH_M, threads=threads)

    actions["ours, 1 thread"], actions["ours, 2 threads"] = (lambda: ours(1)), (lambda: ours(2))
    if twin is not None:
        actions["own C, 1 thread"] = lambda: results.__setitem__("own C", twin(height_m, site))
    if library is not None:
        library.load(height_m)
        name = f"GDAL {library.version} floor"
        actions[name] = lambda: library.c.GDALClose(library.floor(site))
        results["GDAL"] = library.read(library.floor(site), height_m.shape)
    others = {
        "gdal_viewshed (files)": command_line(folder, height_m, site),
        "xarray-spatial, 1 alt.": xarray_spatial(height_m, site) if slow else None,
        "GRASS r.viewshed, 1 alt.": grass(folder, height_m, site) if slow else None,
    }
    actions |= {name: peer for name, peer in others.items() if peer is not None}
    ours(1)
    swift = {k: a for k, a in actions.items() if "alt." not in k}
    best = least(swift, repeats) | least({k: a for k, a in actions.items() if k not in swift}, 2)
    base = best["ours, 1 thread"][0]
    print(f"\n{side} x {side} cells      cpu, wall ns/cell    cpu over ours    % >10 m off, wrong at 30, at 100 m")
    for name, (cpu, wall) in best.items():
        label = next((k for k in results if name.startswith(k)), None)
        accuracy = errors(results[label][tuple(cells.T)], expected) if label else ""
        print(f"  {name:26s} {1e9 * cpu / side**2:9.2f} {1e9 * wall / side**2:9.2f} {cpu / base:14.2f}    {accuracy}")
    if "own C" in results:
        print(f"  ours and own C differ by at most {np.abs(results['ours'] - results['own C']).max():.3f} m")


def absent(*, slow: bool) -> list[str]:
    """Peers that are not here."""
    missing = [] if shutil.which("gcc") else ["gcc"]
    missing += [] if newest_gdal() else ["a wheel with libgdal (pyogrio)"]
    missing += [] if shutil.which("gdal_viewshed") else ["gdal_viewshed"]
    if slow:
        missing += [] if importlib.util.find_spec("xrspatial") else ["xarray-spatial"]
        missing += [] if shutil.which("grass") else ["GRASS"]
    return missing


def main() -> None:
    parser = argparse.ArgumentParser(description="The coverage sweep beside its peers.")
    parser.add_argument("--quick", action="store_true", help="1000 cells a side only")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    if missing := absent(slow=True):
        print(f"absent: {', '.join(missing)}", file=sys.stderr)
    for side in (1000,) if asked.quick else (1000, 4000, 9000):
        with tempfile.TemporaryDirectory() as folder:
            compare(side, Path(folder), asked.repeats, slow=side == 1000)


if __name__ == "__main__":
    main()
