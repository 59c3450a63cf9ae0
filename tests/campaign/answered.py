"""A campaign that is only dice: columns by point and trial, made from a law that is known."""

from dataclasses import dataclass, field

import numpy as np

from farwatch.campaign.plan_file import CampaignPlan
from farwatch.campaign.study import study_of
from farwatch.catalogue.figures import Figure

ENTRIES = ("48n6e3.range_max_m", "48n6e3.price_usd", "9m96e2.range_max_m", "91n6e.range_max_m")
FIELD = "raid.drones-north.count"


def figures(names=ENTRIES):
    """Figures that a mission would draw."""
    return [
        Figure(
            name=name,
            value=1.0,
            low=0.0,
            high=2.0,
            unit="m",
            printed="1",
            kind="assumed" if k % 2 else "press",
            source="" if k % 2 else "somewhere",
            why="unknown",
        )
        for k, name in enumerate(names)
    ]


def planned(plan, scenarios=None):
    """A study of a plan given as a mapping, over these figures."""
    made = CampaignPlan.model_validate({"title": "A rehearsal", "scenarios": {"alone": "desert-battery"}} | plan)
    return study_of(made, scenarios, figures_of=lambda _: figures())


def size_of(point):
    """How many fly in the rehearsed raid of a point."""
    return int(point.changes.get(FIELD, 20))


def leak(point, luck, u):
    """Leakers of a trial: nobody below a magazine of some 20, everybody above it; a second layer takes half of it."""
    magazine = 20.0 + 3.0 * luck + (6.0 * (u[:, 0] - 0.5) if u is not None else 0.0)
    through = np.clip(np.round(0.05 * size_of(point) + np.maximum(0.0, size_of(point) - magazine)), 0, size_of(point))
    return np.round(0.5 * through) if point.scenario == "layered" else through


@dataclass
class Rehearsed:
    """Kept trials of a study: each point's columns follow from its address, as in a mission."""

    study: object
    law: object = leak
    counts: dict = field(default_factory=dict)
    rounds: list = field(default_factory=list)

    @property
    def names(self):
        return self.study.measures

    def count(self, point):
        return self.counts.get(point, 0)

    def column(self, point, name):
        count, it = self.count(point), self.study.points[point]
        luck = np.array([np.random.default_rng([7, it.first_trial + t]).normal() for t in range(count)])
        u = None if it.draws.quantiles is None else it.draws.quantiles[:count]
        leaked = np.asarray(self.law(it, luck, u), np.float64)
        raid = np.full(count, size_of(it))
        dear = 2.0 if it.scenario == "layered" else 1.0
        table = {
            "leaked": leaked,
            "raid_targets": raid,
            "killed": raid - leaked,
            "rounds_fired": raid - leaked + 2,
            "defence_cost_usd": dear * 1e6 * (raid - leaked + 2) * (1.0 + 0.05 * luck),
            "raid_cost_usd": 8e4 * raid**1.5,
            "weight": np.ones(count),
        }
        return table[name]

    def play(self, most=50):
        """Play what the study asks for until it is finished."""
        for _ in range(most):
            goals = self.study.goals(self)
            if all(self.count(point) >= trials for point, trials in goals.items()):
                return self
            self.counts |= {point: max(trials, self.count(point)) for point, trials in goals.items()}
            self.rounds.append(goals)
        raise AssertionError("the study never ends")
