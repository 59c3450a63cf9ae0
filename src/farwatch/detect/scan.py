"""Looks: each time a radar's beam meets a target, does it see it, and what does it measure?

`scan` works off the looks of one radar in a window of time and hands over its plots, sorted by time. A rotating radar
looks when its beam sweeps over the target's azimuth; an array looks on its own grid of times, one phase per target.
A look passes range limits, sector, floor and elevation limits; the mean SNR follows from what `echo` weighs: aspect,
range, antenna, air, weather and filter against noise, clutter and jamming; the dwell's energy is drawn from the
fluctuation law and the detection from the exact Pd of a steady echo of that energy, so that their mean is the exact
Swerling Pd (a test shows it).

Left out: multipath, ambiguity in range and Doppler. See `docs/models/scan-and-measurement.md`.
"""

from math import atan, atan2, floor, isnan, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from farwatch.chance import LOOK, MEASURE, TRANSPONDER, normals, uniform, uniforms
from farwatch.compiled import carried, kernel
from farwatch.detect.antenna import broadened_rad
from farwatch.detect.echo import (
    ACROSS,
    APPARENT,
    AZIMUTH,
    BEND,
    CLUTTER,
    ECHO,
    FILTER,
    FLOOR,
    GROUND,
    JAMMING,
    LOOK_S,
    NOISE,
    ONE,
    PLACE_SIZE,
    RANGE,
    SINE,
    add_noise,
    weigh,
)
from farwatch.detect.false_plots import add_false_plots
from farwatch.detect.floor import floor_at, grazing_at, top_at
from farwatch.detect.fluctuation import dwell_energy, shape_of
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, smooth_earth_hides
from farwatch.detect.measurement import angle_sigma_rad, measured_snr, range_sigma_m
from farwatch.detect.pd_table import WEAKEST, pd_at
from farwatch.detect.resolution import merge_plots, sort_plots
from farwatch.world.earth import MEAN_RADIUS_M
from farwatch.world.motion import state_at

NEVER = np.inf
_NONE: Any = np.int64(0)  # typed: a bare nought would have what takes it compiled for it, too
CARRIED_REPLY = 0.98
"""Chance that a transponder answers where its class is expected to carry none: the airliner's, assumed."""

_TURN = 2.0 * pi
_SAME_S = 0.002
"""A target is taken to stand still for this long: half a metre at 250 m/s."""
_STRAIGHT_S = 0.25
"""Longest time over which a target is carried along its velocity instead of its trajectory."""
UNASKED_M = -1e9
"""Stands for the floor below a target that flies so high that nobody asked."""
_HASH_A, _HASH_B = 2654435769, 40503

_LIKELY = 0.5
"""A look is put down to filter, clutter or jamming when they push its chance of a plot from this or more to less."""


@carried
class Sensors(NamedTuple):
    """The radars as a trial uses them, and what was computed once for them.

    radars RADAR[n]; floors f4[n, azimuths, ranges], lowest visible height above mean sea level; floor_step_m f8[n];
    pd f8[n, steps], see `pd_table`; threshold_snr f8[n]; level_m f8[n], height of the smooth earth that stands for
    each radar's surroundings when the story asks whether horizon or terrain hid a target; lit u1[n, azimuths, ranges],
    see `grazing_at`; air f4[n, heights, ranges], see `air_at`; response f4[n, speeds], see `response_at`; jammers
    f8[n, jammers, 3], azimuth, elevation and strength over noise in the middle of the beam.
    """

    radars: Any
    floors: Any
    floor_step_m: Any
    pd: Any
    threshold_snr: Any
    level_m: Any
    lit: Any
    air: Any
    response: Any
    jammers: Any
    tops: Any = np.zeros((0, 1, 1), np.float32)  # see `tops_of`; without it every look asks the floors themselves


@carried
class Field(NamedTuple):
    """What one trial carries for the sensors.

    due f8[n_radars, n_targets], next look as foreseen, and last f8, same shape, the one before it; waits f8, same
    shape, seconds between looks of an array, set by the mission; alive u1[n_targets], cleared by it; sightings
    SIGHTING[n_targets]; place f8[PLACE_SIZE], room for one target; moments f8 and order i8, room to sort a batch.
    """

    due: Any
    last: Any
    waits: Any
    alive: Any
    sightings: Any
    place: Any
    moments: Any
    order: Any


@kernel
def reset_field(sensors: Any, truth: Any, field: Any) -> None:
    """Begin a trial: every target alive and unseen, first looks due, one to a period."""
    for i in range(truth.targets.size):
        field.alive[i] = 1
        sighting = field.sightings[i]
        sighting["above_horizon_s"] = np.nan
        sighting["unmasked_s"] = np.nan
        sighting["seen_s"] = np.nan
        sighting["seen_range_m"] = np.nan
        sighting["seen_radar"] = -1
        sighting["looks"] = 0
        sighting["plots"] = 0
        sighting["lost_to_filter"] = 0
        sighting["lost_to_clutter"] = 0
        sighting["lost_to_jamming"] = 0
        sighting["lost_to_outage"] = 0
        begins_s = max(0.0, truth.targets[i]["start_s"])
        flies = state_at(truth, i, begins_s, field.place)
        for r in range(sensors.radars.size):
            radar = sensors.radars[r]
            field.due[r, i] = NEVER
            field.waits[r, i] = radar["period_s"]
            if flies:
                phase_s = _phase_s(radar, int(truth.targets[i]["id"]))
                if radar["rotating"] == 1:
                    phase_s += _azimuth_rad(radar, field.place) / _TURN * radar["period_s"]
                field.due[r, i] = phase_s + np.ceil((begins_s - phase_s) / radar["period_s"]) * radar["period_s"]
                field.last[r, i] = field.due[r, i] - radar["period_s"]


@kernel
def scan(sensors: Any, truth: Any, field: Any, r: int, t0: float, t1: float, key: Any, plots: Any) -> int:
    """Fill `plots` with what radar `r` hands over for the window (t0, t1], sorted by time; how many they are.

    Windows of one radar follow each other, `batches` to a period. A plot may be a little older than `t0` when the
    target moved against the beam. `plots` has `batch_room` rows, the last of them for sorting; what does not fit is
    dropped.
    """
    radar = sensors.radars[r]
    place = field.place
    due, last, waits, pd_row = field.due[r], field.last[r], field.waits[r], sensors.pd[r]
    air, response, jammers, step_m = sensors.air[r], sensors.response[r], sensors.jammers[r], sensors.floor_step_m[r]
    count, plots = _NONE, plots[: field.order.size]
    for i in range(due.size):
        while due[i] <= t1 and field.alive[i] == 1:
            due[i] = _aim(truth, radar, i, due[i], t1, place)
            if place[LOOK_S] > t1:
                continue
            due[i] = _next_look_s(radar, place[LOOK_S], last[i], waits[i])
            last[i] = place[LOOK_S]
            if count < plots.size - 1 and _is_unmasked(sensors, r, place, field.sightings[i]):
                target = truth.targets[i]
                target_class = truth.classes[target["class_index"]]
                if not _is_in_beam(radar, place) or not weigh(radar, target_class, air, response, place):
                    continue
                _know_floor(sensors, r, place)
                add_noise(radar, target, sensors.lit, r, step_m, jammers, place)
                seen = _look(
                    radar, target, target_class, place, pd_row, sensors.threshold_snr[r], key, plots[count]
                )
                plots[count]["truth"] = i
                plots[count]["radar_index"] = r
                count += seen
                if seen == 0:
                    _note_loss(field.sightings[i], pd_row, place)
    count = add_false_plots(sensors, r, t0, t1, key, plots, count)
    sort_plots(plots, count, field.moments, field.order)
    count = merge_plots(radar, plots, count)
    for p in range(count):
        if plots[p]["truth"] >= 0:
            _note_sighting(field.sightings[plots[p]["truth"]], plots[p])
    return count


@kernel
def rest(sensors: Any, truth: Any, field: Any, r: int, t1: float) -> None:
    """Let radar `r`, which is off, pass over its looks up to `t1`; its next ones come when they would have come anyway.

    Counts the looks that would have had a clear line of sight, and nothing else.
    """
    radar, place = sensors.radars[r], field.place
    due, last, waits = field.due[r], field.last[r], field.waits[r]
    for i in range(due.size):
        while due[i] <= t1 and field.alive[i] == 1:
            due[i] = _aim(truth, radar, i, due[i], t1, place)
            if place[LOOK_S] > t1:
                continue
            due[i] = _next_look_s(radar, place[LOOK_S], last[i], waits[i])
            last[i] = place[LOOK_S]
            if _is_in_view(radar, place):
                floor_m = floor_at(sensors.floors, r, sensors.floor_step_m[r], place[AZIMUTH], place[GROUND])
                if place[6] >= floor_m and _is_in_beam(radar, place):
                    field.sightings[i]["lost_to_outage"] += 1


@kernel
def _phase_s(radar: Any, target_id: int) -> float:
    """Time of a look at azimuth zero (rotating), or the target's own place in an array's grid of looks."""
    if radar["rotating"] == 1:
        return float(radar["phase_s"])
    mixed = (target_id * _HASH_A + int(radar["id"]) * _HASH_B) & 0xFFFFFFFF
    return float(radar["phase_s"] + mixed / 4294967296.0 * radar["period_s"])


@kernel
def _locate(radar: Any, place: Any) -> None:
    """Fill in slant range, azimuth, sine of elevation, horizontal and ground range of the state in `place`."""
    dx, dy, dz = place[0] - radar["x_m"], place[1] - radar["y_m"], place[2] - radar["z_m"]
    turn = radar["to_local"]
    east = turn[0, 0] * dx + turn[0, 1] * dy + turn[0, 2] * dz
    north = turn[1, 0] * dx + turn[1, 1] * dy + turn[1, 2] * dz
    up = turn[2, 0] * dx + turn[2, 1] * dy + turn[2, 2] * dz
    square = east * east + north * north
    across = sqrt(square)
    distance = max(1e-3, sqrt(square + up * up))
    place[RANGE] = distance
    place[AZIMUTH] = _clockwise_rad(east, north)
    place[SINE] = up / distance
    place[ACROSS] = across
    slope = across / (MEAN_RADIUS_M + radar["height_m"] + up)
    if slope < 0.25:  # arctangent by its series, to 1e-9
        t = slope * slope
        arc = slope * (1.0 - t * (1.0 / 3.0 - t * (0.2 - t * (1.0 / 7.0 - t * (1.0 / 9.0 - t / 11.0)))))
    else:
        arc = atan(slope)
    place[GROUND] = MEAN_RADIUS_M * arc


@kernel
def _clockwise_rad(east: float, north: float) -> float:
    """Azimuth of a direction, 0 to 2 pi."""
    azimuth = atan2(east, north)
    return azimuth if azimuth >= 0.0 else azimuth + _TURN


@kernel
def _azimuth_rad(radar: Any, place: Any) -> float:
    """Azimuth of the state in `place`, all that a first guess at a turning beam needs."""
    dx, dy, dz = place[0] - radar["x_m"], place[1] - radar["y_m"], place[2] - radar["z_m"]
    turn = radar["to_local"]
    east = turn[0, 0] * dx + turn[0, 1] * dy + turn[0, 2] * dz
    north = turn[1, 0] * dx + turn[1, 1] * dy + turn[1, 2] * dz
    return _clockwise_rad(east, north)


@kernel
def _carry(place: Any, by_s: float) -> None:
    """Move a state along its velocity; the height by the part of it that points away from the earth."""
    place[6] += by_s * (place[5] + (place[0] * place[3] + place[1] * place[4]) / MEAN_RADIUS_M)
    place[0] += by_s * place[3]
    place[1] += by_s * place[4]
    place[2] += by_s * place[5]


@kernel
def _aim(truth: Any, radar: Any, i: int, guess_s: float, t1: float, place: Any) -> float:
    """Put target `i` at its look: at `guess_s` for an array, else when the beam really passes; that time.

    Leaves state, geometry and time of the look in `place`; a time after `t1` there means: no look in this window.
    """
    place[LOOK_S] = NEVER
    if not state_at(truth, i, guess_s, place):
        return NEVER
    look_s = guess_s
    if radar["rotating"] == 1:
        ahead = _azimuth_rad(radar, place) / _TURN - (guess_s - radar["phase_s"]) / radar["period_s"]
        shift_s = (ahead - floor(ahead + 0.5)) * radar["period_s"]
        look_s += shift_s
        if look_s <= t1 and abs(shift_s) > _SAME_S:
            if abs(shift_s) <= _STRAIGHT_S:
                _carry(place, shift_s)
            elif not state_at(truth, i, look_s, place):
                return NEVER
    if look_s <= t1:
        _locate(radar, place)
        place[LOOK_S] = look_s
    return look_s


@kernel
def _next_look_s(radar: Any, look_s: float, last_s: float, wait_s: float) -> float:
    """An array's wait later; a turn later for a turning beam, changed as the target's azimuth changed the last turn."""
    if radar["rotating"] == 1:
        period_s = float(radar["period_s"])
        return look_s + min(max(look_s - last_s, 0.5 * period_s), 1.5 * period_s)
    return look_s + wait_s


@kernel
def _is_in_view(radar: Any, place: Any) -> bool:
    """Whether a target lies within range and sector."""
    if place[RANGE] < radar["range_min_m"] or place[RANGE] > radar["range_max_m"]:
        return False
    if radar["half_sector_rad"] < pi:
        off = (place[AZIMUTH] - radar["heading_rad"]) / _TURN
        if abs(off - floor(off + 0.5)) * _TURN > radar["half_sector_rad"]:
            return False
    return True


@kernel
def _is_unmasked(sensors: Any, r: int, place: Any, sighting: Any) -> bool:
    """Whether a target lies within range and sector and above the floor; writes down when it first did.

    What flies above the top of its block of the floor is not told from the floor itself.
    """
    radar, floors, step_m = sensors.radars[r], sensors.floors, sensors.floor_step_m[r]
    if not _is_in_view(radar, place):
        return False
    sighting["looks"] += 1
    height_m, ground_m = place[6], place[GROUND]
    place[FLOOR] = UNASKED_M
    if height_m < top_at(sensors.tops, floors, r, step_m, place[AZIMUTH], ground_m):
        place[FLOOR] = floor_at(floors, r, step_m, place[AZIMUTH], ground_m)
    if height_m < place[FLOOR]:
        if isnan(sighting["above_horizon_s"]):
            level_m = sensors.level_m[r]
            antenna_m = radar["height_m"] - level_m
            if not smooth_earth_hides(antenna_m, height_m - level_m, ground_m, EFFECTIVE_RADIUS_M):
                sighting["above_horizon_s"] = place[LOOK_S]
        return False
    if isnan(sighting["unmasked_s"]):
        sighting["unmasked_s"] = place[LOOK_S]
        if isnan(sighting["above_horizon_s"]):
            sighting["above_horizon_s"] = place[LOOK_S]
    return True


@kernel
def _know_floor(sensors: Any, r: int, place: Any) -> None:
    """Look the floor up after all where the ground below a target, seen beside the beam, is what it must be told from.

    Only a radar that measures elevation asks how far below the beam that is, see `echo.ground_residue`.
    """
    radar, step_m = sensors.radars[r], sensors.floor_step_m[r]
    asked = radar["gamma_ratio"] > 0.0 and radar["elevation_beam_rad"] > 0.0 and place[RANGE] <= radar["lit_range_m"]
    if asked and place[FLOOR] == UNASKED_M and grazing_at(sensors.lit, r, step_m, place[AZIMUTH], place[RANGE]) > 0.0:
        place[FLOOR] = floor_at(sensors.floors, r, step_m, place[AZIMUTH], place[GROUND])


@kernel
def _is_in_beam(radar: Any, place: Any) -> bool:
    """Whether a target lies between the radar's elevation limits; fills in its apparent elevation."""
    place[APPARENT] = atan2(place[SINE] * place[RANGE], place[ACROSS]) + BEND * place[GROUND]
    return bool(radar["elevation_min_rad"] <= place[APPARENT] <= radar["elevation_max_rad"])


@kernel
def _look(
    radar: Any, target: Any, target_class: Any, place: Any, pd_row: Any, least_snr: float, key: Any, plot: Any
) -> int:
    """One look at a target whose echo and noise are in `place`: fill `plot` and return 1 when it is seen, else 0."""
    mean_snr = place[ECHO] * place[FILTER] / place[NOISE]
    if mean_snr < WEAKEST:
        return 0
    who, whom, occasion = int(radar["id"]), int(target["id"]), _occasion(radar, place)
    chance, energy = uniforms(key, LOOK, who, whom, occasion)
    shape = shape_of(target_class["swerling"], radar["pulses"])
    snr = mean_snr * dwell_energy(shape, energy, key, who, whom, occasion)
    if chance >= pd_at(pd_row, snr):
        return 0
    plot["time_s"] = place[LOOK_S]
    plot["snr"] = measured_snr(snr, radar["pulses"], chance, least_snr)
    plot["rcs_m2"] = plot["snr"] * place[NOISE] / place[ONE]
    _measure(radar, place, key, whom, occasion, plot)
    asked = radar["interrogator"] == 1 and target["transponder"] == 1
    chance = target_class["expected_reply"] if target_class["expected_reply"] > 0.0 else CARRIED_REPLY
    plot["reply"] = 1 if asked and uniform(key, TRANSPONDER, who, whom, occasion) < chance else 0
    return 1


@kernel
def _note_loss(sighting: Any, pd_row: Any, place: Any) -> None:
    """Count a look that was lost, by what cost most: likely a plot in noise alone, and not likely one as it was.

    Chances are those of a steady echo of the mean strength.
    """
    if (place[FILTER] >= 1.0 and place[NOISE] <= 1.0) or pd_at(pd_row, place[ECHO]) < _LIKELY:
        return
    if pd_at(pd_row, place[ECHO] * place[FILTER] / place[NOISE]) >= _LIKELY:
        return
    if place[FILTER] * place[NOISE] <= 1.0:
        sighting["lost_to_filter"] += 1
    elif place[CLUTTER] >= place[JAMMING]:
        sighting["lost_to_clutter"] += 1
    else:
        sighting["lost_to_jamming"] += 1


@kernel
def _occasion(radar: Any, place: Any) -> int:
    """Number of a look, for its address: twice the period it falls in, and one more in the western half.

    The half keeps two looks of one turn apart when a target drifts over north against the beam. Where an array looks
    at tracks more often than once a period, that shorter time counts.
    """
    least_s = radar["period_s"]
    if radar["rotating"] == 0 and 0.0 < radar["track_interval_s"] < least_s:
        least_s = radar["track_interval_s"]
    turn = (place[LOOK_S] - radar["phase_s"]) / least_s + 1.0
    return 2 * int(turn) + (1 if place[AZIMUTH] > pi else 0)


@kernel
def _measure(radar: Any, place: Any, key: Any, target_id: int, occasion: int, plot: Any) -> None:
    """Fill in where the radar measures a target that it saw with `plot["snr"]`; a steered beam is broader."""
    energy_snr = plot["snr"] * radar["pulses"]
    z_range, z_azimuth = normals(key, MEASURE, int(radar["id"]), target_id, 2 * occasion)
    range_sigma = range_sigma_m(radar["range_cell_m"], radar["range_floor_m"], energy_snr)
    beam_rad = radar["azimuth_beam_rad"]
    if radar["roll_off_exponent"] > 0.0:
        off = (place[AZIMUTH] - radar["heading_rad"]) / _TURN
        beam_rad = broadened_rad(beam_rad, (off - floor(off + 0.5)) * _TURN)
    azimuth_sigma = angle_sigma_rad(beam_rad, radar["angle_floor_rad"], energy_snr)
    azimuth = place[AZIMUTH] + z_azimuth * azimuth_sigma
    plot["range_m"] = max(1.0, place[RANGE] + z_range * range_sigma)
    plot["range_sigma_m"] = range_sigma
    plot["azimuth_rad"] = azimuth - _TURN * floor(azimuth / _TURN)
    plot["azimuth_sigma_rad"] = azimuth_sigma
    plot["elevation_rad"] = 0.0
    plot["elevation_sigma_rad"] = 0.0
    if radar["elevation_beam_rad"] > 0.0:
        z_elevation, _ = normals(key, MEASURE, int(radar["id"]), target_id, 2 * occasion + 1)
        sigma = angle_sigma_rad(radar["elevation_beam_rad"], radar["angle_floor_rad"], energy_snr)
        plot["elevation_sigma_rad"] = sigma
        plot["elevation_rad"] = place[APPARENT] - BEND * place[GROUND] + z_elevation * sigma


@kernel
def _note_sighting(sighting: Any, plot: Any) -> None:
    """Keep the first plot of a target for the story told afterwards, and count them."""
    sighting["plots"] += 1
    if np.isnan(sighting["seen_s"]):
        sighting["seen_s"] = plot["time_s"]
        sighting["seen_range_m"] = plot["range_m"]
        sighting["seen_radar"] = plot["radar_index"]


def new_field(sensors: Sensors, targets: int) -> Field:
    """Room for one trial's field."""
    from farwatch.records import SIGHTING

    return Field(
        due=np.zeros((len(sensors.radars), targets)),
        last=np.zeros((len(sensors.radars), targets)),
        waits=np.zeros((len(sensors.radars), targets)),
        alive=np.zeros(targets, np.uint8),
        sightings=np.zeros(targets, SIGHTING),
        place=np.zeros(PLACE_SIZE),
        moments=np.zeros(batch_room(sensors, targets)),
        order=np.zeros(batch_room(sensors, targets), np.int64),
    )


def batch_room(sensors: Sensors, targets: int) -> int:
    """Rows that one window's plots may need: every target once, and false plots far beyond their mean."""
    mean = float(np.max(sensors.radars["false_plots"] / sensors.radars["batches"], initial=0.0))
    return targets + 20 + int(mean + 10.0 * mean**0.5)
