"""A campaign that is only arithmetic: rows from (seed, address), and a study that asks in rounds."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from campaign.conftest import SCENARIO
from farwatch.campaign import units
from farwatch.campaign.conduct import conduct
from farwatch.campaign.executors import threads
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.points import Draws, Point
from farwatch.campaign.rows import GROUP_COLUMNS, ROUND_COLUMNS, TRIAL_COLUMNS, structured
from farwatch.outcomes.columns import TEXT
from farwatch.scenario import Scenario

GROUPS, ROUNDS = ("drones", "cruise"), ("48n6e3", "9m96e2")


def play_fake(order):
    """Rows of an order in which every number follows from seed, address and point, however it is cut into units."""
    trials = np.arange(order.first, order.first + order.count)
    luck = _mixed(order.seed, order.address + np.arange(order.count), 1)
    shift = len(order.scenario.title) % 7
    values = {c.name: (luck >> k) % 50 + shift for k, c in enumerate(TRIAL_COLUMNS)}
    values |= {"leaked_share": (luck % 1000) / 1000.0, "weight": np.ones(order.count), "trial": trials}
    points = np.full(order.count, order.point)
    figures = [("91n6e.range_m", "f8")] + ([("48n6e3.price_usd", "f8")] if order.point % 2 else [])
    drawn = np.zeros(order.count, [("point", "i8"), ("trial", "i8"), *figures])
    drawn["point"], drawn["trial"] = points, trials
    for k, (name, _) in enumerate(figures):
        drawn[name] = _mixed(order.seed, order.address + np.arange(order.count), 100 + k) / 2.0**31
    return {
        "trials": structured(TRIAL_COLUMNS, values | {"point": points}),
        "groups": _by_name(GROUP_COLUMNS, "group", GROUPS, points, trials, luck),
        "rounds": _by_name(ROUND_COLUMNS, "round", ROUNDS, points, trials, luck),
        "figures": drawn,
    }


def play_slowly(order):
    """The same, taking its time, which depends on the unit: units end in another order than they began."""
    time.sleep(0.001 * (order.first // 8 % 5))
    return play_fake(order)


def _by_name(columns, kind, names, points, trials, luck):
    count = len(names)
    values = {c.name: np.repeat(luck % 11, count) for c in columns}
    values |= {c.name: np.tile(np.array(names), len(trials)) for c in columns if c.dtype == TEXT}
    values |= {"point": np.repeat(points, count), "trial": np.repeat(trials, count)}
    return structured(columns, values)


def _mixed(seed, numbers, purpose):
    """Whole numbers below 2^31 that look drawn: a well-known mixing of bits [splitmix64]."""
    with np.errstate(over="ignore"):
        start = np.uint64(seed * 7919 + purpose * 104729 + 1) * np.uint64(0x9E3779B97F4A7C15)
        x = np.asarray(numbers, np.uint64) + start
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((x ^ (x >> np.uint64(31))) >> np.uint64(33)).astype(np.int64)


@dataclass(frozen=True)
class Rehearsal:
    """Asks for `goal` trials of each point in `steps` rounds; uneven, and more of points that leak more."""

    goal: int = 300
    number: int = 3
    steps: int = 3
    seed: int = 1
    title: str = "Dice"
    measures: Any = ("leaked", "leaked_share", "killed")
    asked: list = field(default_factory=list)

    @property
    def plan(self):
        return {"goal": self.goal, "points": self.number, "steps": self.steps}

    @property
    def scenarios(self):
        return {"dice": Scenario.model_validate(SCENARIO | {"title": self.title})}

    @property
    def points(self):
        return [
            Point(
                number=k,
                label=f"{k + 1} shots",
                scenario="dice",
                changes={"doctrine.shots_per_look": k + 1} if k < 4 else {"title": f"point {k}"},
                draws=Draws("stratified" if k % 2 else "independent"),
            )
            for k in range(self.number)
        ]

    def goals(self, kept):
        self.asked.append([kept.count(p) for p in range(self.number)])
        step = len(kept.rounds) + 1
        if step > self.steps:
            return kept.rounds[-1]
        means = [kept.column(p, "leaked").mean() if kept.count(p) else 1.0 for p in range(self.number)]
        return {p: self.goal * step // self.steps + int(means[p]) + p for p in range(self.number)}


def contents(folder):
    """Every file of a campaign folder that holds results, by relative name."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "origin.json" and not p.name.endswith(".partial")
    }


def main(folder):
    """Conduct a rehearsal in a process of its own, which says when it begins, to be killed."""
    units.PART_ROWS = 64
    with threads(2) as executor:
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        conduct(Rehearsal(), play_slowly, executor, Ledger(Path(folder)))


if __name__ == "__main__":
    main(sys.argv[1])
