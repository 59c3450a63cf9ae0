"""A scene: who was where when, and what happened. What every format here is read into, and written from.

A scene may hold things and how they moved (recorded flights, tracks, a played trial), plots and the sensors that made
them, or both. Its clock counts seconds from `epoch`; sources that know the date have their epoch at midnight UTC of
their first day, so that times are times of day, as those of ASTERIX are. Heights are above mean sea level, which is
taken to be the ellipsoid (see `world.earth`), but for pressure altitudes, which are marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.records import PLOT
from farwatch.track.sensors import Sensor

Rows = NDArray[Any]

TARGET, TRACK, ROUND, BATTERY, RADAR, ASSET = "target", "track", "round", "battery", "radar", "asset"
KINDS = (TARGET, TRACK, ROUND, BATTERY, RADAR, ASSET)
"""Kinds of thing: an object in the air, what a picture believes of one, a round in flight; sites on the ground."""

DROPPED = "dropped"
"""Fate of a track that was let go before the end: its last row is where it was then taken to be, not an update."""

SIDES = ("hostile", "friend", "neutral", "unknown")
"""Sides, as a picture would call them; the defence is the friend."""

NOTIONAL_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Time 0 of a scene without a date, for formats that must have one."""

MOVE = np.dtype(
    [
        ("time_s", "f8"), ("thing", "i8"),     # row in the scene's things
        ("lat_deg", "f8"), ("lon_deg", "f8"), ("height_m", "f8"),
        ("east_m_s", "f8"), ("north_m_s", "f8"), ("up_m_s", "f8"),  # NaN: not told
        ("sigma_m", "f8"),                     # standard deviation of the position; NaN: not told
    ],
    align=True,
)
"""Where one thing was at one time. A thing that stands still has one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing of a scene."""

    key: str
    """Unique in its scene: `drones-north/3`, `track 17`, `3c6444`."""
    kind: str = TARGET
    side: str = "unknown"
    family: str = ""
    """One of `records.FAMILIES`, where it is known."""
    class_name: str = ""
    """Target class, system, radar or kind of round."""
    callsign: str = ""
    address: int = 0
    """24-bit Mode S address; 0: none."""
    mode_a: int = 0
    """SSR code; 0: none."""
    number: int = -1
    """Its own number in the source, as a track's serial; -1: none."""
    pressure: bool = False
    """Whether its heights are pressure altitudes."""
    fate: str = ""
    """What became of it, in a word: `killed`, `leaked`, `landed`, `hit`, `missed`, of a track `dropped`; empty: nothing
    known."""
    of: str = ""
    """Key of the thing it belongs to: a radar's battery, what a round was fired at, the target of a track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event: at a time and a place something happened to someone."""

    time_s: float
    what: str
    """A word of `outcomes`' list of events: `seen`, `launch`, `kill`, ..."""
    who: str = ""
    """Key of the thing that acts; empty: none."""
    whom: str = ""
    """Key of the thing it is done to; empty: none."""
    round: str = ""
    """Key of the round; empty: none."""
    lat_deg: float
    lon_deg: float
    height_m: float
    value: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """Things and their motion, plots and their sensors, events; what was left out on reading, and why.

    moves: MOVE[n], by thing, then time; plots: PLOT[m], `radar_index` into sensors; counts: what a reader counted, by
    words that can be printed (`records read`, `positions left out: too fast`); notes: what a reader of it must know.
    """

    source: str
    title: str = ""
    epoch: datetime | None = None
    things: tuple[Thing, ...] = ()
    moves: Rows = field(default_factory=lambda: np.zeros(0, MOVE))
    happenings: tuple[Happening, ...] = ()
    plots: Rows = field(default_factory=lambda: np.zeros(0, PLOT))
    sensors: tuple[Sensor, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> datetime:
        """Time 0 as a date, notional where none is known."""
        return self.epoch or NOTIONAL_EPOCH

    def when(self, time_s: float) -> datetime:
        """A time of the scene's clock as a date, to the microsecond."""
        return self.start + timedelta(seconds=round(time_s * 1e6) / 1e6)

    def of(self, thing: int) -> Rows:
        """MOVE rows of one thing, in order of time."""
        first, end = np.searchsorted(self.moves["thing"], [thing, thing + 1])
        return self.moves[first:end]


def ordered(moves: Rows) -> Rows:
    """MOVE rows as a scene needs them: by thing, then time; of several at one time the first."""
    rows = moves[np.lexsort((moves["time_s"], moves["thing"]))]
    fresh = np.ones(rows.size, bool)
    fresh[1:] = (np.diff(rows["thing"]) != 0) | (np.diff(rows["time_s"]) > 0.0)
    return rows[fresh]


def midnight(moment: datetime) -> datetime:
    """Midnight UTC before a moment: the epoch of a source whose first time it is."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
