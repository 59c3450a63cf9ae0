"""The one place with compiler flags and the cache location.

`@kernel` compiles a function on first call and keeps the machine code in the user's cache folder. The folder is
named by a hash of every source file that holds a kernel, because numba does not notice that a callee in
another file has changed and would silently run the old code.

`read` and `write` are array accesses for the few loops whose speed hangs on vector code. A loop that reads
at computed places and writes elsewhere stays scalar, because numba cannot say that its arrays do not overlap; these
say it. The promise, for one kernel: **no array that it reads with `read` overlaps one that it writes with `write`**.
`stretch` is a look-up whose places hardly move from one to the next, done eight at a time by permutation.
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
from numba.core import cgutils, config
from numba.core.datamodel.models import TupleModel
from numba.core.datamodel.registry import register_default
from numba.extending import intrinsic, typeof_impl
from platformdirs import user_cache_path

Function = TypeVar("Function", bound=Callable[..., object])
Class = TypeVar("Class", bound=type)

KEPT_CACHES = 3

_MARKS = (b"@kernel", b"@allocating_kernel", b"@inner_kernel")

LANES = 8


def kernel(function: Function) -> Function:
    """Compile `function` lazily: cached on disk, without the interpreter lock, IEEE arithmetic, x/0 = inf.

    A kernel sees arrays, records, named tuples of arrays, numbers and other kernels; it raises nothing. It makes no
    arrays, and returns none: so nobody counts who holds its arrays, which would cost two locked additions for each
    array and each call. One that needs arrays of its own is an `allocating_kernel`; numba refuses it otherwise.
    """
    return _compiled(function, counted=False, inlined=False)


def inner_kernel(function: Function) -> Function:
    """A `kernel` that becomes part of each kernel that calls it: for the innermost steps, which take many numbers."""
    return _compiled(function, counted=False, inlined=True)


def allocating_kernel(function: Function) -> Function:
    """A `kernel` that may make arrays and return them, as numpy's own `min` and `max` do."""
    return _compiled(function, counted=True, inlined=False)


def carried(cls: Class) -> Class:
    """Have kernels hand on a named tuple class by its address.

    Otherwise a call copies it word by word, nine words for each table in it: half a thousand for a whole picture.
    """
    typeof_impl.register(cls)(_typeof_carried)
    return cls


class Carried(numba.types.NamedTuple):  # type: ignore[misc]
    """Type of a named tuple that is `carried`."""


def _typeof_carried(value: Any, context: Any) -> Any:
    """Type of a value of a `carried` class."""
    return Carried([typeof_impl(member, context) for member in value], type(value))


@register_default(Carried)
class _CarriedModel(TupleModel):  # type: ignore[misc]
    """How a `carried` tuple goes into a call: by the address of one that lives as long as the call."""

    def get_argument_type(self) -> Any:
        return self.get_value_type().as_pointer()

    def as_argument(self, builder: Any, value: Any) -> Any:
        return _address_of(builder, value) or cgutils.alloca_once_value(builder, value)

    def from_argument(self, builder: Any, value: Any) -> Any:
        whole = _loaded(builder, value, ())
        _addresses(builder)[id(whole)] = (whole, value)
        return whole


def _addresses(builder: Any) -> dict[int, tuple[Any, Any]]:
    """Tuples that the function under construction was given, and their addresses, by identity."""
    known: dict[int, tuple[Any, Any]] = builder.function.__dict__.setdefault("_carried", {})
    return known


def _loaded(builder: Any, address: Any, path: tuple[int, ...]) -> Any:
    """What lies at an address, leaf by leaf: leaves that nobody reads are then dropped one by one."""
    zero = ir.IntType(32)(0)
    place = builder.gep(address, [zero, *(ir.IntType(32)(k) for k in path)], inbounds=True)
    kind = place.type.pointee
    if not isinstance(kind, ir.LiteralStructType | ir.ArrayType):
        return builder.load(place)
    whole = ir.Constant(kind, ir.Undefined)
    for k in range(len(kind)):
        whole = builder.insert_value(whole, _loaded(builder, address, (*path, k)), [k])
    return whole


def _address_of(builder: Any, value: Any) -> Any:
    """Address of a tuple, or part of one, that the function under construction was given; None for any other value.

    It is followed through the variables that hold it. A variable assigned twice has names with a dot, and is left out.
    """
    given = _addresses(builder).get(id(value))
    if given is not None:
        return given[1]
    if isinstance(value, ir.instructions.ExtractValue):
        whole = _address_of(builder, value.operands[0])
        return whole and builder.gep(whole, [ir.IntType(32)(k) for k in (0, *value.indices)], inbounds=True)
    if isinstance(value, ir.instructions.LoadInstr):
        slot = value.operands[0]
        if isinstance(slot, ir.instructions.AllocaInstr) and slot.name.isidentifier():
            stored = _stored(builder, slot)
            return _address_of(builder, stored[0]) if len(stored) == 1 else None
    return None


def _stored(builder: Any, slot: Any) -> list[Any]:
    """Values that are stored into a variable so far, the zero apart with which it begins."""
    return [
        step.operands[0]
        for block in builder.function.blocks
        for step in block.instructions
        if isinstance(step, ir.instructions.StoreInstr)
        and step.operands[1] is slot
        and not isinstance(step.operands[0], ir.Constant)
    ]


def _compiled(function: Function, *, counted: bool, inlined: bool) -> Function:
    """What `kernel` and its like do: with or without counting the references to arrays, and calls."""
    kept = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        made = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=counted, forceinline=inlined)(function)
        return cast("Function", made)
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
        if any(mark in text for mark in _MARKS) or path.name == "records.py":
            digest.update(str(path.relative_to(Path(__file__).parent)).encode())
            digest.update(text)
    return digest.hexdigest()


def is_warm(kernel: str) -> bool:
    """Whether machine code of a kernel ("module.name", or its beginning) is on disk, so that it is not compiled."""
    return any(cache_folder().rglob(f"{kernel}*.nbi"))


def _prune(root: Path, current: Path) -> None:
    """Drop the oldest caches of earlier sources; losing a race to another process does no harm."""
    try:
        others = sorted((p for p in root.iterdir() if p != current), key=lambda p: p.stat().st_mtime)
    except OSError:
        return
    for old in others[: max(0, len(others) + 1 - KEPT_CACHES)]:
        shutil.rmtree(old, ignore_errors=True)


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


def _stretch(_typing: Any, source: Any, index: Any, out: Any, _count: Any) -> Any:
    """Typing and code of `stretch`: a window of eight entries is loaded, and its lanes are put where they belong."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        whole, lanes = ir.IntType(32), range(LANES)
        places, numbers = ir.VectorType(whole, LANES), ir.VectorType(ir.FloatType(), LANES)

        def block(array: int, at: Any, vector: Any) -> Any:
            address = _element(context, builder, (signature.args[array], numba.types.int64), (values[array], at))
            return builder.bitcast(address, vector.as_pointer())

        blocks = builder.udiv(builder.add(values[3], values[3].type(LANES - 1)), values[3].type(LANES))
        with cgutils.for_range(builder, blocks) as loop:
            at = builder.mul(loop.index, loop.index.type(LANES))
            wanted = builder.load(block(1, at, places), align=4)
            first = builder.extract_element(wanted, whole(0))
            window = builder.load(block(0, builder.sext(first, ir.IntType(64)), numbers), align=4)
            spread = builder.insert_element(places(ir.Undefined), first, whole(0))
            shift = builder.sub(wanted, builder.shuffle_vector(spread, places(ir.Undefined), places([0] * LANES)))
            found = numbers(ir.Undefined)
            for k in lanes:  # a pattern that LLVM turns into one permutation where the processor has it
                lane = builder.extract_element(window, builder.extract_element(shift, whole(k)))
                found = builder.insert_element(found, lane, whole(k))
            builder.store(found, block(2, at, numbers), align=4)
        return context.get_dummy_value()

    return numba.types.none(source, index, out, numba.types.int64), generate


def _stretch_plainly(source: Any, index: Any, out: Any, count: int) -> None:
    """`out[c] = source[index[c]]`, bounds-checked when that is asked for."""
    for c in range(count):
        out[c] = source[index[c]]


def _read_plainly(array: Any, index: Any) -> Any:
    """`array[index]`, bounds-checked when that is asked for."""
    return array[index]


def _write_plainly(array: Any, index: Any, value: Any) -> None:
    """`array[index] = value`, bounds-checked when that is asked for."""
    array[index] = value


if config.DISABLE_JIT or config.BOUNDSCHECK:
    read = kernel(_read_plainly)
    write = kernel(_write_plainly)
    stretch = kernel(_stretch_plainly)
else:
    read = intrinsic(_load)
    """`array[index]` of a contiguous 1-D array that this kernel does not write; 0 <= index, unchecked."""
    write = intrinsic(_store)
    """`array[index] = value` in a contiguous 1-D array that this kernel does not `read`; unchecked."""
    stretch = intrinsic(_stretch)
    """`out[c] = source[index[c]]` for c < count, in float32 and int32 arrays, where `index` rises by at most 7 in 8.

    Whole blocks of eight are done: `index` and `out` reach to the next multiple of eight, and `source` seven entries
    beyond the last place asked for.
    """
