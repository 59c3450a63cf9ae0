"""Where datagrams come from and go to: UDP addresses, a thread that receives, a ring that never grows.

What arrives waits in a ring with room for so many datagrams and bytes; where it is full the oldest goes, and is
counted: a picture is better served by what is new. What the operating system had to drop before that is counted where
it says so (Linux, SO_RXQ_OVFL, socket(7)).
"""

import re
import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from farwatch.errors import InputError, Problem

MOST_WAITING, MOST_WAITING_BYTES = 1 << 13, 1 << 24
"""Datagrams, and bytes in them, that may wait to be read: more would only be older when they are."""

KERNEL_BYTES = 1 << 23
"""Room asked of the operating system for each source; it may grant less."""

LARGEST_BYTES = 65_535
WAKE_S = 0.1
"""How often the receiving thread looks whether it is to end."""

READ_AT_ONCE = 256
"""Datagrams that are taken from one source before the others have their turn."""

TALLY = ("datagrams", "bytes", "dropped by the system", "dropped in the ring", "waiting bytes")
"""What is counted."""

_SAYS_DROPPED = getattr(socket, "SO_RXQ_OVFL", 40)
LAST_PORT = 65_535
_PARTS = re.compile(r"(?P<scheme>[^:/?]*)://(?P<host>[^:/?]*)(:(?P<port>[0-9]{1,9}))?(?P<rest>[/?].*)?")
FORM = "udp://ADDRESS:PORT, for example udp://239.0.0.1:8600 or udp://127.0.0.1:8600?on=127.0.0.1"


class Datagram(NamedTuple):
    """What arrived."""

    source: int  # row in the receiver's addresses
    data: bytes
    arrival_s: float  # by the receiver's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One end of UDP traffic."""

    text: str
    """As the user wrote it."""
    host: str
    port: int
    on: str = ""
    """Address of the interface on which a multicast group is joined or sent to; empty: the system's choice."""

    @property
    def is_multicast(self) -> bool:
        """Whether it names a group."""
        return IPv4Address(self.host).is_multicast


# Addresses --------------------------------------------------------------------------------------------------


def addresses(texts: Sequence[str], option: str) -> tuple[Address, ...]:
    """Addresses of `udp://HOST:PORT`, a multicast group with `?on=INTERFACE` if need be.

    InputError with all that is wrong with all of them; option: the one that they were given by.
    """
    found, problems = list[Address](), list[Problem]()
    for text in texts:
        wrong = _wrong(text)
        problems += [Problem(option, text, rule, FORM) for rule in wrong]
        if not wrong:
            found.append(_address(text))
    ends = [(one.host, one.port) for one in found]
    again = dict.fromkeys(one.text for one in found if ends.count((one.host, one.port)) > 1)
    problems += [Problem(option, text, "is given more than once") for text in again]
    if problems:
        raise InputError("command line", problems)
    return tuple(found)


def _wrong(text: str) -> list[str]:
    """Rules that an address breaks."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return ["must read udp://ADDRESS:PORT"]
    wrong = []
    if parts["scheme"] != "udp":
        wrong.append("must begin with udp://")
    if _number_of(parts["host"]) is None:
        wrong.append("must name an IPv4 address in numbers, or localhost")
    if not 1 <= int(parts["port"] or 0) <= LAST_PORT:
        wrong.append(f"must have a port from 1 to {LAST_PORT}")
    word, _, on = (parts["rest"] or "?on=localhost").partition("=")
    if word != "?on":
        wrong.append("may end in nothing but ?on=ADDRESS")
    elif _number_of(on) is None:
        wrong.append("must give `on` as the IPv4 address of an interface")
    return wrong


def _number_of(host: str) -> str | None:
    """A host as an IPv4 address in numbers; None where it is none."""
    try:
        return str(IPv4Address("127.0.0.1" if host == "localhost" else host))
    except AddressValueError:
        return None


def _address(text: str) -> Address:
    """An address of which nothing is wrong."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise InputError("address", [Problem("address", text, "must read udp://ADDRESS:PORT", FORM)])
    on = _number_of((parts["rest"] or "").partition("=")[2])
    return Address(text=text, host=_number_of(parts["host"]) or "", port=int(parts["port"]), on=on or "")


# Receiving --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Receiver:
    """Sockets, the thread that empties them, and the ring that it fills. Made by `listening`."""

    addresses: tuple[Address, ...]
    sockets: tuple[socket.socket, ...]
    clock: Callable[[], float]
    ring: deque[Datagram] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)
    tally: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TALLY, 0))
    dropped_below: dict[int, int] = field(default_factory=dict)
    """By source, how many the operating system has dropped since it was opened."""

    def take(self, most: int) -> list[Datagram]:
        """The oldest of what waits, at most so many."""
        with self.lock:
            taken = [self.ring.popleft() for _ in range(min(most, len(self.ring)))]
            self.tally["waiting bytes"] -= sum(len(one.data) for one in taken)
        return taken

    def counts(self) -> dict[str, int]:
        """What was received and dropped so far, by the words of TALLY."""
        with self.lock:
            return {**self.tally, "dropped by the system": sum(self.dropped_below.values())}


@contextmanager
def listening(listed: Sequence[Address], clock: Callable[[], float]) -> Iterator[Receiver]:
    """Receive on some addresses as long as the block lasts; clock: seconds, for `arrival_s`.

    InputError with all addresses that cannot be opened.
    """
    with ExitStack() as held:
        receiver = Receiver(tuple(listed), tuple(_opened(listed, held)), clock)
        thread = threading.Thread(target=_receive, args=(receiver,), name="receiver", daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.ended.set()
            thread.join()


def _opened(listed: Sequence[Address], held: ExitStack) -> list[socket.socket]:
    """A bound socket for each address."""
    made, problems = list[socket.socket](), list[Problem]()
    for address in listed:
        one = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        try:
            _bind(one, address)
        except OSError as error:
            hint = "name the interface: ?on=192.168.1.5" if address.is_multicast and not address.on else ""
            problems.append(Problem("--from", address.text, f"cannot be opened: {error.strerror}", hint))
        made.append(one)
    if problems:
        raise InputError("command line", problems)
    return made


def _bind(one: socket.socket, address: Address) -> None:
    """Make a socket receive what is sent to an address."""
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
    with suppress(OSError):  # of a system that does not count
        one.setsockopt(socket.SOL_SOCKET, _SAYS_DROPPED, 1)
    if address.is_multicast:  # several services may listen to one group
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((address.host, address.port))
    if address.is_multicast:
        group, interface = (socket.inet_aton(ip) for ip in (address.host, address.on or "0.0.0.0"))  # noqa: S104
        one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + interface)


def _receive(receiver: Receiver) -> None:
    """Empty the sockets into the ring until told to end."""
    with selectors.DefaultSelector() as selector:
        for source, one in enumerate(receiver.sockets):
            selector.register(one, selectors.EVENT_READ, source)
        while not receiver.ended.is_set():
            for key, _ in selector.select(WAKE_S):
                _keep(receiver, _read(receiver, receiver.sockets[key.data], key.data))


def _read(receiver: Receiver, one: socket.socket, source: int) -> list[Datagram]:
    """What waits at a socket, up to a limit."""
    arrived, now_s = list[Datagram](), receiver.clock()
    for _ in range(READ_AT_ONCE):
        try:
            data, told, _, _ = one.recvmsg(LARGEST_BYTES, 64)
        except OSError:  # nothing more, or an error that an earlier datagram left behind
            break
        for level, kind, value in told:
            if level == socket.SOL_SOCKET and kind == _SAYS_DROPPED and len(value) >= 4:
                receiver.dropped_below[source] = struct.unpack("=I", value[:4])[0]
        arrived.append(Datagram(source, data, now_s))
    return arrived


def _keep(receiver: Receiver, arrived: Sequence[Datagram]) -> None:
    """Put datagrams into the ring; the oldest go where there is no room."""
    tally, ring = receiver.tally, receiver.ring
    with receiver.lock:
        for one in arrived:
            ring.append(one)
            tally["datagrams"] += 1
            tally["bytes"] += len(one.data)
            tally["waiting bytes"] += len(one.data)
        while len(ring) > MOST_WAITING or tally["waiting bytes"] > MOST_WAITING_BYTES:
            tally["waiting bytes"] -= len(ring.popleft().data)
            tally["dropped in the ring"] += 1


# Sending ----------------------------------------------------------------------------------------------------


@contextmanager
def sending(listed: Sequence[Address]) -> Iterator[Callable[[bytes], int]]:
    """A call that sends one datagram to each of some addresses, as long as the block lasts.

    It returns to how many of them that failed: a display that is away must not stop the picture.
    """
    with ExitStack() as held:
        made = [held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in listed]
        for one, address in zip(made, listed, strict=True):
            one.setblocking(False)
            if address.is_multicast and address.on:
                one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address.on))

        def send(data: bytes) -> int:
            """Send to all; how many failed."""
            failed = 0
            for one, address in zip(made, listed, strict=True):
                try:
                    one.sendto(data, (address.host, address.port))
                except OSError:
                    failed += 1
            return failed

        yield send


__all__ = ["Address", "Datagram", "Receiver", "addresses", "listening", "sending"]
