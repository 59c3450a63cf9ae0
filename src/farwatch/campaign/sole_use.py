"""One process at a time plays into a folder: two would take each other's unfinished files away.

The lock is the operating system's, on the folder itself: it leaves no file behind and ends with the process, however
that ends. Reading (`status`, `query`, `report`) needs none.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from farwatch.errors import StoreError

TRIES = 3
"""A look by `in_use` may hold a lock for a moment; a process that plays holds it for good."""


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """Make `folder` where it is missing, and keep others out of it inside the `with` block.

    StoreError when it cannot be made, or when another process plays into it. Where the system or the file system knows
    no such locks (Windows, some network disks) nobody is kept out.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be used as a folder for results: {error.strerror or error}") from error
    handle = _locked(folder)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def in_use(folder: Path) -> bool:
    """Whether a process plays into `folder` now; False too where the system knows no such locks, or there is none."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _locked(folder: Path) -> int | None:
    """An open handle of the folder that holds the lock; None where there are no locks."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        _take(handle)
    except BlockingIOError:
        os.close(handle)
        raise StoreError(
            f"another process plays into {folder}; wait until it ends, or name another folder with --out"
        ) from None
    except (ImportError, OSError):
        os.close(handle)
        return None
    return handle


def _take(handle: int) -> None:
    """Lock an open folder; BlockingIOError where another process holds it for longer than `in_use` looks."""
    import fcntl

    for left in reversed(range(TRIES)):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not left:
                raise
            Event().wait(0.02)
        else:
            return
