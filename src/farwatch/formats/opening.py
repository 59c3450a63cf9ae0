"""Opening other people's files: bytes within limits, so that no small file can fill the memory."""

import zlib
from pathlib import Path

from farwatch.errors import InputError, Problem

MOST_BYTES = 1 << 30
"""Largest file, and largest content of a packed file, that is read."""

MOST_RATIO = 200
"""Packed content may be so many times as large as the file; text of positions packs 5 to 30 times."""

LEAST_ROOM = 1 << 24
"""What a packed file may hold however small it is."""

_GZIP = b"\x1f\x8b"


def opened(path: str | Path) -> bytes:
    """All bytes of a file, unpacked where it is gzip. InputError where it cannot be read or holds too much."""
    place = Path(path)
    try:
        size = place.stat().st_size
        if size > MOST_BYTES:
            raise InputError(str(path), [Problem("file", f"{size} bytes", f"must hold {MOST_BYTES} bytes at most")])
        data = place.read_bytes()
    except OSError as error:
        raise InputError(str(path), [Problem("file", "", f"cannot be read: {error.strerror}")]) from error
    return unpacked(data, str(path))


def unpacked(data: bytes, source: str = "data") -> bytes:
    """What gzip bytes hold, other bytes as they are. InputError where they are damaged or hold too much."""
    if not data.startswith(_GZIP):
        return data
    most = min(MOST_BYTES, max(LEAST_ROOM, MOST_RATIO * len(data)))
    parts, room, rest = [], most, data
    try:
        while rest.startswith(_GZIP) and room > 0:
            stream = zlib.decompressobj(wbits=31)
            parts.append(stream.decompress(rest, room))
            room -= len(parts[-1])
            if not stream.eof:
                break
            rest = stream.unused_data
    except zlib.error as error:
        raise InputError(source, [Problem("content", "", f"is damaged gzip: {error}")]) from error
    if room <= 0:
        rule = f"must not unpack to more than {most} bytes"
        raise InputError(source, [Problem("content", f"{len(data)} bytes of gzip", rule)])
    if not stream.eof:
        raise InputError(source, [Problem("content", f"{len(data)} bytes of gzip", "ends too early")])
    return b"".join(parts)
