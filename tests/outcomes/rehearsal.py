"""A mission that is only dice: a cast and a player for tests of what comes after the loop."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from farwatch.outcomes.evidence import Cast, DrawnFigure, RoundKind
from farwatch.outcomes.summary import Price
from farwatch.records import E_KILL, E_LAUNCH, E_LEAK, E_SEEN, EVENT, OUTCOME, TALLY, WORKLOAD

TIMES = ("above_horizon_s", "unmasked_s", "seen_s", "confirmed_s", "hostile_s")


def cast(drones=6, cruise=2, background=3):
    """Two raid groups at one asset each, and some airliners."""
    counts = (drones, cruise, background)
    groups = np.repeat([0, 1, 2], counts)
    return Cast(
        targets=tuple(
            f"{('drones', 'cruise', 'traffic')[g]}/{k}" for g, n in enumerate(counts) for k in range(1, n + 1)
        ),
        target_group=tuple(groups.tolist()),
        target_class=tuple(groups.tolist()),
        target_asset=tuple(np.where(groups == 2, -1, groups).tolist()),
        target_raid=tuple((groups < 2).tolist()),
        groups=("drones", "cruise", "traffic"),
        classes=("one-way-drone", "cruise-missile", "airliner"),
        class_price_usd=(Price(2e4, 3e4, 5e4), Price(1e6, 1.2e6, 2e6), Price(np.nan, np.nan, np.nan)),
        assets=("depot", "bridge"),
        asset_worth=(1.0, 3.0),
        batteries=("alpha",),
        radars=("alpha/91n6e",),
        rounds=(
            RoundKind(battery="alpha", name="48n6e3", carried=4, price_usd=Price(1e6, 1.5e6, 2e6)),
            RoundKind(battery="alpha", name="9m96e2", carried=8, price_usd=Price(5e5, 8e5, 1e6)),
        ),
        figures=(
            DrawnFigure(name="48n6e3.price_usd", value=1.5e6, low=1e6, high=2e6, unit="USD", kind="press", source="x"),
            DrawnFigure(name="91n6e.range_m", value=4e5, low=3e5, high=5e5, unit="m", kind="maker", source="y"),
        ),
    )


@dataclass(frozen=True)
class Dice:
    """Plays blocks in which every number is drawn from (seed, trial): independent of blocks and threads."""

    cast: Any
    seed: int = 1

    def __call__(self, first_trial, count, *, trace):
        targets = len(self.cast.targets)
        block = Played(
            first_trial,
            np.zeros((count, targets), OUTCOME),
            np.zeros(count, TALLY),
            np.zeros((count, len(self.cast.radars)), WORKLOAD),
            np.zeros((count, len(self.cast.rounds)), np.int32),
            np.full((count, len(self.cast.rounds)), np.nan),
            np.zeros((count, len(self.cast.figures))),
            log(self.cast) if trace else np.empty(0, EVENT),
        )
        for row in range(count):
            self.trial(block, row, np.random.default_rng([self.seed, first_trial + row]))
        return block

    def trial(self, block, row, dice):
        """One trial: a chain of chances, each needing the one before."""
        o = block.outcomes[row]
        chance = dice.random((len(TIMES), len(o)))
        reached = np.cumprod(chance < 0.9, axis=0).astype(bool)
        for k, name in enumerate(TIMES):
            o[name] = np.where(reached[k], 100.0 * (k + 1) + chance[k], np.nan)
        for name, after in (("seen_range_m", 2), ("confirmed_range_m", 3), ("killed_range_m", 5)):
            o[name] = np.where(reached[min(after, 4)], 1e4 * dice.random(len(o)), np.nan)
        raid = self.cast.raid
        o["shots"] = np.where(reached[4] & raid, dice.integers(0, 3, len(o)), 0)
        killed = (o["shots"] > 0) & (dice.random(len(o)) < 0.6)
        o["first_shot_s"] = np.where(o["shots"] > 0, 600.0, np.nan)
        o["killed_s"] = np.where(killed, 700.0, np.nan)
        o["killed_range_m"] = np.where(killed, o["killed_range_m"], np.nan)
        o["leaked_s"] = np.where(~killed & raid, 900.0, np.nan)
        o["destroyed"] = ~killed & raid & (dice.random(len(o)) < 0.2)
        o["blocked"] = dice.integers(0, 64, len(o))
        block.rounds_fired[row] = o["shots"].sum(), dice.integers(0, 9)
        block.figures[row] = dice.uniform([1e6, 3e5], [2e6, 5e5])
        work = block.workloads[row]
        work["peak_load_share"], work["period_s"], work["watched_s"] = 2.0 * dice.random(len(work)), 4.0, 900.0
        work["overloaded_s"] = np.where(work["peak_load_share"] > 1.0, 60.0, 0.0)
        block.tallies[row] = tuple(dice.integers(0, 5, len(TALLY.names)))


@dataclass(frozen=True)
class Played:
    first_trial: int
    outcomes: Any
    tallies: Any
    workloads: Any
    rounds_fired: Any
    empty_s: Any
    figures: Any
    events: Any


def log(the_cast):
    """A short log: seen, shot at, killed; another leaks."""
    rows = np.zeros(4, EVENT)
    rows["time_s"] = [10.0, 20.0, 30.0, 40.0]
    rows["kind"] = [E_SEEN, E_LAUNCH, E_KILL, E_LEAK]
    rows["who"] = [0, 1, 1, 0]
    rows["whom"] = [0, 0, 0, 1]
    rows["track"] = [-1, 1, 1, -1]
    return rows
