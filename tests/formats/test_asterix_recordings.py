"""Real recordings, read and held against what other decoders made of them. The recordings stay where they are."""

import gzip
import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from farwatch.formats import asterix

pytestmark = pytest.mark.validation

FIELDS = ("time_s", "range_m", "azimuth_rad", "mode_a", "address", "height_m", "track_number", "callsign", "place")


@pytest.fixture(scope="module")
def folder(shared):
    """The recordings."""
    return shared / "data" / "asterix"


def test_the_long_recording(folder):
    """Counts, times, codes, ranges and heights that its description gives."""
    found = asterix.read(folder / "es_sac20_sic4_79min.ast")
    assert found.counts.records == {34: 951, 48: 1830}
    assert (found.counts.truncated_records, found.counts.unknown_items, found.counts.skipped_bytes) == (0, 0, 0)
    assert found.plots.size == 1830
    assert found.plots["time_s"].min() == pytest.approx(30015.6, abs=0.05)
    assert found.marks["time_s"].max() == pytest.approx(34757.9, abs=0.05)
    (sensor,) = found.sensors
    assert (sensor.name, sensor.period_from, sensor.is_placed) == ("sac20-sic4", "north marks", False)
    assert sensor.period_s == pytest.approx(4.99, abs=0.005)
    for address, code, low, high, near, far in (
        (0x343085, 0o5050, 56, 80, 58, 89), (0x3430D8, 0o5173, 39, 51, 64, 97)
    ):
        mine = found.plots[found.plots["address"] == address]
        assert set(mine["mode_a"]) <= {0, code}
        level = mine["height_m"][mine["height_sigma_m"] > 0] / 30.48
        assert (level.min(), level.max()) == (pytest.approx(low, abs=1), pytest.approx(high, abs=1))
        miles = mine["range_m"] / 1852
        assert (miles.min(), miles.max()) == (pytest.approx(near, abs=1), pytest.approx(far, abs=1))
    numbers = {a: set(found.reports["track_number"][found.reports["address"] == a]) for a in (0x343085, 0x3430D8)}
    assert numbers[0x343085] == {121}
    assert len(numbers[0x3430D8]) == 3


def test_framing_makes_no_difference(folder):
    """The same recording with and without its head and trailers."""
    raw, trailed = (asterix.read(folder / f"es_sac20_sic4_79min.{end}") for end in ("ast", "gps"))
    assert raw.counts == trailed.counts
    np.testing.assert_array_equal(raw.plots, trailed.plots)


def test_blocks_of_other_categories_are_counted(folder):
    """Recordings without CAT048 are read, and hold no plots."""
    for name, blocks in (
        ("midnight_cross.gps", {10: 5}), ("mixed_blocks.ast", {21: 1, 62: 1}), ("cat010_020.ast", {10: 1, 20: 1})
    ):
        found = asterix.read(folder / name)
        assert (found.counts.blocks, found.plots.size, found.counts.skipped_bytes) == (blocks, 0, 0)


def test_the_small_file_as_another_decoder_reads_it(folder):
    """A record of either category with most items, against the decode that came with it."""
    found = asterix.read(folder / "cat048_034.ast")
    lines = (folder / "cat048_034.expected.ndjson").read_text(encoding="utf-8").splitlines()
    report, mark = (json.loads(line) for line in lines)
    ours, turn = found.reports[0], found.marks[0]
    assert ours["range_m"] / 1852 == pytest.approx(report["rho_nm"])
    assert np.degrees(ours["azimuth_rad"]) == pytest.approx(report["theta_deg"])
    assert ours["height_m"] / 30.48 == pytest.approx(report["flight_level"])
    assert f"{ours['address']:06X}" == report["aircraft_address"]
    assert f"{ours['mode_a']:04o}" == report["mode3a"]
    assert (ours["callsign"].decode(), ours["time_s"]) == (report["callsign"], report["time_of_day_s"])
    assert ours["track_number"] == report["track_number"]
    assert (turn["period_s"], turn["time_s"]) == (mark["antenna_rotation_s"], mark["time_of_day_s"])
    assert np.degrees(turn["sector_rad"]) == mark["sector_deg"]


def expected_records(folder):
    """Category and text of each record of the capture as another decoder printed it."""
    text = gzip.decompress((folder / "cat_034_048.expected.txt.gz").read_bytes()).decode("latin-1")
    for block in re.split(r"Data Block \d+\n", text)[1:]:
        category = int(re.search(r"Category: (\d+)", block)[1])
        for record in re.split(r"Data Record \d+\n", block)[1:]:
            yield category, record


def said(record, pattern, convert=float):
    """A value that a record's text holds, or None."""
    match = re.search(pattern, record)
    return None if match is None else convert(match[1])


REPORT_WORDS = {
    "range_m": (r"RHO: \d+ \(([\d.]+) NM", 1852.0), "azimuth_rad": (r"THETA: \d+ \(([\d.]+) deg", np.pi / 180),
    "time_s": (r"Time Of Day: \d+ \(([\d.]+) s", 1.0), "height_m": (r"FlightLevel: -?\d+ \((-?[\d.]+) FL", 30.48),
    "speed_m_s": (r"Calculated groundspeed: \d+ \(([\d.]+) kt", 1852 / 3600), "kind": (r"TYP: (\d)", 1),
    "course_rad": (r"Calculated heading: \d+ \(([\d.]+) deg", np.pi / 180), "track_number": (r"Track Number: (\d+)", 1),
    "x_m": (r"X component: -?\d+ \((-?[\d.]+) NM", 1852.0), "y_m": (r"Y component: -?\d+ \((-?[\d.]+) NM", 1852.0),
}


def test_the_capture_as_another_decoder_reads_it(folder):
    """All 162 records of a multi-radar capture, field by field."""
    found = asterix.read(folder / "cat_034_048.pcap")
    expected = list(expected_records(folder))
    reports = [text for category, text in expected if category == 48]
    marks = [text for category, text in expected if category == 34]
    assert (len(reports), len(marks)) == (128, 34) == (found.counts.records[48], found.counts.records[34])
    compared = 0
    for ours, text in zip(found.reports, reports, strict=True):
        for name, (pattern, scale) in REPORT_WORDS.items():
            value = said(text, pattern)
            if value is None:
                assert ours[name] == -1 or np.isnan(ours[name])
            else:
                assert ours[name] == pytest.approx(value * scale, rel=1e-6, abs=2e-3), name
                compared += 1
        code = said(text, r"reply code: (\d+)", lambda octal: int(octal, 8))
        address = said(text, r"AircraftAddress: (\w+)", str)
        assert ours["mode_a"] == (-1 if code is None else code)
        assert ours["address"] == int(address or "0", 16)
        callsign = said(text, r"target identification: (.*)", str)
        assert ours["callsign"].decode() == (callsign or "").strip()
        sensor = found.sensors[ours["sensor"]]
        assert (sensor.sac, sensor.sic) == (25, said(text, r"System Identification Code: (\d+)", int))
    assert compared > 900
    for ours, text in zip(found.marks, marks, strict=True):
        assert ours["time_s"] == pytest.approx(said(text, r"Time of day: \d+ \(([\d.]+) s"), abs=1e-3)


def test_the_site_that_the_capture_tells(folder):
    """Latitude, longitude and height of one of seven radars."""
    found = asterix.read(folder / "cat_034_048.pcap")
    assert {s.sic for s in found.sensors} == {11, 12, 13, 14, 201, 204, 205}
    (site,) = [sensor for sensor in found.sensors if sensor.is_placed]
    assert (site.name, site.height_m) == ("sac25-sic12", 780.0)
    assert (site.lat_deg, site.lon_deg) == (pytest.approx(43.57102, abs=1e-5), pytest.approx(16.40606, abs=1e-5))
    assert len(set(found.reports["address"]) - {0}) == 63


def test_tshark_agrees(folder):
    """tshark dissects the capture: the same times, ranges, azimuths and addresses in the same order."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    path = folder / "cat_034_048.pcap"
    names = ("140_VALUE", "040_RHO", "040_THETA", "220_VALUE")
    command = ["tshark", "-r", str(path), "-d", "udp.port==0-65535,asterix", "-T", "fields"]
    for name in names:
        command += ["-e", f"asterix.048_{name}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split("\t") for line in told.splitlines()]
    columns = [[part for line in lines for part in line[k].split(",") if part] for k in range(4)]
    reports = asterix.read(path).reports
    placed = reports[np.isfinite(reports["range_m"])]
    np.testing.assert_allclose(reports["time_s"], [float(v) for v in columns[0]], atol=1e-3)
    np.testing.assert_allclose(placed["range_m"] / 1852, [float(v) for v in columns[1]], atol=1e-3)
    np.testing.assert_allclose(np.degrees(placed["azimuth_rad"]), [float(v) for v in columns[2]], atol=1e-3)
    addresses = [int(v.replace(":", "").removeprefix("0x"), 16) for v in columns[3]]
    assert reports["address"][reports["address"] > 0].tolist() == addresses
