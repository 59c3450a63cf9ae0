"""Fields on a sheet as NetCDF with CF conventions: a projected grid with its mapping, as xarray and GDAL read it.

Source: NetCDF Climate and Forecast (CF) Metadata Conventions 1.8, section 5.6 and appendix F; the mapping's attributes
are those that PROJ gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats import netcdf_variables
from farwatch.formats.netcdf import CONVENTIONS
from farwatch.formats.netcdf_variables import Variable
from farwatch.formats.whole import appearing
from farwatch.world.sheet import Sheet

_MAPPING = "crs"
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One field: `values` (rows, columns) of the sheet, NaN where there is none; its name, unit (UDUNITS) and meaning.

    `standard_name`: of CF's table, where it has one.
    """

    name: str
    values: NDArray[Any]
    meaning: str
    unit: str = "1"
    standard_name: str = ""


def write_grid(path: str | Path, sheet: Sheet, fields: Sequence[Field], tags: Mapping[str, str] | None = None) -> None:
    """Write fields on a sheet; `tags` become attributes of the file. The same input gives the same bytes.

    Raises InputError where shapes differ, StoreError where the file cannot be written.
    """
    content = encode(sheet, fields, tags, str(path))
    with appearing(Path(path)) as partial:
        partial.write_bytes(content)


def encode(
    sheet: Sheet, fields: Sequence[Field], tags: Mapping[str, str] | None = None, source: str = "grid"
) -> bytes:
    """The same as bytes: float32 fields along (y, x), row 0 northernmost, and where each cell lies."""
    shape = sheet.height_m.shape
    problems = [
        Problem(f"field {one.name}", str(one.values.shape), f"must have the sheet's shape {shape}")
        for one in fields
        if one.values.shape != shape
    ]
    if problems:
        raise InputError(source, problems)
    variables = [*_axes(sheet), *(_field(one) for one in fields)]
    return netcdf_variables.encode(variables, {"Conventions": CONVENTIONS, **(tags or {})})


def _field(one: Field) -> Variable:
    told = {"standard_name": one.standard_name, "long_name": one.meaning, "units": one.unit,
            "grid_mapping": _MAPPING, "coordinates": "lat lon", "_FillValue": np.float32(np.nan)}  # fmt: skip
    return Variable(name=one.name, dimensions=("y", "x"), values=one.values.astype(np.float32), attributes=told)


def _axes(sheet: Sheet) -> list[Variable]:
    """Northing, easting, the mapping, and latitude and longitude of all cells."""
    rows, columns = sheet.height_m.shape
    lat_deg, lon_deg = np.empty((rows, columns)), np.empty((rows, columns))
    for top in range(0, rows, _ROWS_AT_ONCE):
        part = np.arange(top, min(rows, top + _ROWS_AT_ONCE))
        lat_deg[part], lon_deg[part] = sheet.places(part[:, None], np.arange(columns)[None, :])
    along = {
        "y": ("y", sheet.north_m - sheet.cell_m * np.arange(rows), "projection_y_coordinate"),
        "x": ("x", sheet.west_m + sheet.cell_m * np.arange(columns), "projection_x_coordinate"),
    }
    axes = [
        Variable(name=name, dimensions=(name,), values=values, attributes={
            "standard_name": standard, "long_name": f"{name} of the cells' centres", "units": "m",
            "axis": axis.upper()})
        for name, (axis, values, standard) in along.items()
    ]  # fmt: skip
    mapping = Variable(name=_MAPPING, dimensions=(), values=np.int32(0), attributes=_mapping(sheet))  # type: ignore[arg-type]
    places = [
        Variable(name=name, dimensions=("y", "x"), values=values, attributes={
            "standard_name": standard, "long_name": f"WGS-84 {standard}", "units": unit})
        for name, values, standard, unit in (
            ("lat", lat_deg, "latitude", "degrees_north"), ("lon", lon_deg, "longitude", "degrees_east"))
    ]  # fmt: skip
    return [*axes, mapping, *places]


def _mapping(sheet: Sheet) -> dict[str, Any]:
    """The grid mapping's attributes of the sheet's projected system."""
    from pyproj import CRS

    told = CRS.from_wkt(sheet.crs).to_cf()
    return {name: told[name] for name in sorted(told) if told[name] not in ("", "unknown")}
