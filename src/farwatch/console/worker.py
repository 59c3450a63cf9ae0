"""A process that answers slow questions, so that the server itself never waits; the last answers are remembered."""

import asyncio
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from typing import Any

from farwatch.errors import FarwatchError

MOST_ASKING = 32
"""Of so many who ask, `Newest` knows what they asked last; of more, the oldest questions count as overtaken."""


_ENDED = "the process that works this out came to an end; ask again"


@dataclass(slots=True)
class _Process:
    """The process, once it is started, and its number."""

    pool: ProcessPoolExecutor | None = None
    pid: "Future[int] | None" = None


@dataclass(frozen=True, slots=True)
class Worker:
    """One process, started when first asked; questions wait their turn, the same question is asked once.

    kept: answers that are remembered. nice: by how much others go first.
    """

    kept: int = 16
    nice: int = 0
    _process: _Process = field(default_factory=_Process)
    _answers: "OrderedDict[Hashable, Future[Any]]" = field(default_factory=OrderedDict)

    async def ask(self, function: Callable[..., Any], *words: Hashable, stamp: Hashable = None) -> Any:
        """What `function(*words)` gives there; raises what it raises. Another `stamp` makes it another question.

        Both must be able to travel between processes. FarwatchError where the process died.
        """
        key = (function.__name__, words, stamp)
        answer = self._answers.get(key)
        if answer is None or (answer.done() and (answer.cancelled() or answer.exception() is not None)):
            answer = self._submit(function, words)
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self.kept:
            self._answers.popitem(last=False)
        coming = asyncio.wrap_future(answer)
        coming.add_done_callback(_heard)  # nobody may be waiting any more when it fails
        try:
            return await asyncio.shield(coming)
        except BrokenProcessPool:
            self.close()
            raise FarwatchError(_ENDED) from None
        except asyncio.CancelledError:
            if answer.cancelled():  # with its process, before its turn had come; else whoever asked has gone
                raise FarwatchError(_ENDED) from None
            raise

    def close(self) -> None:
        """End the process, whatever it does."""
        pool, pid = self._process.pool, self._process.pid
        self._process.pool = self._process.pid = None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        if pid is not None and pid.done() and not pid.cancelled() and pid.exception() is None:
            try:
                os.kill(pid.result(), signal.SIGTERM)
            except OSError:
                return

    def _submit(self, function: Callable[..., Any], words: tuple[Hashable, ...]) -> "Future[Any]":
        process = self._process
        if process.pool is None:
            process.pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begun, initargs=(self.nice,))
            process.pid = process.pool.submit(os.getpid)
        try:
            return process.pool.submit(function, *words)
        except BrokenProcessPool:
            self.close()
            return self._submit(function, words)


@dataclass(frozen=True, slots=True)
class Newest:
    """Asks one question at a time, and of those that wait meanwhile only the newest of each who asks.

    For what is asked again and again while something is dragged: old wishes would only keep the newest waiting.
    """

    worker: Worker
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _latest: "OrderedDict[Hashable, object]" = field(default_factory=OrderedDict)

    async def ask(self, who: Hashable, function: Callable[..., Any], *words: Hashable) -> Any:
        """As `Worker.ask`; None where `who` has asked again before it was this question's turn."""
        mine = self._latest[who] = object()
        self._latest.move_to_end(who)
        while len(self._latest) > MOST_ASKING:
            self._latest.popitem(last=False)
        async with self._turn:
            overtaken = self._latest.get(who) is not mine
            return None if overtaken else await self.worker.ask(function, *words)


def _heard(answer: "asyncio.Future[Any]") -> None:
    """Take note of a failure, so that nothing complains that nobody did."""
    if not answer.cancelled():
        answer.exception()


def _begun(nice: int) -> None:
    """Ctrl-C is for the server; whoever has lost it, ends; the server has first turn on the cores."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(nice)
    threading.Thread(target=_end_with_server, daemon=True).start()


def _end_with_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        os._exit(0)
