"""The slow obvious version of the engage room, and a stage on which its kernels can be rehearsed.

`stage` makes a defence and straight-flying targets; `rehearse` plays a trial with a perfect picture, in compiled code
or not; `naive_decide` decides again from nothing but the log of shots.
"""

from math import inf, nan
from typing import Any, NamedTuple

import numpy as np

from farwatch.chance import key_of
from farwatch.compiled import kernel
from farwatch.engage.assess import assess
from farwatch.engage.decide import decide
from farwatch.engage.flight import settle
from farwatch.engage.resolve import resolve
from farwatch.engage.stock import SHOTS, Defence, Stock, new_stock, no_orders
from farwatch.records import (
    ASSET,
    BATTERY,
    CLASS,
    CONFIRMED,
    DOCTRINE,
    HOSTILE,
    IN_FLIGHT,
    KNOT,
    RADAR,
    ROUND,
    TARGET,
    TRACK,
)
from farwatch.track.picture import Picture
from farwatch.track.prepare import new_picture, settings
from farwatch.world.motion import Truth, state_at

FLIGHT_S = 10_000.0


class Stage(NamedTuple):
    """Everything a rehearsal needs."""

    defence: Defence
    stock: Stock
    picture: Picture
    truth: Truth
    alive: Any
    radars: Any


def make_defence(*, batteries=1, kinds=1, classes=1, assets=((0.0, 0.0, 0.0),), **settings) -> Defence:
    """A generous defence: one asset at the origin, ample channels, instant reaction, p_kill = 0.7, 100 rounds a row.

    `settings` replaces any field of BATTERY, ROUND, DOCTRINE or CLASS by its name, for all rows at once.
    """
    values = {
        "target_channels": 1000.0, "round_channels": 1000.0, "engage_on_picture": 1,
        "ready": 100, "reload_s": inf, "reload_batch": 4,
        "range_max_m": 100e3, "range_max_ballistic_m": 40e3, "height_max_m": 30e3, "speed_m_s": 1000.0,
        "target_speed_max_m_s": 3000.0, "price_usd": 1e6,
        "shots_per_look": 1, "look": 1, "decide_s": 1.0, "assess_delay_s": 0.5, "hold_range_m": inf,
        "hostile": 1, "damage": 0.5,
    }  # fmt: skip
    p_kill = settings.pop("p_kill", 0.7)
    values |= settings
    sizes = {BATTERY: batteries, ROUND: batteries * kinds, DOCTRINE: 1, CLASS: classes}
    tables = [np.zeros(size, layout) for layout, size in sizes.items()]
    for table in tables:
        for name in set(values) & set(table.dtype.names):
            table[name] = values[name]
    rows, rounds, doctrine, kind = tables
    rows["id"] = np.arange(batteries) + 1
    rounds["battery_index"] = np.repeat(np.arange(batteries), kinds)
    rounds["kind_index"] = np.tile(np.arange(kinds), batteries)
    settle(rounds)
    kill = np.zeros((len(rounds), classes))
    kill[:] = p_kill
    sites = np.zeros(len(assets), ASSET)
    for site, (x, y, z) in zip(sites, assets, strict=True):
        site["x_m"], site["y_m"], site["z_m"], site["value"] = x, y, z, 1.0
    return Defence(rows, rounds, kill, sites, doctrine, kind, np.zeros(2), no_orders(len(rounds), classes))


def make_truth(states: Any, classes: Any) -> Truth:
    """Straight flights: states (n, 6), position (m) and velocity (m/s) at time 0, all of class 0."""
    states = np.asarray(states, dtype=float)
    targets, knots = np.zeros(len(states), TARGET), np.zeros(2 * len(states), KNOT)
    targets["id"] = 1000 + np.arange(len(states))
    targets["first_knot"] = 2 * np.arange(len(states))
    targets["knot_count"], targets["step_s"], targets["rate"], targets["raid"] = 2, FLIGHT_S, 1.0, 1
    for axis, letter in enumerate("xyz"):
        knots[f"{letter}_m"][::2] = states[:, axis]
        knots[f"{letter}_m"][1::2] = states[:, axis] + FLIGHT_S * states[:, axis + 3]
        knots[f"v{letter}_m_s"] = np.repeat(states[:, axis + 3], 2)
    return Truth(targets, knots, classes)


def make_tracks(states: Any, **fields) -> Any:
    """Perfect hostile tracks at time 0 of `states` (n, 6), each tagged with its own truth."""
    tracks = np.zeros(len(states), TRACK)
    tracks["serial"] = 10 + np.arange(len(states))
    tracks["status"], tracks["identity"] = CONFIRMED, HOSTILE
    tracks["mean"] = states
    tracks["truth"] = np.arange(len(states))
    for name, value in fields.items():
        tracks[name] = value
    return tracks


def stage(defence: Defence, states: Any, **fields) -> Stage:
    """Put targets at `states` (n, 6) on stage before `defence`, each with its own perfect track."""
    n = len(states)
    empty = new_picture(settings(), 1, defence.classes, (n, 1))
    return Stage(
        defence=defence,
        stock=new_stock(defence, n, n),
        picture=empty._replace(tracks=make_tracks(states, **fields), streaks=np.zeros((n, 1), np.int32)),
        truth=make_truth(states, defence.classes),
        alive=np.ones(n, np.uint8),
        radars=np.zeros(1, RADAR),
    )


def column(n: int, *, gap_m=20e3, first_m=60e3, speed_m_s=100.0, height_m=5000.0):
    """States of `n` targets in file from the east towards the origin, `gap_m` apart, the nearest first."""
    states = np.zeros((n, 6))
    states[:, 0] = first_m + gap_m * np.arange(n)
    states[:, 2] = height_m
    states[:, 3] = -speed_m_s
    return states


@kernel
def watch(tracks: Any, truth: Any, alive: Any, now: float, out: Any) -> None:
    """Perfect picture: living targets are tracked exactly; tracks of dead ones go on as they were."""
    for i in range(tracks.size):
        if alive[i] and state_at(truth, i, now, out):
            tracks[i]["time_s"] = now
            tracks[i]["hit_s"] = now
            for axis in range(6):
                tracks[i]["mean"][axis] = out[axis]


@kernel
def rehearse(part: Any, key: Any, decisions: int) -> int:
    """Play `decisions` decisions with intercepts and assessments at their own times between; return shots fired.

    The stage must be fresh. At each moment the earliest of (intercept, assessment, decision) comes next.
    """
    stock, doctrine = part.stock, part.defence.doctrine[0]
    delay_s = part.defence.batteries[0]["assess_delay_s"]
    done = 0
    now = 0.0
    while done < decisions:
        now = done * doctrine["decide_s"]
        what, which = 0, -1
        for i in range(stock.counts[SHOTS]):
            status = stock.shots[i]["status"]
            due = stock.shots[i]["intercept_s"]
            if status == IN_FLIGHT and due <= now:
                now, what, which = due, 1, i
            elif status == IN_FLIGHT + 1 and due + delay_s <= now:
                now, what, which = due + delay_s, 2, i
        watch(part.picture.tracks, part.truth, part.alive, now, stock.state)
        if what == 1:
            resolve(part.defence, stock, part.picture, part.truth, part.alive, which, key, now)
        elif what == 2:
            assess(part.defence, stock, part.truth, which, key, now)
        else:
            decide(part.defence, stock, part.picture, part.radars, now)
            done += 1
    return stock.counts[SHOTS]


def naive_flight_time_s(place, velocity, speed_m_s, step_s=0.001, limit_s=1000.0):
    """First time at which a round has flown as far as the target is away, by small steps; NaN if not by `limit_s`."""
    times = np.arange(0.0, limit_s, step_s)
    away = np.linalg.norm(np.asarray(place) + times[:, None] * np.asarray(velocity), axis=1)
    near = np.flatnonzero(away <= speed_m_s * times)
    return times[near[0]] if near.size else nan


def naive_fall(state, time_s, steps=5000):
    """Position and velocity after `time_s` under gravity that is held at its first value, by small steps."""
    gm, radius = 3.986004418e14, 6_371_008.8
    position, velocity = np.array(state[:3], float), np.array(state[3:], float)
    arm = position + np.array([0.0, 0.0, radius])
    pull = -gm * arm / np.linalg.norm(arm) ** 3
    step_s = time_s / steps
    for _ in range(steps):
        position += velocity * step_s + 0.5 * pull * step_s**2
        velocity += pull * step_s
    return np.concatenate([position, velocity])


def naive_decide(part: Stage, shots: Any, dead: set, now: float) -> list[tuple[int, int]]:
    """(track slot, magazine row) of every round to fire at `now`, in order, from the log of shots alone.

    For straight flights at one height, perfect tracks, and a defence without reload, hold range or launch interval.
    """
    d, doctrine = part.defence, part.defence.doctrine[0]
    log = [(int(s["track_slot"]), int(s["round_index"]), int(s["battery_index"]), s["status"]) for s in shots]
    fired = []
    togo = {}
    for slot, track in enumerate(part.picture.tracks):
        x, v = track["mean"][:3], track["mean"][3:]
        closing = -np.dot(x[:2], v[:2]) / np.hypot(*x[:2])
        togo[slot] = np.hypot(*x[:2]) / closing if closing > 0.2 * np.linalg.norm(v) else inf
    for slot in sorted(togo, key=lambda s: (togo[s], part.picture.tracks[s]["serial"])):
        busy = {IN_FLIGHT, IN_FLIGHT + 1} if doctrine["look"] else {IN_FLIGHT}
        mine = [entry for entry in log if entry[0] == slot]
        if togo[slot] == inf or slot in dead or any(entry[3] in busy for entry in mine):
            continue
        options = []
        for row, kind in enumerate(d.rounds):
            b = int(kind["battery_index"])
            battery = d.batteries[b]
            site = np.array([battery["x_m"], battery["y_m"], battery["z_m"]])
            mean = part.picture.tracks[slot]["mean"]
            flight = naive_flight_time_s(mean[:3] - site, mean[3:], kind["speed_m_s"], 0.01, 300.0)
            left = kind["ready"] - sum(entry[1] == row for entry in log)
            up = sum(entry[2] == b and entry[3] == IN_FLIGHT for entry in log)
            engaged = {entry[0] for entry in log if entry[2] == b and entry[3] in (IN_FLIGHT, IN_FLIGHT + 1)}
            inside = kind["range_min_m"] <= flight * kind["speed_m_s"] <= kind["range_max_m"]
            room = int(battery["round_channels"]) - up
            channel = slot in engaged or len(engaged) < int(battery["target_channels"])
            if inside and left > 0 and room > 0 and channel:
                options.append((kind["range_max_m"], flight, row, min(left, room)))
        if not options:
            continue
        _, _, row, most = min(options)
        limit = doctrine["max_shots"] - len(mine) if doctrine["max_shots"] else inf
        for _ in range(int(min(doctrine["shots_per_look"], limit, most))):
            fired.append((slot, row))
            log.append((slot, row, int(d.rounds[row]["battery_index"]), IN_FLIGHT))
    return fired


def key(trial, seed=7):
    """Key of one trial."""
    return key_of(seed, trial)


def naive_flight_s(rounds, range_m, height_m, step_m=1.0):
    """Flight time of a ROUND by small steps along its way: even push while it boosts, then drag by the mean air.

    The air is averaged over 2000 layers of a climb to the meeting or to the top of its arc.
    """
    speed_m_s, boost_s = float(rounds["speed_max_m_s"]), float(rounds["boost_s"])
    layers = (np.arange(2000) + 0.5) / 2000 * max(height_m, range_m / 8.0)
    air = np.mean(np.exp(-layers / 8800.0))
    time_s = way_m = 0.0
    push = speed_m_s / boost_s if boost_s > 0 else inf
    while way_m < range_m:
        middle_m = way_m + 0.5 * step_m
        boosted = np.sqrt(2.0 * push * middle_m) if push < inf else inf
        if boosted < speed_m_s:
            pace = boosted
        else:
            coasted_m = middle_m - 0.5 * speed_m_s * boost_s
            pace = speed_m_s * np.exp(-coasted_m * air / rounds["drag_length_m"])
        time_s += step_m / pace
        way_m += step_m
    return time_s


class NaiveMagazine:
    """One magazine with its teams as a list of (due second, rounds), stepped second by second."""

    def __init__(self, settings, deliveries):
        self.settings, self.deliveries = settings, list(deliveries)
        self.ready, self.reserve = settings["ready"], settings["reserve"]
        self.work, self.empty_s = [], None

    def step(self, now):
        """Deliveries of this second first, then the reloads that end in it."""
        while self.deliveries and self.deliveries[0][0] == now:
            self.reserve += self.deliveries.pop(0)[1]
            self.begin(now)
        for job in sorted(job for job in self.work if job[0] == now):
            self.work.remove(job)
            self.ready += job[1]
            self.reserve -= job[1]
            self.begin(now)

    def begin(self, now):
        """Give idle teams whole batches while there are rails and rounds for them."""
        while len(self.work) < self.settings["reload_teams"]:
            loading = sum(count for _, count in self.work)
            batch = min(self.settings["reload_batch"], self.reserve - loading)
            if batch < 1 or self.settings["ready"] - self.ready - loading < batch:
                return
            self.work.append((now + self.settings["reload_s"], batch))

    def launch(self, now):
        """Fire one round, if there is one."""
        if self.ready == 0:
            return
        self.ready -= 1
        self.begin(now)
        if self.ready == self.reserve == 0 and not self.deliveries and self.empty_s is None:
            self.empty_s = now
