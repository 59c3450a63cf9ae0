"""The process beside the server: asked once, remembered, mourned and started anew."""

import asyncio
import os
import time

import pytest

from farwatch.console.worker import Worker
from farwatch.errors import FarwatchError, InputError
from naive.asked import counted, dead, refused


def test_the_process_answers(tmp_path):
    """Two who ask the same at once get one answer; another stamp is another question; errors come whole."""

    async def asking():
        worker = Worker(kept=2)
        path = str(tmp_path / "asked")
        (first, pid), (second, _) = await asyncio.gather(worker.ask(counted, path), worker.ask(counted, path))
        assert (first, second) == (1, 1)
        assert pid != os.getpid()
        assert (await worker.ask(counted, path, stamp=1))[0] == 2
        assert (await worker.ask(counted, path))[0] == 1
        for _ in range(2):
            with pytest.raises(InputError, match="c"):
                await worker.ask(refused)
        assert (await worker.ask(counted, path, stamp=1))[0] == 3  # errors are not remembered, but push out
        with pytest.raises(FarwatchError, match="ask again"):
            await worker.ask(dead)
        assert (await worker.ask(counted, path, stamp=2))[0] == 4
        start = time.monotonic()
        waiting = asyncio.ensure_future(worker.ask(time.sleep, 60))
        await asyncio.sleep(0.2)
        waiting.cancel()
        worker.close()
        assert time.monotonic() - start < 5.0

    asyncio.run(asking())


def test_whoever_waits_as_it_closes_is_told():
    """Both the question that is being worked out and the one that waits for its turn."""

    async def asking():
        worker = Worker()
        waiting = [asyncio.ensure_future(worker.ask(time.sleep, seconds)) for seconds in (60, 61, 62, 63)]
        await asyncio.sleep(1.0)
        worker.close()
        told = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10.0)
        assert all(isinstance(one, FarwatchError) and "ask again" in str(one) for one in told)

    asyncio.run(asking())
