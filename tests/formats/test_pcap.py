"""Captures that were never on a wire: tshark opens them, finds no checksum wrong, and each datagram at its time."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from farwatch.errors import InputError
from farwatch.formats import pcap

START = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
DATAGRAMS = [
    (-0.5, b""), (0.0, b"\x01"), (1.25, bytes(range(256))), (86_400.000001, b"\xff" * 1401), (9e4, b"\0" * 65_507)
]


def shown(path, *names):
    """Values of fields of each packet, as tshark shows them."""
    command = ["tshark", "-r", path, "-T", "fields", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    command += [word for name in names for word in ("-e", name)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [tuple(line.split("\t")) for line in run.stdout.splitlines()]


@pytest.mark.validation
@pytest.mark.parametrize(
    ("to", "mac"),
    [(("239.255.86.0", 8600), "01:00:5e:7f:56:00"), (("224.129.1.2", 1), "01:00:5e:01:01:02"),
     (("198.51.100.7", 65_535), "02:00:00:00:00:02")],
)
def test_tshark_reads_what_was_written(tmp_path, to, mac):
    """Bytes, addresses, ports, times to the microsecond, right checksums, of empty, odd and largest datagrams."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    pcap.write(tmp_path / "a.pcap", DATAGRAMS, START, to)
    statuses = shown(tmp_path / "a.pcap", "ip.checksum.status", "udp.checksum.status")
    assert statuses == [("1", "1")] * len(DATAGRAMS)
    found = shown(tmp_path / "a.pcap", "eth.dst", "ip.src", "ip.dst", "udp.srcport", "udp.dstport")
    assert found == [(mac, "192.0.2.1", to[0], "8600", str(to[1]))] * len(DATAGRAMS)
    times = [float(time_s) for time_s, in shown(tmp_path / "a.pcap", "frame.time_epoch")]
    assert times == pytest.approx([START.timestamp() + time_s for time_s, _ in DATAGRAMS], abs=1e-6)
    lengths = [int(length) for length, in shown(tmp_path / "a.pcap", "udp.length")]
    assert lengths == [8 + len(data) for _, data in DATAGRAMS]


def test_a_packet_is_the_published_bytes():
    """Header by header, as the format and the protocols' pages draw them; checksums summed by hand."""
    head, packet = pcap.encode([(0.5, b"\x30\x00\x03")], datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), ("192.0.2.2", 8600))
    assert head.hex() == "d4c3b2a1" "0200" "0400" "00000000" "00000000" "00000400" "01000000"
    assert packet[:16].hex() == "01000000" "20a10700" "2d000000" "2d000000"
    assert packet[16:30].hex() == "020000000002" "020000000001" "0800"
    assert packet[30:40].hex() == "4500" "001f" "0000" "0000" "0111"
    assert packet[42:50].hex() == "c0000201" "c0000202"
    words = [int.from_bytes(packet[at : at + 2], "big") for at in range(30, 50, 2)]
    assert sum(words) % 0xFFFF == 0
    assert packet[50:56].hex() == "2198" "2198" "000b"
    assert packet[58:].hex() == "300003"


@pytest.mark.parametrize(
    ("to", "time_s", "size", "rule"),
    [
        (("display", 8600), 0.0, 1, "must be an IPv4 address"), (("192.0.2.9", 0), 0.0, 1, "must be 1 to 65535"),
        (("192.0.2.9", 8600), -2e9, 1, "must be from 1970 to 2106"), (("192.0.2.9", 8600), 4e9, 1, "must be from 1970"),
        (("192.0.2.9", 8600), 0.0, 65_508, "must hold 65507 bytes at most"),
    ],
)
def test_what_a_packet_cannot_hold_is_refused(tmp_path, to, time_s, size, rule):
    """Addresses, ports, times and sizes; and no file is left."""
    with pytest.raises(InputError, match=rule):
        pcap.write(tmp_path / "a.pcap", [(time_s, bytes(size))], START, to)
    assert not list(tmp_path.iterdir())
