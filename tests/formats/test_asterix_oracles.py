"""What other people's decoders make of the shared recordings and of records of every category, against what is read."""

import json
import shutil
import subprocess
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from farwatch.formats import asterix, asterix_scene
from farwatch.formats.asterix_positions import POSITION_CATEGORIES, positions_in
from naive import asterix as plain
from naive import asterix_library as made

pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(find_spec("asterix") is None, reason="libasterix is not installed"),
]

SCRIPT = Path(__file__).parent / "oracles" / "asterix_decoder.py"
FILES = (
    "cat010_020.ast", "cat048_034.ast", "mixed_blocks.ast", "es_sac20_sic4_79min.ast", "es_sac20_sic4_79min.gps",
    "midnight_cross.gps", "cat_034_048.pcap",
)


def blocks_by_hand(path):
    """The blocks of a shared file, cut with nothing of ours."""
    data = path.read_bytes()
    if path.suffix == ".pcap":
        return payloads_by_hand(data)
    at, behind = (2200, 10) if path.suffix == ".gps" else (0, 0)
    found = []
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        found.append(data[at : at + length])
        at += length + behind
    return found


def payloads_by_hand(data):
    """UDP payloads of a libpcap file of IPv4 on Ethernet, little-endian."""
    at, found = 24, []
    while at < len(data):
        kept = int.from_bytes(data[at + 8 : at + 12], "little")
        packet = data[at + 16 : at + 16 + kept]
        head = 14 + 4 * (packet[14] & 15)
        found.append(packet[head + 8 : head + int.from_bytes(packet[head + 4 : head + 6], "big")])
        at += 16 + kept
    return found


@pytest.fixture
def decoder(oracle, tmp_path):
    """Records that asterix-decoder finds in blocks: dicts of items, in order."""
    python = oracle("asterix_decoder")

    def records(blocks):
        path = tmp_path / "blocks.ast"
        path.write_bytes(b"".join(blocks))
        said = subprocess.run([python, SCRIPT, path], capture_output=True, text=True, check=True).stdout
        return json.loads(said)

    return records


def counted(path):
    """Records by category that a scene's counts name."""
    counts = asterix_scene.read(path).counts
    return {int(words[3:6]): n for words, n in counts.items() if words.endswith("records read")}


@pytest.mark.parametrize("name", [name for name in FILES if name != "cat048_034.ast"])  # it gives up on a made-up field
def test_all_records_of_the_shared_files_are_read(name, shared, decoder):
    """As many records of each category as asterix-decoder finds, and nothing cut, unknown or skipped."""
    path = shared / "data" / "asterix" / name
    expected = Counter(record["category"] for record in decoder(blocks_by_hand(path)))
    assert counted(path) == dict(expected)
    losses = ("cut short", "not declared", "empty", "outside", "without ASTERIX", "not known")
    assert not [words for words in asterix_scene.read(path).counts if any(loss in words for loss in losses)]


@pytest.mark.parametrize("name", ["cat010_020", "cat048_034", "mixed_blocks"])
def test_small_files_hold_what_came_with_them(name, shared):
    """As many records of each category as the decode that lies beside the file has."""
    folder = shared / "data" / "asterix"
    lines = (folder / f"{name}.expected.ndjson").read_text(encoding="utf-8").splitlines()
    assert counted(folder / f"{name}.ast") == dict(Counter(json.loads(line)["category"] for line in lines))


@pytest.mark.parametrize("name", FILES)
def test_tshark_finds_the_same_records(name, shared, tmp_path):
    """Records of each category in the order of the file, by tshark's dissector, the blocks sent to it as datagrams."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    path = shared / "data" / "asterix" / name
    capture = tmp_path / "blocks.pcap"
    capture.write_bytes(plain.pcap([plain.ethernet(plain.udp(one)) for one in blocks_by_hand(path)]))
    command = ["tshark", "-r", str(capture), "-d", "udp.port==0-65535,asterix", "-T", "json", "--no-duplicate-keys"]
    packets = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found = Counter()
    for packet in packets:
        layer = packet["_source"]["layers"]["asterix"]
        for block in layer if isinstance(layer, list) else [layer]:
            messages = block["asterix.message"]
            found[int(block["asterix.category"])] += len(messages) if isinstance(messages, list) else 1
    assert counted(path) == dict(found)


def test_the_small_files_say_what_came_with_them(shared):
    """CAT010, CAT020, CAT021 and CAT062 against the decode that lies beside the files."""
    folder, compared = shared / "data" / "asterix", 0
    for name in ("cat010_020", "mixed_blocks"):
        lines = (folder / f"{name}.expected.ndjson").read_text(encoding="utf-8").splitlines()
        wanted = [line for line in map(json.loads, lines) if "lat" in line and "track_number" in line]
        scene = asterix_scene.read(folder / f"{name}.ast")
        for line in wanted:
            number = [f"sac{line['sac']}-sic{line['sic']}" in thing.key for thing in scene.things].index(True)
            thing, move = scene.things[number], scene.of(number)[0]
            assert (thing.callsign, thing.number) == (line["callsign"], line["track_number"])
            assert f"{thing.address:06X}" == line["target_address"]
            assert f"{thing.mode_a:04o}" == line["mode3a"]
            assert move["time_s"] == line["time_of_day_s"]
            assert move["lat_deg"] == pytest.approx(line["lat"], abs=1e-8)
            assert move["lon_deg"] == pytest.approx(line["lon"], abs=1e-8)
            if "ground_speed_kt" in line:
                assert np.hypot(move["east_m_s"], move["north_m_s"]) * 3600 / 1852 == pytest.approx(
                    line["ground_speed_kt"]
                )
            compared += 1
    assert compared == 2


def test_times_over_midnight(shared):
    """Five records of surface radars: the clock runs on, two are of targets and their place needs a reference."""
    path = shared / "data" / "asterix" / "midnight_cross.gps"
    scene = asterix_scene.read(path, references={"sac0-sic7": (40.5, -3.6), "sac0-sic107": (40.5, -3.6)})
    assert scene.counts["CAT010 positions left out: field monitor"] == 3
    assert len(scene.things) == 2
    assert (abs(scene.moves["lat_deg"] - 40.5) < 0.1).all()
    assert np.ptp(scene.moves["time_s"]) < 10.0


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def records_of(category, luck):
    """Forty random records of a category with every item that is used."""
    kinds = {
        10: lambda: {
            "010": (25, 1), "000": 1, "020": [0, 0], "140": day(luck), "041": place(luck),
            "161": (0, below(luck, 4096)), "202": (real(luck, 30), real(luck, 30)),
            "042": (float(below(luck, 9000)), -float(below(luck, 9000))),
            "060": (0, 0, 0, 0, below(luck, 4096)), "220": below(luck, 1 << 24), "245": (0, 0, name(luck)),
            "090": (0, 0, real(luck, 300)), "091": real(luck, 30000), "170": [0],
        },
        20: lambda: {
            "010": (25, 1), "020": [0, 0], "140": day(luck), "041": place(luck), "161": (0, below(luck, 4096)),
            "042": (real(luck, 90000), real(luck, 90000)), "202": (real(luck, 300), real(luck, 300)),
            "070": (0, 0, 0, 0, below(luck, 4096)), "220": below(luck, 1 << 24), "245": (0, 0, name(luck)),
            "090": (0, 0, real(luck, 300)), "105": real(luck, 30000), "170": [0],
        },
        21: lambda: made.broadcast(
            day(luck), *place(luck), below(luck, 1 << 24), i140=real(luck, 50000), i145=real(luck, 500),
            i170=name(luck), i161=(0, below(luck, 4096)), i070=(0, below(luck, 4096)),
            i160=(0, abs(real(luck, 0.3)), abs(real(luck, 359))), i157=(0, real(luck, 6000)),
        ),
        62: lambda: made.track(
            day(luck), *place(luck), below(luck, 65536), i185=(real(luck, 300), real(luck, 300)),
            i100=(real(luck, 9e5), real(luck, 9e5)), i060=(0, 0, 0, 0, below(luck, 4096)), i136=real(luck, 400),
            i130=real(luck, 50000), i220=real(luck, 6000), i380={"ADR": below(luck, 1 << 24), "ID": name(luck)},
            i500={"APC": (abs(real(luck, 500)), abs(real(luck, 500)))},
        ),
    }  # fmt: skip
    return [kinds[category]() for _ in range(40)]


def day(luck):
    return float(luck.uniform(0, 86399))


def place(luck):
    return float(luck.uniform(-89, 89)), float(luck.uniform(-179, 179))


def real(luck, most):
    return float(luck.uniform(-most, most))


def below(luck, most):
    return int(luck.integers(1, most))


def name(luck):
    return "".join(LETTERS[k] for k in luck.integers(0, len(LETTERS), 7))


FOOT, LEVEL = 0.3048, 0.3048  # asterix-decoder tells levels of CAT062 in feet
SAID = {
    10: {
        "time_s": ("I140", "ToD", 1), "lat_deg": ("I041", "Lat", 1), "lon_deg": ("I041", "Lon", 1),
        "x_m": ("I042", "X", 1), "y_m": ("I042", "Y", 1), "east_m_s": ("I202", "Vx", 1), "north_m_s": ("I202", "Vy", 1),
        "track_number": ("I161", "TrkNb", 1), "height_m": ("I091", "MHeight", FOOT),
        "pressure_height_m": ("I090", "FL", 30.48), "mode_a": ("I060", "Mod3A", 8), "address": ("I220", "TAddr", 16),
        "callsign": ("I245", "TId", 0),
    },
    20: {
        "time_s": ("I140", "ToD", 1), "lat_deg": ("I041", "Lat", 1), "lon_deg": ("I041", "Lon", 1),
        "x_m": ("I042", "X", 1), "y_m": ("I042", "Y", 1), "east_m_s": ("I202", "Vx", 1), "north_m_s": ("I202", "Vy", 1),
        "track_number": ("I161", "TrkNb", 1), "height_m": ("I105", "geometric_height", FOOT),
        "pressure_height_m": ("I090", "FL", 30.48), "mode_a": ("I070", "Mod3A", 8), "address": ("I220", "TAddr", 16),
        "callsign": ("I245", "TId", 0),
    },
    21: {
        "time_s": ("I071", "time_applicability_position", 1), "lat_deg": ("I131", "Lat", 1),
        "lon_deg": ("I131", "Lon", 1), "track_number": ("I161", "TrackN", 1),
        "height_m": ("I140", "geometric_height", FOOT), "pressure_height_m": ("I145", "FL", 30.48),
        "up_m_s": ("I157", "GVR", FOOT / 60), "mode_a": ("I070", "Mode3A", 8), "address": ("I080", "TAddr", 16),
        "callsign": ("I170", "TId", 0),
    },
    62: {
        "time_s": ("I070", "ToT", 1), "lat_deg": ("I105", "Lat", 1), "lon_deg": ("I105", "Lon", 1),
        "x_m": ("I100", "X", 1), "y_m": ("I100", "Y", 1), "east_m_s": ("I185", "Vx", 1), "north_m_s": ("I185", "Vy", 1),
        "track_number": ("I040", "TrkN", 1), "height_m": ("I130", "Alt", FOOT),
        "pressure_height_m": ("I136", "MFL", LEVEL), "up_m_s": ("I220", "RoC", FOOT / 60),
        "mode_a": ("I060", "Mode3A", 8), "address": ("I380", "ADR", 16), "callsign": ("I380", "ID", 0),
    },
}  # fmt: skip


@pytest.mark.parametrize("category", POSITION_CATEGORIES)
def test_values_of_positions_are_those_of_another_decoder(category, decoder):
    """Forty random records: each value that is used, and the speed over ground."""
    blocks = [made.block(category, *records_of(category, np.random.default_rng(category)))]
    rows, tally = positions_in(blocks)
    records = decoder(blocks)
    assert rows.size == tally.records == len(records) == 40
    for row, record in zip(rows, records, strict=True):
        for field, (item, part, scale) in SAID[category].items():
            value = record[item][part]
            while "val" not in value:
                (value,) = value.values()
            told = value["val"]
            if scale == 0:
                assert row[field].decode() == told.strip()
            elif scale in {8, 16}:
                assert row[field] == int(told, scale), field
            else:
                assert row[field] == pytest.approx(told * scale, rel=1e-9, abs=1e-9), field
        if category == 21:
            speed_m_s = record["I160"]["GS"]["val"] * 1852.0
            assert np.hypot(row["east_m_s"], row["north_m_s"]) == pytest.approx(speed_m_s)
            course = np.degrees(np.arctan2(row["east_m_s"], row["north_m_s"])) % 360
            assert course == pytest.approx(record["I160"]["TA"]["val"], abs=1e-6) or speed_m_s == 0


def test_older_plots_are_those_of_another_decoder(decoder):
    """CAT001 plots and tracks and CAT002 messages: polar places, codes, levels, truncated times, turns."""
    luck, reports = np.random.default_rng(1), []
    for k in range(40):
        items = {
            "010": (1, 2), "020": [0x10 | (k % 2) << 6], "040": (abs(real(luck, 200)), abs(real(luck, 359))),
            "070": (0, 0, 0, 0, below(luck, 4096)), "090": (0, 0, real(luck, 400)), "141": 0.5 + k,
        }
        reports.append(("track", {**items, "161": below(luck, 4096)}) if k % 2 else ("plot", items))
    turns = [{"010": (1, 2), "000": 1, "030": 51200.0 + 4 * k, "041": 4.0} for k in range(10)]
    blocks = [made.block(2, *turns[:1]), made.block(1, *reports), made.block(2, *turns[1:])]
    found, records = asterix.decode(b"".join(blocks)), decoder(blocks)
    assert found.counts.records == {1: 40, 2: 10, 34: 0, 48: 0}
    told = [record for record in records if record["category"] == 1]
    assert found.plots.size == len(told) == 40
    for plot, record in zip(found.plots, told, strict=True):
        assert plot["range_m"] / 1852.0 == pytest.approx(record["I040"]["RHO"]["val"])
        assert np.degrees(plot["azimuth_rad"]) == pytest.approx(record["I040"]["THETA"]["val"])
        assert plot["mode_a"] == int(record["I070"]["Mode3A"]["val"], 8)
        assert plot["height_m"] / 30.48 == pytest.approx(record["I090"]["ModeC"]["val"])
        assert plot["time_s"] == 51200.0 + record["I141"]["Time"]["val"]
    assert found.reports["track_number"][1::2].tolist() == [r["I161"]["tpn"]["val"] for r in told if "I161" in r]
    marks = [record for record in records if record["category"] == 2]
    assert found.marks["time_s"].tolist() == [record["I030"]["ToD"]["val"] for record in marks]
    assert found.sensors[0].period_s == marks[0]["I041"]["RotS"]["val"] == 4.0
