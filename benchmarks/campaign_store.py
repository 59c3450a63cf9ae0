"""A campaign's store: 100,000 trials written through the ledger, then asked by SQL; and what a unit costs beside play.

The trials are arithmetic, not missions: only the store is measured. Goal: a quantile of every point in under a second.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from farwatch.campaign.conduct import conduct
from farwatch.campaign.executors import threads
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.points import Point
from farwatch.campaign.query import query
from farwatch.campaign.rows import GROUP_COLUMNS, ROUND_COLUMNS, TRIAL_COLUMNS, structured
from farwatch.campaign.trials import stored
from farwatch.outcomes.columns import TEXT
from farwatch.scenario import load

QUESTION = "SELECT point, avg(leaked), quantile_cont(leaked, 0.9) FROM trials GROUP BY point ORDER BY point"
OTHERS = (
    "SELECT count(*), avg(leaked_share) FROM trials",
    'SELECT point, "group", avg(killed) FROM groups GROUP BY ALL ORDER BY ALL',
    "SELECT point, corr(leaked, f20) FROM trials JOIN figures USING (point, trial) GROUP BY ALL ORDER BY ALL",
)
GROUPS, ROUNDS, FIGURES = [f"group-{k}" for k in range(5)], [f"round-{k}" for k in range(6)], 60


class Study:
    """Points of the shipped example, each played `goal` times."""

    def __init__(self, points, goal):
        self.plan, self.seed = {"benchmark": "store"}, 1
        self.measures = ("leaked", "leaked_share", "killed", "rounds_fired", "weight")
        self.scenarios = {"example": load("desert-battery")}
        changes = [{"doctrine.shots_per_look": 1 + k % 4, "seed": k} for k in range(points)]
        self.points = [Point(number=k, label=f"{k}", scenario="example", changes=c) for k, c in enumerate(changes)]
        self.goal = goal

    def goals(self, _kept):
        return {point.number: self.goal for point in self.points}


def play(order):
    """Rows of the size that the shipped example has, drawn at once."""
    dice = np.random.default_rng([order.point, order.first])
    trials, points = np.arange(order.first, order.first + order.count), np.full(order.count, order.point)
    figures = np.zeros(order.count, [("point", "i8"), ("trial", "i8"), *((f"f{k}", "f8") for k in range(FIGURES))])
    figures["point"], figures["trial"] = points, trials
    for k in range(FIGURES):
        figures[f"f{k}"] = dice.random(order.count)
    return {
        "trials": rows(TRIAL_COLUMNS, [""], points, trials, dice),
        "groups": rows(GROUP_COLUMNS, GROUPS, points, trials, dice),
        "rounds": rows(ROUND_COLUMNS, ROUNDS, points, trials, dice),
        "figures": figures,
    }


def rows(columns, names, points, trials, dice):
    """Rows of one table: whole numbers, and texts."""
    count = len(names)
    values = {c.name: dice.integers(0, 40, len(trials) * count) for c in columns}
    values |= {c.name: np.tile(names, len(trials)) for c in columns if c.dtype == TEXT}
    return structured(columns, values | {"point": np.repeat(points, count), "trial": np.repeat(trials, count)})


def timed(step):
    """Seconds that a step took, and what it gave."""
    start = time.perf_counter()
    found = step()
    return time.perf_counter() - start, found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=20)
    asked = parser.parse_args()
    study = Study(asked.points, asked.trials // asked.points)
    with tempfile.TemporaryDirectory() as place, threads(1) as executor:
        folder = Path(place) / "campaign"
        drawn_s, _ = timed(lambda: [play(order_like(k)) for k in range(500)])
        written_s, _ = timed(lambda: conduct(study, play, executor, Ledger(folder)))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        units = asked.trials / 8
        print(f"wrote {asked.trials} trials of {asked.points} points in {written_s:.1f} s, {size / 1e6:.0f} MB")
        print(f"a unit of 8 trials costs {1e3 * (written_s / units - drawn_s / 500):.1f} ms beside its play")
        print(f"most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
        first_s, answer = timed(lambda: query(folder, QUESTION))
        again_s = min(timed(lambda: query(folder, QUESTION))[0] for _ in range(3))
        print(f"query {first_s:.2f} s, again {again_s:.2f} s, {len(answer.rows)} rows  (goal: under 1 s)\n  {QUESTION}")
        for sql in OTHERS:
            print(f"query {timed(lambda sql=sql: query(folder, sql))[0]:.2f} s\n  {sql}")
        print(f"read back for a report: {timed(lambda: stored(folder, study.measures))[0]:.2f} s")
    sys.exit(first_s >= 1.0)


def order_like(number):
    """What `play` reads of an order."""
    return argparse.Namespace(point=number % 7, first=8 * number, count=8)


if __name__ == "__main__":
    main()
