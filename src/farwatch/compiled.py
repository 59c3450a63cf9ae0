"""The one place with compiler flags and the cache location.

`@kernel` compiles a function on first call and keeps the machine code in the user's cache folder. The folder is
named by a hash of every source file that holds a kernel, because numba does not notice that a callee in
another file has changed and would silently run the old code.

`read` and `write` are array accesses for the few loops whose speed hangs on vector code. A loop that reads
at computed places and writes elsewhere stays scalar, because numba cannot say that its arrays do not overlap; these
say it. The promise, for one kernel: **no array that it reads with `read` overlaps one that it writes with `write`**.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import config
from numba.extending import intrinsic
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


def _element(context: Any, builder: Any, types: Any, values: Any) -> Any:
    """Address of `array[index]`, the first two of some arguments; the index does not wrap."""
    index = values[1]
    if index.type.width < 64:
        index = (builder.sext if types[1].signed else builder.zext)(index, ir.IntType(64))
    return builder.gep(context.make_array(types[0])(context, builder, values[0]).data, [index])


def _apart(builder: Any) -> Any:
    """Alias scope of what the kernel under construction reads; named after it, so that kernels never share one."""
    module, name = builder.module, builder.function.name
    domain = module.add_metadata([ir.MetaDataString(module, name)])
    return module.add_metadata([module.add_metadata([ir.MetaDataString(module, f"{name} reads"), domain])])


def _load(_typing: Any, array: Any, index: Any) -> Any:
    """Typing and code of a load inside the alias scope."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        loaded = builder.load(_element(context, builder, signature.args, values), align=array.dtype.bitwidth // 8)
        loaded.set_metadata("alias.scope", _apart(builder))
        return loaded

    return array.dtype(array, index), generate


def _store(_typing: Any, array: Any, index: Any, value: Any) -> Any:
    """Typing and code of a store outside the alias scope."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        number = context.cast(builder, values[2], signature.args[2], array.dtype)
        place = _element(context, builder, signature.args, values)
        builder.store(number, place, align=array.dtype.bitwidth // 8).set_metadata("noalias", _apart(builder))
        return context.get_dummy_value()

    return numba.types.none(array, index, value), generate


def _read_plainly(array: Any, index: int) -> Any:
    """`array[index]`, bounds-checked when that is asked for."""
    return array[index]


def _write_plainly(array: Any, index: int, value: Any) -> None:
    """`array[index] = value`, bounds-checked when that is asked for."""
    array[index] = value


if config.DISABLE_JIT or config.BOUNDSCHECK:
    read = kernel(_read_plainly)
    write = kernel(_write_plainly)
else:
    read = intrinsic(_load)
    """`array[index]` of a contiguous 1-D array that this kernel does not write; 0 <= index, unchecked."""
    write = intrinsic(_store)
    """`array[index] = value` in a contiguous 1-D array that this kernel does not `read`; unchecked."""


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
