"""Datagrams onto a network: each at its time, to a host or a group, until stopped."""

import socket
import threading
import time
from math import inf

import pytest

from farwatch.errors import InputError
from farwatch.formats.sending import NAP_S, Pace, send
from farwatch.live.sources import addresses, sending

LOOPBACK, GROUP = "127.0.0.1", "239.255.86.7"
THREE = [(100.0, b"one"), (100.5, b"two"), (103.0, b"three")]


class Hours:
    """A clock that a sleep moves on."""

    def __init__(self):
        self.now, self.naps = 50.0, []

    def sleep(self, wait_s):
        self.naps.append(wait_s)
        self.now += wait_s

    def pace(self, **changed):
        return Pace(clock=lambda: self.now, sleep=self.sleep, **changed)


class Wire:
    """Stands for a network: keeps what is sent and when."""

    def __init__(self, hours, broken=False):
        self.hours, self.broken, self.heard = hours, broken, []

    def __call__(self, data):
        if self.broken:
            return 1
        self.heard.append((self.hours.now - 50.0, data))
        return 0


@pytest.mark.parametrize(
    ("factor", "times"), [(1.0, [0, 0.5, 3.0]), (10.0, [0, 0.05, 0.3]), (0.5, [0, 1.0, 6.0]), (inf, [0, 0, 0])]
)
def test_datagrams_go_as_far_apart_as_their_times(factor, times):
    """The first at once, the others after it, faster or slower by the factor; no nap is long."""
    hours = Hours()
    wire = Wire(hours)
    done = send(THREE, wire, hours.pace(factor=factor))
    assert [at for at, _ in wire.heard] == pytest.approx(times)
    assert [data for _, data in wire.heard] == [b"one", b"two", b"three"]
    assert (done.datagrams, done.octets, done.refused) == (3, 11, 0)
    assert max(hours.naps, default=0.0) <= NAP_S


def test_a_stop_ends_it_between_two_datagrams():
    """Once the caller says so, nothing more goes out, and the wait ends within a nap."""
    hours = Hours()
    wire = Wire(hours)
    done = send(THREE, wire, hours.pace(stopped=lambda: hours.now > 51.0))
    assert done.datagrams == 2
    assert hours.now - 51.0 <= NAP_S + 1e-9


def test_what_is_late_goes_at_once_and_is_told():
    """A source that is slow delays what follows; none is skipped, and the greatest delay is in the result."""
    hours = Hours()
    wire = Wire(hours)

    def slow():
        yield THREE[0]
        hours.now += 2.0
        yield from THREE[1:]

    done = send(slow(), wire, hours.pace())
    assert [at for at, _ in wire.heard] == pytest.approx([0.0, 2.0, 3.0])
    assert done.late_s == pytest.approx(1.5)


def test_refusals_are_counted():
    """A network that takes nothing stops nothing."""
    hours = Hours()
    done = send(THREE, Wire(hours, broken=True), hours.pace())
    assert (done.datagrams, done.octets, done.refused) == (0, 0, 3)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_time_must_go_on(factor):
    """A factor of 0 would wait for ever."""
    with pytest.raises(InputError, match="must be more than 0"):
        send(THREE, Wire(Hours()), Hours().pace(factor=factor))


def heard_by(receiver, count):
    """Datagrams as a receiver gets them, in a thread: at most `count`, and no longer than its time-out allows."""
    found = []

    def listen():
        try:
            while len(found) < count:
                found.append((time.monotonic(), receiver.recv(2048)))
        except TimeoutError:
            return

    thread = threading.Thread(target=listen)
    thread.start()
    return found, thread


@pytest.mark.parametrize("host", [LOOPBACK, GROUP])
def test_a_listener_on_this_machine_hears_them_at_their_pace(host):
    """Over real sockets, to a host and to a group that no datagram leaves this machine for."""
    sent = [(k * 0.05, b"%d" % k) for k in range(8)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(5.0)
        receiver.bind((host, 0))
        if host == GROUP:
            member = socket.inet_aton(GROUP) + socket.inet_aton(LOOPBACK)
            receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        found, thread = heard_by(receiver, len(sent))
        to = addresses([f"udp://{host}:{receiver.getsockname()[1]}?on={LOOPBACK}"], "--to")
        with sending(to) as put:
            done = send(sent, put, Pace(clock=time.monotonic, sleep=time.sleep))
        thread.join(10.0)
    assert [data for _, data in found] == [data for _, data in sent]
    assert (done.datagrams, done.refused) == (8, 0)
    assert found[-1][0] - found[0][0] == pytest.approx(0.35, abs=0.3)
