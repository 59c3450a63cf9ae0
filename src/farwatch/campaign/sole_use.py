"""One process at a time plays into a folder: two would take each other's unfinished files away.

The lock is the operating system's, on the folder itself: it leaves no file behind and ends with the process, however
that ends. Reading (`status`, `query`, `report`) needs none.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farwatch.errors import StoreError


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


def _locked(folder: Path) -> int | None:
    """An open handle of the folder that holds the lock; None where there are no locks."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreError(
            f"another process plays into {folder}; wait until it ends, or name another folder with --out"
        ) from None
    except OSError:
        os.close(handle)
        return None
    return handle
