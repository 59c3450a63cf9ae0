"""Conducting a campaign: what a study asks for is played and filed until it asks for no more.

The study is asked for goals when those of the round before are met, so what it sees, and what is played, depends on no
order of events. Units are filed as they end; stopped in any way, the campaign goes on from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from farwatch.campaign.execute import Listener, Progress
from farwatch.campaign.executors import Executor, Player
from farwatch.campaign.flying import IN_FLIGHT_PER_THREAD, fly
from farwatch.campaign.identity import identity_of, scene
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.makeup import makeup
from farwatch.campaign.playing import Order
from farwatch.campaign.points import Point, Study
from farwatch.campaign.rows import Rows
from farwatch.campaign.sole_use import sole_use
from farwatch.campaign.trials import Trials, trials_in
from farwatch.campaign.units import Unit, by_lane
from farwatch.errors import FarwatchError, InputError, Problem
from farwatch.scenario import Scenario, digest

SCENES_KEPT = 256
"""Changed scenarios that are remembered, so that the units of a point share one."""


def conduct(
    study: Study, play_unit: Player, executor: Executor, ledger: Ledger, progress: Listener | None = None
) -> Trials:
    """Play `study` until its goals are met, and give the trials kept; `finished` tells whether they are.

    `play_unit` is `playing.play_unit`; `executor` says where units are played, which changes no result; `ledger` is a
    folder that is new or holds a part of this very campaign. `progress` is called after each unit. Ctrl-C keeps what is
    finished. Raises InputError for what cannot be played, StoreError for a folder that does not fit or that another
    process plays into and for a disk that is full, and FarwatchError when all workers are gone; what was finished
    before is kept each time.
    """
    identity = identity_of(study)
    with sole_use(ledger.folder):
        ledger.begin(identity)
        return _to_the_end(study, play_unit, executor, ledger, progress)


def _to_the_end(
    study: Study, play_unit: Player, executor: Executor, ledger: Ledger, progress: Listener | None
) -> Trials:
    """Round after round until no goal is left, or Ctrl-C."""
    kept = trials_in(ledger, study.measures)
    run = _Run(study, play_unit, executor, ledger, kept, progress, found=sum(int(t.sum()) for t in kept.there.values()))
    run.tell()
    while True:
        if not run.play(ledger.unplayed()):
            return kept
        goals = _goals(study, kept)
        if all(goal <= ledger.asked.get(point, 0) for point, goal in goals.items()):
            ledger.finish()
            return replace(kept, finished=True)
        ledger.add(goals)
        kept.expect(ledger.asked)


def _goals(study: Study, kept: Trials) -> Mapping[int, int]:
    """What the study asks for, checked."""
    goals = study.goals(kept)
    problems = []
    for number, goal in goals.items():
        if not 0 <= number < len(study.points):
            problems.append(Problem(f"points.{number}", "", "is no point of this study"))
            continue
        quantiles = study.points[number].draws.quantiles
        if quantiles is not None and goal > len(quantiles):
            rule = f"must be at most {len(quantiles)}: as many as figures are given for"
            problems.append(Problem(f"points.{number}", f"{goal} trials", rule))
    if problems:
        raise InputError("goals", problems)
    return goals


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `conduct`."""

    study: Study
    play_unit: Player
    executor: Executor
    ledger: Ledger
    kept: Trials
    progress: Listener | None
    found: int
    sizes: list[int] = field(default_factory=lambda: [0])

    def tell(self) -> None:
        """Say how far it is."""
        if self.progress is not None:
            self.progress(Progress(self.found + self.sizes[0], sum(self.ledger.asked.values()), self.found))

    def play(self, units: list[Unit]) -> bool:
        """Play and file units; False after Ctrl-C."""
        order = _orders(self.study)
        waiting = ((lane, unit, order(unit)) for lane, unit in by_lane(units, self.executor.slots))
        return fly(
            waiting,
            submit=lambda ready: self.executor.submit(self.play_unit, ready[2], ready[0]),
            land=lambda ready, rows: self.file(ready[1], rows),
            room=self.executor.slots * IN_FLIGHT_PER_THREAD,
            look=lambda: _refuse_waiting(self.executor.lost()),
        )

    def file(self, unit: Unit, rows: Rows) -> None:
        """Keep a finished unit."""
        self.ledger.file(unit, rows)
        self.kept.take(rows["trials"])
        self.sizes[0] += unit.size
        self.tell()


def _refuse_waiting(reason: str) -> None:
    """Give up when nothing will come back."""
    if reason:
        raise FarwatchError(f"{reason}; what is finished is kept, and the same campaign goes on from there")


def _orders(study: Study) -> Callable[[Unit], Order]:
    """A maker of orders that remembers the scenarios it has changed."""

    @lru_cache(maxsize=SCENES_KEPT)
    def staged(number: int) -> tuple[Point, Scenario, str]:
        point = study.points[number]
        scenario = scene(study, point)
        return point, scenario, f"{digest(scenario)} {scenario.folder}"

    def order(unit: Unit) -> Order:
        point, scenario, key = staged(unit.point)
        quantiles = point.draws.quantiles
        return Order(
            point=unit.point,
            first=unit.first,
            count=unit.size,
            address=point.first_trial + unit.first,
            seed=study.seed,
            scenario=scenario,
            key=key,
            draws=point.draws.kind,
            quantiles=None if quantiles is None else quantiles[unit.first : unit.first + unit.size],
            tilt_odds=point.tilt_odds,
            ours=makeup(),
        )

    return order
