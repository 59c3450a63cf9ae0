"""Where ASTERIX data blocks lie in a file: raw, as recorded with a trailer after each, or as datagrams of a capture.

A block is a category (one byte), its own length (two bytes, header and all) and records. Nothing is copied: what is
found are places in the file. Where a length leads nowhere the file is searched for the next place from which two
headers follow each other.

Sources: EUROCONTROL-SPEC-0149 part 1 (blocks). Captures: the libpcap file format (tcpdump.org, pcap-savefile) and
the pcapng draft (draft-ietf-opsawg-pcapng); link types by the registry of tcpdump.org. The trailed form is known from
recordings only: 2200 bytes, then each block with ten bytes after it.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

READ = frozenset({1, 2, 10, 20, 21, 34, 48, 62, 65})
"""Categories that are read here."""

WANTED = frozenset({34, 48})
"""Categories by which a lost reader finds its way again, with those of `READ` that the file is known to hold."""

_LEAST_BLOCKS = 3
"""Of a file whose beginning is lost and that has neither: fewer are taken for chance."""

HEADER_BYTES = 3
TRAILED_HEAD_BYTES, TRAILER_BYTES = 2200, 10

_PCAP = {
    b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<",  # microseconds, nanoseconds
    b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">",
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_LINK_BYTES = {0: 4, 108: 4, 1: 14, 113: 16, 276: 20, 12: 0, 14: 0, 101: 0, 228: 0, 229: 0}
_VLAN = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")
_UDP = 17


@dataclass(frozen=True, slots=True)
class Frames:
    """What was found in a file: category, first and last place (exclusive) of each block's records; what was not."""

    blocks: list[tuple[int, int, int]]
    truncated_blocks: int = 0
    skipped_bytes: int = 0
    skipped_packets: int = 0


def frames_of(data: bytes) -> Frames:
    """Blocks of a whole file, by what it begins with and by which framing holds together; never raises."""
    if data[:4] in _PCAP:
        return _from_packets(data, _pcap_packets(data, _PCAP[data[:4]]))
    if data[:4] == _PCAPNG:
        return _from_packets(data, _pcapng_packets(data))
    raw = _found(data, 0, 0)
    if not raw.skipped_bytes or len(data) <= TRAILED_HEAD_BYTES:
        return raw
    trailed = _found(data, TRAILED_HEAD_BYTES, TRAILER_BYTES)
    return trailed if trailed.skipped_bytes + TRAILED_HEAD_BYTES < raw.skipped_bytes else raw


def _found(data: bytes, start: int, trailer_bytes: int) -> Frames:
    """Blocks from `start` to the end; where some are lost, again by the categories that the first walk met."""
    frames = walk(data, start, len(data), trailer_bytes)
    if not frames.skipped_bytes:
        return frames
    met = READ.intersection(block[0] for block in frames.blocks)
    if met - WANTED:
        return walk(data, start, len(data), trailer_bytes, met | WANTED)
    if not frames.blocks:
        every = walk(data, start, len(data), trailer_bytes, READ)
        if len(every.blocks) >= _LEAST_BLOCKS and every.skipped_bytes < (len(data) - start) // 2:
            return every
    return frames


def frames_of_datagrams(datagrams: Sequence[bytes]) -> tuple[bytes, Frames]:
    """Blocks of datagrams as they came from a socket, and the bytes that they lie in; each is framed by itself.

    What is wrong in one so costs nothing of the next, which joined bytes do not promise.
    """
    data = b"".join(datagrams)
    blocks, truncated, skipped, strangers, at = list[tuple[int, int, int]](), 0, 0, 0, 0
    for one in datagrams:
        end = at + len(one)
        if _block_end(data, at, end):
            cut, lost = _blocks_in(data, at, end, blocks)
            truncated, skipped = truncated + cut, skipped + lost
        else:
            strangers += 1
        at = end
    return data, Frames(blocks, truncated, skipped, strangers)


def walk(
    data: bytes, start: int, end: int, trailer_bytes: int, wanted: frozenset[int] = WANTED
) -> Frames:
    """Blocks one after the other from `start` to `end`, each followed by `trailer_bytes` of something else.

    A block of a wanted category that nothing follows is believed, unless others begin inside it: then its length is
    what is wrong, and it ends where they begin.
    """
    blocks, truncated, skipped, at = list[tuple[int, int, int]](), 0, 0, start
    while at < end:
        after = _block_end(data, at, end)
        if after and _is_header(data, after + trailer_bytes, end, wanted):
            blocks.append((data[at], at + HEADER_BYTES, after))
            at = after + trailer_bytes
            continue
        following = _next_start(data, at + 1, end, trailer_bytes, wanted)
        if after and data[at] in wanted and following >= after:
            blocks.append((data[at], at + HEADER_BYTES, after))
            skipped += max(following - after - trailer_bytes, 0)
        elif (after and data[at] in wanted) or _is_cut(data, at, end, wanted):
            truncated += 1
            blocks.append((data[at], min(at + HEADER_BYTES, following), following))
        else:
            skipped += following - at
        at = following
    return Frames(blocks, truncated, skipped)


def _block_end(data: bytes, at: int, end: int) -> int:
    """Where the block at `at` ends; 0 where there is no header or not all of the block."""
    if at + HEADER_BYTES > end:
        return 0
    after = at + (data[at + 1] << 8 | data[at + 2])
    return after if at + HEADER_BYTES < after <= end and data[at] else 0


def _is_header(data: bytes, at: int, end: int, wanted: frozenset[int]) -> bool:
    """Whether a block can begin at `at`, or nothing more does."""
    return at >= end or bool(_block_end(data, at, end)) or _is_cut(data, at, end, wanted)


def _is_cut(data: bytes, at: int, end: int, wanted: frozenset[int]) -> bool:
    """Whether a block of a wanted category seems to begin at `at` and not to end before `end`."""
    if data[at] not in wanted:
        return False
    return at + HEADER_BYTES > end or at + (data[at + 1] << 8 | data[at + 2]) > end


def _next_start(data: bytes, at: int, end: int, trailer_bytes: int, wanted: frozenset[int]) -> int:
    """Next place with a whole block of a wanted category that another, or the end, follows; `end` if there is none."""
    for match in re.compile(b"[" + re.escape(bytes(sorted(wanted))) + b"]").finditer(data, at, end):
        after = _block_end(data, match.start(), end)
        if not after:
            continue
        after += trailer_bytes
        if after >= end or (data[after] in wanted and _block_end(data, after, end)):
            return match.start()
    return end


# Captures ---------------------------------------------------------------------------------------------------


def _from_packets(data: bytes, packets: Iterator[tuple[int, int, int]]) -> Frames:
    """Blocks of all UDP datagrams among packets (link type, first and last place)."""
    blocks, truncated, skipped, strangers = list[tuple[int, int, int]](), 0, 0, 0
    for link, start, end in packets:
        at, last, whole = _datagram(data, link, start, end)
        if at + HEADER_BYTES > last or not _block_end(data, at, whole):
            strangers += 1
            continue
        cut, lost = _blocks_in(data, at, last, blocks)
        truncated, skipped = truncated + cut, skipped + lost
    return Frames(blocks, truncated, skipped, strangers)


def _blocks_in(data: bytes, at: int, last: int, blocks: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Add the blocks of one datagram; how many were cut, and how many bytes are none."""
    truncated = 0
    while at < last:
        length = data[at + 1] << 8 | data[at + 2] if at + HEADER_BYTES <= last else 0
        if length <= HEADER_BYTES or not data[at]:
            return truncated, last - at
        truncated += at + length > last
        blocks.append((data[at], at + HEADER_BYTES, min(at + length, last)))
        at += length
    return truncated, 0


def _datagram(data: bytes, link: int, start: int, end: int) -> tuple[int, int, int]:
    """First and last place of a packet's UDP payload, and where it would end had all been kept; (0, 0, 0) for others.

    A fragment that is not a datagram's first has no UDP header and is left out.
    """
    if link not in _LINK_BYTES:
        return 0, 0, 0
    at = start + _LINK_BYTES[link]
    while link == 1 and data[at - 2 : at] in _VLAN:
        at += 4
    if at + 48 <= end and data[at] >> 4 == 6 and data[at + 6] == _UDP:
        at += 40
    elif at + 28 <= end and data[at] >> 4 == 4 and data[at + 9] == _UDP and not _is_later_fragment(data, at):
        at += 4 * (data[at] & 15)
    else:
        return 0, 0, 0
    if at + 8 > end:
        return 0, 0, 0
    whole = at + (data[at + 4] << 8 | data[at + 5])
    return at + 8, min(end, whole), whole


def _is_later_fragment(data: bytes, at: int) -> bool:
    return bool((data[at + 6] << 8 | data[at + 7]) & 0x1FFF)


def _pcap_packets(data: bytes, order: str) -> Iterator[tuple[int, int, int]]:
    """Link type, first and last place of each packet of a libpcap file; a packet cut by the file's end included."""
    if len(data) < 24:
        return
    link = struct.unpack_from(order + "I", data, 20)[0] & 0x0FFFFFFF
    at = 24
    while at + 16 <= len(data):
        kept = struct.unpack_from(order + "I", data, at + 8)[0]
        yield link, at + 16, min(at + 16 + kept, len(data))
        at += 16 + kept


def _pcapng_packets(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Link type, first and last place of each packet of a pcapng file; each section has its own byte order."""
    at, order, links = 0, "<", list[int]()
    while at + 12 <= len(data):
        if data[at : at + 4] == _PCAPNG:
            order, links = ("<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"), []
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12:
            return
        body, end = at + 8, min(at + length - 4, len(data))
        if kind == _INTERFACE and body + 2 <= end:
            links.append(struct.unpack_from(order + "H", data, body)[0])
        elif kind in {_PACKET, _OLD_PACKET} and body + 20 <= end:
            interface = struct.unpack_from(order + ("I" if kind == _PACKET else "H"), data, body)[0]
            kept = struct.unpack_from(order + "I", data, body + 12)[0]
            if interface < len(links):
                yield links[interface], body + 20, min(body + 20 + kept, end)
        elif kind == _SIMPLE_PACKET and links and body + 4 <= end:
            kept = struct.unpack_from(order + "I", data, body)[0]
            yield links[0], body + 4, min(body + 4 + kept, end)
        at += length


# Dates ------------------------------------------------------------------------------------------------------

_NANOSECONDS = (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
_RESOLUTION = 9  # option of an interface: its clock's step is 10 or 2 to minus this
_USUAL_RESOLUTION = 6


def moment_of(data: bytes) -> datetime | None:
    """When the first packet of a capture was taken, UTC; None for other files, and captures without times."""
    seconds = None
    if data[:4] in _PCAP and len(data) >= 40:
        whole, part = struct.unpack_from(_PCAP[data[:4]] + "II", data, 24)
        seconds = whole + part * (1e-9 if data[:4] in _NANOSECONDS else 1e-6)
    elif data[:4] == _PCAPNG:
        seconds = _pcapng_seconds(data)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) if seconds else None


def _pcapng_seconds(data: bytes) -> float | None:
    """Time of the first packet that has one, seconds since 1970; None where none has, or its clock cannot be told."""
    at, order, steps = 0, "<", list[float]()
    while at + 12 <= len(data):
        if data[at : at + 4] == _PCAPNG:
            order, steps = ("<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"), []
        kind, length = struct.unpack_from(order + "II", data, at)
        body, end = at + 8, min(at + length - 4, len(data))
        if length < 12:
            return None
        if kind == _INTERFACE:
            steps.append(_step_s(data[body + 8 : end], order))
        elif kind == _PACKET and body + 20 <= end:
            interface, high, low = struct.unpack_from(order + "III", data, body)
            seconds = (high << 32 | low) * steps[interface] if interface < len(steps) else 0.0
            return seconds if 0.0 < seconds < 2.0**33 else None
        at += length
    return None


def _step_s(options: bytes, order: str) -> float:
    """Step of an interface's clock, s."""
    at = 0
    while at + 5 <= len(options):
        code, length = struct.unpack_from(order + "HH", options, at)
        if code == _RESOLUTION:
            power = options[at + 4]
            return float(2.0 ** -(power & 127) if power & 128 else 10.0**-power)
        at += 4 + -(-length // 4) * 4
    return 10.0**-_USUAL_RESOLUTION
