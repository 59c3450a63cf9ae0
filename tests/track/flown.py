"""Real flights for the tracker: recorded trajectories around a radar that is put beside them, and simulated plots.

The recordings are ADS-B of The OpenSky Network as the Python package `traffic` hands them out (altitude in feet), and
two tables that come with Stone Soup. Rows that cannot be are left out by `world.flights`. Positions sent once a second
are stamped up to a second wrongly, which moves a jet by 200 m: truth is a smooth line by robust local quadratic fits
[cleveland1979], wide enough to average that and narrow enough to follow a turn, cut where nothing was heard for more
than a minute.

Source: [cleveland1979] Cleveland, "Robust locally weighted regression and smoothing scatterplots", JASA 74.
"""

import csv
import gzip
import json
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from farwatch.records import PLOT, RADAR, TRUTH
from farwatch.track.evaluate import ScoreOptions, score
from farwatch.track.follow import follow
from farwatch.world.earth import Frame, centre_of, geodesic_from
from farwatch.world.flights import GAP_S, clean
from farwatch.world.recordings import Recording

FOOT_M = 0.3048
KNOT_M_S = 1852.0 / 3600.0
TAXI_KT = 60.0
"""On the ground, or lower than 100 ft and slower than this: no target for a radar."""

STEP_S = 1.0
"""Between two knots of truth."""

HALF_WIDTH_S, HALF_WIDTH_ROWS, FIT_ROWS = 9.0, 2.6, 7
"""Half a window of the fit: so long, so many rows at their usual spacing, and wide enough to hold so many rows."""

ROBUST_ROUNDS, OUTLYING, USUAL_M = 3, 6.0, 20.0
"""Rounds in which rows off the line by many medians (of at least so much) lose their weight."""

FASTEST_M_S, HARDEST_M_S2 = 340.0, 50.0
"""None of these aircraft does more: where the line does, rows were wrong, and truth is cut."""


@dataclass(frozen=True, slots=True)
class Path:
    """One target: place and velocity f8[n, 3] about the radar, `step_s` apart from `begin_s` on."""

    name: str
    begin_s: float
    step_s: float
    place_m: np.ndarray
    velocity_m_s: np.ndarray
    height_m: np.ndarray

    @property
    def end_s(self):
        """When it is last there."""
        return self.begin_s + (len(self.place_m) - 1) * self.step_s

    def at(self, when_s):
        """Place, velocity f8[k, 3] and height f8[k] at times f8[k], cubic between the knots."""
        along = (np.asarray(when_s) - self.begin_s) / self.step_s
        a = np.clip(along.astype(int), 0, len(self.place_m) - 2)
        u = (along - a)[:, None]
        p, q = self.place_m[a], self.place_m[a + 1]
        v, w = self.velocity_m_s[a] * self.step_s, self.velocity_m_s[a + 1] * self.step_s
        place = (1 + 2 * u) * (1 - u) ** 2 * p + u * (1 - u) ** 2 * v + u * u * (3 - 2 * u) * q - u * u * (1 - u) * w
        slope = 6 * u * (1 - u) * (q - p) + (1 - u) * (1 - 3 * u) * v + u * (3 * u - 2) * w
        height = self.height_m[a] + u[:, 0] * (self.height_m[a + 1] - self.height_m[a])
        return place, slope / self.step_s, height

    def later(self, by_s, aside_m=(0.0, 0.0, 0.0)):
        """The same path flown by another, later and beside it."""
        place = self.place_m + np.asarray(aside_m)
        return replace(self, name=self.name + "+", begin_s=self.begin_s + by_s, place_m=place)

    def during(self, from_s, until_s):
        """The part of it between two times, in whole steps."""
        first = max(0, int(np.ceil((from_s - self.begin_s) / self.step_s)))
        last = int(np.floor((min(until_s, self.end_s) - self.begin_s) / self.step_s))
        rows = slice(first, last + 1)
        return replace(
            self, begin_s=self.begin_s + first * self.step_s, place_m=self.place_m[rows],
            velocity_m_s=self.velocity_m_s[rows], height_m=self.height_m[rows],
        )  # fmt: skip


def rows_of(path):
    """Rows (dicts) of a collection, whichever of the two layouts of JSON it has, or of a CSV table."""
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    with gzip.open(path) as file:
        table = json.load(file)
    if isinstance(table, list):
        return table
    return [{name: column.get(key) for name, column in table.items()} for key in table["timestamp"]]


def recording_of(path):
    """Recording of the airborne rows of a file; times count from its first row."""
    if path.name == "OpenSky_Plane_States.csv":
        told = [
            (float(r["time"]), r["icao24"], float(r["lat"]), float(r["lon"]), float(r["geoaltitude"] or "nan"))
            for r in rows_of(path)
            if r["onground"] == "False"
        ]
    elif path.name == "UAV_Rot.csv":
        told = [
            (float(r["timestamp"]), "uav", float(r["latitude"]), float(r["longitude"]), float(r["altitude (m)"]))
            for r in rows_of(path)
        ]
    else:
        told = [
            (r["timestamp"] / 1000.0, r["icao24"], r["latitude"], r["longitude"], r["altitude"] * FOOT_M)
            for r in rows_of(path)
            if None not in (r["latitude"], r["longitude"], r["altitude"]) and not on_ground(r)
        ]
    told = sorted({(row[1], row[0]): row for row in told if np.isfinite(row[4])}.values(), key=lambda r: (r[1], r[0]))
    time_s, flight, lat, lon, height = zip(*told, strict=True)
    names, which = np.unique(flight, return_inverse=True)
    return Recording(
        names=tuple(map(str, names)),
        flight=which.astype(np.int64),
        time_s=np.asarray(time_s) - min(time_s),
        lat_deg=np.asarray(lat, float),
        lon_deg=np.asarray(lon, float),
        height_m=np.asarray(height, float),
    )


def on_ground(row):
    """Whether a row was sent from the ground, as far as it tells."""
    slow = row.get("groundspeed") is not None and row["groundspeed"] < TAXI_KT
    return bool(row.get("onground")) or (row["altitude"] < 100.0 and slow)


@cache
def paths(path, away_m=80e3, bearing_deg=160.0, shortest_s=120.0):
    """(Path, ...) of a file's flights about a radar `away_m` from their centre, longest first.

    The radar stands south-south-east of them: its beam passes them late in its turn, so that a state at the end of it
    is hardly carried on, and may be held against the plots.
    """
    kept = clean(recording_of(path)).recording
    lat, lon = geodesic_from(*centre_of(kept.lat_deg, kept.lon_deg), bearing_deg, away_m)
    frame, found = Frame(float(lat), float(lon)), []
    xyz_m = frame.to_local(kept.lat_deg, kept.lon_deg, kept.height_m)
    cut = (np.diff(kept.flight) != 0) | (np.diff(kept.time_s) > GAP_S)
    for first, end in pairwise([0, *(np.flatnonzero(cut) + 1), kept.time_s.size]):
        time_s = kept.time_s[first:end]
        if end - first < 2 * FIT_ROWS or time_s[-1] - time_s[0] < shortest_s:
            continue
        at_s = np.arange(np.ceil(time_s[0]), time_s[-1], STEP_S)
        line = smooth(time_s, xyz_m[first:end], at_s)
        height = frame.from_local(line[:, 0])[:, 2]
        for rows in _flyable(line[:, 1]):
            if (rows.stop - rows.start - 1) * STEP_S >= shortest_s:
                begin_s = float(at_s[rows.start])
                name = kept.names[kept.flight[first]]
                found.append(Path(name, begin_s, STEP_S, line[rows, 0], line[rows, 1], height[rows]))
    return tuple(sorted(found, key=lambda p: p.begin_s - p.end_s))


def _flyable(velocity):
    """Slices of knots between places where the line does what no aircraft does."""
    pull = np.linalg.norm(np.gradient(velocity, STEP_S, axis=0), axis=1)
    wild = (pull > HARDEST_M_S2) | (np.linalg.norm(velocity, axis=1) > FASTEST_M_S)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], wild, [True]])))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def smooth(time_s, values, at_s):
    """Robust local quadratic fits of f8[n, k] at some times: f8[m, 2, k], value and rate."""
    trust = np.ones(time_s.size)
    for _ in range(ROBUST_ROUNDS):
        off = np.linalg.norm(values - _fitted(time_s, values, time_s, trust)[:, 0], axis=1)
        trust = np.clip(1.0 - (off / (OUTLYING * max(np.median(off), USUAL_M))) ** 2, 0.0, 1.0) ** 2 + 1e-6
    return _fitted(time_s, values, at_s, trust)


def _fitted(time_s, values, at_s, trust):
    spacing_s = float(np.median(np.diff(time_s)))
    reach_s = max(HALF_WIDTH_S, HALF_WIDTH_ROWS * spacing_s)
    width = min(time_s.size, 2 * (int(reach_s / spacing_s) + FIT_ROWS) + 1)
    first = np.clip(np.searchsorted(time_s, at_s) - width // 2, 0, time_s.size - width)
    rows = first[:, None] + np.arange(width)
    offset_s = time_s[rows] - at_s[:, None]
    reach = np.maximum(reach_s, 1.05 * np.sort(np.abs(offset_s), 1)[:, min(FIT_ROWS, width) - 1])[:, None]
    scaled = offset_s / reach
    weight = np.clip(1.0 - np.abs(scaled) ** 3, 0.0, 1.0) ** 3 * trust[rows]
    powers = np.stack([np.ones_like(scaled), scaled, scaled**2], -1)
    weighted = powers * weight[..., None]
    normal = np.einsum("mwi,mwj->mij", weighted, powers) + 1e-9 * np.eye(3)
    found = np.linalg.solve(normal, np.einsum("mwi,mwk->mik", weighted, values[rows]))[:, :2]
    found[:, 1] /= reach
    return found


@dataclass(frozen=True, slots=True)
class Look:
    """A radar and its luck: what it is, and what it is not told."""

    period_s: float = 5.0
    pd: float = 0.9
    false_plots: float = 50.0
    range_sigma_m: float = 50.0
    azimuth_sigma_deg: float = 0.12
    elevation_sigma_deg: float = 0.2  # 0: a 2-D radar
    height_sigma_m: float = 0.0  # 0: no transponder
    range_max_m: float = 250e3
    clutter: str = "polar"  # or "area", or "sector": all of it in 30°
    dead_deg: tuple[float, float] = (0.0, 0.0)  # azimuths at which nothing is ever seen
    bias_deg: float = 0.0
    phase_s: float = 0.0
    site_m: tuple[float, float] = (0.0, 0.0)


def radar(look, *, learned=False, **changes):
    """RADAR[1] as the tracker is told of it."""
    one = np.zeros(1, RADAR)
    one["to_local"], one["x_m"], one["y_m"] = np.eye(3), *look.site_m
    one["rotating"], one["period_s"], one["phase_s"], one["batches"] = 1, look.period_s, look.phase_s, 1
    one["half_sector_rad"], one["elevation_min_rad"], one["elevation_max_rad"] = np.pi, -0.1, 1.5
    one["range_max_m"], one["pfa"], one["pulses"] = look.range_max_m, 1e-6, 10
    one["azimuth_beam_rad"] = 10.0 * np.deg2rad(look.azimuth_sigma_deg)
    one["elevation_beam_rad"] = 10.0 * np.deg2rad(look.elevation_sigma_deg)
    one["range_floor_m"], one["angle_floor_rad"] = look.range_sigma_m, np.deg2rad(look.azimuth_sigma_deg)
    one["false_plots"], one["pd"] = (np.nan, np.nan) if learned else (look.false_plots, look.pd)
    for name, value in changes.items():
        one[name] = value
    return one


def observe(flown, look, rng, index=0):
    """PLOT[n] in time order that a rotating radar has of paths, and of nothing."""
    parts = [_seen(path, i, look, rng) for i, path in enumerate(flown)]
    begin = min(p.begin_s for p in flown)
    end = max(p.end_s for p in flown)
    parts.append(_false(begin, end, look, rng))
    plots = np.concatenate(parts)
    plots["radar_index"] = index
    plots["range_sigma_m"], plots["azimuth_sigma_rad"] = look.range_sigma_m, np.deg2rad(look.azimuth_sigma_deg)
    plots["elevation_sigma_rad"] = np.deg2rad(look.elevation_sigma_deg)
    if look.elevation_sigma_deg == 0:
        plots["elevation_rad"] = 0.0
    azimuth = np.rad2deg(plots["azimuth_rad"]) % 360.0
    plots["azimuth_rad"] += np.deg2rad(look.bias_deg)
    plots = plots[~((look.dead_deg[0] <= azimuth) & (azimuth < look.dead_deg[1])) & (plots["range_m"] > 0)]
    return plots[np.argsort(plots["time_s"], kind="stable")]


def _seen(path, i, look, rng):
    first, last = ((edge_s - look.phase_s) / look.period_s for edge_s in (path.begin_s, path.end_s))
    start = look.phase_s + np.arange(int(first) - 1, last + 1) * look.period_s
    when = start + 0.5 * look.period_s
    for _ in range(4):  # the azimuth at which the beam finds it depends on when that is
        azimuth = spherical(path.at(np.clip(when, path.begin_s, path.end_s))[0], look)[1]
        when = start + (azimuth % (2 * np.pi)) / (2 * np.pi) * look.period_s
    when = when[(path.begin_s <= when) & (when <= path.end_s)]
    when = when[rng.random(when.size) < look.pd]
    place, _, height = path.at(when)
    r, azimuth, elevation = spherical(place, look)
    inside = r < look.range_max_m
    when, r, azimuth, elevation, height = (v[inside] for v in (when, r, azimuth, elevation, height))
    plots = np.zeros(when.size, PLOT)
    plots["time_s"], plots["truth"] = when, i
    plots["range_m"] = r + rng.normal(size=r.size) * look.range_sigma_m
    plots["azimuth_rad"] = azimuth + rng.normal(size=r.size) * np.deg2rad(look.azimuth_sigma_deg)
    plots["elevation_rad"] = elevation + rng.normal(size=r.size) * np.deg2rad(look.elevation_sigma_deg)
    if look.height_sigma_m:
        plots["height_m"] = height + rng.normal(size=r.size) * look.height_sigma_m
        plots["height_sigma_m"] = look.height_sigma_m
    plots["snr"], plots["rcs_m2"] = 100.0, 1.0
    return plots


def _false(begin_s, end_s, look, rng):
    count = rng.poisson(look.false_plots * (end_s - begin_s) / look.period_s)
    plots = np.zeros(count, PLOT)
    plots["time_s"], plots["truth"], plots["snr"], plots["rcs_m2"] = rng.uniform(begin_s, end_s, count), -1, 20.0, 1.0
    share = rng.random(count)
    plots["range_m"] = look.range_max_m * (0.01 + 0.99 * (np.sqrt(share) if look.clutter == "area" else share))
    turn = (plots["time_s"] - look.phase_s) / look.period_s
    if look.clutter == "sector":
        turn = np.floor(turn) + rng.random(count) / 12.0
        plots["time_s"] = look.phase_s + turn * look.period_s
    plots["azimuth_rad"] = (turn % 1.0) * 2 * np.pi
    plots["azimuth_rad"] -= 2 * np.pi * (plots["azimuth_rad"] > np.pi)
    plots["elevation_rad"] = rng.uniform(0.0, np.deg2rad(10.0), count)
    return plots


def spherical(place_m, look):
    """Range, azimuth, elevation of f8[n, 3] as seen from the radar."""
    e, n, u = (place_m - np.array([*look.site_m, 0.0])).T
    ground = np.hypot(e, n)
    return np.hypot(ground, u), np.arctan2(e, n), np.arctan2(u, ground)


def truth_of(flown, times_s):
    """TRUTH[m] of paths at given times."""
    parts = []
    for i, path in enumerate(flown):
        when = times_s[(path.begin_s <= times_s) & (times_s <= path.end_s)]
        place, velocity, _ = path.at(when)
        rows = np.zeros(when.size, TRUTH)
        rows["time_s"], rows["target"] = when, i
        rows["x_m"], rows["y_m"], rows["z_m"] = place.T
        rows["vx_m_s"], rows["vy_m_s"], rows["vz_m_s"] = velocity.T
        parts.append(rows)
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the targets of one run. A track is a target's while it is within the cutoff."""

    targets: int
    held: float  # instants at which a target has a track, over those from its second plot on
    changes: int  # of identity: a target is another track's than the last time
    breaks: int  # a target loses its track and gets one again
    first_s: float  # from a target's first plot to its first track, median
    rms_m: float
    false_per_hour: float  # tracks that are nobody's at most of their instants
    nees: float  # of the whole state over its dimension: 1 if honest
    inside: float  # share of states inside their 95 % bound


def play(flown, looks, tracker, rng, told=None):
    """STATE[] and PLOT[] of a tracker at what radars (Look, ...) have of paths; told: RADAR[] that it is told of."""
    plots = np.concatenate([observe(flown, look, rng, k) for k, look in enumerate(looks)])
    told = np.concatenate([radar(look) for look in looks]) if told is None else told
    return follow(plots, told, tracker), plots


def judge(states, plots, flown, looks, *, flat=False, cutoff_m=1500.0):
    """Outcome of STATE[] for paths of which a tracker had PLOT[], judged whenever a radar (Look, ...) ends a turn.

    flat: over the ground only.
    """
    begin_s, end_s = min(p.begin_s for p in flown), max(p.end_s for p in flown)
    ends_s = np.unique(np.concatenate([turn_ends_s(look, begin_s, end_s) for look in looks]))
    truth = truth_of(flown, ends_s)
    options = ScoreOptions(cutoff_m=cutoff_m, dimensions=2 if flat else 3, at="truth", hold_s=0.0, extrapolate_s=0.0)
    found = score(states, truth, options, plots)
    table, honest = found.targets, found.state_nees
    second_s = _second_s(len(flown), plots)
    due = truth["time_s"] >= second_s[truth["target"]]
    return Outcome(
        targets=len(flown),
        held=float(table["matched"].sum()) / max(int(due.sum()), 1),
        changes=int(table["switches"].sum()),
        breaks=int(table["breaks"].sum()),
        first_s=found.initiation.after_plot_median_s,
        rms_m=_rms_m(found),
        false_per_hour=float(found.tracks["false"].sum()) / ((end_s - begin_s) / 3600.0),
        nees=honest.mean / honest.dimension,
        inside=honest.inside_share,
    )


def turn_ends_s(look, begin_s, end_s):
    """When a radar ends its turns, which is when it hands over its plots."""
    first, last = np.ceil((np.array([begin_s, end_s]) - look.phase_s) / look.period_s)
    return look.phase_s + look.period_s * np.arange(first, last)


def plot_rms_m(flown, plots):
    """Root mean square error of the plots themselves, each at its own time; of a radar at the origin."""
    total, count = 0.0, 0
    for i, path in enumerate(flown):
        own = plots[plots["truth"] == i]
        ground = own["range_m"] * np.cos(own["elevation_rad"])
        east, north = ground * np.sin(own["azimuth_rad"]), ground * np.cos(own["azimuth_rad"])
        off = np.stack([east, north, own["range_m"] * np.sin(own["elevation_rad"])], 1) - path.at(own["time_s"])[0]
        total, count = total + (off**2).sum(), count + own.size
    return float(np.sqrt(total / max(count, 1)))


def _second_s(targets, plots):
    """When each target had its second plot; inf for one that never had."""
    second_s = np.full(targets, np.inf)
    for target in range(targets):
        times_s = np.sort(plots["time_s"][plots["truth"] == target])
        if times_s.size > 1:
            second_s[target] = times_s[1]
    return second_s


def _rms_m(found):
    """Of pairs, in the axes compared."""
    gospa = found.gospa
    count = found.truth_points - gospa.missed.sum()
    return float(np.sqrt((gospa.localisation_m**2).sum() / max(count, 1)))
