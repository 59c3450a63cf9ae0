"""What netCDF4, and xarray on top of it, find in a NetCDF file, as JSON."""

import json
import sys

import netCDF4
import numpy as np
import xarray


def plain(values):
    """Values as lists; what is masked is null."""
    array = np.ma.asarray(values)
    if array.dtype.kind == "f":
        array = np.ma.masked_invalid(array)
    return array.tolist()


with netCDF4.Dataset(sys.argv[1]) as file:
    found = {
        "kind": file.data_model,
        "attributes": {name: file.getncattr(name) for name in file.ncattrs()},
        "dimensions": {name: one.size for name, one in file.dimensions.items()},
        "values": {name: plain(one[:]) for name, one in file.variables.items()},
        "units": {name: getattr(one, "units", "") for name, one in file.variables.items()},
    }
decoded = xarray.open_dataset(sys.argv[1])
found["times"] = [str(value) for value in decoded["time"].values] if "time" in decoded else []
found["coordinates"] = sorted(decoded.coords)
sys.stdout.write(json.dumps(found))
