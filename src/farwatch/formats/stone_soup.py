"""Stone Soup's detections, ground truth and tracks, both ways.

Stone Soup (dstl, MIT licence) counts bearings from the x axis counter-clockwise, here azimuth runs clockwise from y
(north); it keeps position and velocity interleaved, x vx y vy z vz, and time as `datetime`, to the microsecond. Lengths
are metres and angles radians on both sides. Elevation and range rate (positive receding) mean the same.

A radar that measures no elevation is `CartesianToBearingRange` there, which means range over the plane: slant range is
written as it is unless the plot tells its height. Its range is read back as slant range.

The package is wanted only when a function is called: `pip install stonesoup`. Written against its version 1.9.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from math import asin, atan2, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT, RADAR, STATE, TRUTH

Floats = NDArray[np.float64]

INTERLEAVED = (0, 2, 4, 1, 3, 5)
"""Where x y z vx vy vz stand in a Stone Soup state."""

_PLANAR = "CartesianToBearingRange"
_ORDER = {
    "CartesianToElevationBearingRange": ("elevation_rad", "bearing", "range_m"),
    "CartesianToElevationBearingRangeRate": ("elevation_rad", "bearing", "range_m", "doppler_m_s"),
    "CartesianToBearingRangeRate": ("bearing", "range_m", "doppler_m_s"),
    _PLANAR: ("bearing", "range_m"),
}
_SIGMA = {"elevation_rad": "elevation_sigma_rad", "range_m": "range_sigma_m", "doppler_m_s": "doppler_sigma_m_s"}
_TOLD = ("snr", "rcs_m2", "reply", "mode_a", "address", "height_m", "height_sigma_m", "truth")
_LENGTHS = {2: (2, 0), 3: (3, 0), 4: (2, 2), 6: (3, 3)}  # places and rates of a mapping
_AXES = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


class Plots(NamedTuple):
    """Detections as plots, and the places they were made from."""

    plots: np.ndarray  # PLOT[n], in order of time
    radars: np.ndarray  # RADAR[k]: id, place and to_local; what detections do not tell is 0


def _soup(module: str) -> Any:
    """One of Stone Soup's modules."""
    try:
        return import_module(f"stonesoup.{module}")
    except ImportError as error:
        problem = Problem("stonesoup", "", "is not installed", "pip install stonesoup")
        raise InputError("stone soup", [problem]) from error


def _seconds(moment: datetime, epoch: datetime) -> float:
    return (moment - epoch).total_seconds()


# Detections -------------------------------------------------------------------------------------------------


def plots_from(detections: Iterable[Any], epoch: datetime) -> Plots:
    """Detections as PLOT[n]; times count from `epoch`. Each place and attitude of a sensor is one radar.

    Read are range-bearing models with or without elevation and range rate; metadata named like a field of PLOT
    fill it. Raises InputError for other models, and for noise that is not given.
    """
    problems, rows = [], []
    sites: list[Floats] = []
    for i, detection in enumerate(detections):
        model = detection.measurement_model
        if type(model).__name__ not in _ORDER:
            rule = f"must be one of {', '.join(_ORDER)}"
            problems.append(Problem(f"detection {i}, measurement_model", type(model).__name__, rule))
            continue
        site = _site(model)
        found = next((k for k, known in enumerate(sites) if np.allclose(known, site, rtol=0, atol=1e-9)), len(sites))
        if found == len(sites):
            sites.append(site)
        rows.append(_plot(detection, epoch, found))
    if problems:
        raise InputError("detections", problems)
    radars = np.zeros(len(sites), RADAR)
    for k, site in enumerate(sites):
        radars["x_m"][k], radars["y_m"][k], radars["z_m"][k] = site[0]
        radars["id"][k], radars["to_local"][k] = k, site[1:]
    plots = np.array(rows, PLOT) if rows else np.zeros(0, PLOT)
    return Plots(plots[np.argsort(plots["time_s"], kind="stable")], radars)


def _site(model: Any) -> Floats:
    """Place and rotation of a sensor, f8[4, 3]: one row, and three."""
    offset = np.zeros(3)
    given = np.asarray(model.translation_offset, float).ravel()
    offset[: given.size] = given
    return np.vstack([offset, np.asarray(model.rotation_matrix, float)])


def _plot(detection: Any, epoch: datetime, radar: int) -> Any:
    """One PLOT record."""
    one = np.zeros(1, PLOT)[0]
    one["time_s"], one["radar_index"], one["truth"] = _seconds(detection.timestamp, epoch), radar, -1
    measured = [float(value) for value in np.asarray(detection.state_vector).ravel()]
    sigmas = np.sqrt(np.diag(np.asarray(detection.measurement_model.covar(), float)))
    for name, value, sigma in zip(_ORDER[type(detection.measurement_model).__name__], measured, sigmas, strict=True):
        if name == "bearing":
            one["azimuth_rad"], one["azimuth_sigma_rad"] = (pi / 2.0 - value) % (2.0 * pi), sigma
        else:
            one[name], one[_SIGMA[name]] = value, sigma
    for name in _TOLD:
        if name in detection.metadata:
            one[name] = detection.metadata[name]
    return one


def detections_of(plots: np.ndarray, radars: np.ndarray, epoch: datetime) -> list[Any]:
    """PLOT[n] of RADAR[k] as detections in order of time; their states are x vx y vy z vz.

    Noise goes into the measurement model of each, codes, heights and truth into its metadata.
    """
    kinds, detection = _soup("models.measurement.nonlinear"), _soup("types.detection").Detection
    made: dict[tuple[Any, ...], Any] = {}
    told = []
    for plot in plots[np.argsort(plots["time_s"], kind="stable")]:
        kind = _kind(plot)
        names = _ORDER[kind]
        sigmas = tuple(float(plot[_SIGMA.get(name, "azimuth_sigma_rad")]) for name in names)
        key = (int(plot["radar_index"]), kind, sigmas)
        if key not in made:
            made[key] = _model(getattr(kinds, kind), radars[key[0]], sigmas, planar=kind == _PLANAR)
        vector = [[_measured(plot, name, radars[key[0]], planar=kind == _PLANAR)] for name in names]
        metadata = {name: plot[name].item() for name in _TOLD if plot[name] or name == "truth"}
        moment = epoch + timedelta(seconds=float(plot["time_s"]))
        typed = made[key]._typed_vector() + np.array(vector)  # noqa: SLF001 - angles that know how to wrap
        told.append(detection(typed, timestamp=moment, measurement_model=made[key], metadata=metadata))
    return told


def _kind(plot: Any) -> str:
    rate = "Rate" if plot["doppler_sigma_m_s"] > 0.0 else ""
    return f"CartesianTo{'Elevation' if plot['elevation_sigma_rad'] > 0.0 else ''}BearingRange{rate}"


def _measured(plot: Any, name: str, radar: Any, *, planar: bool) -> float:
    """One component as Stone Soup has it."""
    if name == "bearing":
        return float((pi / 2.0 - plot["azimuth_rad"] + pi) % (2.0 * pi) - pi)
    if name == "range_m" and planar and plot["height_sigma_m"] > 0.0:
        rise = float(plot["height_m"] - radar["height_m"])
        return sqrt(max(float(plot["range_m"]) ** 2 - rise**2, 0.0))
    return float(plot[name])


def _model(kind: Any, radar: Any, sigmas: tuple[float, ...], *, planar: bool) -> Any:
    """A measurement model at a radar; its attitude as Stone Soup's three angles, R = Rx(-a) Ry(b) Rz(-c)."""
    r = np.asarray(radar["to_local"], float)
    angles = atan2(r[1, 2], r[2, 2]), asin(min(max(r[0, 2], -1.0), 1.0)), atan2(r[0, 1], r[0, 0])
    place = [float(radar["x_m"]), float(radar["y_m"]), float(radar["z_m"])]
    return kind(
        ndim_state=6, mapping=INTERLEAVED[:2] if planar else INTERLEAVED[:3], noise_covar=np.diag(np.square(sigmas)),
        translation_offset=_column(place[:2] if planar else place),
        rotation_offset=_column([0.0, 0.0, angles[2]] if planar else angles),
    )  # fmt: skip


def _column(values: Iterable[float]) -> Any:
    return _soup("types.array").StateVector(list(values))


# Truth and tracks -------------------------------------------------------------------------------------------


def truth_from(paths: Iterable[Any], epoch: datetime, mapping: tuple[int, ...] = INTERLEAVED) -> np.ndarray:
    """Ground-truth paths as TRUTH[n], by target, then time.

    mapping: where x, y, z (or x, y alone: z is 0) and their rates stand in a state; without rates these are NaN.
    Targets are numbered as they come, or by a path's id where all ids are whole numbers.
    """
    _check(mapping, _LENGTHS)
    listed = [path for path in paths if len(path.states)]
    parts = []
    for number, path in zip(_numbers(listed), listed, strict=True):
        rows = np.zeros(len(path.states), TRUTH)
        rows["target"] = number
        rows["time_s"] = [_seconds(state.timestamp, epoch) for state in path.states]
        _fill(rows, path.states, mapping)
        parts.append(rows)
    told = np.concatenate(parts) if parts else np.zeros(0, TRUTH)
    return told[np.lexsort((told["time_s"], told["target"]))]


def paths_of(truth: np.ndarray, epoch: datetime) -> list[Any]:
    """TRUTH[n] as ground-truth paths with states x vx y vy z vz, one for each target; its number is the path's id."""
    kinds = _soup("types.groundtruth")
    ordered = truth[np.lexsort((truth["time_s"], truth["target"]))]
    paths = []
    for target in np.unique(ordered["target"]):
        rows = ordered[ordered["target"] == target]
        states = [
            kinds.GroundTruthState(_column(_woven(row)), timestamp=epoch + timedelta(seconds=float(row["time_s"])))
            for row in rows
        ]
        paths.append(kinds.GroundTruthPath(states, id=str(int(target))))
    return paths


def states_from(
    tracks: Iterable[Any], epoch: datetime, mapping: tuple[int, ...] = INTERLEAVED,
    existence: Mapping[str, float] | None = None,
) -> np.ndarray:  # fmt: skip
    """Tracks (Gaussian states) as STATE[n], in order of time, then serial.

    mapping: as in `truth_from`, with all six. existence: probability by track id, 1 where not given. Birth and
    confirmation are the first state of a track, as Stone Soup's initiators hand over confirmed ones only; `hit_s` is
    its last update. Particle states count by their mean and covariance.
    """
    _check(mapping, (6,))
    listed = [track for track in tracks if len(track.states)]
    parts = []
    for number, track in zip(_numbers(listed), listed, strict=True):
        rows = np.zeros(len(track.states), STATE)
        rows["serial"], rows["truth"] = number, -1
        rows["class_index"], rows["existence_probability"] = -1, (existence or {}).get(track.id, 1.0)
        rows["time_s"] = [_seconds(state.timestamp, epoch) for state in track.states]
        _fill(rows, track.states, mapping)
        for row, state in zip(rows, track.states, strict=True):
            row["covariance"] = np.asarray(state.covar, float)[np.ix_(mapping, mapping)]
        rows["position_sigma_m"] = np.sqrt(np.diagonal(rows["covariance"], axis1=1, axis2=2)[:, :3].max(axis=1))
        hit = np.array([hasattr(state, "hypothesis") for state in track.states])
        rows["born_s"] = rows["confirmed_s"] = rows["time_s"][0]
        rows["hit_s"] = np.maximum.accumulate(np.where(hit, rows["time_s"], rows["born_s"]))
        parts.append(rows)
    told = np.concatenate(parts) if parts else np.zeros(0, STATE)
    return told[np.lexsort((told["serial"], told["time_s"]))]


def tracks_of(states: np.ndarray, epoch: datetime) -> list[Any]:
    """STATE[n] as tracks of Gaussian states x vx y vy z vz, one for each serial, which is the track's id."""
    gaussian, kind = _soup("types.state").GaussianState, _soup("types.track").Track
    ordered = states[np.lexsort((states["time_s"], states["serial"]))]
    back = np.argsort(INTERLEAVED)
    tracks = []
    for serial in np.unique(ordered["serial"]):
        rows = ordered[ordered["serial"] == serial]
        told = []
        for row in rows:
            moment = epoch + timedelta(seconds=float(row["time_s"]))
            told.append(gaussian(_column(_woven(row)), row["covariance"][np.ix_(back, back)], timestamp=moment))
        tracks.append(kind(told, id=str(int(serial))))
    return tracks


def _numbers(listed: list[Any]) -> list[int]:
    """A number for each path or track."""
    ids = [str(one.id) for one in listed]
    if all(name.isdecimal() for name in ids) and len(set(ids)) == len(ids):
        return [int(name) for name in ids]
    return list(range(len(listed)))


def _fill(rows: np.ndarray, states: Iterable[Any], mapping: tuple[int, ...]) -> None:
    """Position and velocity of TRUTH or STATE rows from states: z of a plane is 0, rates not told are NaN."""
    places, rates = _LENGTHS[len(mapping)]
    means = np.array([np.asarray(getattr(s, "mean", s.state_vector), float).ravel() for s in states])
    for i, name in enumerate(_AXES[:3]):
        rows[name] = means[:, mapping[i]] if i < places else 0.0
    for i, name in enumerate(_AXES[3:]):
        rows[name] = np.nan if rates == 0 else means[:, mapping[places + i]] if i < rates else 0.0


def _check(mapping: tuple[int, ...], lengths: Iterable[int]) -> None:
    if len(mapping) not in lengths:
        rule = f"must have {' or '.join(map(str, lengths))} places"
        raise InputError("stone soup", [Problem("mapping", str(mapping), rule)])


def _woven(row: Any) -> list[float]:
    """x vx y vy z vz of one row; velocities that are not told are 0."""
    values = [float(row[name]) for name in _AXES]
    return [0.0 if np.isnan(values[i]) else values[i] for i in np.argsort(INTERLEAVED)]
