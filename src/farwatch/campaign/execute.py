"""Play many trials on all cores; no result depends on how many cores there are.

The unit of work is a block of fixed size. Blocks run in threads: the compiled loop holds no interpreter lock.
Few are in flight at once. Ctrl-C stops new blocks, waits for those that run, and keeps what is finished: it is
noted when it comes and heeded between two steps, so that nothing is torn while it is being kept.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from farwatch.campaign.flying import IN_FLIGHT_PER_THREAD, fly
from farwatch.campaign.plan import Plan, manifest_of
from farwatch.campaign.readying import made_ready
from farwatch.campaign.result import Result, finish
from farwatch.campaign.sole_use import sole_use
from farwatch.campaign.store import Store
from farwatch.errors import InputError, Problem
from farwatch.outcomes.casting import cast_of
from farwatch.outcomes.evidence import Cast, Evidence, Played, gather
from farwatch.scenario import Scenario, load

if TYPE_CHECKING:
    from farwatch.mission import Mission


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is: trials finished, asked for, and found finished in the folder before it began."""

    done: int
    total: int
    found: int

    def rate(self, elapsed_s: float) -> float:
        """Trials per second since it began, by the caller's clock."""
        return (self.done - self.found) / elapsed_s if elapsed_s > 0.0 else 0.0

    def remaining_s(self, elapsed_s: float) -> float:
        """Seconds to go at that rate; infinite before the first block is finished."""
        rate = self.rate(elapsed_s)
        if self.done >= self.total:
            return 0.0
        return (self.total - self.done) / rate if rate > 0.0 else float("inf")


Listener = Callable[[Progress], None]


class Player(Protocol):
    """Whoever plays a block: a function of its arguments alone, safe to call from several threads at once."""

    def __call__(self, first_trial: int, count: int, *, trace: bool) -> Played:
        """Play `count` trials from `first_trial` on, keeping the log of the first if `trace`."""


def run(
    scenario: Scenario,
    trials: int = 200,
    seed: int | None = None,
    threads: int | None = None,
    out: str | Path | None = None,
    progress: Listener | None = None,
) -> Result:
    """Play `scenario` `trials` times and say what happened.

    `seed`: of all chance; not given, the scenario's own. `threads`: not given, all cores; never changes a
    result. `out`: a folder for the result; one that holds a part of this very campaign is continued.
    `progress` is called after each block. Raises InputError for what cannot be played and StoreError for a
    folder that does not fit.
    """
    from farwatch import mission

    prepared = made_ready(scenario)
    plan = plan_of(prepared, trials, scenario.seed if seed is None else seed)

    def play(first_trial: int, count: int, *, trace: bool) -> Played:
        return mission.play(prepared, plan.seed, first_trial, count, trace=trace)

    return execute(plan, play, threads, out, progress)


def warm() -> None:
    """Compile all that a run needs, by playing one trial of the shipped example."""
    from farwatch import mission

    mission.play(made_ready(load("desert-battery")), seed=1, first_trial=0, count=1)


def plan_of(mission: "Mission", trials: int, seed: int) -> Plan:
    """Plan of a campaign with a prepared mission, the figures it draws, and where they were published."""
    known = mission.scenario.resolved_catalogue().sources
    figures = [asdict(figure) for figure in mission.figures]
    for figure in figures:
        del figure["alternatives"]
    cited = dict.fromkeys(figure["source"] for figure in figures if figure["source"])
    return Plan(
        scenario=mission.scenario,
        cast=cast_of(mission),
        seed=seed,
        trials=trials,
        figures=tuple(figures),
        sources={name: asdict(known[name]) for name in cited},
        notices=tuple(mission.notices),
    )


def execute(
    plan: Plan,
    play: Player,
    threads: int | None = None,
    out: str | Path | None = None,
    progress: Listener | None = None,
) -> Result:
    """Play the blocks of `plan` that are not stored in `out` yet; see `run`."""
    if threads is not None and threads < 1:
        raise InputError("campaign", [Problem("threads", str(threads), "must be at least 1")])
    if out is None:
        return _filled(plan, play, threads or cores(), _Memory(plan.cast, {}), progress)
    with sole_use(Path(out)):
        return _filled(plan, play, threads or cores(), _Folder(plan, Store(Path(out))), progress)


def _filled(plan: Plan, play: Player, threads: int, shelf: "_Shelf", progress: Listener | None) -> Result:
    """Play what is not on the shelf yet, and the result of all."""
    stored = shelf.sizes()
    missing = [(first, count) for first, count in plan.units if stored.get(first, 0) < count]
    found = plan.trials - sum(count for _, count in missing)
    finished: dict[int, int] = {}

    def tell() -> None:
        if progress is not None:
            progress(Progress(found + sum(finished.values()), plan.trials, found))

    def keep(block: Played) -> None:
        shelf.keep(block)
        finished[block.first_trial] = len(block.outcomes)
        tell()

    tell()
    play_blocks(play, missing, threads, keep)
    evidence = shelf.evidence()
    manifest = manifest_of(plan, len(evidence), interrupted=len(evidence) < plan.trials)
    result = Result(plan.scenario, plan.cast, evidence, manifest)
    shelf.close(result)
    return result


def play_blocks(play: Player, units: Iterable[tuple[int, int]], threads: int, keep: Callable[[Played], None]) -> bool:
    """Play `units` (first trial, count) in order on `threads`; `keep` each as it ends. False after Ctrl-C.

    The block with trial 0 is traced. An error in a block ends the rest and is raised.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="farwatch") as pool:
        return fly(
            units,
            submit=lambda unit: pool.submit(play, *unit, trace=unit[0] == 0),
            land=lambda _unit, block: keep(block),
            room=threads * IN_FLIGHT_PER_THREAD,
        )


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# Where finished blocks go ----------------------------------------------------------------------------------


class _Shelf(Protocol):
    """Keeps blocks. Keeping one twice is keeping it once: Ctrl-C may come between."""

    def sizes(self) -> dict[int, int]:
        """Trials in each block that is there, by first trial."""

    def keep(self, block: Played) -> None:
        """Take a finished block."""

    def evidence(self) -> Evidence:
        """All kept trials in order."""

    def close(self, result: Result) -> None:
        """Write what follows from the whole."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """Keeps blocks in memory."""

    cast: Cast
    blocks: dict[int, Played]

    def sizes(self) -> dict[int, int]:
        return {}

    def keep(self, block: Played) -> None:
        self.blocks[block.first_trial] = block

    def evidence(self) -> Evidence:
        return gather(self.cast, self.blocks.values())

    def close(self, result: Result) -> None:
        """Nothing is written."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """Keeps blocks in a result folder."""

    plan: Plan
    store: Store

    def sizes(self) -> dict[int, int]:
        self.store.open(manifest_of(self.plan, 0, interrupted=True))
        return self.store.block_sizes()

    def keep(self, block: Played) -> None:
        self.store.write_block(block)

    def evidence(self) -> Evidence:
        return self.store.read_evidence(self.plan.cast, self.plan.trials)

    def close(self, result: Result) -> None:
        finish(self.store, result)
