"""A scene as the ASTERIX datagrams that its radars and its tracker would send: to a file, a capture, or the network.

Plots go out as CAT048 with the CAT034 messages of their radars, things with tracks as CAT062 with CAT065. Each datagram
is one block: records of one category and source that belong together in time (a sector of a radar's turn, a quarter of
a second of tracks). `asterix_messages` says which items are sent, `sending` paces datagrams onto a network.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import pcap
from farwatch.formats.asterix_messages import Source, marks_of, plots_of, status_of, tracks_of
from farwatch.formats.asterix_packing import Messages, blocks
from farwatch.formats.scene import TARGET, TRACK, Rows, Scene, midnight
from farwatch.formats.whole import appearing

PLOTS, TRACKS, TARGETS = "plots", "tracks", "targets"
WHAT: Mapping[str, str] = {
    PLOTS: "CAT048 plots of each radar, with its CAT034 north marks and sectors",
    TRACKS: "CAT062 system tracks, with CAT065 status messages",
    TARGETS: "the truth as CAT062, from a source of its own",
}
"""What a feed can hold."""

RAW, CAPTURE = frozenset({".ast", ".asterix"}), frozenset({".pcap"})

SAC = 0
"""System area code where none is given: no country's. Sensors count their SIC from 1."""

TRACKS_SIC, TARGETS_SIC = 254, 255

CODE_NAME = re.compile(r"sac(\d{1,3})-sic(\d{1,3})")
"""Names of sensors that say their codes, as the reader of recordings names them."""

LEAST_BYTES, MOST_BYTES = 128, 65_507
"""Least: the longest record, and room to spare; most: what a UDP datagram over IPv4 can hold (RFC 768, RFC 791)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What of a scene is sent, and how. InputError with every field that cannot be used."""

    what: tuple[str, ...] = (PLOTS, TRACKS)
    """Some of `WHAT`."""
    codes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """SAC and SIC by name of a sensor, and of `tracks` and `targets`."""
    reference: tuple[float, float] | None = None
    """Latitude and longitude (deg) where the plane of I062/100 touches; none: the item is not sent."""
    most_bytes: int = 1400
    """Largest datagram. 1400 leaves room for headers and tunnels in an Ethernet frame of 1500."""
    status_s: float = 1.0
    """Time between two CAT065 messages."""
    simulated: bool = False
    """Whether plots and tracks are marked as simulated (SIM), which displays may show differently, or not at all."""

    def __post_init__(self) -> None:
        problems = [
            Problem("what", name, "is not known", f"one of {', '.join(WHAT)}") for name in self.what if name not in WHAT
        ]
        if not LEAST_BYTES <= self.most_bytes <= MOST_BYTES:
            problems.append(Problem("most_bytes", f"{self.most_bytes}", f"must be {LEAST_BYTES} to {MOST_BYTES}"))
        if not 0.0 < self.status_s < np.inf:
            problems.append(Problem("status_s", f"{self.status_s}", "must be more than 0 s"))
        if self.reference is not None and not (abs(self.reference[0]) <= 90.0 and abs(self.reference[1]) <= 360.0):
            problems.append(Problem("reference", f"{self.reference}", "must be a latitude and a longitude, in degrees"))
        problems += [
            Problem(f"codes: {name}", f"{code}", "must be a SAC and a SIC, each 0 to 255")
            for name, code in self.codes.items()
            if not all(0 <= part <= 255 for part in code)
        ]
        if problems:
            raise InputError("feed", problems)


def datagrams(scene: Scene, feed: Feed | None = None) -> Iterator[tuple[float, bytes]]:
    """Datagrams in order of time, each with the scene's time (s) at which it is sent: that of its last record.

    InputError where a code is given to no one, or two sources would have the same.
    """
    feed = feed or Feed()
    codes = codes_of(scene, feed)
    start_s = (scene.start - midnight(scene.start)).total_seconds()
    sources = {
        name: Source(sac=sac, sic=sic, midnight_s=start_s, simulated=feed.simulated)
        for name, (sac, sic) in codes.items()
    }
    parts = _radar_parts(scene, sources) if PLOTS in feed.what else []
    for what, kind in ((TRACKS, TRACK), (TARGETS, TARGET)):
        if what in feed.what:
            parts += _track_parts(scene, kind, sources[what], feed)
    return merge(*[blocks(part, feed.most_bytes) for part in parts], key=lambda timed: timed[0])


def write(path: str | Path, scene: Scene, feed: Feed | None = None, to: tuple[str, int] = pcap.GROUP) -> None:
    """Write the datagrams of a scene: raw blocks (.ast, .asterix), or a capture of them on their way to `to` (.pcap).

    The file appears whole or not at all. InputError for another suffix, a scene with nothing to send, and as
    `datagrams`; StoreError where it cannot be written.
    """
    place = Path(path)
    suffix = place.suffix.lower()
    if suffix not in RAW | CAPTURE:
        hint = f"one of {', '.join(sorted(RAW | CAPTURE))}"
        raise InputError(str(path), [Problem("file", place.suffix, "is no suffix of ASTERIX", hint)])
    sent = list(datagrams(scene, feed))
    if not sent:
        hint = ", ".join((feed or Feed()).what)
        raise InputError(scene.source, [Problem("scene", "", "holds nothing of what is to be sent", hint)])
    if suffix in CAPTURE:
        pcap.write(place, sent, scene.start, to)
        return
    with appearing(place) as partial, partial.open("wb") as file:
        file.writelines(block for _, block in sent)


def codes_of(scene: Scene, feed: Feed | None = None) -> Mapping[str, tuple[int, int]]:
    """SAC and SIC of each source of a feed, by the name of its sensor, `tracks` or `targets`.

    Of a sensor: those given, else those its name says (`sac25-sic12`), else SAC 0 and a SIC that counts from 1 over
    those that are free. InputError where a code is given to no one, two sources would have the same, or none is left.
    """
    feed = feed or Feed()
    names = [sensor.name for sensor in scene.sensors] if PLOTS in feed.what else []
    names += [name for name in (TRACKS, TARGETS) if name in feed.what]
    known = {sensor.name for sensor in scene.sensors} | {TRACKS, TARGETS}
    problems = [
        Problem(f"codes: {name}", "", "is no source of this feed", f"it has {', '.join(sorted(known))}")
        for name in feed.codes if name not in known
    ]
    again = sorted({name for name in names if names.count(name) > 1})
    problems += [Problem(name, "", "is the name of two sources", "give one another name") for name in again]
    found = {TRACKS: (SAC, TRACKS_SIC), TARGETS: (SAC, TARGETS_SIC)}
    found |= {name: code for name in names if (code := _said(name))}
    found |= feed.codes
    free = iter(sorted({(SAC, sic) for sic in range(1, 256)} - {tuple(code) for code in found.values()}))
    codes = {name: found.get(name) or next(free, (-1, -1)) for name in names}
    problems += _shared(codes)
    if problems:
        raise InputError(scene.source, problems)
    return codes


def _said(name: str) -> tuple[int, int] | None:
    """Codes that a sensor's name says."""
    match = CODE_NAME.fullmatch(name)
    if match is None:
        return None
    code = int(match[1]), int(match[2])
    return code if max(code) <= 255 else None


def _shared(codes: Mapping[str, tuple[int, int]]) -> list[Problem]:
    """Sources with the code of an earlier one, or with none."""
    problems: list[Problem] = []
    owner: dict[tuple[int, int], str] = {}
    for name, code in codes.items():
        said = f"SAC {code[0]}, SIC {code[1]}"
        if code == (-1, -1):
            problems.append(Problem(name, "", "finds no SIC of SAC 0 free", "give it a code with another SAC"))
        elif code in owner:
            problems.append(Problem(name, said, f"is the code of {owner[code]}", "give it another"))
        owner[code] = name
    return problems


def _radar_parts(scene: Scene, sources: Mapping[str, Source]) -> list[Messages]:
    """Marks and plots of each radar; the marks of all last as long as the plots of any. Nothing where there is none."""
    time_s = scene.plots["time_s"][np.isfinite(scene.plots["time_s"])]
    if not time_s.size:
        return []
    parts = []
    for r, sensor in enumerate(scene.sensors):
        source = sources[sensor.name]
        parts.append(marks_of(sensor, source, float(time_s.min()), float(time_s.max())))
        parts.append(plots_of(scene.plots[scene.plots["radar_index"] == r], sensor, source))
    return parts


def _track_parts(scene: Scene, kind: str, source: Source, feed: Feed) -> list[Messages]:
    """Status and tracks of the things of one kind; nothing where none of them moves."""
    moves = _moves_of(scene, kind)
    if not moves.size:
        return []
    span = float(moves["time_s"].min()), float(moves["time_s"].max())
    return [status_of(source, *span, feed.status_s), tracks_of(moves, scene.things, source, feed.reference)]


def _moves_of(scene: Scene, kind: str) -> Rows:
    """Moves of the things of one kind that have a time."""
    mine = np.array([thing.kind == kind for thing in scene.things], np.bool_)
    if not mine.any():
        return scene.moves[:0]
    kept: Rows = scene.moves[mine[scene.moves["thing"]] & np.isfinite(scene.moves["time_s"])]
    return kept
