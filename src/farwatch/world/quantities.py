"""The geodesy and ballistics that `farwatch validate` can check, by the name a validation row gives them.

Each entry takes the row's inputs and returns a number or a list, through the room's public functions.
"""

from collections.abc import Callable, Mapping
from typing import Any

from farwatch.world import atmosphere
from farwatch.world.ballistic import Sphere, arc_from, arc_over, arc_over_flat_ground
from farwatch.world.earth import Frame, curvature_radii_m, from_spherical, geodesic_between, to_ecef, to_spherical

Inputs = Mapping[str, Any]


def _floats(values: Any) -> list[float]:
    return [float(value) for value in values]


def _half_turns(azimuth_deg: Any) -> float:
    """An azimuth as the rows print it, in (-180, 180]."""
    return 180.0 - (180.0 - float(azimuth_deg)) % 360.0


def _seen_from(i: Inputs) -> Any:
    """East, north, up of the row's target at its observer."""
    frame = Frame(i["obs_lat_deg"], i["obs_lon_deg"], i["obs_h_m"])
    return frame.to_local(i["tgt_lat_deg"], i["tgt_lon_deg"], i["tgt_h_m"])


def _directions(i: Inputs) -> list[float]:
    seen = to_spherical(_seen_from(i))
    return _floats((seen.azimuth_deg, seen.elevation_deg, seen.range_m))


def _offset_to_ecef(i: Inputs) -> list[float]:
    frame = Frame(i["lat_deg"], i["lon_deg"], i["h_m"])
    lat_deg, lon_deg, height_m = frame.from_local(from_spherical(i["az_deg"], i["el_deg"], i["range_m"]))
    return _floats(to_ecef(lat_deg, lon_deg, height_m))


def _geodesic(i: Inputs) -> list[float]:
    found = geodesic_between(i["lat1_deg"], i["lon1_deg"], i["lat2_deg"], i["lon2_deg"])
    return [float(found.distance_m), _half_turns(found.azimuth_deg), _half_turns(found.arrival_azimuth_deg)]


def _sphere(i: Inputs) -> Sphere:
    return Sphere(radius_m=i["earth_radius_m"], mu_m3_s2=i["mu_m3_s2"])


def _least_arc(i: Inputs) -> list[float]:
    arc = arc_over(i["ground_range_m"], sphere=_sphere(i))
    return [arc.speed_m_s, arc.elevation_deg, arc.apogee_m, arc.time_s]


def _thrown_arc(i: Inputs) -> list[float]:
    arc = arc_from(i["speed_m_s"], i["elevation_deg"], _sphere(i))
    return [arc.range_m, arc.apogee_m, arc.time_s]


def _standard(i: Inputs) -> list[float]:
    return _floats(atmosphere.standard(i["geometric_altitude_m"]))


AIR: dict[str, Callable[[Inputs], float | list[float]]] = {
    "US76 [temperature K, pressure Pa, density kg/m3, sound speed m/s] at geometric altitude": _standard,
    "geopotential altitude from geometric": lambda i: float(
        atmosphere.geopotential_m(i["geometric_altitude_m"], i.get("r0_m", atmosphere.GEOPOTENTIAL_RADIUS_M))
    ),
    "radio refractivity N = 77.6 Pd/T + 72 e/T + 3.75e5 e/T^2": lambda i: float(
        atmosphere.refractivity(i["dry_pressure_hpa"], i["vapour_pressure_hpa"], i["temp_k"])
    ),
    "reference refractivity N(h)=315 exp(-h/7.35)": lambda i: float(
        atmosphere.mean_refractivity(1e3 * i["height_km"])
    ),
}

QUANTITIES: dict[str, Callable[[Inputs], float | list[float]]] = {
    "geodetic to ECEF [x,y,z] WGS84": lambda i: _floats(to_ecef(i["lat_deg"], i["lon_deg"], i["h_m"])),
    "az/el/range to ENU": lambda i: _floats(from_spherical(i["az_deg"], i["el_deg"], i["range_m"])),
    "az/el/range to ECEF from observer": _offset_to_ecef,
    "ENU of target from observer (ellipsoidal heights)": lambda i: _floats(_seen_from(i)),
    "geometric [azimuth deg, elevation deg, slant range m] (no refraction)": _directions,
    "WGS84 geodesic inverse [distance m, azi1 deg, azi2 deg]": _geodesic,
    "WGS84 [meridian radius M, prime-vertical radius N]": lambda i: _floats(curvature_radii_m(i["lat_deg"])),
    "minimum-energy ballistic arc (vacuum, spherical non-rotating earth, surface to surface): "
    "[speed m/s, elevation deg, apogee m, time s]": _least_arc,
    "ballistic arc from burnout speed and elevation at surface: [ground range m, apogee m, time s]": _thrown_arc,
    "flat-earth vacuum trajectory [range m, apogee m, time s], g=9.80665": (
        lambda i: list(arc_over_flat_ground(i["speed_m_s"], i["elevation_deg"]))
    ),
    **AIR,
}
