"""Blocks are found in whatever a recorder wrapped them."""

import struct
from datetime import UTC, datetime

import pytest

from farwatch.formats.asterix_frames import frames_of, frames_of_datagrams, moment_of
from naive import asterix as made

BLOCKS = [made.block(48, made.plot(1.0 + k, 10.0, 20.0)) for k in range(3)] + [made.block(34, made.north(5.0))]


def bodies(data):
    """Category and records of each block found."""
    return [(category, data[first:last]) for category, first, last in frames_of(data).blocks]


EXPECTED = [(one[0], one[3:]) for one in BLOCKS]


def test_raw_and_trailed_blocks():
    """One after the other, or each with ten bytes behind it after a head."""
    assert bodies(b"".join(BLOCKS)) == EXPECTED
    found = frames_of(made.trailed(BLOCKS))
    assert bodies(made.trailed(BLOCKS)) == EXPECTED
    assert (found.skipped_bytes, found.truncated_blocks) == (0, 0)


def test_other_categories_are_blocks_too():
    """A block whose records nobody reads here is stepped over by its length."""
    data = made.block(62, b"\x80\x01\x02") + BLOCKS[0] + made.block(10, b"\x80\x30\x30") + BLOCKS[3]
    assert [category for category, _ in bodies(data)] == [62, 48, 10, 34]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_libpcap_files(order, magic):
    """Both byte orders and resolutions; padding of short frames and strangers among the packets are left alone."""
    packets = [made.ethernet(made.udp(one)) for one in BLOCKS]
    stranger = made.ethernet(made.udp(b"\0\0hello"))
    data = made.pcap([*packets, stranger, b"\xff" * 60], order=order, magic=magic)
    assert bodies(data) == EXPECTED
    assert frames_of(data).skipped_packets == 2


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_files(order):
    """Sections, interfaces, enhanced and simple packets."""
    assert bodies(made.pcapng([made.ethernet(made.udp(one)) for one in BLOCKS], order=order)) == EXPECTED


@pytest.mark.parametrize(("link", "head"), [(101, b""), (113, bytes(16)), (276, bytes(20)), (0, bytes(4))])
@pytest.mark.parametrize("version", [4, 6])
def test_links_that_are_not_ethernet(link, head, version):
    """Raw IP, cooked Linux captures and loopback, IP 4 and 6."""
    assert bodies(made.pcap([head + made.udp(one, version) for one in BLOCKS], link=link)) == EXPECTED


def test_tagged_frames_and_datagrams_of_many_blocks():
    """Two VLAN tags; all blocks in one datagram."""
    assert bodies(made.pcap([made.ethernet(made.udp(b"".join(BLOCKS)), vlans=2)])) == EXPECTED


def test_later_fragments_are_not_taken_for_datagrams():
    """A fragment without a UDP header counts as skipped, whatever its bytes look like."""
    packet = bytearray(made.udp(BLOCKS[0]))
    packet[7] = 1
    data = made.pcap([made.ethernet(bytes(packet)), made.ethernet(made.udp(BLOCKS[1]))])
    assert bodies(data) == EXPECTED[1:2]
    assert frames_of(data).skipped_packets == 1


def test_packets_cut_by_the_recorder_are_read_as_far_as_they_go():
    """A snap length in the second of two blocks: the first is whole, the second counts as truncated."""
    packet = made.ethernet(made.udp(BLOCKS[0] + BLOCKS[1]))
    found = frames_of(made.pcap([packet, made.ethernet(made.udp(BLOCKS[2]))], kept=len(packet) - 4))
    assert (len(found.blocks), found.truncated_blocks, found.skipped_packets) == (3, 1, 0)


def test_a_file_that_ends_early():
    """A raw file, a trailed one and a capture without their last bytes: the last block counts as truncated."""
    for data in (
        b"".join(BLOCKS)[:-4], made.trailed(BLOCKS)[:-14], made.pcap([made.udp(one) for one in BLOCKS], link=101)[:-4],
    ):
        found = frames_of(data)
        assert (len(found.blocks), found.truncated_blocks) == (4, 1)


def test_a_length_that_leads_nowhere():
    """A block said to be 65535 bytes long, or none: the next ones are found, and all that is lost is counted."""
    huge = BLOCKS[0][:1] + b"\xff\xff" + BLOCKS[0][3:]
    found = frames_of(huge + BLOCKS[1] + BLOCKS[2] + BLOCKS[3])
    assert (len(found.blocks), found.truncated_blocks, found.skipped_bytes) == (4, 1, 0)
    none = BLOCKS[0][:1] + b"\0\0" + BLOCKS[0][3:]
    found = frames_of(none + BLOCKS[1] + BLOCKS[2] + BLOCKS[3])
    assert (len(found.blocks), found.truncated_blocks, found.skipped_bytes) == (3, 0, len(none))


def test_noise_between_blocks_is_skipped():
    """Bytes that are no block are passed over and counted."""
    data = BLOCKS[0] + b"\0\0\0noise" + BLOCKS[1] + BLOCKS[2]
    assert bodies(data) == EXPECTED[:3]
    assert frames_of(data).skipped_bytes == 8


def test_a_lost_end_is_no_endless_block():
    """Of what follows a length that is wrong no more is taken for a block than its length says."""
    found = frames_of(BLOCKS[0] + b"\x30\xff\xff" + bytes(300_000))
    assert [last - first for _, first, last in found.blocks] == [len(BLOCKS[0]) - 3, 65_532]
    assert found.skipped_bytes == 300_003 - 65_535


def test_a_lost_reader_finds_its_way_by_what_the_file_holds():
    """Damage in a file of system tracks costs the damaged block, and its end is cut, not skipped."""
    tracks = [made.block(62, b"\x90\x01\x02\x00\x00\x01") for _ in range(20)]
    torn = tracks[7][:1] + b"\xff\xf0" + tracks[7][3:]
    found = frames_of(b"".join([*tracks[:7], torn, *tracks[8:]]) + tracks[0][:-2])
    assert len(found.blocks) == 21
    assert (found.truncated_blocks, found.skipped_bytes) == (2, 0)
    noise = b"\x07\xff\xff\xff"
    assert len(frames_of(noise + b"".join(tracks)).blocks) == 20
    assert frames_of(b"a text that mentions > and < and much more of no meaning at all").blocks == []


def test_datagrams_are_framed_each_by_itself():
    """Bytes that belong to none, a cut block, something else: the next datagram is not touched."""
    torn = [BLOCKS[0] + b"\x00\x01", BLOCKS[1] + BLOCKS[1][:-4], BLOCKS[2][:-4], b"hello", b""]
    data, found = frames_of_datagrams([*torn, BLOCKS[3]])
    assert [(category, data[first:last]) for category, first, last in found.blocks] == [
        EXPECTED[0], EXPECTED[1], (48, BLOCKS[1][3:-4]), EXPECTED[3]
    ]
    assert (found.truncated_blocks, found.skipped_bytes, found.skipped_packets) == (1, 2, 3)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("power", "step_s"), [(None, 1e-6), (9, 1e-9), (0x80 | 20, 2.0**-20)])
def test_when_a_capture_begins(order, power, step_s):
    """The first packet with a time, by the clock of its interface; other files tell none."""
    ticks = round(1714903201.5 / step_s)
    option = b"" if power is None else struct.pack(order + "HHB3xHH", 9, 1, power, 0, 0)
    body = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, 4, 4) + b"abcd"
    chunks = ((0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
              (1, struct.pack(order + "HHI", 1, 0, 0) + option), (6, body))  # fmt: skip
    data = b"".join(made._chunk(order, kind, content) for kind, content in chunks)
    assert abs((moment_of(data) - datetime(2024, 5, 5, 10, 0, 1, 500000, UTC)).total_seconds()) < 1e-5
    assert moment_of(data[:60]) is None
    assert moment_of(b"".join(BLOCKS)) is None
    assert moment_of(made.pcap([b"abc"])) is None
