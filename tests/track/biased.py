"""A stage for registration: straight flights, a reference of them, and plots of radars with known errors."""

import gzip
import json

import numpy as np

from farwatch.records import PLOT, TRUTH
from farwatch.track.bias_model import expected
from farwatch.track.sight import height_above_sea
from farwatch.track.trajectories import truth_of
from farwatch.world.earth import Frame


def flights(rng, count=20, half_m=1.5e5):
    """Straight level flights: place at time 0 f8[n, 3] and velocity f8[n, 3]."""
    place = np.column_stack([rng.uniform(-half_m, half_m, (count, 2)), rng.uniform(3e3, 11e3, count)])
    course, speed = rng.uniform(0, 2 * np.pi, count), rng.uniform(150, 260, count)
    return place, np.column_stack([speed * np.sin(course), speed * np.cos(course), np.zeros(count)])


def reference(targets, rng, until_s=600.0, step_s=10.0, sigma_m=0.0):
    """TRUTH[]: a point of each target every `step_s`, each at its own phase."""
    place, velocity = targets
    rows = []
    for i in range(len(place)):
        when = np.arange(-20.0, until_s + 20.0, step_s) + rng.uniform(0, step_s)
        one = np.zeros(when.size, TRUTH)
        at = place[i] + when[:, None] * velocity[i] + rng.normal(size=(when.size, 3)) * sigma_m
        one["time_s"], one["target"] = when, i
        one["x_m"], one["y_m"], one["z_m"] = at.T
        one["vx_m_s"] = one["vy_m_s"] = one["vz_m_s"] = np.nan
        rows.append(one)
    return np.concatenate(rows)


def seen(site, r, where, bias, rng, sigmas=(50.0, 0.002, 0.0), pd=0.9):
    """PLOT[n] of radar `r` with errors `bias` f8[7] of targets at `where` = (time, place, velocity).

    `time` f8[n]: true times; `place`, `velocity` f8[n, 3]. Range, azimuth and elevation get their noise.
    """
    time_s, place, velocity = where
    hit = rng.random(time_s.size) < pd
    time_s, place, velocity = time_s[hit], place[hit], velocity[hit]
    report = expected(site, place, velocity, bias).report + rng.normal(size=(time_s.size, 3)) * sigmas
    plots = np.zeros(time_s.size, PLOT)
    plots["time_s"], plots["radar_index"], plots["truth"] = time_s + bias[4], r, -1
    plots["range_m"], plots["azimuth_rad"] = report[:, 0], report[:, 1] % (2 * np.pi)
    plots["elevation_rad"] = report[:, 2] * (sigmas[2] > 0)
    plots["range_sigma_m"], plots["azimuth_sigma_rad"], plots["elevation_sigma_rad"] = sigmas
    return plots


def scanned(site, r, targets, bias, rng, until_s=600.0, **how):
    """PLOT[n] of straight flights, once a period each; `truth`, and an address one above it, tell which is whose."""
    place, velocity = targets
    turns = np.arange(0.0, until_s, float(site["period_s"]))
    parts = []
    for i in range(len(place)):
        when = turns + rng.uniform(0, 0.9) * float(site["period_s"])
        at = place[i] + when[:, None] * velocity[i]
        plots = seen(site, r, (when, at, np.broadcast_to(velocity[i], at.shape)), bias, rng, **how)
        plots["truth"], plots["address"] = i, i + 1
        parts.append(plots)
    return np.concatenate(parts)


def with_heights(plots, site, targets, sigma_m, rng):
    """The same plots with the heights of straight flights as a transponder reports them."""
    place, velocity = targets
    for plot in plots:
        at = place[plot["truth"]] + plot["time_s"] * velocity[plot["truth"]]
        plot["height_m"], plot["height_sigma_m"] = height_above_sea(site, *at) + rng.normal() * sigma_m, sigma_m
    return plots


def errors(**named):
    """Errors f8[7] by name."""
    order = ("range_m", "range_gain", "azimuth_rad", "elevation_rad", "time_s", "east_m", "north_m")
    return np.array([named.get(name, 0.0) for name in order])


def swiss_flights(shared, minutes=30.0):
    """TRUTH[] of half an hour of real broadcasts over Switzerland, a point every 10 s or so; targets are addresses."""
    rows = json.loads(gzip.decompress((shared / "data" / "trajectories" / "switzerland.json.gz").read_bytes()))
    time_s = np.array([row["timestamp"] for row in rows]) / 1e3
    start = time_s.min() + 6 * 3600.0
    within = (time_s >= start) & (time_s < start + 60.0 * minutes)
    chosen = [row for row, inside in zip(rows, within, strict=True) if inside and row["altitude"]]
    targets = np.array([int(row["icao24"], 16) for row in chosen])
    where = np.array([(row["latitude"], row["longitude"], row["altitude"] * 0.3048) for row in chosen])
    told = truth_of(Frame(47.0, 8.0), [row["timestamp"] / 1e3 - start for row in chosen], targets, where)
    told = told[np.isfinite(told["x_m"])]
    return told[np.lexsort((told["time_s"], told["target"]))]
