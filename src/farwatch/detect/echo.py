"""One look, from the radar to the detector: the echo that arrives, and what it must be told from.

The echo of a target passes the antenna twice (elevation pattern, steering of an array), the air, rain and fog twice,
and the filter against clutter once. Beside it stand receiver noise, what the filter leaves of ground and rain in the
same cell, and jamming; all are taken as noise. See `docs/models/scan-and-measurement.md`.
"""

from math import cos, floor, pi, sqrt
from typing import Any

from farwatch.compiled import kernel
from farwatch.detect.air import air_at
from farwatch.detect.antenna import beam_with_sidelobes, cosecant_squared, gaussian_beam, projected_gain
from farwatch.detect.clutter import rain_clutter_m2, surface_clutter_m2
from farwatch.detect.floor import grazing_at
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.pd_table import WEAKEST
from farwatch.detect.rain import path_in_rain_m, path_under_m
from farwatch.detect.response import response_at
from farwatch.world.earth import MEAN_RADIUS_M
from farwatch.world.motion import STATE_SIZE
from farwatch.world.signature import rcs_toward

_TURN = 2.0 * pi
BEND = 0.5 / MEAN_RADIUS_M - 0.5 / EFFECTIVE_RADIUS_M
"""Apparent less geometric elevation, rad per metre of ground range: what refraction lifts."""

PLACE_SIZE = STATE_SIZE + 16
RANGE, AZIMUTH, SINE, ACROSS, GROUND, LOOK_S, FLOOR, APPARENT = range(STATE_SIZE, STATE_SIZE + 8)
"""What follows the state in `Field.place`: slant range, azimuth, sine of elevation, horizontal, ground range, time,
lowest visible height, apparent elevation."""
STEERING, PATH, ONE, FILTER, ECHO, CLUTTER, JAMMING, NOISE = range(STATE_SIZE + 8, PLACE_SIZE)
"""Then, as power ratios: one-way gain of a steered array; SNR of 1 m2 in the middle of a beam at broadside, and of 1 m2
where the target is; response of the filter; SNR of the target before it; clutter, jamming, and all
noise, over receiver noise."""


@kernel
def weigh(radar: Any, target_class: Any, air: Any, response: Any, place: Any) -> bool:
    """Fill in a target's mean echo in `place`, and what the filter makes of it; False when it is too weak to matter."""
    square = place[RANGE] * place[RANGE]
    place[PATH] = radar["snr_one"] / (square * square) * air_at(air, radar["range_max_m"], place[RANGE], place[6])
    if radar["rain_db_per_m"] > 0.0 or radar["fog_db_per_m"] > 0.0:
        place[PATH] *= weather_gain(radar, place)
    away = (radar["x_m"] - place[0], radar["y_m"] - place[1], radar["z_m"] - place[2])
    rcs_m2 = rcs_toward(target_class, place[3], place[4], place[5], away[0], away[1], away[2])
    radial_m_s = (place[3] * away[0] + place[4] * away[1] + place[5] * away[2]) / place[RANGE]
    place[STEERING] = steering_gain(radar, place)
    one_way = place[STEERING] * elevation_gain(radar, place[APPARENT])
    place[FILTER] = response_at(response, radial_m_s)
    place[ONE] = place[PATH] * one_way * one_way
    place[ECHO] = rcs_m2 * place[ONE]
    return bool(place[ECHO] >= WEAKEST)


@kernel
def elevation_gain(radar: Any, apparent_rad: float) -> float:
    """One-way gain at an elevation against the peak: cosecant-squared, or 1 between the radar's limits."""
    if radar["beam_top_rad"] > 0.0:
        return float(cosecant_squared(apparent_rad, radar["beam_top_rad"]))
    return 1.0


@kernel
def steering_gain(radar: Any, place: Any) -> float:
    """One-way gain of an array steered to a target against that at broadside; 1 for any other antenna."""
    if radar["roll_off_exponent"] <= 0.0:
        return 1.0
    level = place[ACROSS] / place[RANGE] * cos(place[AZIMUTH] - radar["heading_rad"])
    cosine = level * radar["tilt_cosine"] + place[SINE] * radar["tilt_sine"]
    return float(projected_gain(cosine, radar["roll_off_exponent"]))


@kernel
def weather_gain(radar: Any, place: Any) -> float:
    """Share of an echo that rain and fog leave, both ways."""
    loss_db = 0.0
    if radar["rain_db_per_m"] > 0.0:
        loss_db += radar["rain_db_per_m"] * path_in_rain_m(place[RANGE], radar["height_m"], leaving_sine(place))
    if radar["fog_db_per_m"] > 0.0:
        under_m = path_under_m(place[RANGE], radar["height_m"], leaving_sine(place), radar["fog_top_m"])
        loss_db += radar["fog_db_per_m"] * under_m
    return float(10.0 ** (-0.1 * loss_db))


@kernel
def leaving_sine(place: Any) -> float:
    """Sine of the elevation at which the ray to a target leaves, over the effective earth."""
    return float(place[SINE] + BEND * place[GROUND])


@kernel
def add_noise(radar: Any, target: Any, lit: Any, r: int, step_m: float, jammers: Any, place: Any) -> None:
    """Fill in what the echo in `place` stands against: clutter, jamming, and both with the receiver's noise."""
    place[CLUTTER] = 0.0
    if radar["gamma_ratio"] > 0.0 and place[RANGE] <= radar["lit_range_m"]:
        grazing_tangent = grazing_at(lit, r, step_m, place[AZIMUTH], place[RANGE])
        if grazing_tangent > 0.0:
            place[CLUTTER] += ground_residue(radar, grazing_tangent, place)
    if radar["rain_reflectivity_per_m"] > 0.0:
        place[CLUTTER] += rain_residue(radar, place)
    place[JAMMING] = 0.0
    if target["jammer_w_hz"] > 0.0:
        place[JAMMING] += own_jamming(radar, target["jammer_w_hz"], place)
    for j in range(jammers.shape[0]):
        if jammers[j, 2] > 0.0:
            place[JAMMING] += jammers[j, 2] * gain_toward(radar, jammers[j, 0], jammers[j, 1], place)
    place[NOISE] = 1.0 + place[CLUTTER] + place[JAMMING]


@kernel
def ground_residue(radar: Any, grazing_tangent: float, place: Any) -> float:
    """Ground clutter over receiver noise behind the filter, in the cell of a target.

    The beam points at the target: of the ground, which lies lower, a radar that measures elevation sees what its
    beam and sidelobes leave; a fan beam has its peak there.
    """
    gain = place[STEERING]
    if radar["elevation_beam_rad"] > 0.0:
        down = (place[FLOOR] - radar["height_m"]) / place[RANGE] - 0.5 * place[RANGE] / EFFECTIVE_RADIUS_M
        off_rad = max(0.0, place[APPARENT] - down)
        gain *= beam_with_sidelobes(off_rad, radar["elevation_beam_rad"], radar["sidelobe_ratio"])
    rcs_m2 = surface_clutter_m2(
        place[RANGE], grazing_tangent, radar["azimuth_beam_rad"], radar["range_cell_m"], radar["gamma_ratio"]
    )
    return float(place[PATH] * rcs_m2 * gain * gain / radar["improvement_ratio"])


@kernel
def rain_residue(radar: Any, place: Any) -> float:
    """Echo of rain over receiver noise behind the filter, in the cell of a target; 0 when it flies above the rain."""
    if path_in_rain_m(place[RANGE], radar["height_m"], leaving_sine(place)) < place[RANGE]:
        return 0.0
    beam_rad = radar["elevation_beam_rad"]
    if beam_rad <= 0.0:
        beam_rad = radar["elevation_max_rad"] if radar["beam_top_rad"] <= 0.0 else radar["beam_top_rad"]
    rcs_m2 = rain_clutter_m2(
        place[RANGE], radar["azimuth_beam_rad"], beam_rad, radar["range_cell_m"], radar["rain_reflectivity_per_m"]
    )
    return float(place[ONE] * rcs_m2 / radar["rain_improvement_ratio"])


@kernel
def own_jamming(radar: Any, density_w_hz: float, place: Any) -> float:
    """Noise that a target sends from the middle of the beam, over receiver noise; its way is half the echo's."""
    square = place[RANGE] * place[RANGE]
    half_way = sqrt(place[ONE] * square * square / radar["snr_one"])
    return float(density_w_hz * radar["jamming_factor"] / square * half_way)


@kernel
def gain_toward(radar: Any, azimuth_rad: float, elevation_rad: float, place: Any) -> float:
    """One-way gain toward a place while the beam points at a target, against the peak; never below the sidelobes."""
    off = (place[AZIMUTH] - azimuth_rad) / _TURN
    gain = place[STEERING] * gaussian_beam((off - floor(off + 0.5)) * _TURN, radar["azimuth_beam_rad"])
    if radar["elevation_beam_rad"] > 0.0:
        gain *= gaussian_beam(place[APPARENT] - elevation_rad, radar["elevation_beam_rad"])
    else:
        gain *= elevation_gain(radar, elevation_rad)
    return float(max(gain, radar["sidelobe_ratio"]))
