"""UDP in and out: addresses, sockets on the loopback, and a ring that never grows."""

import socket
import time
from contextlib import contextmanager

import pytest

from farwatch.errors import InputError
from farwatch.live import sources
from farwatch.live.sources import addresses, listening, sending

GROUP = "239.255.86.1"


def free_port():
    """A port of the loopback that nobody listens to just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def taken(receiver, count, within_s=5.0):
    """Datagrams of a receiver once there are so many, or those there are when time is up."""
    found, until_s = [], time.monotonic() + within_s
    while len(found) < count and time.monotonic() < until_s:
        found += receiver.take(count)
        time.sleep(0.005)
    return found


@contextmanager
def loop(*extra):
    """A receiver on the loopback, and a call that sends to it."""
    url = f"udp://127.0.0.1:{free_port()}"
    listed = addresses([url, *extra], "--from")
    with listening(listed, time.monotonic) as receiver, sending(listed[:1]) as send:
        yield receiver, send


def test_addresses_are_read():
    """Unicast, multicast, an interface, a name that is known."""
    one, two, three = addresses(
        ["udp://239.0.0.1:8600?on=127.0.0.1", "udp://localhost:30003", "udp://0.0.0.0:8600"], "--from"
    )
    assert (one.host, one.port, one.on, one.is_multicast) == ("239.0.0.1", 8600, "127.0.0.1", True)
    assert (two.host, two.port, two.is_multicast) == ("127.0.0.1", 30003, False)
    assert three.host == "0.0.0.0"


def test_all_that_is_wrong_is_told_at_once():
    """Scheme, host, port, words, doubles."""
    wrong = [
        "tcp://127.0.0.1:1", "udp://radar.example:8600", "udp://127.0.0.1", "udp://127.0.0.1:99999", "udp://[::1]:5",
        "udp://127.0.0.1:1/path", "udp://127.0.0.1:1?of=1", "udp://127.0.0.1:1?on=eth0", "nonsense", "",
        "udp://127.0.0.1:8600", "udp://localhost:8600",
    ]  # fmt: skip
    with pytest.raises(InputError) as refused:
        addresses(wrong, "--from")
    told = {problem.value for problem in refused.value.problems}
    assert told == set(wrong)
    assert all(problem.where == "--from" for problem in refused.value.problems)


def test_datagrams_arrive_in_order_and_are_counted():
    """What is sent is received, whole, with its source and time."""
    with loop() as (receiver, send):
        before_s = time.monotonic()
        for k in range(50):
            assert send(b"%d" % k) == 0
        found = taken(receiver, 50)
        assert [one.data for one in found] == [b"%d" % k for k in range(50)]
        assert all(before_s <= one.arrival_s <= time.monotonic() for one in found)
        counts = receiver.counts()
        assert (counts["datagrams"], counts["bytes"], counts["waiting bytes"]) == (50, 90, 0)


def test_two_sources_are_told_apart():
    """Each datagram says where it came in."""
    with loop(f"udp://127.0.0.1:{free_port()}") as (receiver, send), sending(receiver.addresses[1:]) as send_other:
        send(b"one")
        send_other(b"two")
        assert {(one.source, one.data) for one in taken(receiver, 2)} == {(0, b"one"), (1, b"two")}


def test_a_full_ring_drops_the_oldest(monkeypatch):
    """The newest stay, and what went is counted: by number, and by bytes."""
    monkeypatch.setattr(sources, "MOST_WAITING", 10)
    with loop() as (receiver, send):
        for k in range(40):
            send(b"%02d" % k)
        until_s = time.monotonic() + 5.0
        while receiver.counts()["datagrams"] < 40 and time.monotonic() < until_s:
            time.sleep(0.005)
        assert receiver.counts()["dropped in the ring"] == 30
        assert [one.data for one in receiver.take(99)] == [b"%02d" % k for k in range(30, 40)]
    monkeypatch.setattr(sources, "MOST_WAITING_BYTES", 100)
    with loop() as (receiver, send):
        for _ in range(9):
            send(bytes(30))
        until_s = time.monotonic() + 5.0
        while receiver.counts()["datagrams"] < 9 and time.monotonic() < until_s:
            time.sleep(0.005)
        assert len(receiver.ring) == 3
        assert receiver.counts()["waiting bytes"] == 90


@pytest.mark.skipif(not hasattr(socket, "SO_RXQ_OVFL") and not sources._SAYS_DROPPED, reason="system does not count")
def test_what_the_system_drops_is_counted(monkeypatch):
    """A socket whose buffer overflows says so with the next datagram (Linux)."""
    monkeypatch.setattr(sources, "KERNEL_BYTES", 4096)
    monkeypatch.setattr(sources, "_receive", lambda receiver: None)  # nobody empties the socket
    with loop() as (receiver, send):
        for _ in range(200):
            send(bytes(500))
        first = sources._read(receiver, receiver.sockets[0], 0)
        send(b"later")
        sources._read(receiver, receiver.sockets[0], 0)
        assert len(first) < 200
        assert receiver.counts()["dropped by the system"] == 200 - len(first)


def test_multicast_on_the_loopback():
    """A group is joined on the interface that was named, twice over, and both hear."""
    url = f"udp://{GROUP}:{free_port()}?on=127.0.0.1"
    listed = addresses([url], "--from")
    try:
        with (
            listening(listed, time.monotonic) as one,
            listening(listed, time.monotonic) as two,
            sending(listed) as send,
        ):
            assert send(b"to all") == 0
            assert [found.data for found in taken(one, 1)] == [b"to all"]
            assert [found.data for found in taken(two, 1)] == [b"to all"]
    except InputError as error:
        pytest.skip(f"no multicast on the loopback here: {error}")


def test_addresses_that_cannot_be_opened_are_told_at_once():
    """A taken port and a foreign address: two problems."""
    with loop() as (receiver, _):
        listed = addresses([receiver.addresses[0].text, "udp://192.0.2.1:8600"], "--from")
        with pytest.raises(InputError) as refused, listening(listed, time.monotonic):
            pass
    assert len(refused.value.problems) == 2


def test_a_display_that_is_away_stops_nothing():
    """Datagrams that cannot be sent are counted, not raised."""
    with sending(addresses(["udp://255.255.255.255:9"], "--to")) as send:  # a broadcast, which was not allowed
        assert send(b"anyone?") == 1
