"""The one place with compiler flags and the cache location.

`@kernel` compiles a function on first call and keeps the machine code in the user's cache folder. The folder is
named by a hash of every source file that holds a kernel, because numba does not notice that a callee in
another file has changed and would silently run the old code.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba.core import config
from platformdirs import user_cache_path

Function = TypeVar("Function", bound=Callable[..., object])

KEPT_CACHES = 3


def kernel(function: Function) -> Function:
    """Compile `function` lazily: cached on disk, without the interpreter lock, IEEE arithmetic, x/0 = inf.

    A kernel sees arrays, records, named tuples of arrays, numbers and other kernels; it raises nothing.
    """
    kept = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        return cast("Function", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        config.CACHE_DIR = kept


@cache
def cache_folder() -> Path:
    """Folder of this source tree's machine code, made if need be; a temporary one where no home is writable.

    Bounds-checked code has a folder of its own: numba's index does not tell the two apart.
    """
    name = f"{source_hash()}-numba{numba.__version__}{'-checked' if config.BOUNDSCHECK else ''}"
    for root in (user_cache_path("farwatch") / "kernels", Path(tempfile.gettempdir()) / "farwatch-kernels"):
        folder = root / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        _prune(root, folder)
        return folder
    return Path(tempfile.mkdtemp(prefix="farwatch-kernels-"))


@cache
def source_hash() -> str:
    """Hash over every file of the package that holds a kernel, or a record layout that kernels read."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        text = path.read_bytes()
        if b"@kernel" in text or path.name == "records.py":
            digest.update(str(path.relative_to(Path(__file__).parent)).encode())
            digest.update(text)
    return digest.hexdigest()


def is_warm() -> bool:
    """Whether machine code for the mission is already on disk, so that a run starts without compiling."""
    return any(cache_folder().rglob("mission.play*.nbi"))


def _prune(root: Path, current: Path) -> None:
    """Drop the oldest caches of earlier sources; losing a race to another process does no harm."""
    try:
        others = sorted((p for p in root.iterdir() if p != current), key=lambda p: p.stat().st_mtime)
    except OSError:
        return
    for old in others[: max(0, len(others) + 1 - KEPT_CACHES)]:
        shutil.rmtree(old, ignore_errors=True)
