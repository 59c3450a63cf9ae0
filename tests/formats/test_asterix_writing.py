"""ASTERIX as radars and a tracker would send it: other people's decoders read what the scene says, item by item."""

import json
import shutil
import subprocess
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from farwatch.errors import InputError
from farwatch.formats import asterix
from farwatch.formats.asterix_writing import PLOTS, TARGETS, TRACKS, Feed, codes_of, datagrams, write
from farwatch.formats.scene import MOVE, TRACK, Scene, Thing
from farwatch.records import PLOT
from farwatch.track.sensors import Sensor
from naive import asterix_sent as sent
from naive.asterix_sent import FAR_M, MIDNIGHT_S, SENSORS, expected, random_scene

HEADERS = 14 + 20 + 8
"""Bytes before a datagram in a packet: Ethernet, IPv4, UDP."""


def agree(heard, said):
    """Compare decoded records with those expected: the same items, values within half a step, other flags 0."""
    assert {key: len(records) for key, records in heard.items()} == {key: len(said[key]) for key in said}
    for (category, sic), records in said.items():
        for number, (got, want) in enumerate(zip(heard[category, sic], records, strict=True)):
            where = f"CAT{category:03d} SIC {sic} record {number}: {got} is not {want}"
            assert {name.split("/")[0] for name in got} == {name.split("/")[0] for name in want}, where
            for name, value in want.items():
                step = sent.STEPS[category].get(name)
                if step is None:
                    assert got.get(name, 0) == value, f"{name}: {where}"
                    continue
                error = abs(got[name] - value)
                error = min(error, 360.0 - error) if name.endswith("LON") else error
                assert error <= 0.501 * step, f"{name}: {where}"
            assert not any(got[name] for name in got.keys() - want.keys()), where


def by_tshark(path):
    """What tshark's dissector reads in a capture, by category and SIC."""
    checked = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    command = ["tshark", "-r", path, "-T", "pdml", "-d", "udp.port==8600,asterix", *checked]
    run = subprocess.run(command, capture_output=True, check=True, timeout=300)
    heard = defaultdict(list)
    for packet in ET.fromstring(run.stdout).iter("packet"):
        protos = {proto.get("name"): proto for proto in packet.iter("proto")}
        assert "_ws.malformed" not in protos
        assert {f.get("show") for f in packet.iter("field") if f.get("name").endswith("checksum.status")} == {"1"}
        payload = next(bytes.fromhex(f.get("value")) for f in packet.iter("field") if f.get("name") == "udp.payload")
        category = next(int(f.get("show")) for f in protos["asterix"] if f.get("name") == "asterix.category")
        for message in (f for f in protos["asterix"] if f.get("name") == "asterix.message"):
            record = dict(_leaves(message, category, b" " * HEADERS + payload))
            heard[category, record["010/SIC"]].append(record)
    return heard


def _leaves(message, category, frame):
    """Names and values of the fields of one message. Of the expansion field it tells the place and the length only."""
    for one in message.iter("field"):
        name = one.get("name").removeprefix("asterix.")
        if name == "048_RE":
            at, size = int(one.get("pos")), int(one.get("size"))
            assert frame[at : at + 2] == bytes((size, 0x08))  # its length, its subfields: ERR alone
            yield "RE/ERR", int.from_bytes(frame[at + 2 : at + size], "big") / 256
        elif name.startswith(f"{category:03d}_") and len(one) == 0:
            show = one.get("show")
            text = name.endswith("380_ID_VALUE")
            value = show if text else int(show, 16) if show.startswith("0x") else float(show)
            span = UNSIGNED.get(name, np.inf)
            yield name[4:].replace("_", "/"), value if text or value < span / 2 else value - span


UNSIGNED = {"034_120_HGT": 65536, "048_090_FL": 4096}
"""What tshark 4.0 shows as if it had no sign, and the value of the bit before its first."""

ASTERIX_DECODER = {
    34: {"000/MsgTyp": "000/VALUE", "030/ToD": "030/VALUE", "020/Azi": "020/VALUE", "041/RotS": "041/VALUE",
         "120/Height": "120/HGT", "120/LAT": "120/LAT", "120/Lon": "120/LON"},
    48: {"140/ToD": "140/VALUE", "070/Mode3A": "070/MODE3A", "220/ACAddr": "220/VALUE"},
    62: {"015/SID": "015/VALUE", "070/ToT": "070/VALUE", "105/Lat": "105/LAT", "105/Lon": "105/LON",
         "185/Vx": "185/VX", "185/Vy": "185/VY", "060/Mode3A": "060/MODE3A", "380/ADR/ADR": "380/ADR/VALUE",
         "380/ID/ACID": "380/ID/VALUE", "040/TrkN": "040/VALUE", "290/TRK/TRK": "290/TRK/VALUE",
         "130/Alt": "130/VALUE", "136/MFL": "136/VALUE", "220/RoC": "220/VALUE", "500/APC/APC_X": "500/APC/X",
         "500/APC/APC_Y": "500/APC/Y", "500/APW/APW_Lat": "500/APW/LAT", "500/APW/APW_Long": "500/APW/LON"},
    65: {"000/Typ": "000/VALUE", "030/ToD": "030/VALUE"},
}
"""Its names, where they are not tshark's."""

ROUNDED_STEP_DEG = 0.00002145767
"""Its step of I034/120, which is 180 / 2**23."""

BASES = {"070/MODE3A": 8, "060/MODE3A": 8, "220/VALUE": 16, "380/ADR/VALUE": 16}
"""Of the numbers that it gives as text."""


def by_asterix_decoder(python, path):
    """What asterix-decoder reads in a file of raw blocks, by category and SIC."""
    script = Path(__file__).parent / "oracles" / "asterix_said.py"
    run = subprocess.run([python, script, path], capture_output=True, text=True, check=True, timeout=300)
    heard = defaultdict(list)
    for said in json.loads(run.stdout):
        record = {}
        for item, value in said.items():
            if item.startswith("I"):
                _flatten(value, item[1:], ASTERIX_DECODER[said["category"]], record)
        heard[said["category"], record["010/SIC"]].append(record)
    return heard


def _flatten(value, path, names, record):
    """Fill a record with the values below a path; what extends an octet is no value."""
    if "val" not in value:
        for name, part in value.items():
            _flatten(part, f"{path}/{name}", names, record)
    elif not path.endswith("/FX"):
        name, found = names.get(path, path), value["val"]
        if name in {"120/LAT", "120/LON"}:
            found *= sent.STEPS[34][name] / ROUNDED_STEP_DEG
        if name == "136/VALUE":
            found /= 100.0  # it gives feet
        record[name] = int(found, BASES[name]) if isinstance(found, str) and name in BASES else found


EVERYTHING = Feed(what=(PLOTS, TRACKS, TARGETS))


@pytest.mark.validation
@pytest.mark.parametrize("simulated", [False, True])
def test_tshark_reads_what_the_scene_says(tmp_path, simulated):
    """Each item of each record, to half a step, ranges beyond 256 NM and the turn of the day among them."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    feed = replace(EVERYTHING, simulated=simulated)
    scene = random_scene(1 + simulated)
    write(tmp_path / "sent.pcap", scene, feed)
    agree(by_tshark(tmp_path / "sent.pcap"), expected(scene, feed))


@pytest.mark.validation
def test_asterix_decoder_reads_what_the_scene_says(tmp_path, oracle):
    """Each item of each record, to half a step.

    But no range beyond 256 NM, whose item it does not know, and no radar below the sea, as it reads I034/120 unsigned.
    """
    python = oracle("asterix_decoder")
    scene = random_scene(3, range_m=FAR_M - 10.0)
    place = SENSORS[0].at.model_copy(update={"height_m": 52.0})
    scene = replace(scene, sensors=(SENSORS[0].model_copy(update={"at": place}), SENSORS[1]))
    write(tmp_path / "sent.ast", scene, EVERYTHING)
    agree(by_asterix_decoder(python, tmp_path / "sent.ast"), expected(scene, EVERYTHING))


@pytest.mark.validation
def test_a_recording_of_it_is_read_back(tmp_path):
    """The reader of recordings finds the radars, their periods and places, and every plot."""
    scene = random_scene(4, range_m=FAR_M - 10.0)
    write(tmp_path / "sent.pcap", scene, Feed(what=(PLOTS,), codes={"array": (7, 9)}))
    found = asterix.read(tmp_path / "sent.pcap")
    assert found.counts.skipped_packets == found.counts.truncated_records == 0
    assert found.plots.size == scene.plots.size
    array, turning = found.sensors
    assert (array.sac, array.sic, array.is_placed, array.period_s) == (7, 9, False, 2.0)
    assert (turning.name, turning.is_placed) == ("sac25-sic12", True)
    assert turning.period_s == pytest.approx(4.8, abs=0.01)
    assert turning.north_s - MIDNIGHT_S == pytest.approx(0.7, abs=0.01)
    assert (turning.lat_deg, turning.height_m) == (pytest.approx(-33.25, abs=2e-5), -52.0)
    theirs = np.sort(found.plots["time_s"] - MIDNIGHT_S)
    np.testing.assert_allclose(theirs, np.sort(scene.plots["time_s"]), atol=0.004)


def test_datagrams_come_in_order_and_hold_only_what_has_happened():
    """Times never go back, no datagram is larger than asked, and each holds one block of one category."""
    scene = random_scene(5, n=4000)
    found = list(datagrams(scene, replace(EVERYTHING, most_bytes=300)))
    times = [time_s for time_s, _ in found]
    assert times == sorted(times)
    assert max(len(data) for _, data in found) <= 300
    assert all(int.from_bytes(data[1:3], "big") == len(data) for _, data in found)
    assert {data[0] for _, data in found} == {34, 48, 62, 65}
    assert len(found) > len(list(datagrams(scene, EVERYTHING)))


def test_plots_of_a_sector_go_before_the_beam_leaves_it():
    """A turning radar announces a sector, and sends what lies in it before it announces the next but one."""
    scene = random_scene(6, range_m=4e5)
    turning = replace(scene, plots=scene.plots[scene.plots["radar_index"] == 0])
    waits, crossed = [], 0.0
    for time_s, data in datagrams(turning, Feed(what=(PLOTS,), codes={"array": (1, 1)})):
        if data[0] == 48:
            waits.append(time_s - crossed)
        elif data[4:6] != b"\x01\x01":
            crossed = time_s
    assert max(waits) <= 4.8 / 32 + 1e-9


def test_the_cartesian_place_is_that_of_a_stereographic_plane(tmp_path):
    """Close to the reference its length and direction are those of the geodesic, to the stretch of the projection."""
    from geographiclib.geodesic import Geodesic

    scene = random_scene(7)
    moves = scene.moves[:40].copy()
    rng = np.random.default_rng(7)
    moves["lat_deg"], moves["lon_deg"] = rng.uniform(47.5, 48.5, 40), rng.uniform(10.5, 11.5, 40)
    moves["thing"], moves["time_s"] = 0, np.arange(40.0)
    feed = Feed(what=(TRACKS,), reference=(48.0, 11.0))
    data = b"".join(block for _, block in datagrams(replace(scene, moves=moves), feed) if block[0] == 62)
    places = [at for at in range(len(data)) if data[at : at + 4] == b"\x00\xfe\x01" + data[at + 3 : at + 4]]
    assert len(places) == 40
    for at, move in zip(places, moves, strict=True):
        x_m, y_m = (int.from_bytes(data[at + 14 + k : at + 17 + k], "big", signed=True) / 2 for k in (0, 3))
        way = Geodesic.WGS84.Inverse(48.0, 11.0, move["lat_deg"], move["lon_deg"])
        assert np.hypot(x_m, y_m) == pytest.approx(way["s12"], rel=5e-5, abs=1.0)
        bearing_deg = np.degrees(np.arctan2(x_m, y_m)) - way["azi1"]
        assert abs((bearing_deg + 180.0) % 360.0 - 180.0) * way["s12"] < 60.0  # within a metre across


def test_values_that_an_item_cannot_hold_are_not_sent():
    """A speed over 8192 m/s, a height over 150,000 ft, a period over 512 s: the item is left out, the record stays."""
    moves, plots = np.zeros(1, MOVE), np.zeros(1, PLOT)
    moves["east_m_s"], moves["height_m"], moves["up_m_s"], moves["sigma_m"] = 9000.0, 1e5, 2000.0, np.nan
    plots["time_s"] = 700.0
    slow = SENSORS[0].model_copy(update={"revisit_s": 600.0})
    scene = Scene(source="fast", plots=plots, sensors=(slow,), moves=moves, things=(Thing(key="a", kind=TRACK),))
    blocks = [data for _, data in datagrams(scene)]
    track, = [data for data in blocks if data[0] == 62]
    assert track[3:5] == bytes((0b1011100_1, 0b0000111_0))  # neither 185 nor 380, 136, 130, 220, 500
    north, = [data for data in blocks if data[0] == 34 and data[3] & 1]
    assert north[3:5] == bytes((0b1110010_1, 0b0001000_0))  # no 041


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, -1e30])
def test_senseless_values_cost_their_item_or_their_record(value):
    """Whatever a field of a plot or a move holds, the other records go out."""
    scene = random_scene(12, n=200)
    whole = sum(data[0] in {48, 62} for _, data in datagrams(scene, EVERYTHING))
    for rows, layout in (("plots", PLOT), ("moves", MOVE)):
        for name in layout.names:
            if layout[name].kind != "f" or (name == "time_s" and np.isfinite(value)):
                continue
            changed = getattr(scene, rows).copy()
            changed[name][::50] = value
            found = sum(data[0] in {48, 62} for _, data in datagrams(replace(scene, **{rows: changed}), EVERYTHING))
            assert whole - 4 <= found <= whole + 4


def test_codes_are_given_said_by_the_name_or_counted():
    """Given codes count most, then those of the name; the others take the numbers that are left, from 1."""
    named = [SENSORS[1].model_copy(update={"name": name}) for name in ("a", "sac0-sic1", "b", "sac300-sic1")]
    scene = Scene(source="four", sensors=tuple(named))
    codes = codes_of(scene, Feed(codes={"b": (9, 9)}))
    assert codes == {
        "a": (0, 2), "sac0-sic1": (0, 1), "b": (9, 9), "sac300-sic1": (0, 3), TRACKS: (0, 254)
    }


def test_codes_of_two_sources_must_differ():
    """Of two radars with one code a display would make one; all such are told, and codes of no source."""
    scene = random_scene(8)
    with pytest.raises(InputError, match="2 problems") as told:
        codes_of(scene, Feed(codes={"array": (25, 12), "stranger": (1, 1)}))
    assert "is the code of sac25-sic12" in str(told.value)
    assert "is no source of this feed" in str(told.value)


def test_sources_need_names_of_their_own():
    """A radar that is called like the tracker would send as the tracker."""
    radars = tuple(SENSORS[1].model_copy(update={"name": name}) for name in ("tracks", "a", "a"))
    with pytest.raises(InputError, match="2 problems"):
        codes_of(Scene(source="three", sensors=radars))


def test_a_busy_hour_is_made_in_seconds():
    """100,000 plots; libasterix makes about 2,000 records a second, which would be most of a minute."""
    plots = random_scene(11, n=100_000).plots
    begin_s = time.process_time()
    count = sum(len(data) for _, data in datagrams(Scene(source="busy", plots=plots, sensors=SENSORS)))
    assert count > 1_500_000
    assert time.process_time() - begin_s < 10.0


def test_a_feed_tells_all_that_is_wrong_with_it():
    """Unknown contents, sizes, times, places and codes, at once."""
    with pytest.raises(InputError, match="5 problems"):
        Feed(what=("blips",), most_bytes=10, status_s=0.0, reference=(91.0, 0.0), codes={"a": (256, 0)})


def test_files_appear_whole_or_not_at_all(tmp_path):
    """A suffix of another format and a scene with nothing to send leave no file."""
    for path, scene in ((tmp_path / "a.txt", random_scene(9)), (tmp_path / "a.ast", Scene(source="empty"))):
        with pytest.raises(InputError):
            write(path, scene)
    assert not list(tmp_path.iterdir())


def test_the_same_scene_gives_the_same_bytes(tmp_path):
    """Twice written, once: nothing of the clock or of chance is in a file."""
    for name in ("a.pcap", "b.pcap", "a.asterix", "b.asterix"):
        write(tmp_path / name, random_scene(10), EVERYTHING)
    for suffix in ("pcap", "asterix"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_ranges_beyond_what_i048_040_holds_come_back(tmp_path):
    """A radar of six hundred kilometres: ranges from 256 NM on travel in the expansion field and are read from there."""
    plots = np.zeros(6, PLOT)
    plots["range_m"], plots["time_s"] = [40e3, 474e3, 474.2e3, 550e3, 600e3, 1e6], np.arange(6.0)
    plots["range_sigma_m"] = plots["azimuth_sigma_rad"] = 1.0
    scene = Scene(source="far", plots=plots, sensors=(
        Sensor(name="far", revisit_s=10.0, range_sigma_m=1.0, azimuth_sigma_deg=1.0, max_range_m=1e6),
    ))  # fmt: skip
    write(tmp_path / "far.ast", scene, Feed(what=("plots",)))
    found = asterix.read(tmp_path / "far.ast")
    assert found.reports["range_m"] == pytest.approx(plots["range_m"], abs=1852 / 512)
