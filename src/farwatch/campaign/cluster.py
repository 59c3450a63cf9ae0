"""Units played by the workers of a Dask cluster, on this machine or on many.

Nothing is distributed by farwatch itself: whoever has a scheduler and workers running gives its address. A worker needs
farwatch, the same version of everything (`makeup`), and the scenario's files under the same paths.
"""

import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Self

from farwatch.campaign.executors import Player
from farwatch.campaign.makeup import clashes, makeup
from farwatch.campaign.playing import Order
from farwatch.campaign.rows import Rows
from farwatch.errors import FarwatchError, InputError, Problem

ADDRESS = re.compile(r"[a-z]+://[^\s/]+:\d+")
"""What an address looks like."""

CONNECT_S = 10.0
"""How long the scheduler may take to answer, and a first worker to appear."""

ASKED_EVERY, PATIENCE = 10, 15
"""Of the times that `lost` is asked, ten a second: how many go by between looks; and how many looks may find nobody."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers of one scheduler; use it in a `with` block.

    `workers` are addresses with their threads, as found at the beginning; `looks` counts how often `lost` was asked,
    and how many looks in a row found nobody.
    """

    address: str
    client: Any
    executor: Any
    workers: dict[str, int]
    looks: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def slots(self) -> int:
        """Threads of all workers."""
        return sum(self.workers.values())

    def submit(self, play: Player, order: Order, lane: int) -> Future[Rows]:
        """Have a unit played, on the worker of its lane if that is free: its point is prepared there."""
        names = list(self.workers)
        near = [names[lane % len(names)]]
        theirs = self.executor.submit(play, order, pure=False, workers=near, allow_other_workers=True)
        ours: Future[Rows] = Future()
        ours.add_done_callback(lambda future: _call_off(future, theirs))
        theirs.add_done_callback(lambda future: _pass_on(future, ours))
        return ours

    def lost(self) -> str:
        """Why no unit will come back: the scheduler is gone, or it has had no worker for some time."""
        self.looks[0] += 1
        if self.looks[0] % ASKED_EVERY:
            return ""
        if self.client.status in {"closed", "closing"}:
            return f"the scheduler at {self.address} is gone"
        if self.client.status != "running" or not _threads_by_worker(self.client):
            self.looks[1] += 1
        else:
            self.looks[1] = 0
        return f"all workers of {self.address} are gone" if self.looks[1] >= PATIENCE else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.shutdown(wait=False)
        self.client.close()


def _call_off(ours: Future[Rows], theirs: Future[Rows]) -> None:
    """Let the cluster forget a unit that was called off."""
    if ours.cancelled():
        theirs.cancel()
        ours.set_running_or_notify_cancel()


def _pass_on(theirs: Future[Rows], ours: Future[Rows]) -> None:
    """Give the result of a unit to the one who waits for it; what Dask says of its own troubles becomes our error."""
    if ours.cancelled() or not ours.set_running_or_notify_cancel():
        return
    if theirs.cancelled():
        ours.set_exception(FarwatchError("the cluster called off a unit: its scheduler was closed or lost"))
        return
    error = theirs.exception()
    if error is None:
        ours.set_result(theirs.result())
    elif _is_dasks(error):
        told = f"{type(error).__name__}: {error}"
        ours.set_exception(FarwatchError(f"the cluster could not play, or called off, a unit: {told}"))
    else:
        ours.set_exception(error)


def _is_dasks(error: BaseException) -> bool:
    """Whether an error is one of Dask's, or broke out of its own code, as it may for a unit that it called off."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return any(name.startswith("distributed") for name in (type(error).__module__, raised_in))


def connect(address: str) -> Cluster:
    """The cluster whose scheduler has this address, "tcp://host:port", with workers like this machine.

    Raises InputError for an address where no scheduler answers, or one without workers, and FarwatchError when
    `distributed` is not installed here, or a worker runs another version of anything that can change a result.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise FarwatchError("distributed is not installed here; `pip install farwatch[cluster]` brings it") from error
    if not ADDRESS.fullmatch(address):
        rule = "is no address of a scheduler"
        raise InputError("cluster", [Problem("cluster", address, rule, "write it as tcp://host:8786")])
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        rule = f"no scheduler answers there: {str(error) or type(error).__name__}"
        raise InputError("cluster", [Problem("cluster", address, rule)]) from error
    try:
        workers = _first_workers(client, address)
        _refuse_others(client, workers)
    except BaseException:
        client.close()
        raise
    return Cluster(address, client, client.get_executor(), workers)


def _first_workers(client: Any, address: str) -> dict[str, int]:
    """Threads by worker, once there is one."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError:
        hint = f"start one there: dask worker {address}"
        raise InputError("cluster", [Problem("cluster", address, "has no workers", hint)]) from None
    return _threads_by_worker(client)


def _threads_by_worker(client: Any) -> dict[str, int]:
    """Threads by worker's address, in a fixed order; empty when the scheduler does not answer."""
    try:
        return dict(sorted(client.nthreads().items()))
    except (OSError, TimeoutError, ValueError):
        return {}


def _refuse_others(client: Any, workers: dict[str, int]) -> None:
    """Refuse workers that run something else than this machine, naming both."""
    ours = dict(makeup())
    lines = []
    for worker, found in client.run(_makeup_there, workers=list(workers), on_error="return").items():
        if isinstance(found, Exception):
            lines.append(f"{worker}: {type(found).__name__}: {found}")
        else:
            lines += [f"{worker}: {line}" for line in clashes(ours, found)]
    if lines:
        raise FarwatchError("\n  ".join(["workers run something else than this machine", *lines]))


def _makeup_there() -> dict[str, str]:
    """What runs on a worker."""
    return dict(makeup())
