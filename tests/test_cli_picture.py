"""`farwatch picture` as a process: real sockets on the loopback, real signals."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from farwatch.cli import app
from farwatch.formats.asterix_positions import positions_in
from farwatch.live.sources import addresses, listening, sending
from live.feeds import PERIOD_S, blocks_in, turns
from live.test_sources import free_port

SOCKETS = Path("/proc/net/udp")
PLACE = "name: sac20-sic4\nat: {lat_deg: 40.5, lon_deg: -3.5, height_m: 600}\n"


@pytest.fixture
def url():
    """An address of the loopback."""
    return f"udp://127.0.0.1:{free_port()}"


def started(*words):
    """The command in a process of its own, once it listens."""
    code = "from farwatch.cli import main; main()"
    command = [sys.executable, "-c", code, "picture", *map(str, words)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def is_open(port):
    """Whether a process listens on a UDP port of the loopback (Linux)."""
    return f":{port:04X} " in SOCKETS.read_text(encoding="ascii")


def until_open(url, within_s=60.0):
    """Wait until the command listens."""
    until_s = time.monotonic() + within_s
    while not is_open(int(url.rsplit(":", 1)[1])):
        assert time.monotonic() < until_s, "it does not listen"
        time.sleep(0.05)


def lines_of(path):
    """JSON lines of a file, so far."""
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def until(found, within_s=60.0):
    """Wait until something is so."""
    until_s = time.monotonic() + within_s
    while not found() and time.monotonic() < until_s:
        time.sleep(0.1)
    assert found()


def tracks_told(path):
    """Lines of tracks in a file, so far."""
    return sum(line["type"] == "track" for line in lines_of(path))


def until_quiet(path, quiet_s=2.0):
    """Wait until no more tracks are told: what arrived is worked off."""
    before = -1
    while before != (before := tracks_told(path)):
        time.sleep(quiet_s)


needs_proc = pytest.mark.skipif(not SOCKETS.exists(), reason="needs /proc/net/udp")


@needs_proc
def test_the_79_minutes_through_a_socket(shared, tmp_path, url):
    """The recording as fast as it goes: two aircraft, no datagram lost, the same count of plots as in the file."""
    sensor, out = tmp_path / "radar.yaml", tmp_path / "out.jsonl"
    sensor.write_text(PLACE)
    process = started("--from", url, "--sensor", sensor, "--json", out)
    until_open(url)
    with sending(addresses([url], "--to")) as send:
        for k, one in enumerate(blocks_in(shared / "data" / "asterix" / "es_sac20_sic4_79min.ast")):
            send(one)
            if k % 20 == 0:
                time.sleep(0.01)
        until(lambda: tracks_told(out) > 1800)
        until_quiet(out)
    process.send_signal(signal.SIGINT)
    said, trouble = process.communicate(timeout=30)
    assert process.returncode == 130, trouble
    assert "CAT034 951, CAT048 1830" in said
    last = lines_of(out)[-1]
    assert last["type"] == "end"
    assert last["received"]["datagrams"] == 2781
    assert last["received"]["dropped in the ring"] == 0
    tracks = [line for line in lines_of(out) if line["type"] == "track"]
    assert {line["address"] for line in tracks} == {"343085", "3430d8"}


@needs_proc
def test_a_second_of_eleven_radars_with_rubbish_between(shared, tmp_path, url):
    """The Croatian capture has no turn in it: its radars wait, are named, and rubbish between is counted."""
    out = tmp_path / "out.jsonl"
    process = started("--from", url, "--json", out, "--for", 8)
    until_open(url)
    with sending(addresses([url], "--to")) as send:
        for one in blocks_in(shared / "data" / "asterix" / "cat_034_048.pcap"):
            send(one)
            send(one[: len(one) // 2])
            send(b"rubbish")
            time.sleep(0.001)
    said, trouble = process.communicate(timeout=60)
    assert process.returncode == 0, trouble
    last = lines_of(out)[-1]
    assert last["records"]["CAT048"] == 128
    assert last["damaged"] >= 162
    assert "sac25-sic12" in last["unready"]
    assert "not placed or not timed" in said


@needs_proc
def test_a_restart_reaches_the_picture_again(tmp_path, url):
    """Killed in the middle of a feed and started again: the same three aircraft."""
    timed = turns(60)
    for part, name in ((timed[:120], "first.jsonl"), (timed[120:], "second.jsonl")):
        out = tmp_path / name
        process = started("--from", url, "--json", out)
        until_open(url)
        with sending(addresses([url], "--to")) as send:
            for _, one in part:
                send(one)
                time.sleep(0.002)
        until(lambda out=out: {line["address"] for line in lines_of(out) if line["type"] == "track"}
              == {"3c0001", "3c0002", "3c0003"})  # fmt: skip
        process.kill()
        process.communicate(timeout=30)


@needs_proc
def test_two_sources_make_one_picture(tmp_path, url):
    """Two radars on two ports: both are used, each aircraft is one track."""
    other, out = f"udp://127.0.0.1:{free_port()}", tmp_path / "out.jsonl"
    process = started("--from", url, "--from", other, "--json", out)
    until_open(url)
    ends = addresses([url, other], "--to")
    with sending(ends[:1]) as first, sending(ends[1:]) as second:
        mixed = [(t, first, one) for t, one in turns(20)] + [(t, second, one) for t, one in turns(20, sic=2)]
        for _, send, one in sorted(mixed, key=lambda entry: entry[0]):
            send(one)
            time.sleep(0.002)
        until(lambda: any(line["type"] == "track" and line["time_s"] > 36000 + 16 * PERIOD_S for line in lines_of(out)))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    last = [line for line in lines_of(out) if line["type"] == "track"]
    newest = max(line["time_s"] for line in last)
    shown = [line["address"] for line in last if line["time_s"] == newest]
    assert sorted(shown) == ["3c0001", "3c0002", "3c0003"]
    assert lines_of(out)[-1]["sensors"] == ["sac1-sic1", "sac1-sic2"]


@needs_proc
def test_tracks_go_out_as_system_tracks(tmp_path, url):
    """CAT062 as libasterix reads it: three aircraft under one number each, begun once, where they were; and CAT065."""
    display, out = f"udp://127.0.0.1:{free_port()}", tmp_path / "out.jsonl"
    with listening(addresses([display], "--from"), time.monotonic) as receiver:
        process = started("--from", url, "--to", display, "--json", out)
        until_open(url)
        with sending(addresses([url], "--to")) as send:
            for _, one in turns(20):
                send(one)
                time.sleep(0.002)
            received = []

            def all_arrived():
                received.extend(one.data for one in receiver.take(10_000))
                told = sum(line["type"] == "track" for line in lines_of(out))
                return told >= 45 and positions_in(received)[0].size == told

            until(all_arrived)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    rows, tally = positions_in(received)
    told = [line for line in lines_of(out) if line["type"] == "track"]
    assert {data[0] for data in received} == {62, 65}
    assert tally.truncated_records == tally.unknown_items == 0
    assert rows.size == len(told)
    assert not rows["ended"].any()
    assert len(np.unique(rows["track_number"])) == len(np.unique(rows["address"])) == 3
    key = {(round(line["time_s"] * 128), line["track"]): line for line in told}
    for row in rows:
        line = key[round(row["time_s"] * 128), row["track_number"]]
        assert abs(row["lat_deg"] - line["lat_deg"]) < 1e-5
        assert abs(row["pressure_height_m"] - line["height_m"]) < 8.0


def test_json_goes_to_standard_output_and_words_beside_it(url):
    """With --json - every line of standard output is JSON; the summary goes to the error stream."""
    process = started("--from", url, "--json", "-", "--for", 0.5)
    said, trouble = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [json.loads(line)["type"] for line in said.splitlines()] == ["end"]
    assert "no data yet" in trouble


def test_bad_words_are_refused_before_anything_is_opened(tmp_path):
    """All wrong addresses in one message, exit code 2; a sensor file as well."""
    refused = CliRunner().invoke(app, ["picture", "--from", "tcp://x:1", "--from", "udp://127.0.0.1:0"])
    assert refused.exit_code == 2
    assert "3 problems" in refused.output
    path = tmp_path / "bad.yaml"
    path.write_text("name: x\nrevisit: 4\n")
    refused = CliRunner().invoke(app, ["picture", "--from", "udp://127.0.0.1:58601", "--sensor", str(path)])
    assert refused.exit_code == 2
    assert "revisit_s" in refused.output
