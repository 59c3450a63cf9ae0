"""Captures of UDP datagrams that were never on a wire: libpcap files that network tools open and replay.

Sources: the libpcap file format (draft-ietf-opsawg-pcap); RFC 768 (UDP), RFC 791 (IPv4), RFC 1071 (checksum),
RFC 1112 (Ethernet addresses of multicast groups).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from struct import iter_unpack, pack

from farwatch.errors import InputError, Problem
from farwatch.formats.whole import appearing

PORT = 8600
"""UDP port of ASTERIX (IANA registry of service names: `asterix`, surveillance data)."""

GROUP = ("239.255.86.0", PORT)
"""Where datagrams go if nothing else is said: a group of the local scope, which nobody owns (RFC 2365)."""

SENDER = ("192.0.2.1", PORT)
"""Who sends them: an address of documentation (RFC 5737)."""

_MAGIC_MICROSECONDS, _VERSION, _SNAP_BYTES, _ETHERNET = 0xA1B2C3D4, (2, 4), 262_144, 1
_ETHERTYPE_IPV4, _UDP, _HOPS = 0x0800, 17, 1
_LOCAL_MAC = bytes.fromhex("02 00 00 00 00 01")  # locally administered: no maker's
_GROUP_MAC = bytes.fromhex("01 00 5e")
_MOST_BYTES = 65_507
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_US = (1 << 32) * 1_000_000


def write(
    path: str | Path,
    datagrams: Iterable[tuple[float, bytes]],
    start: datetime,
    to: tuple[str, int] = GROUP,
    sender: tuple[str, int] = SENDER,
) -> None:
    """Write datagrams, each with its time (s) since `start`, as packets to an address and port; whole or not at all.

    InputError for an address, port, time or size that a packet cannot have; StoreError where it cannot be written.
    """
    with appearing(Path(path)) as partial, partial.open("wb") as file:
        file.writelines(encode(datagrams, start, to, sender))


def encode(
    datagrams: Iterable[tuple[float, bytes]],
    start: datetime,
    to: tuple[str, int] = GROUP,
    sender: tuple[str, int] = SENDER,
) -> Iterator[bytes]:
    """Parts of such a file: its head, then packets with times in microseconds. Raises as `write`."""
    there, here = _address(*to), _address(*sender)
    group = there.is_multicast
    mac = _GROUP_MAC + (int(there) & 0x7FFFFF).to_bytes(3, "big") if group else _LOCAL_MAC[:-1] + b"\x02"
    ethernet = mac + _LOCAL_MAC + pack(">H", _ETHERTYPE_IPV4)
    yield pack("<IHHiIII", _MAGIC_MICROSECONDS, *_VERSION, 0, 0, _SNAP_BYTES, _ETHERNET)
    for number, (time_s, data) in enumerate(datagrams):
        moment_us = _microseconds(start, time_s, len(data))
        packet = ethernet + _ipv4(number, here, there, _udp(here, there, (sender[1], to[1]), data))
        yield pack("<IIII", *divmod(moment_us, 1_000_000), len(packet), len(packet)) + packet


def _address(host: str, port: int) -> IPv4Address:
    """An IPv4 address, its port checked."""
    problems = [] if 0 < port < 1 << 16 else [Problem("port", f"{port}", "must be 1 to 65535")]
    try:
        address = IPv4Address(host)
    except AddressValueError:
        problems.append(Problem("address", host, "must be an IPv4 address", "such as 239.255.86.0"))
    if problems:
        raise InputError("packet", problems)
    return address


def _microseconds(start: datetime, time_s: float, size: int) -> int:
    """Time since 1970 of a packet that can be written."""
    moment_us = (start - _EPOCH) // timedelta(microseconds=1) + round(time_s * 1e6)
    if not 0 <= moment_us < _LAST_US:
        raise InputError("packet", [Problem("time", f"{start} and {time_s} s", "must be from 1970 to 2106")])
    if size > _MOST_BYTES:
        raise InputError("packet", [Problem("datagram", f"{size} bytes", f"must hold {_MOST_BYTES} bytes at most")])
    return moment_us


def _udp(here: IPv4Address, there: IPv4Address, ports: tuple[int, int], data: bytes) -> bytes:
    """A UDP datagram, its checksum over the pseudo-header too."""
    length = 8 + len(data)
    pseudo = here.packed + there.packed + pack(">HH", _UDP, length)
    checksum = _checksum(pseudo + pack(">HHHH", *ports, length, 0) + data) or 0xFFFF  # 0 would mean: none
    return pack(">HHHH", *ports, length, checksum) + data


def _ipv4(number: int, here: IPv4Address, there: IPv4Address, payload: bytes) -> bytes:
    """A packet with a header of 20 bytes."""
    before = pack(">BBHHHBB", 0x45, 0, 20 + len(payload), number & 0xFFFF, 0, _HOPS, _UDP)
    after = here.packed + there.packed
    return before + pack(">H", _checksum(before + b"\0\0" + after)) + after + payload


def _checksum(data: bytes) -> int:
    """RFC 1071: complement of the sum, in ones' complement, of all pairs of bytes."""
    total: int = sum(word for (word,) in iter_unpack(">H", data if len(data) % 2 == 0 else data + b"\0"))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
