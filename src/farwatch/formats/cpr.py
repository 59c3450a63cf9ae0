"""Compact position reporting: where an aircraft is, of 17 bits of latitude and 17 of longitude.

The globe is cut into zones of latitude, and each band of latitude into zones of longitude, once evenly and once with
one zone fewer; a message says where in its zone the aircraft is. An even and an odd message together say in which zone;
one message alone says it to who knows roughly where the aircraft is.

Source: ICAO Doc 9871 (2nd ed.), A.2.6 and C.2.6, the same in RTCA DO-260B, A.1.7. Functions of one position
each: where an aircraft is depends on where it was.
"""

from bisect import bisect_left
from math import acos, cos, degrees, floor, pi, sqrt

LATITUDE_ZONES = 15
"""Zones between the equator and a pole: NZ."""

STEPS = float(1 << 17)


def _transition_deg(zones: int) -> float:
    """Latitude at which there come to be fewer than so many zones of longitude."""
    ratio = (1.0 - cos(pi / (2.0 * LATITUDE_ZONES))) / (1.0 - cos(2.0 * pi / zones))
    return degrees(acos(sqrt(ratio)))


_TRANSITIONS_DEG = [*(_transition_deg(zones) for zones in range(59, 2, -1)), 87.0]


def zones_of(lat_deg: float) -> int:
    """Even zones of longitude at a latitude: 59 at the equator, 2 at 87 degrees, 1 beyond (NL)."""
    return 59 - bisect_left(_TRANSITIONS_DEG, abs(lat_deg))


def global_position(
    even: tuple[int, int], odd: tuple[int, int], *, latest_is_odd: bool
) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of the later of an even and an odd message (latitude, longitude: 17 bits each).

    None where a transition lies between the two, or where they fit no place on Earth. The two must lie close to each
    other: sent within 10 s (Doc 9871, A.2.6, globally unambiguous decoding).
    """
    index = floor((59 * even[0] - 60 * odd[0]) / STEPS + 0.5)
    lats = _northed(6.0 * (index % 60 + even[0] / STEPS)), _northed(360.0 / 59.0 * (index % 59 + odd[0] / STEPS))
    zones = zones_of(lats[0])
    if max(map(abs, lats)) > 90.0 or zones != zones_of(lats[1]):
        return None
    column = floor((even[1] * (zones - 1) - odd[1] * zones) / STEPS + 0.5)
    count = max(zones - latest_is_odd, 1)
    lon_deg = 360.0 / count * (column % count + (odd if latest_is_odd else even)[1] / STEPS)
    return lats[latest_is_odd], _wrapped(lon_deg)


def local_position(
    message: tuple[int, int], near: tuple[float, float], *, is_odd: bool
) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of one message (17 bits each), as near as can be to a known place in degrees.

    Right if the aircraft is within half a zone of that place, 180 NM (Doc 9871, A.2.6, locally unambiguous decoding).
    None where it would lie beyond a pole.
    """
    height_deg = 360.0 / (59 if is_odd else 60)
    part = message[0] / STEPS
    lat_deg = height_deg * (floor(0.5 + near[0] / height_deg - part) + part)
    if abs(lat_deg) > 90.0:
        return None
    width_deg = 360.0 / max(zones_of(lat_deg) - is_odd, 1)
    part = message[1] / STEPS
    return lat_deg, _wrapped(width_deg * (floor(0.5 + near[1] / width_deg - part) + part))


def _northed(lat_deg: float) -> float:
    """Latitudes of the south come out as 270 to 360 degrees."""
    return lat_deg - 360.0 if lat_deg >= 270.0 else lat_deg


def _wrapped(lon_deg: float) -> float:
    """Longitude from -180 (included) to 180 degrees."""
    return (lon_deg + 180.0) % 360.0 - 180.0
