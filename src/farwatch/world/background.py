"""Background traffic: recorded flights of a scenario turned into members of the cast."""

from dataclasses import dataclass, field, replace
from math import ceil, floor
from pathlib import Path

import numpy as np

from farwatch.remembered import Memory, memory, read_only
from farwatch.scenario import Traffic
from farwatch.world.cast import Member
from farwatch.world.earth import Frame
from farwatch.world.flights import Cleaned, Piece, clean, moved, trajectory
from farwatch.world.identity import file_digest
from farwatch.world.profiles import Flight, shared
from farwatch.world.recordings import COLUMNS, read_recording

TRAFFIC_CLASS = "airliner"
_FEWEST_KNOTS = 3

RECORDINGS_KEPT = 2
"""Recordings that a process remembers, cleaned, and as flown in some frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where traffic goes in the cast: its file, the name and number of its group, the class it is taken for."""

    path: str
    group_name: str
    group_index: int
    class_index: int


def _flights() -> Memory[Flight]:
    return memory(None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Heard:
    """A recording, and those of its flights in a frame that were asked for."""

    cleaned: Cleaned
    frame: Frame
    flights: Memory[Flight] = field(default_factory=_flights)

    def flight(self, piece: Piece) -> Flight:
        """Read-only knots of one piece; shared with all who ask."""
        return self.flights(piece, lambda: shared(trajectory(self.cleaned, piece, self.frame)))


_CLEANED: Memory[Cleaned] = memory(RECORDINGS_KEPT)
_HEARD: Memory[_Heard] = memory(RECORDINGS_KEPT)


def overhear(traffic: Traffic, slot: Slot, frame: Frame, duration_s: float) -> tuple[list[Member], list[str]]:
    """Members of one recording that fly in the first `duration_s` of the mission, and what should be said."""
    heard = _heard(traffic, slot.path, frame)
    members, nearest = _within(heard, slot, duration_s)
    if traffic.limit is not None:
        chosen = set(sorted(nearest, key=lambda name: (nearest[name], name))[: traffic.limit])
        members = [member for member in members if _aircraft(member) in chosen]
    return members, _notices(traffic, slot, heard.cleaned, members)


def _heard(traffic: Traffic, path: str, frame: Frame) -> _Heard:
    """A recording as it is heard in a frame, remembered by what is in the file."""
    source = Path(path)
    try:
        digest = file_digest(source)
    except OSError:  # whoever reads it says what is wrong
        return _Heard(cleaned=_read(traffic, path), frame=frame)
    key = (digest, source.suffix, traffic.from_s, traffic.moved_to)
    cleaned = _CLEANED(key, lambda: _read(traffic, path))
    return _HEARD((key, frame), lambda: _Heard(cleaned=cleaned, frame=frame))


def _read(traffic: Traffic, path: str) -> Cleaned:
    """A recording cleaned, its times those of the mission, at its place in it."""
    recording = read_recording(path)
    recording = replace(recording, time_s=recording.time_s - recording.time_s.min(initial=np.inf) - traffic.from_s)
    if traffic.moved_to is not None:
        recording = moved(recording, traffic.moved_to.lat_deg, traffic.moved_to.lon_deg)
    cleaned = clean(recording)
    for name in COLUMNS:
        read_only(getattr(cleaned.recording, name))
    return cleaned


def _within(heard: _Heard, slot: Slot, duration_s: float) -> tuple[list[Member], dict[str, float]]:
    """Members, and by aircraft the nearest it comes to the origin, m."""
    members: list[Member] = []
    nearest: dict[str, float] = {}
    time_s = heard.cleaned.recording.time_s
    for piece in heard.cleaned.pieces:
        start_s = float(time_s[piece.first])
        if start_s >= duration_s or time_s[piece.end - 1] <= 0.0:
            continue
        flight, late_s = _cut(heard.flight(piece), start_s, duration_s)
        if len(flight.knots) < _FEWEST_KNOTS:
            continue
        member = Member(
            name=f"{slot.group_name}/{piece.name}",
            group_index=slot.group_index,
            class_index=slot.class_index,
            asset_index=-1,
            transponder=True,
            flight=flight,
            start_s=start_s + late_s,
        )
        members.append(member)
        away_m = float(np.min(np.hypot(flight.knots["x_m"], flight.knots["y_m"])))
        nearest[_aircraft(member)] = min(away_m, nearest.get(_aircraft(member), np.inf))
    return members, nearest


def _cut(flight: Flight, start_s: float, duration_s: float) -> tuple[Flight, float]:
    """The knots of a flight that matter from 0 to `duration_s`, and how much later it then begins."""
    first = max(0, floor(-start_s / flight.step_s))
    last = min(len(flight.knots) - 1, ceil((duration_s - start_s) / flight.step_s))
    return replace(flight, knots=flight.knots[first : last + 1]), first * flight.step_s


def _aircraft(member: Member) -> str:
    return member.name.rpartition("/")[0]


def _notices(traffic: Traffic, slot: Slot, cleaned: Cleaned, members: list[Member]) -> list[str]:
    name = f"traffic {slot.group_name}"
    said = []
    if traffic.moved_to is not None:
        place = f"{traffic.moved_to.lat_deg:.2f} N, {traffic.moved_to.lon_deg:.2f} E"
        said.append(f"{name}: recorded elsewhere, moved to {place} with its geometry kept")
    left_out = [
        f"{count} {what}"
        for count, what in (
            (cleaned.outliers, "impossible positions"),
            (cleaned.stale, "repeated positions"),
            (cleaned.short_pieces, "pieces too short to follow"),
        )
        if count
    ]
    if left_out:
        said.append(f"{name}: left out {', '.join(left_out)}")
    if not members:
        said.append(f"{name}: no recorded flight falls within the mission")
    return said
