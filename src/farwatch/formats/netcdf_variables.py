"""Variables and attributes in NetCDF's classic file (64-bit offset), through scipy: the bytes beneath CF conventions.

Classic files know bytes, characters, 16- and 32-bit whole numbers, and floats; no text and no 64-bit whole numbers.
Texts are kept as characters in UTF-8, `_Encoding` says so, as netCDF4 and xarray understand it.
Source: NetCDF Classic and 64-bit Offset File Formats (OGC 10-092r3).
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem

Attributes = Mapping[str, Any]

MOST_VARIABLE_BYTES = 1 << 32
"""A variable of this kind of file must be smaller."""

_MOST_READ_TIMES = 4
"""All variables together may be so many times as large as the file: none of ours share bytes."""

_WHOLE_MOST = 2**31 - 1
_EXACT_MOST = 2**53


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Variable:
    """One variable: its name, the names of its dimensions, values of that shape, attributes (texts or numbers)."""

    name: str
    dimensions: tuple[str, ...]
    values: np.ndarray
    attributes: Attributes = field(default_factory=dict)


def texts(name: str, dimension: str, words: Sequence[str], attributes: Attributes) -> Variable:
    """Texts along a dimension, as characters along it and a second one, `<name>_length`."""
    packed = [word.replace("\0", "").encode() for word in words]
    length = max(1, max(map(len, packed), default=1))
    characters = np.array(packed, f"S{length}").view("S1").reshape(len(packed), length)
    told = {**attributes, "_Encoding": "utf-8"}
    return Variable(name=name, dimensions=(dimension, f"{name}_length"), values=characters, attributes=told)


def wholes(name: str, dimension: str, values: np.ndarray, attributes: Attributes) -> Variable:
    """Whole numbers along a dimension: 32-bit where they fit, else as float64, exact below 2^53; InputError beyond."""
    largest = max((abs(int(extreme)) for extreme in (values.min(initial=0), values.max(initial=0))), default=0)
    if largest > _EXACT_MOST:
        raise InputError(name, [Problem(name, str(largest), f"must be {_EXACT_MOST} at most in NetCDF")])
    kind = np.int32 if largest <= _WHOLE_MOST else np.float64
    return Variable(name=name, dimensions=(dimension,), values=values.astype(kind), attributes=attributes)


def reals(name: str, dimension: str, values: np.ndarray, attributes: Attributes) -> Variable:
    """Numbers along a dimension as float64; NaN is missing."""
    told = {**attributes, "_FillValue": np.float64(np.nan)}
    return Variable(name=name, dimensions=(dimension,), values=values.astype(np.float64), attributes=told)


def encode(variables: Sequence[Variable], attributes: Attributes) -> bytes:
    """The bytes of a file; the same variables give the same bytes.

    InputError where a dimension has no length (classic files would take it as growing) or a variable is too large.
    """
    from scipy.io import netcdf_file

    problems = [Problem(one.name, str(one.values.shape), "must not be empty") for one in variables
                if 0 in one.values.shape]  # fmt: skip
    problems += [
        Problem(one.name, f"{one.values.nbytes} bytes", f"must have less than {MOST_VARIABLE_BYTES} bytes")
        for one in variables
        if one.values.nbytes >= MOST_VARIABLE_BYTES
    ]
    if problems:
        raise InputError("NetCDF", problems)
    buffer = io.BytesIO()
    file = netcdf_file(buffer, "w", mmap=False, version=2)
    known: set[str] = set()
    for one in variables:
        for dimension, length in zip(one.dimensions, one.values.shape, strict=True):
            if dimension not in known:
                file.createDimension(dimension, length)
                known.add(dimension)
        made = file.createVariable(one.name, one.values.dtype.newbyteorder(">"), one.dimensions)
        made.data[...] = one.values
        _tell(made, one.attributes)
    _tell(file, attributes)
    file.flush()
    content = buffer.getvalue()
    file.close()
    return content


def _tell(thing: Any, attributes: Attributes) -> None:
    """Set attributes, texts as UTF-8; empty ones, which no reader agrees on, are left out."""
    for name, value in attributes.items():
        if isinstance(value, str):
            if value:
                setattr(thing, name, value.encode())
        else:
            numbers = np.atleast_1d(np.asarray(value))
            kind = numbers.dtype if numbers.dtype.kind == "f" or numbers.itemsize < 8 else np.dtype(np.int32)
            setattr(thing, name, numbers.astype(kind.newbyteorder(">")))


# Reading ----------------------------------------------------------------------------------------------------


class _Metered:
    """Bytes as a file to read, that ends the reading when much more is read than there is.

    A file of many variables that all point to the same bytes would else fill the memory.
    """

    def __init__(self, data: bytes, source: str) -> None:
        self._file, self._room, self._source = io.BytesIO(data), _MOST_READ_TIMES * len(data) + 4096, source
        self.closed = False

    def read(self, count: int = -1) -> bytes:
        """As a file's."""
        part = self._file.read(count)
        self._room -= len(part)
        if self._room < 0:
            rule = "must not have variables that hold more than the file"
            raise InputError(self._source, [Problem("content", "", rule)])
        return part

    def seek(self, to: int, whence: int = 0) -> int:
        """As a file's."""
        return self._file.seek(to, whence)

    def tell(self) -> int:
        """As a file's."""
        return self._file.tell()

    def close(self) -> None:
        """As a file's."""
        self.closed = True


def decode(data: bytes, source: str = "data") -> tuple[dict[str, Variable], dict[str, Any]]:
    """Variables by name, in the machine's byte order, and the file's attributes; texts of bytes are left as they are.

    InputError where it is no classic NetCDF file, or a damaged one.
    """
    from scipy.io import netcdf_file

    if data.startswith(b"\x89HDF"):
        rule, hint = "is NetCDF-4, of which only classic files are read", "nccopy -k nc6 in.nc out.nc makes one"
        raise InputError(source, [Problem("content", "", rule, hint)])
    if not data.startswith((b"CDF\x01", b"CDF\x02")):
        raise InputError(source, [Problem("content", "", "is no NetCDF file")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = netcdf_file(_Metered(data, source), "r", mmap=False)
            variables = {name: _variable(name, one) for name, one in file.variables.items()}
            attributes = {name: _value(value) for name, value in file._attributes.items()}  # noqa: SLF001
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, MemoryError, RecursionError,
            AssertionError, OSError) as error:  # fmt: skip
        rule = f"cannot be read as NetCDF ({type(error).__name__}: {error})"
        raise InputError(source, [Problem("content", "", rule)]) from None
    return variables, attributes


def _variable(name: str, one: Any) -> Variable:
    values = np.asarray(one.data)
    told = {key: _value(value) for key, value in one._attributes.items()}  # noqa: SLF001
    native = values.astype(values.dtype.newbyteorder("="))
    return Variable(name=name, dimensions=tuple(one.dimensions), values=native, attributes=told)


def _value(value: Any) -> Any:
    """An attribute as text or numbers."""
    return value.decode("utf-8", "replace").rstrip("\0") if isinstance(value, bytes) else value


def words_of(one: Variable) -> list[str]:
    """The texts of a variable of characters, along its first dimension; of another kind what its numbers spell."""
    values = one.values
    if values.dtype.kind != "S" or values.ndim != 2 or values.shape[1] == 0:
        return [str(value) for value in values.ravel().tolist()]
    joined = np.ascontiguousarray(values).view(f"S{values.shape[1]}").ravel()
    return [word.decode("utf-8", "replace").rstrip("\0 ") for word in joined.tolist()]
