"""What radars see of the ground: floors and lit ground, made once for each site and remembered.

A floor over terrain costs a tenth of a second, and the points of a campaign mostly have the same radars at the same
places over the same ground.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from farwatch.detect.floor import Floor, terrain_floor
from farwatch.remembered import Memory, memory, read_only
from farwatch.world.identity import ground_digest
from farwatch.world.terrain import Terrain

SITES_KEPT = 48
"""Sites whose floors a process remembers, 7 MB each at most."""

_FLOORS: Memory[Floor] = memory(SITES_KEPT)
_LIT: Memory[NDArray[np.uint8]] = memory(SITES_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An antenna on the ground: `antenna_m` above mean sea level, its floor made to `reach_m` in `ranges` columns."""

    lat_deg: float
    lon_deg: float
    antenna_m: float
    reach_m: float
    ranges: int


@dataclass(frozen=True, slots=True, eq=False)
class Overlook:
    """A terrain that sites look over; what they see is read-only and shared with all who ask."""

    terrain: Terrain
    digest: str

    @classmethod
    def of(cls, terrain: Terrain) -> Self:
        """Make one of a terrain that nobody will write to."""
        return cls(terrain, ground_digest(terrain))

    def floor(self, site: Site) -> Floor:
        """The floor of a site, see `terrain_floor`."""
        return _FLOORS((self.digest, site), lambda: self._made(site))

    def lit(self, site: Site) -> NDArray[np.uint8]:
        """How steeply a site lights the ground, see `Floor.lit`."""
        return _LIT((self.digest, site), lambda: read_only(self.floor(site).lit(site.antenna_m)))

    def _made(self, site: Site) -> Floor:
        made = terrain_floor(self.terrain, site.lat_deg, site.lon_deg, site.antenna_m, site.reach_m, site.ranges)
        return replace(made, height_m=read_only(made.height_m))
