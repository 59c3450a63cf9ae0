"""Recorded radar data: what was sent is what is read, and damage costs no more than what is damaged."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import asterix
from farwatch.formats.asterix_items import CAT034, CAT048, TALLIES, TRUNCATED, UNKNOWN, rules_of, split
from farwatch.records import PLOT
from naive import asterix as made


def one(**items):
    """The recording of a single plot."""
    return asterix.decode(made.block(48, made.plot(100.0, 50.0, 90.0, **items)))


def walked(body, category):
    """Records of a block by the kernel, as the naive reader gives them, and its tally."""
    items = CAT048 if category == 48 else CAT034
    data = np.frombuffer(body, np.uint8)
    places, tally = np.zeros((len(body) // 2 + 1, len(items) + 1), np.int64), np.zeros(TALLIES, np.int64)
    n = split(data, np.array([[0, len(body)]]), rules_of(items), len(items), places, tally)
    found = []
    for row in places[:n]:
        present = sorted((at, items[k].name) for k, at in enumerate(row[1:]) if at >= 0)
        found.append([name for _, name in present])
        assert row[0] < present[0][0]
        assert all(at < len(body) or name in {"SP", "RE"} for at, name in present)
    return found, tally, places[:n]


@st.composite
def bodies(draw):
    """Records of random items with random content, sometimes cut short."""
    category = draw(st.sampled_from([48, 34]))
    table, body = made.TABLES[category], b""
    for _ in range(draw(st.integers(1, 3))):
        names = draw(st.lists(st.sampled_from(list(table)), min_size=1, unique=True))
        noise = draw(st.binary(min_size=400, max_size=400))
        items = {}
        for k, name in enumerate(names):
            try:
                items[f"i{name}"] = made.take(list(noise[7 * k :]), table[name])
            except (KeyError, IndexError):
                continue
        body += made.record(category, **items)
    return category, body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


@settings(max_examples=60)
@given(bodies())
def test_records_are_walked_like_the_naive_reader(case):
    """Items found, their places and the reason to stop agree with a reader that knows one rule at a time."""
    category, body = case
    found, tally, places = walked(body, category)
    expected, why = made.records_of(body, category)
    assert found == [list(record) for record in expected]
    assert (tally[TRUNCATED], tally[UNKNOWN]) == (why is IndexError, why is KeyError)
    names = [item.name for item in (CAT048 if category == 48 else CAT034)]
    for row, record in zip(places, expected, strict=True):
        for name, value in record.items():
            at = row[1 + names.index(name)]
            assert body[at : at + len(value)] == value


@settings(max_examples=60)
@given(st.binary(max_size=600), st.sampled_from([b"", b"\x30", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a", b" " * 2200]))
def test_garbage_is_refused_or_read_but_never_crashes(noise, head):
    """Whatever the bytes, there is a recording or an InputError."""
    try:
        found = asterix.decode(head + noise)
    except InputError as error:
        assert "no ASTERIX data block" in str(error)
    else:
        assert found.plots.dtype == PLOT
        assert np.isfinite(found.plots["range_m"]).all()


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 255), st.integers(0, 10_000))
def test_damage_costs_little(where, value, cut):
    """One byte changed, and the end missing: of forty blocks all but a few come through, with the rest counted."""
    blocks = [made.block(48, made.plot(100.0 + k, 50.0, 2.0 * k, i161=b"\x00\x07")) for k in range(40)]
    whole = b"".join(blocks)
    bad = bytearray(whole)
    bad[where % len(whole)] = value
    kept = len(whole) - cut % len(blocks[0])
    found = asterix.decode(bytes(bad[:kept]))
    right = {(row["time_s"], row["azimuth_rad"]) for row in asterix.decode(whole).plots}
    assert len(right & {(row["time_s"], row["azimuth_rad"]) for row in found.plots}) >= 36


def test_a_plot_says_what_was_sent():
    """Every field of a full report, at its scale."""
    letters = (1, 26, 48, 57, 32, 1, 32, 32)  # A Z 0 9, a space, A and two spaces to fill up
    callsign = int("".join(f"{letter:06b}" for letter in letters), 2).to_bytes(6, "big")
    found = one(
        i070=struct.pack(">H", 0o4321), i090=struct.pack(">H", 1400), i220=b"\x34\x30\x85", i240=callsign,
        i161=b"\x01\x23", i042=struct.pack(">hh", 128, -64), i200=struct.pack(">HH", 1638, 16384), i170=b"\x80",
        i030=bytes([3 << 1 | 1, 17 << 1]), i130=bytes([0b10100000, 9, 0xC4]), i120=bytes([0x80, 0x03, 0xFE]),
    )
    plot, report = found.plots[0], found.reports[0]
    assert (plot["time_s"], plot["range_m"], plot["azimuth_rad"]) == (100.0, 50 * 1852.0, np.pi / 2)
    assert (plot["mode_a"], plot["address"], plot["reply"]) == (0o4321, 0x343085, 1)
    assert plot["height_m"] == pytest.approx(350 * 30.48)
    assert (plot["elevation_sigma_rad"], plot["doppler_sigma_m_s"], plot["truth"]) == (0.0, 0.0, -1)
    assert report["callsign"] == b"AZ09 A"
    assert (report["track_number"], report["tentative"]) == (0x123, 1)
    assert (report["x_m"], report["y_m"]) == (1852.0, -926.0)
    assert report["speed_m_s"] == pytest.approx(1638 * 1852 / 16384)
    assert report["course_rad"] == pytest.approx(np.pi / 2)
    assert report["warnings"] == (1 << 3) + (1 << 17)
    assert (report["amplitude_dbm"], report["doppler_m_s"]) == (-60.0, -2.0)
    assert np.isnan(report["psr_amplitude_dbm"])
    assert found.of_report.tolist() == [0]
    assert found.sensors[0].name == "sac1-sic2"


def test_only_valid_codes_and_heights_reach_the_tracker():
    """Not validated, garbled, or not of this look: kept in the report, absent from the plot; below zero is a height."""
    for flags in (1, 2, 4):
        found = one(i070=struct.pack(">H", flags << 13 | 0o4321))
        assert (found.plots[0]["mode_a"], found.reports[0]["mode_a"]) == (0, 0o4321)
        assert found.reports[0]["mode_a_flags"] == flags
    for flags in (1, 2):
        found = one(i090=struct.pack(">H", flags << 14 | 400))
        assert found.plots[0]["height_sigma_m"] == 0.0
        assert found.reports[0]["height_m"] == pytest.approx(100 * 30.48)
    assert one(i090=struct.pack(">H", 0x3FFC)).plots[0]["height_m"] == pytest.approx(-30.48)


def test_errors_follow_the_kind_of_plot():
    """Primary plots are less accurate and no answer; a radar's own figures go before."""
    primary, secondary = (one(kind=kind).plots[0] for kind in (1, 2))
    assert (primary["reply"], secondary["reply"]) == (0, 1)
    assert (primary["range_sigma_m"], secondary["range_sigma_m"]) == (120.0, 70.0)
    assert np.degrees(primary["azimuth_sigma_rad"]) == pytest.approx(0.15)
    assert np.degrees(secondary["azimuth_sigma_rad"]) == pytest.approx(0.08)
    own = asterix.Spreads(ssr_range_sigma_m=9.0, doppler_sign=-1)
    body = made.block(48, made.plot(1.0, 2.0, 3.0, i120=bytes([0x80, 0x00, 0x05])))
    mine = asterix.decode(body, own).plots[0]
    assert (mine["range_sigma_m"], mine["doppler_m_s"], mine["doppler_sigma_m_s"]) == (9.0, -5.0, 3.0)


def test_what_is_no_plot_of_an_aircraft_is_counted():
    """Each reason to leave a report out, once; all reports are kept as such."""
    whole = made.plot(10.0, 20.0, 30.0)
    blind = made.record(48, i010=b"\x01\x02", i140=b"\0\0\1", i020=b"\xa0")
    untimed = made.record(48, i010=b"\x01\x02", i020=b"\xa0", i040=b"\0\1\0\1")
    late = made.record(48, i010=b"\x01\x02", i140=b"\xff\xff\xff", i020=b"\xa0", i040=b"\0\1\0\1")
    simulated, monitor = made.plot(11.0, 5.0, 5.0, i020=b"\xb0"), made.plot(12.0, 5.0, 5.0, i020=b"\xa2")
    tested, coasted = made.plot(13.0, 5.0, 5.0, i020=b"\xa1\x80"), made.plot(14.0, 5.0, 5.0, kind=0)
    records = (whole, blind, untimed, late, simulated, monitor, tested, coasted, whole)
    found = asterix.decode(made.block(48, *records))
    assert found.counts.left_out == {
        "no position": 1, "no time": 2, "no detection": 1, "test target": 2, "field monitor": 1, "repeat": 1
    }
    assert (found.plots.size, found.reports.size, found.counts.records[48]) == (1, 9, 9)


def test_time_goes_on_over_midnight():
    """Plots and marks of two radars, slightly out of order, before and after 24 h."""
    parts = [
        made.block(48, made.plot(86398.0, 10, 1)), made.block(34, made.north(86399.5)),
        made.block(48, made.plot(1.0, 10, 2, sic=3)), made.block(48, made.plot(86399.75, 10, 3)),
        made.block(34, made.north(3.5)), made.block(48, made.plot(4.0, 10, 4)),
    ]
    found = asterix.decode(b"".join(parts))
    assert found.plots["time_s"].tolist() == [86398.0, 86401.0, 86399.75, 86404.0]
    assert found.marks["time_s"].tolist() == [86399.5, 86403.5]
    assert found.sensors[0].period_s == 4.0


def test_the_time_of_a_turn_is_found():
    """From north marks with some missing, sectors, the radar's word, or addresses seen again, in this order."""
    marks = [made.north(t) for t in (0, 5, 10, 25, 30, 35)]
    sectors = [made.north(t, i000=b"\x02", i020=bytes([t * 64 % 256])) for t in (0, 1, 2, 3, 4, 5)]
    word = [made.north(7.0, i041=struct.pack(">H", 512))]
    plots = [made.plot(t, 10, t, i220=b"\0\0\1") for t in (0, 6, 12, 24)]
    cases = {"north marks": (marks, 5.0), "sectors": (sectors, 4.0), "its own word": (word, 4.0)}
    for name, (records, period_s) in cases.items():
        (sensor,) = asterix.decode(made.block(34, *records) + made.block(48, *plots)).sensors
        assert (sensor.period_from, sensor.period_s) == (name, period_s)
    (sensor,) = asterix.decode(made.block(48, *plots)).sensors
    assert (sensor.period_from, sensor.period_s) == ("codes seen again", 6.0)


SITE = struct.pack(">h", 780) + b"".join(round(d / 180 * 2**23).to_bytes(3, "big", signed=True) for d in (43.5, -16.5))


def two_radars():
    """A recording of two radars of which one tells its place."""
    here, there = [made.north(t, i120=SITE) for t in (2.0, 6.0)], [made.north(t, sic=3) for t in (1.0, 6.0)]
    plots = [made.plot(3.0, 100.0, 45.0), made.plot(4.0, 50.0, 45.0, sic=3, kind=1)]
    return asterix.decode(made.block(34, *here, *there) + made.block(48, *plots))


def test_radars_for_the_tracker():
    """Place, period, phase and reach; what nobody sent is learned or must be given."""
    found = two_radars()
    with pytest.raises(InputError, match="sac1-sic3: its site is not in the recording"):
        asterix.sensors_of(found)
    with pytest.raises(InputError, match="sac9-sic9: is no sensor"):
        asterix.sensors_of(found, {"sac9-sic9": (0.0, 0.0, 0.0)})
    rows = asterix.sensors_of(found, {"sac1-sic3": (43.5, -16.0, 100.0)}, {"sac1-sic3": 10.0})
    assert rows["period_s"].tolist() == [4.0, 10.0]
    assert rows["phase_s"].tolist() == [2.0, 1.0]
    assert rows["interrogator"].tolist() == [1, 0]
    assert rows["range_max_m"].tolist() == [100 * 1852.0, 50 * 1852.0]
    assert np.isnan(rows["pd"]).all()
    assert np.isnan(rows["false_plots"]).all()
    assert (rows["elevation_beam_rad"] == 0.0).all()
    assert np.diff(rows["x_m"])[0] == pytest.approx(40.4e3, rel=0.01)
    alone = asterix.only(found, "sac1-sic3")
    (row,) = asterix.sensors_of(alone)
    assert (row["x_m"], row["to_local"].tolist()) == (0.0, np.eye(3).tolist())
    assert alone.plots["radar_index"].tolist() == [0]
    assert alone.reports[alone.of_report]["kind"].tolist() == [1]
    with pytest.raises(InputError, match="it holds sac1-sic2, sac1-sic3"):
        asterix.only(found, "x")


def test_a_period_that_nobody_knows_is_asked_for():
    """One plot tells no period."""
    found = one()
    with pytest.raises(InputError, match="its period cannot be told"):
        asterix.sensors_of(found)
    assert asterix.sensors_of(found, periods_s={"sac1-sic2": 12.0})["period_s"].tolist() == [12.0]


def test_files_that_cannot_be_read_are_refused(tmp_path):
    """No file, an empty one, text."""
    with pytest.raises(InputError, match="cannot be read"):
        asterix.read(tmp_path / "none.ast")
    for content in (b"", b"time_s,range_m\n1,2\n"):
        (tmp_path / "one.ast").write_bytes(content)
        with pytest.raises(InputError, match="no ASTERIX data block was found"):
            asterix.read(tmp_path / "one.ast")


def test_large_files_are_read_in_portions(monkeypatch):
    """The portion makes no difference."""
    data = b"".join(made.block(48, *[made.plot(k, 10, k, i220=b"\0\0\1")] * (1 + k % 3)) for k in range(50))
    whole = asterix.decode(data)
    monkeypatch.setattr(asterix, "CHUNK_BYTES", 64)
    parts = asterix.decode(data)
    for name in ("place", "time_s", "azimuth_rad", "address"):
        np.testing.assert_array_equal(parts.reports[name], whole.reports[name])
    assert whole.counts.left_out == {"repeat": whole.reports.size - 50}
