"""Elevation files of the tests: a smooth surface whose height is known everywhere, written in any system."""

import numpy as np
import pyproj
import tifffile

GEOGRAPHIC = {1024: 2, 1025: 1, 2048: 4326}
UTM = {1024: 1, 1025: 1, 3072: 32632, 3076: 9001}


def surface(lat_deg, lon_deg):
    """Metres above the sea: hills some 20 km apart, the same on both sides of the date line."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return 1000.0 + 300.0 * np.sin(300.0 * lat) + 200.0 * np.cos(200.0 * lon) + 50.0 * np.sin(40.0 * lat - 30.0 * lon)


def directory(keys):
    """The keys as the numbers of tag 34735; whole numbers only."""
    return [1, 1, 0, len(keys), *(n for key, value in sorted(keys.items()) for n in (key, 0, 1, value))]


def tiff(path, samples, keys, corner, step, extra=(), nodata=None, **how):
    """A GeoTIFF, north up, whose north-west corner and step are given in its own units; `keys` None: no system."""
    x_step, y_step = step if np.ndim(step) else (step, step)
    tags = [(33550, "d", 3, (x_step, y_step, 0.0), True), (33922, "d", 6, (0, 0, 0, *corner, 0.0), True)]
    if keys is not None:
        tags.append((34735, "H", 4 * len(keys) + 4, directory(keys), True))
    if nodata is not None:
        tags.append((42113, "s", 0, str(nodata), True))
    tifffile.imwrite(path, samples, extratags=[*tags, *extra], metadata=None, **{"photometric": "minisblack"} | how)
    return path


def centres(shape, corner, step):
    """x (1, columns) and y (rows, 1) of the centres of cells."""
    x_step, y_step = step if np.ndim(step) else (step, step)
    x = corner[0] + x_step * (np.arange(shape[1]) + 0.5)
    return x[None, :], corner[1] - y_step * (np.arange(shape[0])[:, None] + 0.5)


def sampled(crs, shape, corner, step):
    """The surface at the centres of cells of a grid in some system."""
    x, y = np.broadcast_arrays(*centres(shape, corner, step))
    lon, lat = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    return surface(lat, lon).astype(np.float32)


def degrees_tiff(path, shape=(400, 500), corner=(8.0, 47.0), step=1 / 400, **how):
    """The surface in latitude and longitude; the corner is given as x, y."""
    return tiff(path, sampled(4326, shape, corner, step), GEOGRAPHIC, corner, step, **how)


def utm_tiff(path, shape=(400, 500), corner=(400_000.0, 5_250_000.0), step=200.0, **how):
    """The surface in UTM zone 32."""
    return tiff(path, sampled(32632, shape, corner, step), UTM, corner, step, **how)


def hgt(folder, lat, lon, side=121):
    """A tile of the surface in whole metres."""
    y, x = lat + 1.0 - np.arange(side)[:, None] / (side - 1), lon + np.arange(side) / (side - 1)
    name = f"{'N' if lat >= 0 else 'S'}{abs(lat):02d}{'E' if lon >= 0 else 'W'}{abs(lon):03d}.hgt"
    (folder / name).write_bytes(np.rint(surface(y, x)).astype(">i2").tobytes())
