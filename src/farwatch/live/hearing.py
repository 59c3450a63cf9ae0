"""What datagrams say: plots and marks of radars, positions of aircraft; bytes of any kind in, records out.

CAT048 and CAT034 are read here, by `formats.asterix`. Whatever else may come (other categories, ADS-B) is read by the
functions in `Readers`, each of which makes a scene of bytes: its plots belong to sensors, its moves are positions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from farwatch.errors import InputError
from farwatch.formats.asterix import Recording, Spreads, of_frames
from farwatch.formats.asterix_fields import MARK
from farwatch.formats.asterix_frames import HEADER_BYTES, Frames, of_datagrams
from farwatch.formats.scene import Scene
from farwatch.live.sources import Datagram
from farwatch.records import PLOT

OWN = (34, 48)
"""Categories that are read here."""

POSITION = np.dtype(
    [
        ("time_s", "f8"),
        ("lat_deg", "f8"), ("lon_deg", "f8"), ("height_m", "f8"),
        ("sigma_m", "f8"),           # of each horizontal component; NaN: not told
        ("address", "i8"), ("mode_a", "i8"), ("number", "i8"),  # 0, 0, -1: none
    ],
    align=True,
)
"""Where an aircraft says it is, or another system does."""

_RAW_ADSB = (b"*", b"@", b"\x1a", b"MSG,")
"""How datagrams of ADS-B begin: frames in hexadecimal, with a time stamp, in Beast's binary form, as SBS lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who reads what is not read here; None: such data are counted and left alone.

    asterix: by category, a function of data blocks of that category, headers and all. adsb: a function of one datagram
    and the time (s) at which it came, for data that bear no time of their own. Either returns a Scene.
    """

    asterix: Mapping[int, Callable[[bytes], Scene]] = field(default_factory=dict)
    adsb: Callable[[bytes, float], Scene] | None = None
    spreads: Spreads = field(default_factory=Spreads)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What some datagrams said.

    plots: PLOT[n], `radar_index` into names; marks: MARK[k], `sensor` into names; fields: what a reader knows of a
    sensor beside that, by its name; positions: POSITION[m] by the name of their virtual sensor; records by category;
    damaged: blocks, records and datagrams that could not be read; left_out: records that are no plot, by reason.
    """

    names: tuple[str, ...] = ()
    plots: np.ndarray = field(default_factory=lambda: np.zeros(0, PLOT))
    marks: np.ndarray = field(default_factory=lambda: np.zeros(0, MARK))
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    positions: Mapping[str, np.ndarray] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    damaged: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


def hear(datagrams: Sequence[Datagram], readers: Readers, now_s: float) -> Heard:
    """Read datagrams, in the order of arrival; whatever the bytes, something comes of it.

    now_s: the time of day to give to data that bear none. Times are seconds since a midnight, that before the first.
    """
    adsb = [one.data for one in datagrams if _is_adsb(one.data)]
    rest = [one.data for one in datagrams if not _is_adsb(one.data)]
    data = b"".join(rest)
    ends = np.cumsum([len(one) for one in rest], dtype=np.int64).tolist()
    frames = of_datagrams(data, ((end - len(one), end, end) for one, end in zip(rest, ends, strict=True)))
    heard = _own(of_frames(data, frames, readers.spreads, "datagrams"))
    for category in sorted({block[0] for block in frames.blocks}.difference(OWN)):
        heard = _with(heard, f"CAT{category:03d}", *_others(data, frames, category, readers))
    if adsb:
        scenes = [scene for one in adsb if (scene := _read(readers.adsb, one, now_s))]
        heard = _with(heard, "ADS-B", scenes, len(adsb) if readers.adsb is None else 0, len(adsb) - len(scenes))
    return heard


def _is_adsb(data: bytes) -> bool:
    """Whether a datagram is ADS-B as receivers pass it on, and no ASTERIX: that begins with a length that fits."""
    if not data.startswith(_RAW_ADSB):
        return False
    return len(data) < HEADER_BYTES or int.from_bytes(data[1:3], "big") > len(data) or data[1:3] == b"\0\0"


def _own(recording: Recording) -> Heard:
    """What CAT048 and CAT034 said."""
    counts = recording.counts
    records = {f"CAT{category:03d}": n for category, n in counts.records.items() if n}
    damaged = (
        counts.truncated_blocks + counts.truncated_records + counts.unknown_items + counts.empty_records
        + counts.skipped_packets
    )  # fmt: skip
    return Heard(
        names=tuple(sensor.name for sensor in recording.sensors), plots=recording.plots, marks=recording.marks,
        records=records, damaged=damaged, left_out=counts.left_out,
    )


def _others(data: bytes, frames: Frames, category: int, readers: Readers) -> tuple[list[Scene], int, int]:
    """Scenes of one category's blocks; how many were left alone; how many blocks could not be read."""
    blocks = [data[first - HEADER_BYTES : end] for kind, first, end in frames.blocks if kind == category]
    reader = readers.asterix.get(category)
    if reader is None:
        return [], len(blocks), 0
    together = _read(reader, b"".join(blocks))
    if together is not None:
        return [together], 0, 0
    alone = [scene for block in blocks if (scene := _read(reader, block))]  # one damaged block costs itself only
    return alone, 0, len(blocks) - len(alone)


def _read(reader: Callable[..., Scene] | None, *given: Any) -> Scene | None:
    """What a reader makes of bytes; None where it refuses them."""
    try:
        return None if reader is None else reader(*given)
    except InputError:
        return None


def _with(heard: Heard, kind: str, scenes: Sequence[Scene], alone: int, damaged: int) -> Heard:
    """What was heard, with scenes of another kind."""
    positions = [positions_of(scene) for scene in scenes]
    found = np.concatenate([*positions, np.zeros(0, POSITION)])
    count = found.size + sum(scene.plots.size for scene in scenes)
    records = Counter(heard.records) + Counter({kind: count, f"{kind}, not read": alone})
    lost = 0 if alone else damaged
    heard = replace(heard, records=dict(records), damaged=heard.damaged + lost)
    if found.size:
        heard = replace(heard, positions={**heard.positions, name_of(kind): found})
    for scene in scenes:
        if scene.plots.size:
            heard = _with_plots(heard, scene)
    return heard


def _with_plots(heard: Heard, scene: Scene) -> Heard:
    """What was heard, with plots of a scene and what it says of their sensors."""
    names = tuple(dict.fromkeys([*heard.names, *(sensor.name for sensor in scene.sensors)]))
    plots = scene.plots.copy()
    plots["radar_index"] = np.array([names.index(sensor.name) for sensor in scene.sensors])[plots["radar_index"]]
    fields = {one.name: one.model_dump(exclude_unset=True) for one in scene.sensors}
    return replace(
        heard, names=names, plots=np.concatenate([heard.plots, plots]), fields={**heard.fields, **fields}
    )


def name_of(kind: str) -> str:
    """Name of the virtual sensor of a kind of data: `adsb`, `cat062`."""
    return kind.replace("-", "").lower()


def positions_of(scene: Scene) -> np.ndarray:
    """POSITION[n] of a scene's moves that say where, how high and when, in order of time."""
    moves = scene.moves
    rows = np.zeros(moves.size, POSITION)
    for name in ("time_s", "lat_deg", "lon_deg", "height_m", "sigma_m"):
        rows[name] = moves[name]
    for name in ("address", "mode_a", "number"):
        rows[name] = np.array([getattr(thing, name) for thing in scene.things], np.int64)[moves["thing"]]
    told = np.ones(rows.size, bool)
    for name in ("time_s", "lat_deg", "lon_deg", "height_m"):
        told &= np.isfinite(rows[name])
    return rows[told][np.argsort(rows["time_s"][told], kind="stable")]


def total(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Counts added up by their words."""
    found: Counter[str] = Counter()
    for one in counts:
        found.update(one)
    return found
