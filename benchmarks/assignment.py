"""What the ways to assign give away against the exact integer programme, and how long a decision takes.

    python benchmarks/assignment.py            every scene, 100 decisions each: a few minutes
    python benchmarks/assignment.py 20         20 decisions each

For each scene: the share of the exact gain that greedy (by rank), marginal (greatest gain first) and optimal give away,
mean and worst; the share of decisions proved best; median CPU time of each, with the call (4 µs).
Tracks are ranked by value. In the scenes with epochs the columns are: `optimal` in every epoch, without
looking on, and `lookahead`, both beside the best over the whole horizon; the time is that of the look-ahead.
"""

import os
import sys
import time
from dataclasses import dataclass

import numpy as np

from farwatch.engage.assigning import greedy, lookahead, marginal, optimal
from farwatch.engage.assignment import Limits, arrays, integer
from farwatch.engage.offers import gain_of, new_desk

EPOCHS = 4
NODES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A family of decisions: values, chances and limits are drawn by `draw`."""

    name: str
    tracks: int
    batteries: int
    kinds: int
    draw: object
    salvos: object = 2
    epochs: int = 1


def shot_at_random(rng, scene):
    """Values and chances without any order; two thirds of all pairs can be fired."""
    p = rng.uniform(0.3, 0.9, (scene.epochs, scene.tracks, scene.batteries * scene.kinds))
    return rng.uniform(0.1, 1.0, scene.tracks), p * (rng.random(p.shape) < 2 / 3)


def specialised(rng, scene):
    """Tracks are of three sorts, and each kind of round is good against some and poor against others."""
    sort = rng.integers(0, 3, scene.tracks)
    table = rng.uniform(0.2, 0.9, (3, scene.kinds))
    p = np.tile(table[sort], (1, scene.batteries))
    reach = rng.random((scene.tracks, scene.batteries)) < 0.7
    return np.array([0.2, 0.6, 1.0])[sort], np.tile(p * np.repeat(reach, scene.kinds, axis=1), (scene.epochs, 1, 1))


def layered(rng, scene):
    """The first battery reaches everything, each further one fewer tracks: what only one can meet is easily lost."""
    reach = np.stack([rng.random(scene.tracks) < 1.0 / (1 + b) for b in range(scene.batteries)], axis=1)
    p = rng.uniform(0.6, 0.8, (scene.tracks, scene.batteries * scene.kinds))
    return rng.uniform(0.5, 1.0, scene.tracks), np.tile(p * np.repeat(reach, scene.kinds, axis=1), (scene.epochs, 1, 1))


def passing(rng, scene):
    """Each track can be met in a window of epochs: some only now, some later too."""
    values, p = layered(rng, scene)
    first = rng.integers(0, 2, scene.tracks)
    last = first + rng.integers(0, scene.epochs, scene.tracks)
    epoch = np.arange(scene.epochs)[:, None]
    return values, p * ((first <= epoch) & (epoch <= last))[:, :, None]


def limits_of(rng, scene):
    """Enough for about two thirds of the tracks: rows, channels and launchers take turns to be short."""
    rows, each = scene.batteries * scene.kinds, max(1, round(scene.tracks / scene.batteries))
    shape = (scene.epochs, scene.batteries)
    salvo = np.asarray(scene.salvos if isinstance(scene.salvos, int) else rng.choice(scene.salvos, (scene.tracks, 1)))
    per_epoch = max(2, round(each / scene.epochs * 1.2))
    return Limits(
        battery_of=np.repeat(np.arange(scene.batteries), scene.kinds),
        ready=rng.integers(1, 1 + max(2, 2 * 2 * scene.tracks // rows), rows),
        rounds=rng.integers(2, 2 + 2 * per_epoch, shape),
        channels=rng.integers(1, 1 + per_epoch, shape),
        starts=rng.integers(1, 2 + per_epoch, shape),
        salvo=salvo,
        discount=0.97 ** np.arange(scene.epochs),
    )


def scenes():
    """Every family."""
    for tracks, batteries, kinds in ((6, 2, 2), (20, 3, 2), (60, 6, 3)):
        size = f"{tracks} x {batteries * kinds}"
        for draw in (shot_at_random, specialised, layered):
            yield Scene(name=f"{draw.__name__}, {size}", tracks=tracks, batteries=batteries, kinds=kinds, draw=draw)
    yield Scene(name="at random, salvos 1 or 2, 20 x 6", tracks=20, batteries=3, kinds=2, draw=shot_at_random,
                salvos=(1, 2))  # fmt: skip
    yield Scene(name="layered, salvos 1 to 3, 20 x 6", tracks=20, batteries=3, kinds=2, draw=layered, salvos=(1, 2, 3))
    for tracks, batteries, kinds in ((6, 2, 2), (20, 3, 2)):
        yield Scene(name=f"passing, {tracks} x {batteries * kinds}, {EPOCHS} epochs", tracks=tracks,
                    batteries=batteries, kinds=kinds, draw=passing, epochs=EPOCHS)  # fmt: skip


def cpu_us(way, *decision):
    """CPU time of one decision, the best of three, in microseconds."""
    times = []
    for _ in range(3):
        start = time.thread_time_ns()
        way(*decision)
        times.append(time.thread_time_ns() - start)
    return min(times) / 1000


def one_after_another(offers, supply, desk, n):
    """Discounted gain over the horizon when every epoch is decided by `optimal` without looking on."""
    offers = offers._replace(gains=offers.gains.copy())
    supply = supply._replace(**{name: getattr(supply, name).copy() for name in supply._fields})
    total = 0.0
    for e in range(offers.discount.size):
        now = offers._replace(gains=offers.gains[e:].copy(), discount=np.ones(offers.discount.size - e))
        left = supply._replace(limits=supply.limits[e:].copy())
        optimal(now, left, desk, n)
        fired = np.flatnonzero(desk.choice[:n] >= 0)
        total += offers.discount[e] * now.gains[0, fired, desk.choice[fired]].sum()
        np.subtract.at(supply.rows["ready"], desk.choice[fired], offers.salvos[fired, desk.choice[fired]])
        offers.gains[:, fired] = 0.0
    return total


def measured(scene, count):
    """Rows of shares given away and times, one a decision."""
    rng = np.random.default_rng(list(scene.name.encode()))
    shares, proven, times = [], [], []
    for _ in range(count):
        values, p = scene.draw(rng, scene)
        ranked = np.argsort(-values)
        values, p = values[ranked], p[:, ranked]
        limits = limits_of(rng, scene)
        offers, supply = arrays(values, p, limits)
        n, rows = offers.salvos.shape
        desk = new_desk(n, rows, scene.batteries, scene.epochs, NODES)
        exact = integer(values, p, limits)[0]
        if scene.epochs == 1:
            ways = (greedy, marginal, optimal)
            totals = [greedy(offers, supply, desk, n), marginal(offers, supply, desk, n)]
        else:
            ways = (lookahead,)
            totals = [one_after_another(offers, supply, desk, n)]
        bound = ways[-1](offers, supply, desk, n)
        totals.append(gain_of(offers, desk.plan, n))
        if exact > 0.0:
            shares.append([1.0 - total / exact for total in totals])
            proven.append(bound <= totals[-1] * (1.0 + 1e-8))
            times.append([cpu_us(way, offers, supply, desk, n) for way in ways])
    return np.array(shares), np.mean(proven), np.array(times)


def percent(shares):
    """Mean and worst, in per cent."""
    return f"{100 * max(0.0, shares.mean()):6.2f} /{100 * max(0.0, shares.max()):6.2f}"


def main():
    """Print one line a scene."""
    sys.stdout.reconfigure(line_buffering=True)
    quiet = os.open(os.devnull, os.O_WRONLY)  # HiGHS prints remarks of its own on the descriptor
    shown = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(quiet, 1)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"given away of the exact gain, mean / worst in %, {count} decisions a scene; CPU time in µs", file=shown)
    print(f"{'scene':36}{'greedy':>15}{'marginal':>15}{'optimal':>15}{'proven':>8}  µs", file=shown)
    for scene in scenes():
        shares, proven, times = measured(scene, count)
        if scene.epochs == 1:
            columns = "".join(f"{percent(shares[:, k]):>15}" for k in range(3))
            spent = "  ".join(f"{np.median(times[:, k]):.0f}" for k in range(3)) + f" (worst {times[:, 2].max():.0f})"
        else:
            columns = f"{'':15}{percent(shares[:, 0]):>15}{percent(shares[:, 1]):>15}"
            spent = f"{np.median(times[:, 0]):.0f} (worst {times[:, 0].max():.0f})"
        print(f"{scene.name:36}{columns}{100 * proven:7.0f}%  {spent}", file=shown)


if __name__ == "__main__":
    main()
