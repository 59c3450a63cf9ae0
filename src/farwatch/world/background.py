"""Background traffic: recorded flights of a scenario turned into members of the cast."""

from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np

from farwatch.scenario import Traffic
from farwatch.world.cast import Member
from farwatch.world.earth import Frame
from farwatch.world.flights import Cleaned, clean, moved, trajectory
from farwatch.world.profiles import Flight
from farwatch.world.recordings import read_recording

TRAFFIC_CLASS = "airliner"
_FEWEST_KNOTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where traffic goes in the cast: its file, the name and number of its group, the class it is taken for."""

    path: str
    group_name: str
    group_index: int
    class_index: int


def overhear(traffic: Traffic, slot: Slot, frame: Frame, duration_s: float) -> tuple[list[Member], list[str]]:
    """Members of one recording that fly in the first `duration_s` of the mission, and what should be said."""
    recording = read_recording(slot.path)
    recording = replace(recording, time_s=recording.time_s - recording.time_s.min(initial=np.inf) - traffic.from_s)
    if traffic.moved_to is not None:
        recording = moved(recording, traffic.moved_to.lat_deg, traffic.moved_to.lon_deg)
    cleaned = clean(recording)
    members, nearest = _within(cleaned, slot, frame, duration_s)
    if traffic.limit is not None:
        chosen = set(sorted(nearest, key=lambda name: (nearest[name], name))[: traffic.limit])
        members = [member for member in members if _aircraft(member) in chosen]
    return members, _notices(traffic, slot, cleaned, members)


def _within(
    cleaned: Cleaned, slot: Slot, frame: Frame, duration_s: float
) -> tuple[list[Member], dict[str, float]]:
    """Members, and by aircraft the nearest it comes to the origin, m."""
    members: list[Member] = []
    nearest: dict[str, float] = {}
    for piece in cleaned.pieces:
        start_s = float(cleaned.recording.time_s[piece.first])
        if start_s >= duration_s or cleaned.recording.time_s[piece.end - 1] <= 0.0:
            continue
        flight, late_s = _cut(trajectory(cleaned, piece, frame), start_s, duration_s)
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
