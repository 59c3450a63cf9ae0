"""Every shared capture from its file to scored tracks, through the command line."""

import csv
import json
from collections import Counter

import numpy as np
import pytest
from typer.testing import CliRunner

from farwatch.cli import app
from farwatch.formats.asterix import read

pytestmark = pytest.mark.validation

FIRST, SECOND = 0x343085, 0x3430D8
"""The two aircraft of the recording of 79 minutes."""

EARTH_M = 6_371_008.8
WINDOW_S = 25.0


def said(*words):
    """What the program prints and how it ends."""
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert not found.exception or isinstance(found.exception, SystemExit), found.exception
    return found


def rows_of(path):
    """A table as mappings."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fitted(recording):
    """Where each aircraft was at each of its plots: parabolas through the plots of 25 s before and after, by address.

    Rows (time, address, x, y, z): east, north, up at the radar, on a sphere; heights are flight levels.
    """
    plots, found = recording.plots, []
    for address in (FIRST, SECOND):
        mine = plots[plots["address"] == address]
        t, r, high = mine["time_s"], mine["range_m"], mine["height_m"]
        up = ((EARTH_M + high) ** 2 - EARTH_M**2 - r**2) / (2.0 * EARTH_M)
        ground = np.sqrt(r**2 - up**2)
        place = np.stack([ground * np.sin(mine["azimuth_rad"]), ground * np.cos(mine["azimuth_rad"]), up], axis=1)
        for k in range(t.size):
            near = abs(t - t[k]) <= WINDOW_S
            if near.sum() >= 6:
                middle = np.polynomial.polynomial.polyfit(t[near] - t[k], place[near], 2)[0]
                found.append((t[k], address, *middle))
    return found


@pytest.fixture(scope="module")
def folder(shared):
    """Where the captures lie."""
    return shared / "data" / "asterix"


@pytest.fixture(scope="module", params=["gps", "ast"])
def tracked(request, folder, tmp_path_factory):
    """The recording of 79 minutes, its tracks as a table, and what was printed."""
    place = tmp_path_factory.mktemp(request.param)
    source = folder / f"es_sac20_sic4_79min.{request.param}"
    told = said("track", source, "-o", place / "tracks.csv")
    assert told.exit_code == 0, told.output
    return source, place / "tracks.csv", told.output


def test_79_minutes_are_two_aircraft_and_each_keeps_its_track(tracked):
    """1,830 plots, two tracks, one address each in every row; the radar's own tracker split one of them in three."""
    source, path, output = tracked
    assert "1,830 plots of sac20-sic4 in 951 scans" in output
    rows = rows_of(path)
    held = Counter((row["track_id"], row["address"]) for row in rows)
    assert {address for _, address in held} == {f"{FIRST:06x}", f"{SECOND:06x}"}
    assert len(held) == len({row["track_id"] for row in rows}) == 2
    recording = read(source)
    for (_, address), count in held.items():
        mine = recording.plots["time_s"][recording.plots["address"] == int(address, 16)]
        assert count >= 0.98 * np.ptp(mine) / 4.99


def test_79_minutes_scored_by_parabolas_through_the_plots(tracked, tmp_path):
    """No track is false, none breaks, and tracks stay within what plots of 70 m and 0.08 degrees allow at 150 km."""
    source, path, _ = tracked
    truth = tmp_path / "truth.csv"
    lines = [f"{t!r},{address:06x},{x!r},{y!r},{z!r}" for t, address, x, y, z in (
        (float(row[0]), row[1], *map(float, row[2:])) for row in fitted(read(source)))]  # fmt: skip
    truth.write_text("\n".join(["t,target_id,x,y,z", *lines]) + "\n", encoding="utf-8")
    told = said("score", path, truth, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert found["siap"]["completeness_share"] > 0.99
    assert [found["identity"][name] for name in ("switches", "breaks", "mostly_tracked")] == [0, 0, 2]
    assert found["identity"]["purity_share"] > 0.97  # the rest are rows of coasting, where no plots tell the truth
    assert found["siap"]["number_changes_per_s"] == 0.0
    assert found["initiation"]["found"] == 2
    assert found["initiation"]["late_s"] < 15.0
    across_m = 150e3 * np.radians(0.08)
    assert found["siap"]["position_error_m"] < 1.2 * across_m


def test_79_minutes_live_against_hindsight(tracked, tmp_path):
    """Tracks as they were known then, by the same tracks with hindsight, which are a table of tracks themselves."""
    source, path, _ = tracked
    assert said("track", source, "--smooth", "-o", tmp_path / "smooth.csv").exit_code == 0
    told = said("score", path, tmp_path / "smooth.csv", "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert found["identity"]["switches"] == 0
    assert found["siap"]["completeness_share"] > 0.99
    assert found["siap"]["position_error_m"] < 250.0


def test_a_capture_of_two_seconds_holds_plots_but_no_track(folder, tmp_path):
    """63 aircraft once each: plots are read, no track is confirmed, the score is empty."""
    recording = read(folder / "cat_034_048.pcap")
    counts = np.unique(recording.plots["address"], return_counts=True)[1]
    assert (counts.size, counts.max()) == (63, 1)
    path = tmp_path / "tracks.csv"
    told = said("track", folder / "cat_034_048.pcap", "--only", "sac25-sic12", "-o", path)
    assert told.exit_code == 0, told.output
    assert "19 plots of sac25-sic12 in 1 scan" in told.output
    assert "No track was confirmed" in told.output
    truth = tmp_path / "truth.csv"
    truth.write_text("t,target_id,x,y,z\n27355,a,1,2,3\n27356,a,1,2,3\n", encoding="utf-8")
    scored = said("score", path, truth, "--json")
    assert scored.exit_code == 0, scored.output
    assert json.loads(scored.output)["track_points"] == 0


def test_every_radar_of_the_capture_can_be_placed_by_a_user(folder, tmp_path):
    """All seven in one picture, with minimal sensor files; still one look at each aircraft."""
    recording, more = read(folder / "cat_034_048.pcap"), []
    for heard in recording.sensors:
        if not heard.is_placed:
            more += ["--sensor", tmp_path / f"{heard.name}.yaml"]
            told = f"name: {heard.name}\nrevisit_s: 5\nat: {{lat_deg: 44, lon_deg: 16}}\n"
            more[-1].write_text(told, encoding="utf-8")
    told = said("track", folder / "cat_034_048.pcap", *more, "-o", tmp_path / "tracks.csv")
    assert told.exit_code == 0, told.output
    assert "63 plots of" in told.output
    assert rows_of(tmp_path / "tracks.csv") == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("midnight_cross.gps", "CAT010 (5)"),
        ("cat010_020.ast", "CAT010 (1), CAT020 (1)"),
        ("mixed_blocks.ast", "CAT021 (1), CAT062 (1)"),
        ("cat048_034.ast", "does not tell its time of turn"),
    ],
)
def test_captures_without_plots_to_track_say_so(folder, tmp_path, name, words):
    """What they hold is named, the exit status is 2, nothing is written."""
    told = said("track", folder / name, "-o", tmp_path / "tracks.csv")
    assert told.exit_code == 2
    assert words in told.output
    assert not (tmp_path / "tracks.csv").exists()


def test_a_single_plot_is_tracked_with_a_sensor_file(folder, tmp_path):
    """One plot is read and makes no track."""
    sensor = tmp_path / "radar.yaml"
    sensor.write_text("{name: sac1-sic1, revisit_s: 5, at: {lat_deg: 47, lon_deg: 8}}", encoding="utf-8")
    told = said("track", folder / "cat048_034.ast", "--sensor", sensor, "-o", tmp_path / "tracks.csv")
    assert told.exit_code == 0, told.output
    assert "1 plot of sac1-sic1" in told.output
    assert "No track was confirmed" in told.output


def test_a_recording_cut_anywhere_is_tracked_as_far_as_it_goes(folder, tmp_path):
    """The 79 minutes without their last third, cut within a block, with noise after: the same two aircraft."""
    data = (folder / "es_sac20_sic4_79min.ast").read_bytes()
    path = tmp_path / "cut.ast"
    path.write_bytes(data[: 2 * len(data) // 3 - 5])
    told = said("track", path, "-o", tmp_path / "tracks.csv")
    assert told.exit_code == 0, told.output
    assert {row["address"] for row in rows_of(tmp_path / "tracks.csv")} == {f"{FIRST:06x}", f"{SECOND:06x}"}
    assert "block" in told.output
