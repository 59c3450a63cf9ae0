"""What a radar's antenna, waveform and surroundings are in a trial's arrays: beam, filter, air, ground, jammers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Radar
from farwatch.catalogue.uncertainty import Drawn
from farwatch.detect.air import air_db
from farwatch.detect.antenna import gain_of_beams_dbi
from farwatch.detect.cloud import specific_attenuation as cloud_attenuation
from farwatch.detect.clutter import gamma_of, gamma_of_sigma0, rain_reflectivity_per_m, sigma0_sea_db
from farwatch.detect.echo import BEND
from farwatch.detect.equation import STANDARD_K, from_db
from farwatch.detect.floor import floor_at
from farwatch.detect.gas import gas_of
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, lowest_visible_m
from farwatch.detect.jamming import noise_rise
from farwatch.detect.rain import two_way_db_per_m
from farwatch.scenario.model import Ground, Jammer, Weather
from farwatch.world.earth import MEAN_RADIUS_M, Frame

Floats = NDArray[np.float64]

NOISE_FIGURE_DB = 4.0
"""Noise figure against jamming of a radar whose own is not published."""

FOG_K = 283.15
"""Temperature of the water in fog: between a cold night's and a warm sea's."""

GRAZING_OF_SEA_DEG = 1.0
"""The sea's echo is steeper in grazing angle than constant gamma: it is taken to be right here."""


@dataclass(frozen=True, slots=True)
class Views:
    """Where radars see: floors (radars, azimuths, ranges), their range steps, and the smooth earth's heights."""

    floors: NDArray[np.float32]
    step_m: Floats
    level_m: Floats


# Antenna and filter -----------------------------------------------------------------------------------------


def shape_beam(row: NDArray[Any], index: int, radar: Radar) -> list[Drawn]:
    """Fill in elevation pattern, steering and sidelobes; without an antenna in the catalogue there are none."""
    row["tilt_cosine"], row["sidelobe_db"] = 1.0, -300.0
    antenna = radar.antenna
    if antenna is None:
        return []
    row["sidelobe_db"] = antenna.sidelobe_db.value
    drawn = [Drawn(table="radars", row=index, field="sidelobe_db", figure=antenna.sidelobe_db)]
    if antenna.beam_top_deg is not None:
        top, degree = antenna.beam_top_deg, pi / 180.0
        row["beam_top_rad"] = radians(top.value)
        drawn.append(Drawn(table="radars", row=index, field="beam_top_rad", figure=top, factor=degree))
    if antenna.roll_off is not None and antenna.tilt_deg is not None:
        tilt_rad = radians(antenna.tilt_deg.value)
        row["roll_off_exponent"] = antenna.roll_off.value
        row["tilt_sine"], row["tilt_cosine"] = sin(tilt_rad), cos(tilt_rad)
        drawn.append(Drawn(table="radars", row=index, field="roll_off_exponent", figure=antenna.roll_off))
    return drawn


def tell_movers(row: NDArray[Any], index: int, radar: Radar) -> list[Drawn]:
    """Fill in the filter; without a waveform in the catalogue it passes every speed alike and leaves no clutter."""
    row["improvement_db"] = row["rain_improvement_db"] = 300.0
    waveform = radar.waveform
    if waveform is None:
        return []
    row["improvement_db"] = waveform.improvement_db.value
    row["rain_improvement_db"] = waveform.rain_improvement_db.value
    return [
        Drawn(table="radars", row=index, field="improvement_db", figure=waveform.improvement_db),
        Drawn(table="radars", row=index, field="rain_improvement_db", figure=waveform.rain_improvement_db),
    ]


# Air, weather, ground ---------------------------------------------------------------------------------------


def surround(row: NDArray[Any], radar: Radar, weather: Weather, ground: Ground) -> None:
    """Fill in what air, rain and fog take, and what rain and ground send back."""
    frequency_hz = radar.frequency_hz.value
    gas = gas_of(frequency_hz)
    row["air_db_per_m"] = 2.0 * gas.oxygen_db_per_m, 2.0 * gas.vapour_db_per_m
    row["jamming_factor"] = jamming_factor(radar)
    row["air_scale_m"] = gas.oxygen_scale_m, gas.vapour_scale_m
    row["rain_db_per_m"] = two_way_db_per_m(weather.rain_mm_h, frequency_hz)
    if weather.rain_mm_h > 0.0:
        row["rain_reflectivity_per_m"] = rain_reflectivity_per_m(weather.rain_mm_h, frequency_hz)
    if weather.fog_g_m3 > 0.0:
        row["fog_db_per_m"] = 2e-3 * cloud_attenuation(frequency_hz, weather.fog_g_m3, FOG_K)
        row["fog_top_m"] = weather.fog_top_msl_m
    if ground.clutter is not None:
        row["gamma_ratio"] = gamma_on(ground.clutter, frequency_hz, ground.sea_state)


def gamma_on(clutter: str, frequency_hz: float, sea_state: int) -> float:
    """Gamma of the kind of ground that a scenario names, as a power ratio; the sea's at 1 degree, mean of winds."""
    if clutter != "sea":
        return gamma_of(clutter)
    sigma0_db = sigma0_sea_db(GRAZING_OF_SEA_DEG, frequency_hz, sea_state)
    return float(gamma_of_sigma0(sigma0_db, GRAZING_OF_SEA_DEG))


# Jammers ----------------------------------------------------------------------------------------------------


def jammer_table(
    radars: NDArray[Any], views: Views, bands: Sequence[str], jammers: Sequence[Jammer], frame: Frame
) -> Floats:
    """Jammers as each radar meets them, (radars, jammers, 3): azimuth, apparent elevation, strength over noise.

    Strength is that in the middle of the beam, through clear air; 0 where terrain or horizon hides the jammer, or
    where it does not cover the radar's band.
    """
    out = np.zeros((len(radars), len(jammers), 3))
    for r, band in enumerate(bands):
        for j, jammer in enumerate(jammers):
            azimuth_rad, elevation_rad, range_m, ground_m = _toward(radars[r], jammer, frame)
            out[r, j, :2] = azimuth_rad, elevation_rad
            covered = jammer.bands is None or band in jammer.bands
            if covered and jammer.height_msl_m >= lowest_seen_m(views, radars[r], r, azimuth_rad, ground_m):
                loss_db = 0.5 * air_db(radars[r], radars[r]["height_m"], range_m, sin(elevation_rad))
                strength = jammer.density_w_hz * radars[r]["jamming_factor"] / range_m**2
                out[r, j, 2] = strength * from_db(-loss_db)
    return out


def _toward(radar: Any, jammer: Jammer, frame: Frame) -> tuple[float, float, float, float]:
    """Azimuth, apparent elevation, slant and ground range of a jammer."""
    place = frame.to_local(jammer.at.lat_deg, jammer.at.lon_deg, jammer.height_msl_m)
    away = np.ravel(place) - np.array([radar["x_m"], radar["y_m"], radar["z_m"]])
    east, north, up = (float(part) for part in radar["to_local"] @ away)
    across_m = hypot(east, north)
    ground_m = MEAN_RADIUS_M * atan2(across_m, MEAN_RADIUS_M + float(radar["height_m"]) + up)
    return atan2(east, north) % (2.0 * pi), atan2(up, across_m) + BEND * ground_m, hypot(across_m, up), ground_m


def lowest_seen_m(views: Views, radar: Any, r: int, azimuth_rad: float, ground_m: float) -> float:
    """Lowest height that a radar sees at a place that may lie beyond its range.

    Beyond it, the last ray goes on over a smooth earth; terrain in between is not looked at.
    """
    last_m = views.step_m[r] * (views.floors.shape[2] - 1)
    height_m = floor_at(views.floors, r, views.step_m[r], azimuth_rad, min(ground_m, last_m))
    if ground_m <= last_m:
        return float(height_m)
    antenna_m = float(radar["height_m"])
    near, far = last_m / EFFECTIVE_RADIUS_M, ground_m / EFFECTIVE_RADIUS_M
    reach_m = EFFECTIVE_RADIUS_M + height_m
    slope = (reach_m * cos(near) - EFFECTIVE_RADIUS_M - antenna_m) / (reach_m * sin(near))
    ray_m = (EFFECTIVE_RADIUS_M + antenna_m) / (cos(far) - slope * sin(far)) - EFFECTIVE_RADIUS_M
    level_m = float(views.level_m[r])
    return float(max(ray_m, level_m + lowest_visible_m(antenna_m - level_m, ground_m, EFFECTIVE_RADIUS_M)))


def jamming_factor(radar: Radar) -> float:
    """Jamming over receiver noise by 1 W/Hz at 1 m in the middle of the beam: from published figures, or assumed."""
    return float(noise_rise(1.0, gain_dbi(radar), radar.frequency_hz.value, 1.0, noise_k(radar)) - 1.0)


def gain_dbi(radar: Radar) -> float:
    """Gain of the receiving antenna: published, else from its beam widths."""
    if radar.parameters is not None:
        return radar.parameters.gain_rx_dbi.value
    tall_deg = radar.elevation_beam_deg or radar.elevation_max_deg
    return float(gain_of_beams_dbi(radar.azimuth_beam_deg.value, tall_deg.value))


def noise_k(radar: Radar) -> float:
    """Noise temperature of the receiver: by its published noise figure, else by an assumed one."""
    figure_db = NOISE_FIGURE_DB if radar.parameters is None else radar.parameters.noise_figure_db.value
    return float(STANDARD_K * from_db(figure_db))


def gain_notices(name: tuple[str, str], radar: Radar) -> list[str]:
    """What a jammed radar's result rests on that is in no catalogue."""
    if radar.parameters is not None:
        return []
    assumed = f"a gain of {gain_dbi(radar):.0f} dBi from its beam widths and a noise figure of {NOISE_FIGURE_DB:g} dB"
    return [f"{name[1]} of {name[0]}: jamming is weighed with {assumed}, which are assumed"]
