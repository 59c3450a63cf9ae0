"""What the picture says, in JSON, on a console, and as scenes."""

import json
from io import StringIO
from math import nan

import numpy as np
import pytest
from rich.console import Console

from farwatch.live.health import Health, memory_bytes
from farwatch.live.service import Told, health_of
from farwatch.live.telling import clock_of, health_line, json_lines, plain_lines, rows_of, scenes_of, summary, table_of
from farwatch.records import STATE
from farwatch.world.earth import geodesic_between
from live.feeds import SITE, Stepped, turns


@pytest.fixture(scope="module")
def stepped():
    """A service after twenty turns of one radar."""
    found = Stepped()
    found.play(turns(20))
    return found


def told(stepped, **changes):
    """What a step would tell of the tracks that are shown."""
    return Told(stepped.shown, np.zeros(0, STATE))._replace(**changes)


def test_each_line_is_json_with_a_type(stepped):
    """Tracks, ends, warnings and health, each an object of its own; what is not known is null, never NaN."""
    health = health_of(stepped.service, {"datagrams": 80}, 12.5, 36000.0)
    lines = [*json_lines(told(stepped, ended=stepped.shown[:1], warnings=("careful",), health=health),
                         stepped.service.air)]  # fmt: skip
    read = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert [one["type"] for one in read] == ["track"] * 3 + ["ended", "warning", "health"]
    assert read[-1]["plots"]["used"] == stepped.counts["used"]
    assert read[-1]["tracks"] == 3
    assert read[-1]["sensors"] == ["sac1-sic1"]
    assert json.loads(health_line(Health(running_s=0.0), "end"), parse_constant=pytest.fail)["picture_s"] is None


def test_tracks_are_where_the_aircraft_are(stepped):
    """Place, speed and course of an aircraft that flies north at 200 m/s, by geodesics from the radar."""
    rows = {row["address"]: row for row in rows_of(stepped.shown, stepped.service.air)}
    assert set(rows) == {"3c0001", "3c0002", "3c0003"}
    for k, row in enumerate(rows[f"3c000{k}"] for k in (1, 2, 3)):
        north_m = -30_000.0 + 200.0 * (row["time_s"] - 36000.0)
        across = geodesic_between(SITE["lat_deg"], SITE["lon_deg"], row["lat_deg"], row["lon_deg"])
        slant_m = np.hypot(20_000.0 + 15_000.0 * k, north_m)
        assert float(across.distance_m) == pytest.approx(np.sqrt(slant_m**2 - 5600.0**2), abs=600.0)
        assert row["speed_m_s"] == pytest.approx(200.0, abs=20.0)
        assert min(row["course_deg"], 360.0 - row["course_deg"]) < 8.0
        assert row["mode_a"] == "1234"
        assert not row["stale"]


def test_a_track_without_plots_is_called_stale(stepped):
    """Two turns after its last plot."""
    late = stepped.shown.copy()
    late["hit_s"] = late["time_s"] - 8.0
    assert all(row["stale"] for row in rows_of(late, stepped.service.air))


def test_clock_is_the_time_of_day():
    """Past midnight it begins again; tenths are not rounded up to 60 seconds."""
    assert clock_of(36000.04) == "10:00:00.0"
    assert clock_of(86400.0 + 3723.4) == "01:02:03.4"
    assert clock_of(86399.97) == "00:00:00.0"
    assert clock_of(nan) is None


def test_scenes_hold_each_track_once_at_each_time(stepped):
    """Two scans and one end: a scene for each time, tracks with number, codes, motion and fate."""
    earlier = stepped.shown.copy()
    earlier["time_s"] -= 4.0
    scenes = [*scenes_of(told(stepped, states=np.concatenate([earlier, stepped.shown]), ended=stepped.shown[:1]),
                         stepped.service.air)]  # fmt: skip
    assert [time_s for time_s, _ in scenes] == [earlier["time_s"][0], stepped.shown["time_s"][0]]
    assert [scene.moves.size for _, scene in scenes] == [9, 8]
    assert sorted(thing.fate for thing in scenes[1][1].things) == ["", "", "ended"]
    assert {thing.address for thing in scenes[0][1].things} == {0x3C0001, 0x3C0002, 0x3C0003}
    assert scenes[0][1].moves["north_m_s"].min() > 150.0


def test_console_shows_tracks_and_health(stepped):
    """Each track stands in the table and, where there are few, among the lines; trouble is named."""
    rows = rows_of(stepped.shown, stepped.service.air)
    health = health_of(stepped.service, {"datagrams": 80, "dropped in the ring": 7}, 12.5, 36000.0)
    console = Console(width=140, file=StringIO())
    console.print(table_of(health, rows))
    assert "3c0002" in console.file.getvalue()
    lines = plain_lines(health, rows)
    assert "3 tracks" in lines[0]
    assert "7 dropped" in lines[1]
    assert sum("3c000" in line for line in lines) == 3
    assert len(plain_lines(health, rows * 4)) == len(summary(health))
    troubled = summary(Health(running_s=1.0, unready=("sac1-sic9",), off={"sac1-sic3": 3600.0}))
    assert any("sac1-sic9" in line for line in troubled)
    assert any("sac1-sic3 +3600 s" in line for line in troubled)


def test_memory_is_that_of_this_process():
    """More than an interpreter needs, less than the machine has."""
    assert 1e7 < memory_bytes() < 1e11
