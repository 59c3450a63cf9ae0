"""Datagrams onto a network at the pace of their times: unicast or a multicast group, faster or slower, until stopped.

The caller gives what sends, clock and sleep, so that nothing here reaches out by itself or knows what time it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

from farwatch.errors import InputError, Problem

NAP_S = 0.2
"""Longest sleep, so that a stop is noticed."""


Put = Callable[[bytes], int]
"""Sends one datagram; to how many of its addresses that failed. `live.sources.sending` makes one over UDP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast, by whose clock, and until when."""

    clock: Callable[[], float]
    """Seconds, never going back: `time.monotonic`."""
    sleep: Callable[[float], None]
    """Waits so many seconds: `time.sleep`."""
    factor: float = 1.0
    """Seconds of the scene in a second; infinite: as fast as it goes."""
    stopped: Callable[[], bool] = lambda: False
    """Asked before each datagram and at least every `NAP_S`; once true, sending ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent."""

    datagrams: int = 0
    octets: int = 0
    refused: int = 0
    """Datagrams that the network did not take."""
    late_s: float = 0.0
    """By how much the latest of them was behind its time."""


def send(datagrams: Iterable[tuple[float, bytes]], put: Put, pace: Pace) -> Sent:
    """Send datagrams, each with its time (s); the first at once, the others as far apart as their times.

    None is skipped: what is late goes at once. A datagram that the network refuses is counted. InputError where the
    factor is not more than 0.
    """
    if not pace.factor > 0.0:
        raise InputError("udp", [Problem("factor", f"{pace.factor}", "must be more than 0", "1 is real time")])
    count = octets = refused = 0
    late_s, first_s, began_s = 0.0, None, pace.clock()
    for time_s, data in datagrams:
        first_s = time_s if first_s is None else first_s
        due_s = began_s + (0.0 if pace.factor == inf else (time_s - first_s) / pace.factor)
        if not _reached(due_s, pace):
            break
        late_s = max(late_s, 0.0 if pace.factor == inf else pace.clock() - due_s)
        if put(data):
            refused += 1
        else:
            count, octets = count + 1, octets + len(data)
    return Sent(datagrams=count, octets=octets, refused=refused, late_s=late_s)


def _reached(due_s: float, pace: Pace) -> bool:
    """Wait for a time of the clock; whether it came before a stop."""
    while not pace.stopped():
        left_s = due_s - pace.clock()
        if left_s <= 0.0:
            return True
        pace.sleep(min(left_s, NAP_S))
    return False
