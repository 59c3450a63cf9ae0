"""Where targets really fly: each family of flights is drawn whole on a fine grid of time, all targets at once.

The ground is flat and the radar stands at the origin, east, north, up: a bench for trackers, not for propagation.
"""

from dataclasses import dataclass

import numpy as np

STEP_S = 0.25
"""Between two points of the grid; a 6 g turn bows 0.5 m from a straight line in that time."""

G_M_S2 = 9.80665


@dataclass(frozen=True, slots=True)
class Flights:
    """n targets: place and velocity f8[n, steps, 3] every STEP_S from 0, and when each is there."""

    place_m: np.ndarray
    velocity_m_s: np.ndarray
    begin_s: np.ndarray
    end_s: np.ndarray

    def at(self, i, when_s):
        """Place and velocity f8[k, 3] of targets i8[k] at times f8[k], cubic between the points of the grid."""
        a = np.clip((when_s / STEP_S).astype(int), 0, self.place_m.shape[1] - 2)
        u = (when_s / STEP_S - a)[:, None]
        p, q = self.place_m[i, a], self.place_m[i, a + 1]
        v, w = self.velocity_m_s[i, a] * STEP_S, self.velocity_m_s[i, a + 1] * STEP_S
        place = (1 + 2 * u) * (1 - u) ** 2 * p + u * (1 - u) ** 2 * v + u * u * (3 - 2 * u) * q - u * u * (1 - u) * w
        slope = 6 * u * (1 - u) * (q - p) + (1 - u) * (1 - 3 * u) * v + u * (3 * u - 2) * w
        return place, slope / STEP_S

    def is_there(self, when_s):
        """Which of the n targets are there: bool[n]."""
        return (self.begin_s <= when_s) & (when_s <= self.end_s)


def fly(rng, case, until_s):
    """The flights of `case` (see scenes.Case) until `until_s`."""
    flights = FAMILIES[case.family](rng, case, until_s)
    return _cut(flights, case, until_s)


def _cut(flights, case, until_s):
    """End each flight where it first leaves the radar's range, or the air."""
    far = np.linalg.norm(flights.place_m, axis=2) > 0.99 * case.max_range_m
    out = far | (flights.place_m[:, :, 2] < 10.0)
    times = np.arange(out.shape[1]) * STEP_S
    out &= times[None, :] >= flights.begin_s[:, None]
    first = np.where(out.any(1), times[out.argmax(1)], until_s)
    return Flights(flights.place_m, flights.velocity_m_s, flights.begin_s, np.minimum(flights.end_s, first))


def _lives(rng, n, until_s, steady, shortest=0.3):
    """When targets come and go: a share `steady` is there throughout, the others for part of the time."""
    begin = np.zeros(n)
    end = np.full(n, until_s)
    passing = rng.random(n) >= steady
    life = rng.uniform(shortest, 1.0, n) * until_s
    begin[passing] = (rng.random(n) * (until_s - 0.5 * life))[passing]
    end[passing] = np.minimum(begin + life, until_s)[passing]
    return begin, end


def _steps(until_s):
    return int(np.ceil(until_s / STEP_S)) + 2


def _integrate(start, speed, course, turn, climb, heights=(50.0, 12500.0)):
    """Flights' places and velocities from start f8[n, 3], speed f8[n], course f8[n], turn rate and climb f8[n, T]."""
    heading = course[:, None] + np.concatenate([np.zeros((len(course), 1)), np.cumsum(turn[:, :-1], 1) * STEP_S], 1)
    velocity = np.empty((*turn.shape, 3))
    velocity[:, :, 0], velocity[:, :, 1] = speed[:, None] * np.sin(heading), speed[:, None] * np.cos(heading)
    height = start[:, 2:3] + np.concatenate([np.zeros((len(course), 1)), np.cumsum(climb[:, :-1], 1) * STEP_S], 1)
    lowest = np.minimum(heights[0], start[:, 2:3])
    height = np.clip(height, lowest, np.maximum(heights[1], start[:, 2:3]))
    velocity[:, :, 2] = np.gradient(height, STEP_S, axis=1)
    place = np.empty_like(velocity)
    middle = 0.5 * (velocity[:, 1:, :2] + velocity[:, :-1, :2]) * STEP_S
    place[:, :1, :2] = start[:, None, :2]
    place[:, 1:, :2] = start[:, None, :2] + np.cumsum(middle, 1)
    place[:, :, 2] = height
    return place, velocity


def _turns(rng, shape, speed, loads_g, lasting_s, mean_gap_s, who=None):
    """Turn rates f8[n, T] (rad/s): turns of `loads_g`, log-uniform, for `lasting_s`, with straight flight between."""
    n, steps = shape
    turn = np.zeros(shape)
    for i in range(n) if who is None else np.flatnonzero(who):
        now = rng.exponential(mean_gap_s)
        while now < steps * STEP_S:
            load = np.exp(rng.uniform(np.log(loads_g[0]), np.log(loads_g[1]))) * G_M_S2
            last = rng.uniform(*lasting_s)
            a, b = int(now / STEP_S), int((now + last) / STEP_S) + 1
            turn[i, a:b] = load / speed[i] * rng.choice((-1.0, 1.0))
            now += last + rng.exponential(mean_gap_s)
    return turn


def _climbs(rng, shape, fastest_m_s, who):
    """Climb rates f8[n, T]: some of the targets climb or sink for a while."""
    climb = np.zeros(shape)
    for i in np.flatnonzero(who):
        a = int(rng.integers(0, shape[1]))
        climb[i, a : a + int(rng.uniform(20, 80) / STEP_S)] = rng.uniform(0.2, 1.0) * fastest_m_s * rng.choice((-1, 1))
    return climb


def _starts(rng, n, ranges_m, heights_m):
    """Where n targets start: even in ground range, bearing and height, f8[n, 3]."""
    ground, bearing = rng.uniform(*ranges_m, n), rng.uniform(-np.pi, np.pi, n)
    return np.stack([ground * np.sin(bearing), ground * np.cos(bearing), rng.uniform(*heights_m, n)], 1)


def _clocked(start, begin, place):
    """Shift places so that each target is at its start when it comes, not at time 0."""
    there = place[np.arange(len(begin)), (begin / STEP_S).astype(int)]
    place[:, :, :2] += (start - there)[:, None, :2]
    return place


def mixed(rng, case, until_s, loads_g=(1.0, 6.0), gap_s=60.0, lasting_s=(5.0, 30.0)):
    """Aircraft of all kinds, independent of each other: some straight, most turning now and then, some climbing."""
    n, steps = case.targets, _steps(until_s)
    begin, end = _lives(rng, n, until_s, case.steady, case.shortest)
    speed, start = rng.uniform(*case.speeds_m_s, n), _starts(rng, n, case.ranges_m, case.heights_m)
    turn = _turns(rng, (n, steps), speed, loads_g, lasting_s, gap_s, rng.random(n) < case.manoeuvring)
    climb = _climbs(rng, (n, steps), 30.0 if case.speeds_m_s[1] > 100 else 3.0, rng.random(n) < 0.3)
    place, velocity = _integrate(start, speed, rng.uniform(-np.pi, np.pi, n), turn, climb, case.heights_m)
    return Flights(_clocked(start, begin, place), velocity, begin, end)


def hard_turning(rng, case, until_s):
    """Fast jets in 3 to 6 g turns most of the time."""
    return mixed(rng, case, until_s, loads_g=(3.0, 6.0), gap_s=20.0, lasting_s=(5.0, 15.0))


def small_drones(rng, case, until_s):
    """Slow, low, and now and then a gentle turn."""
    return mixed(rng, case, until_s, loads_g=(0.05, 0.4), gap_s=40.0, lasting_s=(5.0, 25.0))


def crossings(rng, case, until_s):
    """Groups of two to four that fly straight and pass a place within 100 to 500 m of each other, at 2 to 15°."""
    start, speed, course, steps = [], [], [], _steps(until_s)
    while len(start) < case.targets:
        size = min(int(rng.choice((2, 2, 2, 3, 4))), case.targets - len(start))
        meet = _starts(rng, 1, case.ranges_m, case.heights_m)[0]
        base, pace, when = rng.uniform(-np.pi, np.pi), rng.uniform(*case.speeds_m_s), rng.uniform(0.35, 0.65) * until_s
        fan, apart = np.deg2rad(rng.uniform(2.0, 15.0)), rng.uniform(100.0, 500.0)
        for k in range(size):
            share = k / max(size - 1, 1) - 0.5
            c, s = base + fan * share, pace * rng.uniform(0.97, 1.03)
            along = np.array([np.sin(c), np.cos(c), 0.0])
            aside = np.array([np.cos(base), -np.sin(base), 0.0]) * apart * share * rng.choice((-1.0, 1.0))
            lift = np.array([0.0, 0.0, rng.uniform(-100.0, 100.0)])
            start.append(meet + aside + lift - along * s * when)
            speed.append(s)
            course.append(c)
    rest = np.zeros((len(start), steps))
    place, velocity = _integrate(np.array(start), np.array(speed), np.array(course), rest, rest)
    return Flights(place, velocity, np.zeros(len(start)), np.full(len(start), until_s))


def formations(rng, case, until_s):
    """Groups of two to six, 200 to 800 m from neighbour to neighbour, that turn together and split late."""
    start, speed, course, turn, steps = [], [], [], [], _steps(until_s)
    while len(start) < case.targets:
        size = min(int(rng.integers(2, 7)), case.targets - len(start))
        lead = _starts(rng, 1, case.ranges_m, case.heights_m)[0]
        pace, head = rng.uniform(*case.speeds_m_s), rng.uniform(-np.pi, np.pi)
        together = _turns(rng, (1, steps), [pace], (1.0, 3.0), (5.0, 20.0), 70.0)[0]
        split = int(rng.uniform(0.55, 0.75) * steps)
        together[split:] = 0.0
        spacing, slant = rng.uniform(200.0, 800.0), head + np.pi / 2 + rng.uniform(-0.8, 0.8)
        for k in range(size):
            own, last = together.copy(), int(rng.uniform(8.0, 20.0) / STEP_S)
            own[split : split + last] = np.deg2rad(60.0) * (2 * k / max(size - 1, 1) - 1) / (last * STEP_S)
            start.append(lead + spacing * k * np.array([np.sin(slant), np.cos(slant), 0.0]))
            speed.append(pace)
            course.append(head)
            turn.append(own)
    flat = np.zeros((len(start), steps))
    place, velocity = _integrate(np.array(start), np.array(speed), np.array(course), np.array(turn), flat)
    return Flights(place, velocity, np.zeros(len(start)), np.full(len(start), until_s))


def ballistic(rng, case, until_s):
    """Missiles in free flight over a flat ground without air: from 3 km rising, or from where they come into range."""
    n, times = case.targets, np.arange(_steps(until_s)) * STEP_S
    top = _starts(rng, n, case.ranges_m, case.heights_m)
    inward = np.arctan2(-top[:, 0], -top[:, 1]) + rng.uniform(-0.6, 0.6, n)
    speed, when = rng.uniform(*case.speeds_m_s, n), rng.uniform(0.2, 0.7, n) * until_s
    since = times[None, :] - when[:, None]
    place, velocity = np.empty((n, times.size, 3)), np.empty((n, times.size, 3))
    for k, part in enumerate((np.sin(inward), np.cos(inward))):
        velocity[:, :, k] = (speed * part)[:, None]
        place[:, :, k] = top[:, k : k + 1] + velocity[:, :, k] * since
    place[:, :, 2] = top[:, 2:] - 0.5 * G_M_S2 * since**2
    velocity[:, :, 2] = -G_M_S2 * since
    inside = (np.linalg.norm(place, axis=2) < 0.98 * case.max_range_m) & (place[:, :, 2] > 3000.0)
    begin = np.where(inside.any(1), times[inside.argmax(1)], until_s)
    return Flights(place, velocity, begin, np.full(n, until_s))


FAMILIES = {
    "mixed": mixed, "hard_turning": hard_turning, "small_drones": small_drones, "crossings": crossings,
    "formations": formations, "ballistic": ballistic,
}  # fmt: skip
