"""What datagrams say: plots and marks of radars, positions of aircraft; bytes of any kind in, records out.

Plots and marks (CAT048, 034, 001, 002) are read by `formats.asterix`, positions of CAT010, 020, 021 and 062 by
`formats.asterix_positions`. ADS-B as receivers pass it on needs a reader that remembers, since a position takes two
messages: `Readers` names who makes one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from farwatch.errors import FarwatchError
from farwatch.formats.asterix import Recording, Spreads, decode_datagrams
from farwatch.formats.asterix_fields import MARK
from farwatch.formats.asterix_positions import POSITION_CATEGORIES, Tally, positions_in
from farwatch.live.sources import Datagram
from farwatch.records import PLOT

POSITION = np.dtype(
    [
        ("time_s", "f8"),
        ("lat_deg", "f8"), ("lon_deg", "f8"), ("height_m", "f8"),
        ("sigma_m", "f8"),           # of each horizontal component; NaN: not told
        ("address", "i8"), ("mode_a", "i8"), ("track_number", "i8"),  # 0, 0, -1: none
    ],
    align=True,
)  # fmt: skip
"""Where an aircraft says it is, or another system does."""

FORMS: Mapping[bytes, str] = {b"*": "avr", b"@": "avr", b"\x1a": "beast", b"MSG,": "sbs"}
"""How datagrams of ADS-B begin, none of which is a category of ASTERIX in use, and what such data are called."""

VIRTUAL = {category: f"cat{category:03d}" for category in POSITION_CATEGORIES}
"""Virtual sensors that positions of each category belong to; those of ADS-B belong to `ADSB`."""

ADSB = "adsb"


class Listener(Protocol):
    """Reads one stream of ADS-B and remembers what it must."""

    def feed(self, data: bytes, time_s: float) -> Any:
        """Rows with fields named as those of POSITION, for what came at a time."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Readers:
    """How data are read: `adsb` makes a listener for a form of data (of FORMS); None: such data are left alone.

    listeners: those made so far, by source and form.
    """

    spreads: Spreads = field(default_factory=Spreads)
    adsb: Callable[[str], Listener] | None = None
    listeners: dict[tuple[int, str], Listener] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What some datagrams said.

    plots: PLOT[n], `radar_index` into names; marks: MARK[k], `sensor` into names; positions: POSITION[m] by the name of
    their virtual sensor; records by kind; damaged: blocks, records and datagrams that could not be read; left_out:
    records that are no plot, by reason.
    """

    names: tuple[str, ...] = ()
    plots: np.ndarray = field(default_factory=lambda: np.zeros(0, PLOT))
    marks: np.ndarray = field(default_factory=lambda: np.zeros(0, MARK))
    positions: Mapping[str, np.ndarray] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    damaged: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


def hear(datagrams: Sequence[Datagram], readers: Readers, now_s: float) -> Heard:
    """Read datagrams, in the order of arrival; whatever the bytes, something comes of it.

    now_s: the time of day to give to data that bear none. Times are times of day, but for a midnight among them.
    """
    forms = [next((form for start, form in FORMS.items() if one.data.startswith(start)), "") for one in datagrams]
    rest = [one.data for one, form in zip(datagrams, forms, strict=True) if not form]
    heard = Heard()
    if rest:
        heard, categories = _plots(rest, readers)
        if not categories.isdisjoint(POSITION_CATEGORIES):
            heard = _with_positions(heard, rest)
    spoken = [(one, form) for one, form in zip(datagrams, forms, strict=True) if form]
    return _with_adsb(heard, spoken, readers, now_s) if spoken else heard


def _plots(datagrams: Sequence[bytes], readers: Readers) -> tuple[Heard, frozenset[int]]:
    """What CAT048 and CAT034, CAT001 and CAT002 said; which categories there were."""
    try:
        recording = decode_datagrams(datagrams, readers.spreads)
    except FarwatchError:  # CAT001 and CAT002 take a library that is not there
        recording = decode_datagrams(datagrams, readers.spreads, older=False)
    counts = recording.counts
    known = {1, 2, 34, 48, *POSITION_CATEGORIES}
    read = {f"CAT{category:03d}": n for category, n in counts.records.items() if n}
    unread = {f"blocks of CAT{category:03d}": n for category, n in counts.blocks.items() if category not in known}
    damaged = (
        counts.truncated_blocks + counts.truncated_records + counts.unknown_items + counts.empty_records
        + counts.skipped_packets
    )  # fmt: skip
    heard = Heard(
        names=tuple(sensor.name for sensor in recording.sensors), plots=recording.plots, marks=_marks(recording),
        records={**read, **unread}, damaged=damaged, left_out=counts.left_out,
    )
    return heard, frozenset(counts.blocks)


def _marks(recording: Recording) -> np.ndarray:
    """Marks, without places where no radar can stand: those would say where nothing is."""
    marks = recording.marks.copy()
    stands = (np.abs(marks["lat_deg"]) <= 90.0) & (np.abs(marks["lon_deg"]) <= 180.0) & (marks["height_m"] >= -1000.0)
    for name in ("lat_deg", "lon_deg", "height_m"):
        marks[name][~stands] = np.nan
    return marks


def _with_positions(heard: Heard, datagrams: Sequence[bytes]) -> Heard:
    """What was heard, with positions of other categories."""
    try:
        rows, tally = positions_in(datagrams)
    except FarwatchError:
        return replace(heard, records={**heard.records, "records that need libasterix": len(datagrams)})
    usual = {VIRTUAL[category]: rows[rows["category"] == category] for category in POSITION_CATEGORIES}
    positions = {name: found for name, mine in usual.items() if (found := _usable(mine)).size}
    records = {name.upper(): mine.size for name, mine in usual.items() if mine.size}
    lost = rows.size - sum(found.size for found in positions.values())
    return replace(
        heard, positions=positions, records={**heard.records, **records}, damaged=heard.damaged + _damaged(tally),
        left_out=dict(Counter(heard.left_out) + Counter(tally.left_out) + Counter({"no place in the air": lost})),
    )


def _damaged(tally: Tally) -> int:
    return tally.truncated_records + tally.unknown_items + tally.empty_records


def _with_adsb(
    heard: Heard, spoken: Sequence[tuple[Datagram, str]], readers: Readers, now_s: float
) -> Heard:
    """What was heard, with what receivers of ADS-B passed on."""
    if readers.adsb is None:
        return replace(heard, records={**heard.records, "datagrams of ADS-B, not read": len(spoken)})
    parts = [np.zeros(0, POSITION)]
    for one, form in spoken:
        key = (one.source, form)
        if key not in readers.listeners:
            readers.listeners[key] = readers.adsb(form)
        parts.append(_usable(readers.listeners[key].feed(one.data, now_s)))
    found = np.concatenate(parts)
    positions = {**heard.positions, ADSB: found} if found.size else heard.positions
    return replace(heard, positions=positions, records={**heard.records, "ADS-B": found.size})


def _usable(rows: Any) -> np.ndarray:
    """POSITION[n] of rows with fields like its own: those that say when, where and how high something flies."""
    positions = np.zeros(rows.size, POSITION)
    positions["sigma_m"], positions["track_number"] = np.nan, -1
    for name in set(POSITION.names or ()).intersection(rows.dtype.names):
        positions[name] = rows[name]
    if "pressure_height_m" in rows.dtype.names:  # what transponders tell radars, so that all heights are of one kind
        told = np.isfinite(rows["pressure_height_m"])
        positions["height_m"] = np.where(told, rows["pressure_height_m"], rows["height_m"])
    good = np.isfinite(positions["time_s"])
    for name, least, most in (("lat_deg", -90.0, 90.0), ("lon_deg", -360.0, 360.0), ("height_m", -1e3, 5e4)):
        good &= (positions[name] >= least) & (positions[name] <= most)
    for name in ("on_ground", "ended"):
        if name in rows.dtype.names:
            good &= rows[name] == 0
    return np.asarray(positions[good])
