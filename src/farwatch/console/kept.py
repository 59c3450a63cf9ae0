"""Answers that were slow to work out, kept on the disk, so that a page that is opened again has them at once.

A file each in `.console/kept` of the folder, named by a hash of all that the answer follows from: the question, what
it was asked of, and this program's own files. A file begins with the hash of what follows, and one that does not is
passed over; the folder may be removed at any time. Beyond MOST_BYTES what was not looked at for longest goes.
"""

import asyncio
import os
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import farwatch
from farwatch.console.work import DESK
from farwatch.console.worker import Worker

MOST_BYTES = 256_000_000
"""All answers together; one of more than an eighth of that is not kept."""

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """Answers kept in a folder. Where nothing can be written there, all is worked out anew, and nothing is wrong."""

    home: Path
    most_bytes: int = MOST_BYTES

    async def ask(self, worker: Worker, function: Callable[..., bytes], *words: Hashable, stamp: Hashable) -> bytes:
        """What `function(*words)` gives, from the disk or else from the worker; raises what it raises.

        stamp: of the files that it reads, so that it is another answer when they have changed.
        """
        path = self._folder / _name(function, words, stamp)
        data = await asyncio.to_thread(_read, path)
        if data is None:
            data = await worker.ask(function, *words, stamp=stamp)
            await asyncio.to_thread(self._write, path, data)
        return data

    @property
    def _folder(self) -> Path:
        return self.home / DESK / "kept"

    def _write(self, path: Path, data: bytes) -> None:
        if len(data) > self.most_bytes // 8 or path.parent.is_symlink() or path.parent.parent.is_symlink():
            return
        partial = path.with_name(f"{uuid4().hex}.part")
        try:
            for folder in (path.parent.parent, path.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
            try:
                partial.write_bytes(sha256(data).digest() + data)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
            self._make_room(path.parent)
        except OSError:
            return

    def _make_room(self, folder: Path) -> None:
        """Remove what was not looked at for longest."""
        with os.scandir(folder) as entries:
            found = [(entry.stat(follow_symlinks=False), Path(entry.path)) for entry in entries]
        total = sum(about.st_size for about, _ in found)
        for about, path in sorted(found, key=lambda one: one[0].st_mtime_ns):
            if total <= self.most_bytes:
                break
            path.unlink(missing_ok=True)
            total -= about.st_size


def _name(function: Callable[..., Any], words: tuple[Hashable, ...], stamp: Hashable) -> str:
    return sha256(repr((function.__name__, words, stamp, _program())).encode()).hexdigest()


def _read(path: Path) -> bytes | None:
    """What is kept in a file; None where nothing is, or it is not whole."""
    try:
        if path.is_symlink() or not path.is_file():  # a pipe would never end
            return None
        held = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    data = held[_HASH_BYTES:]
    return data if sha256(data).digest() == held[:_HASH_BYTES] else None


@cache
def _program() -> str:
    """A hash that is another one when this program's own code or data are: of names, sizes and times of its files."""
    home = Path(farwatch.__file__).parent
    seen = sha256(farwatch.__version__.encode())
    for path in sorted(home.rglob("*")):
        if path.suffix in {".py", ".yaml"}:
            about = path.stat()
            seen.update(f"{path.relative_to(home)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return seen.hexdigest()
