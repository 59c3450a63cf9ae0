"""Runs and campaigns that the console has started: each a process of its own, so that the server stays quick.

What such a process has finished lies in its folder, so a job that was cancelled, or whose server was killed, goes on
from there when it is started again: the same command, the same bytes. What a job says goes to a log in `.console`,
which its process holds locked for as long as it lives: so a new server knows the jobs of one that was killed. The lock
is the operating system's; where it knows none (Windows), a server knows only its own jobs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from farwatch.errors import FarwatchError

DESK = ".console"
"""Folder of what the console keeps for itself: what its jobs were asked, and what they say."""

LAST_BYTES = 4000
"""Of what a job said, so much from its end is told, in whole lines."""

RUNNING, DONE, INTERRUPTED, CANCELLED, FAILED = "running", "done", "interrupted", "cancelled", "failed"

PROGRAM = """
import json, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the server was started with it ignored
if hasattr(os, "nice"):
    os.nice(5)  # the server has first turn on the cores
from farwatch.cli import app
app(json.load(sys.stdin)["words"], prog_name="farwatch")
"""
"""What a job is: one command of the command line, its words read from the job's own file."""

_ENDS = {0: DONE, 130: CANCELLED, -signal.SIGINT: CANCELLED, -signal.SIGTERM: CANCELLED}


@dataclass(frozen=True, slots=True)
class Job:
    """The last job of a folder: its command, its state as far as this server knows it, and the end of what it said."""

    name: str
    words: tuple[str, ...]
    state: str | None
    """None: it was another server's, and has ended; what it finished is in its folder."""
    said: str


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one folder, by the folder that each writes to."""

    home: Path
    _own: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _one_by_one: Any = field(default_factory=Lock)

    def start(self, name: str, words: Sequence[str]) -> Job | None:
        """Start `farwatch WORDS` for the folder `name`; None where a job of that name runs.

        OSError where the disk takes no log.
        """
        with self._one_by_one:
            log = self._opened(name)
            try:
                if not _lock(log, tries=3):
                    return None
                os.ftruncate(log, 0)
                self._file(name, ".json").write_text(json.dumps({"words": list(words)}), encoding="utf-8")
                with self._file(name, ".json").open("rb") as asked:
                    process = subprocess.Popen(  # noqa: S603 - our own program, words checked by the caller
                        [sys.executable, "-c", PROGRAM],
                        cwd=self.home,
                        stdin=asked,
                        stdout=log,  # with its lock, which ends with the process
                        stderr=subprocess.STDOUT,
                        process_group=0 if os.name == "posix" else None,  # Ctrl-C in the terminal is for the server
                    )
                self._file(name, ".pid").write_text(str(process.pid), encoding="ascii")
            finally:
                os.close(log)
            self._own[name] = process
        return Job(name, tuple(words), RUNNING, "")

    def of(self, name: str) -> Job | None:
        """The last job of a folder, of this server or one before it; None where there was none."""
        words = self._words(name)
        if words is None:
            return None
        state = RUNNING if self.running(name) else None
        own = self._own.get(name)
        if state is None and own is not None:
            state = _ENDS.get(own.poll() or 0, FAILED)
        return Job(name, words, state, self._said(name))

    def names(self) -> list[str]:
        """Names of all jobs."""
        return sorted(path.stem for path in (self.home / DESK).glob("*.json"))

    def running(self, name: str) -> bool:
        """Whether a job of that name runs."""
        own = self._own.get(name)
        if own is not None and own.poll() is None:
            return True
        try:
            log = os.open(self._file(name, ".log"), os.O_RDONLY | _NO_LINK)
        except (OSError, ValueError):
            return False
        try:
            return not _lock(log, shared=True)
        finally:
            os.close(log)

    def cancel(self, name: str) -> bool:
        """Ask a job to stop as Ctrl-C does: it keeps what is finished. Whether one was running."""
        with self._one_by_one:
            if not self.running(name):
                return False
            own = self._own.get(name)
            try:
                pid = own.pid if own is not None else int(self._file(name, ".pid").read_text(encoding="ascii"))
                os.kill(pid, signal.SIGINT if os.name == "posix" else signal.SIGTERM)
            except (OSError, ValueError):
                return False
        return True

    def close(self) -> None:
        """Stop what this server started, as it stops."""
        for name in list(self._own):
            self.cancel(name)

    def _opened(self, name: str) -> int:
        """The log of a job, opened to be written."""
        place = self.home / DESK
        if place.is_symlink():
            raise FarwatchError(f"{place} is a link; the console writes nothing outside its folder")
        place.mkdir(mode=0o700, exist_ok=True)
        return os.open(self._file(name, ".log"), os.O_RDWR | os.O_CREAT | _NO_LINK, 0o600)

    def _file(self, name: str, suffix: str) -> Path:
        return self.home / DESK / f"{name}{suffix}"

    def _words(self, name: str) -> tuple[str, ...] | None:
        try:
            return tuple(json.loads(self._file(name, ".json").read_bytes())["words"])
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _said(self, name: str) -> str:
        try:
            with self._file(name, ".log").open("rb") as log:
                before = max(0, log.seek(0, os.SEEK_END) - LAST_BYTES)
                log.seek(before)
                said = log.read().decode("utf-8", "replace")
                return said.partition("\n")[2] or said if before else said
        except OSError:
            return ""


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def _lock(handle: int, *, shared: bool = False, tries: int = 1) -> bool:
    """Lock an open log until all who hold it are gone; False where another process has it."""
    try:
        import fcntl
    except ImportError:
        return True
    for attempt in range(tries):
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt + 1 < tries:
                time.sleep(0.02)  # another server may just be looking
        else:
            return True
    return False
