"""The one file that matters of a zip archive, within limits. No name in it becomes a path."""

import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import BinaryIO

from farwatch.errors import InputError, Problem
from farwatch.formats.opening import LEAST_ROOM, MOST_BYTES, MOST_RATIO

MOST_FILES = 10_000
"""Most files that an archive may hold."""

_ZIP, _ENTRY = b"PK\x03\x04", b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_STEP = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError, OverflowError, KeyError)


_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Time of what is packed, always the same."""


def pack(stream: BinaryIO, name: str, parts: Iterable[bytes]) -> None:
    """Write a zip archive that holds one file, `name`; the same parts give the same bytes."""
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
    with zipfile.ZipFile(stream, "w") as archive, archive.open(info, "w") as member_of:
        for part in parts:
            member_of.write(part)


def is_zip(data: bytes) -> bool:
    """Whether bytes begin as an archive does."""
    return data.startswith(_ZIP)


def member(data: bytes, endings: tuple[str, ...], source: str = "data") -> bytes:
    """Content of the first file in an archive whose name has one of the `endings`, in lower case.

    InputError where the archive is damaged, encrypted, packed in an unusual way, holds no such file, or holds one that
    unpacks to more than `MOST_RATIO` times the archive's size, whatever size it declares.
    """
    if data.count(_ENTRY) > MOST_FILES:
        raise InputError(source, [Problem("archive", "", f"must hold {MOST_FILES} files at most")])
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            named = (info for info in archive.infolist() if info.filename.lower().endswith(endings))
            info = next(named, None)
            if info is None:
                raise InputError(source, [Problem("archive", "", f"must hold a file {' or '.join(endings)}")])
            return _unpacked(archive, info, _room(len(data)), source)
    except _DAMAGE as error:
        raise InputError(source, [Problem("archive", "", f"cannot be unpacked: {error}")]) from error


def _room(size: int) -> int:
    """How many bytes an archive of this size may unpack to."""
    return min(MOST_BYTES, max(LEAST_ROOM, MOST_RATIO * size))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int, source: str) -> bytes:
    if info.compress_type not in _METHODS or info.flag_bits & 1:
        rule = "must be stored or deflated, and not encrypted"
        raise InputError(source, [Problem(f"archive, {info.filename!r}", f"method {info.compress_type}", rule)])
    parts, size = [], 0
    if info.file_size <= room:
        with archive.open(info) as stream:
            while size <= room and (part := stream.read(_STEP)):
                parts.append(part)
                size += len(part)
    if info.file_size > room or size > room:
        rule = f"must not unpack to more than {room} bytes"
        raise InputError(source, [Problem(f"archive, {info.filename!r}", f"{info.file_size} bytes declared", rule)])
    return b"".join(parts)
