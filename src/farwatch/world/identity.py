"""What ground and files are told apart by: digests of what is in them, blind to names and times."""

import hashlib
from pathlib import Path

import numpy as np

from farwatch.world.terrain import Terrain


def ground_digest(terrain: Terrain) -> str:
    """SHA-256, in hex, of a terrain's samples and where they lie: same digest, same heights everywhere."""
    places = (terrain.south_deg, terrain.west_deg, terrain.lat_step_deg, terrain.lon_step_deg)
    digest = hashlib.sha256(f"{terrain.height_m.dtype} {terrain.height_m.shape} ".encode())
    digest.update(np.array(places, np.float64).data)
    digest.update(np.ascontiguousarray(terrain.height_m).data)
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256, in hex, of the bytes of a file; OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
