"""Stone Soup over a scene, set up as well as it can be. A program of its own, so that it can live elsewhere.

python stone_soup.py SCENE.npz TRACKS.npz '{"method": "gnn", ...}'

What is done for it: a TPR-tree finds the plots near each track, with boxes widened by the noise of plots there (without
that a good track's box is narrower than the scatter of its plots, and it starves); the Jacobian of the spherical
measurement is written out instead of taken by differences; transition matrices are kept by time step; its process
noise, gate, confirmation and deletion are tuned for each kind of scene (TUNED). The mixture tracker and JPDA with EHM2
get the true detection probability and density of false plots.
"""

import datetime as dt
import json
import sys
import time

import numpy as np
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDAwithEHM2
from stonesoup.dataassociator.tree import TPRTreeMixIn
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.nonlinear import CartesianToBearingRange, CartesianToElevationBearingRange
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater

EPOCH = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)

DEFAULTS = {
    "method": "gnn",  # or "jpda"
    "density_m2_s3": 30.0,
    "gate_sigmas": 4.0,
    "points": 3,  # plots that confirm a track
    "holding_misses": 2,  # misses in a row that end one before that
    "misses": 4,  # misses in a row that end a confirmed one
    "speed_sigma_m_s": 150.0,
    "pd": 0.9,
    "false_density": 1e-4,  # per m rad rad, or per m rad without elevation
    "gate_probability": 0.999,
}


class Spherical(CartesianToElevationBearingRange):
    """Elevation, bearing, range with the derivative written out."""

    def jacobian(self, state, **_):
        x, y, z = (float(state.state_vector[k, 0]) for k in self.mapping)
        ground2 = x * x + y * y
        range2 = ground2 + z * z
        ground, reach = np.sqrt(ground2), np.sqrt(range2)
        out = np.zeros((3, self.ndim_state))
        a, b, c = self.mapping
        out[0, a], out[0, b], out[0, c] = -x * z / (ground * range2), -y * z / (ground * range2), ground / range2
        out[1, a], out[1, b] = -y / ground2, x / ground2
        out[2, a], out[2, b], out[2, c] = x / reach, y / reach, z / reach
        return out


class Polar(CartesianToBearingRange):
    """Bearing, range with the derivative written out."""

    def jacobian(self, state, **_):
        x, y = (float(state.state_vector[k, 0]) for k in self.mapping)
        range2 = x * x + y * y
        reach = np.sqrt(range2)
        out = np.zeros((2, self.ndim_state))
        a, b = self.mapping
        out[0, a], out[0, b] = -y / range2, x / range2
        out[1, a], out[1, b] = x / reach, y / reach
        return out


class Cached(CombinedLinearGaussianTransitionModel):
    """Keeps the matrices of each time step."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._matrices, self._covars = {}, {}

    def matrix(self, time_interval, **kwargs):
        if time_interval not in self._matrices:
            self._matrices[time_interval] = super().matrix(time_interval=time_interval, **kwargs)
        return self._matrices[time_interval]

    def covar(self, time_interval, **kwargs):
        if time_interval not in self._covars:
            self._covars[time_interval] = super().covar(time_interval=time_interval, **kwargs)
        return self._covars[time_interval]


class WideTree(TPRTreeMixIn):
    """Boxes as wide as the track's uncertainty and the scatter of plots at its range together.

    The tree is built anew for each scan: nearly every track has moved, and taking one out of a TPR-tree costs ten to a
    hundred times as much as putting one in.
    """

    def generate_hypotheses(self, tracks, detections, timestamp, **kwargs):
        self._reset_tree()
        return super().generate_hypotheses(tracks, detections, timestamp, **kwargs)

    def _track_tree_coordinates(self, track):
        place = np.asarray(track.mean[self.pos_mapping, :], float).ravel()
        velocity = np.asarray(track.mean[self.vel_mapping, :], float).ravel()
        variance = np.diag(track.covar)
        noise = np.diag(self.measurement_model.covar())
        plots = max(noise[-1], noise[:-1].max() * float(place @ place))  # range; the wider of the angles
        wide = 4.0 * np.sqrt(variance[list(self.pos_mapping)] + plots)
        fast = 3.0 * np.sqrt(variance[list(self.vel_mapping)])
        return (
            (*(place - wide), *(place + wide)),
            (*(velocity - fast), *(velocity + fast)),
            track.timestamp.timestamp(),
        )


class Neighbours(WideTree, GNNWith2DAssignment):
    pass


class Mixture(WideTree, JPDAwithEHM2):
    pass


def tracker(scans, sensor, options, flat):
    """A multi-target tracker that reads `scans`."""
    angles = [np.deg2rad(sensor["azimuth_sigma_deg"])]
    if not flat:
        angles.insert(0, np.deg2rad(sensor["elevation_sigma_deg"]))
    dimension = 2 if flat else 3
    mapping = tuple(range(0, 2 * dimension, 2))
    noise = np.diag([*(a**2 for a in angles), sensor["range_sigma_m"] ** 2])
    model = (Polar if flat else Spherical)(ndim_state=2 * dimension, mapping=mapping, noise_covar=noise)
    predictor = KalmanPredictor(Cached([ConstantVelocity(options["density_m2_s3"]) for _ in mapping]))
    updater = ExtendedKalmanUpdater(model)
    horizon = dt.timedelta(seconds=6 * sensor["revisit_s"])
    nearest = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=options["gate_sigmas"])
    prior = GaussianState(
        np.zeros((2 * dimension, 1)), np.diag(dimension * [0.0, options["speed_sigma_m_s"] ** 2]), timestamp=EPOCH
    )
    initiator = MultiMeasurementInitiator(
        prior,
        UpdateTimeStepsDeleter(options["holding_misses"]),
        Neighbours(nearest, measurement_model=model, horizon_time=horizon),
        updater,
        measurement_model=model,
        min_points=options["points"],
    )
    deleter = UpdateTimeStepsDeleter(options["misses"])
    feed = Feed(scans, model)
    if options["method"] == "gnn":
        associator = Neighbours(nearest, measurement_model=model, horizon_time=horizon)
        return MultiTargetTracker(initiator, deleter, feed, associator, updater)
    weighing = PDAHypothesiser(
        predictor,
        updater,
        clutter_spatial_density=options["false_density"],
        prob_detect=options["pd"],
        prob_gate=options["gate_probability"],
    )
    associator = Mixture(weighing, measurement_model=model, horizon_time=horizon)
    return MultiTargetMixtureTracker(initiator, deleter, feed, associator, updater)


class Feed:
    """Detections by scan, made before the clock starts."""

    def __init__(self, scans, model):
        self._scans = [
            (at, {Detection(StateVector(values), timestamp=when, measurement_model=model) for values, when in plots})
            for at, plots in scans
        ]

    def __iter__(self):
        return iter(self._scans)


def read(path):
    """Scans, sensor, whether there is no elevation, and the scan times, of a scene that run.py wrote."""
    with np.load(path) as kept:
        plots = {name: kept[name] for name in ("time_s", "scan", "range_m", "azimuth_rad", "elevation_rad")}
        times_s, flat, sensor = kept["times_s"], bool(kept["flat"]), json.loads(str(kept["sensor"]))
    bearing = np.pi / 2 - plots["azimuth_rad"]
    bearing = (bearing + np.pi) % (2 * np.pi) - np.pi
    parts = [bearing, plots["range_m"]] if flat else [plots["elevation_rad"], bearing, plots["range_m"]]
    values = np.stack(parts, 1)
    scans = []
    for k, time_s in enumerate(times_s):
        mine = np.flatnonzero(plots["scan"] == k)
        scans.append((_moment(time_s), [(values[i], _moment(plots["time_s"][i])) for i in mine]))
    return scans, sensor, flat, times_s


def _moment(time_s):
    return EPOCH + dt.timedelta(seconds=float(time_s))


def follow(scene, options):
    """(time_s, id, place) of the tracks at the scan times, and CPU seconds of each scan."""
    scans, sensor, flat, times_s = read(scene)
    running = iter(tracker(scans, sensor, {**DEFAULTS, **options}, flat))
    rows, names, spent = [], {}, []
    for time_s in times_s:
        begun = time.process_time()
        _, tracks = next(running)
        spent.append(time.process_time() - begun)
        for one in tracks:
            mean = np.asarray(one.mean, float).ravel()
            ahead = time_s - (one.timestamp - EPOCH).total_seconds()
            place = mean[0::2] + ahead * mean[1::2]
            rows.append((time_s, names.setdefault(one.id, len(names)), *place, *([0.0] if flat else [])))
    found = np.array(rows).reshape(-1, 5)
    return found[:, 0], found[:, 1].astype(int), found[:, 2:], np.array(spent)


def main():
    scene, out, options = sys.argv[1:4]
    time_s, who, place, spent = follow(scene, json.loads(options))
    np.savez(out, time_s=time_s, who=who, place=place, spent_s=spent)


if __name__ == "__main__":
    main()
