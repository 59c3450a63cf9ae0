"""What the picture says: JSON lines for programs, rows for a console, scenes for system tracks.

Each JSON line is an object with a `type`: `track`, one confirmed track at the end of a sensor's turn; `ended`, the last
of one; `warning`; `health`; `end`, the last health of all. `time_s` counts from the midnight (UTC) before the first
data and goes on past 86400; `clock` is the time of day. What is not known is null.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from farwatch.formats.asterix_fields import DAY_S
from farwatch.formats.scene import MOVE, TRACK, Scene, Thing
from farwatch.live.health import Health
from farwatch.live.service import Told
from farwatch.live.tracker import Air
from farwatch.track.files import track_columns
from farwatch.world.earth import east_north_up, rates_from_ecef

if TYPE_CHECKING:
    from rich.console import Group

STALE_TURNS = 1.6
"""A track without a plot for so many turns of the slowest sensor is stale: it is shown where it was carried on to."""

ROWS_SHOWN, LINES_SHOWN = 30, 8
"""Tracks in the table of a terminal, and among plain lines."""

COLUMNS = ("track", "clock", "address", "code", "latitude", "longitude", "height m", "m/s", "course", "sigma m", "")


# JSON -------------------------------------------------------------------------------------------------------


def json_lines(told: Told, air: Air) -> Iterator[str]:
    """What one step has to tell, a line each, without line ends."""
    for row in rows_of(told.states, air):
        yield json.dumps({"type": "track", **row})
    for row in rows_of(told.ended, air):
        yield json.dumps({"type": "ended", **row})
    for said in told.warnings:
        yield json.dumps({"type": "warning", "text": said})
    if told.health is not None:
        yield health_line(told.health)


def health_line(health: Health, kind: str = "health") -> str:
    """One look at the service as JSON; kind: `health` or `end`."""
    return json.dumps({"type": kind, "clock": clock_of(health.picture_s), **health.as_dict()})


def rows_of(states: np.ndarray, air: Air) -> list[dict[str, Any]]:
    """STATE rows as fields by name, ready for JSON."""
    if air.frame is None or air.radars is None or not states.size:
        return []
    columns = track_columns(states, (), air.frame)
    speeds = _speeds_m_s(states, air, columns)
    found = {
        "time_s": states["time_s"], "track": states["serial"],
        "lat_deg": columns["lat_deg"].round(6), "lon_deg": columns["lon_deg"].round(6),
        "height_m": columns["height_m"].round(1),
        "speed_m_s": np.hypot(speeds[:, 0], speeds[:, 1]).round(2),
        "course_deg": (np.degrees(np.arctan2(speeds[:, 0], speeds[:, 1])) % 360.0).round(2),
        "climb_m_s": speeds[:, 2].round(2),
        "sigma_m": states["position_sigma_m"].round(1),
        "existence": columns["existence"].round(4),
        "address": columns["address"], "mode_a": columns["mode_a"],
        "last_plot_s": states["hit_s"].round(3),
        "stale": states["time_s"] - states["hit_s"] > STALE_TURNS * float(air.radars["period_s"].max()),
    }  # fmt: skip
    lists = [column.tolist() for column in found.values()]
    rows = [dict(zip(found, values, strict=True)) for values in zip(*lists, strict=True)]
    return [{"clock": clock_of(row["time_s"]), **{name: _told(value) for name, value in row.items()}} for row in rows]


def _told(value: Any) -> Any:
    """A value, or None where it is not known."""
    unknown = value == "" or (isinstance(value, float) and not isfinite(value))
    return None if unknown else value


def _speeds_m_s(states: np.ndarray, air: Air, columns: dict[str, np.ndarray]) -> np.ndarray:
    """Velocity (n, 3) east, north, up at where each track is, which is not the frame's where that is far."""
    if air.frame is None:
        return np.zeros((states.size, 3))
    velocity = np.stack([states["vx_m_s"], states["vy_m_s"], states["vz_m_s"]], axis=1)
    ecef = velocity @ east_north_up(air.frame.lat_deg, air.frame.lon_deg)
    return rates_from_ecef(columns["lat_deg"], columns["lon_deg"], ecef)


def clock_of(time_s: float) -> str | None:
    """A time as `hh:mm:ss.t` of its day; None where it is not known."""
    if not isfinite(time_s):
        return None
    tenths = round(time_s * 10.0) % round(DAY_S * 10.0)
    return f"{tenths // 36000:02d}:{tenths // 600 % 60:02d}:{tenths % 600 / 10:04.1f}"


# System tracks ----------------------------------------------------------------------------------------------


AGE_S, AHEAD_S = 60.0, 1.0
"""A scene tells how old a track is up to here; and that it goes on, by a place so much later."""


def scenes_of(told: Told, air: Air) -> Iterator[tuple[float, Scene]]:
    """What one step has to tell: each time of its states, and a scene of the tracks then, and of those that ended then.

    A scene is read as a whole: a track's first row is its beginning, its last its end. So each track has a row where it
    began (or AGE_S ago), the row of this time, and, unless it ended, a row AHEAD_S later. Only what a writer makes of
    this time is to be sent.
    """
    rows = {(row["time_s"], row["track"]): (row, "") for row in rows_of(told.states, air)}
    rows |= {(row["time_s"], row["track"]): (row, "ended") for row in rows_of(told.ended, air)}
    every = np.concatenate([told.states, told.ended])
    born_s = dict(zip(every["serial"].tolist(), every["born_s"].tolist(), strict=True))
    for time_s in sorted({time_s for time_s, _ in rows}):
        now = [(row, fate) for (then_s, _), (row, fate) in rows.items() if then_s == time_s]
        yield time_s, _scene(now, born_s)


def _scene(rows: Sequence[tuple[dict[str, Any], str]], born_s: Mapping[int, float]) -> Scene:
    """Tracks at one time."""
    things, moves = list[Thing](), list[np.ndarray]()
    for k, (row, fate) in enumerate(rows):
        number = row["track"]
        things.append(
            Thing(
                key=f"track {number}", kind=TRACK, number=number, fate=fate, pressure=True,
                address=int(row["address"] or "0", 16), mode_a=int(row["mode_a"] or "0", 8),
            )
        )  # fmt: skip
        course_rad, time_s = np.radians(row["course_deg"]), row["time_s"]
        began_s = max(born_s.get(number, time_s - AGE_S), time_s - AGE_S)
        times_s = [began_s, time_s, time_s + AHEAD_S]
        mine = np.zeros(2 if fate else 3, MOVE)
        mine["time_s"], mine["thing"] = times_s[: mine.size], k
        for name in ("lat_deg", "lon_deg", "height_m", "sigma_m"):
            mine[name] = row[name]
        mine["east_m_s"], mine["north_m_s"] = row["speed_m_s"] * np.array([np.sin(course_rad), np.cos(course_rad)])
        mine["up_m_s"] = row["climb_m_s"]
        moves.append(mine)
    return Scene(source="picture", title="air picture", things=tuple(things), moves=np.concatenate(moves))


# Console ----------------------------------------------------------------------------------------------------


def plain_lines(health: Health, rows: Sequence[dict[str, Any]]) -> list[str]:
    """A look at the service in lines, for where there is no terminal: how it is, then the tracks, if they are few."""
    lines = summary(health)
    if len(rows) > LINES_SHOWN:
        return lines
    return lines + [f"  {_line(row)}" for row in rows]


def table_of(health: Health, rows: Sequence[dict[str, Any]]) -> "Group":
    """The picture for a terminal: its tracks, the freshest first, and below how the service is."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(*COLUMNS, box=None, header_style="bold")
    ordered = sorted(rows, key=lambda row: (row["stale"], -row["last_plot_s"]))
    for row in ordered[:ROWS_SHOWN]:
        table.add_row(*_cells(row), style="dim" if row["stale"] else "")
    left = len(rows) - ROWS_SHOWN
    more = [Text(f"... and {left} more")] if left > 0 else []
    return Group(table, *more, *(Text(line) for line in summary(health)))


def _line(row: dict[str, Any]) -> str:
    """A track in words."""
    called = " ".join(f"{word} {row[name]}" for word, name in (("address", "address"), ("code", "mode_a")) if row[name])
    stale = ", stale" if row["stale"] else ""
    return (
        f"track {row['track']} {called}: {row['lat_deg']:.4f} {row['lon_deg']:.4f}, height {row['height_m']:.0f} m,"
        f" {row['speed_m_s']:.0f} m/s on {row['course_deg']:03.0f}, sigma {row['sigma_m']:.0f} m{stale}"
    )


def _cells(row: dict[str, Any]) -> list[str]:
    """A track as words, one for each of COLUMNS."""
    return [
        f"{row['track']}", row["clock"], row["address"] or "", row["mode_a"] or "", f"{row['lat_deg']:.4f}",
        f"{row['lon_deg']:.4f}", f"{row['height_m']:.0f}", f"{row['speed_m_s']:.0f}", f"{row['course_deg']:.0f}",
        f"{row['sigma_m']:.0f}", "stale" if row["stale"] else "",
    ]  # fmt: skip


def summary(health: Health) -> list[str]:
    """How the service is, in a few lines."""
    received, plots = health.received, health.plots
    megabytes, memory_mb = received.get("bytes", 0) / 1e6, health.memory_bytes / 1e6
    behind = f", {health.behind_utc_s:+.0f} s behind UTC" if isfinite(health.behind_utc_s) else ""
    first = (
        f"{clock_of(health.picture_s) or 'no data yet'}{behind}: {health.tracks} tracks ({health.tentative} tentative,"
        f" {health.ended} ended) of {len(health.sensors)} sensors; {plots.get('used', 0)} plots"
    )
    second = (
        f"  {received.get('datagrams', 0)} datagrams, {megabytes:.1f} MB; {health.dropped} dropped,"
        f" {health.damaged} damaged; reading {100 * health.decode_share:.0f} % of the time,"
        f" tracking {100 * health.track_share:.0f} %; {health.lag_s:.1f} s late; memory {memory_mb:.0f} MB"
    )
    lines = [first, second]
    more = {**health.records, **{f"plots {name}": n for name, n in plots.items() if name != "used"}, **health.left_out}
    if more:
        lines.append("  " + ", ".join(f"{name} {n}" for name, n in more.items()))
    if health.unready:
        lines.append(f"  not placed or not timed yet: {', '.join(health.unready[:LINES_SHOWN])}")
    if health.not_sent:
        lines.append(f"  {health.not_sent} datagrams of tracks could not be sent")
    if health.off:
        lines.append("  clocks off: " + ", ".join(f"{name} {gap:+.0f} s" for name, gap in health.off.items()))
    return lines
