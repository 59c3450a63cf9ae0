"""What datagrams say, and what is said of those that say nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.formats import asterix
from farwatch.formats.adsb_live import Listener
from farwatch.formats.asterix_frames import frames_of
from farwatch.live.hearing import POSITION, Readers, hear
from farwatch.live.sources import Datagram
from live.feeds import SITE, block, north, plot


def heard(*datagrams, readers=None, now_s=36000.0):
    """What some datagrams said."""
    return hear([Datagram(0, one, 0.0) for one in datagrams], readers or Readers(), now_s)


def test_plots_and_marks_of_several_radars():
    """Each radar's plots are its own, whatever the datagrams' order."""
    found = heard(plot(36000.0, 5e4, 1.0, sic=2), north(36001.0, sic=1, site=SITE), plot(36002.0, 6e4, 2.0, sic=1))
    assert found.names == ("sac1-sic1", "sac1-sic2")
    assert found.plots["radar_index"].tolist() == [1, 0]
    assert found.marks["sensor"].tolist() == [0]
    assert found.marks["lat_deg"][0] == pytest.approx(46.0, abs=1e-4)
    assert found.records == {"CAT034": 1, "CAT048": 2}
    assert found.damaged == 0


@pytest.mark.validation
def test_datagrams_of_a_capture_are_read_as_the_capture_is(shared):
    """The Croatian capture, datagram by datagram in one call: the same plots as from the file."""
    path = shared / "data" / "asterix" / "cat_034_048.pcap"
    recording = asterix.read(path)
    data = path.read_bytes()
    found = heard(*(data[first - 3 : end] for _, first, end in frames_of(data).blocks))
    assert found.plots.size == recording.plots.size == 63
    np.testing.assert_array_equal(found.plots, recording.plots)
    assert found.records == {"CAT034": 34, "CAT048": 128}


def test_damage_costs_the_damaged_only():
    """A cut block, an undeclared item and plain rubbish are counted; what stands between is read."""
    good = plot(36000.0, 5e4, 1.0)
    strange = (good[:-4], b"", b"\x00\x01", b"\xff" * 40, block(48, b"\x01\x01\x01\x80"))
    found = heard(good, *strange, plot(36001.0, 5e4, 1.1))
    assert found.plots.size == 2
    assert found.damaged >= 4


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_are_heard(strange):
    """Nothing is raised, and two good datagrams around are read all the same."""
    found = heard(plot(36000.0, 5e4, 1.0), *strange, plot(36004.0, 5e4, 1.0))
    assert np.isin([36000.0, 36004.0], found.plots["time_s"]).all()


@settings(max_examples=40)
@given(st.lists(st.sampled_from([1, 2, 10, 20, 21, 34, 48, 62, 65]).flatmap(
    lambda category: st.binary(min_size=1, max_size=60).map(lambda body: block(category, body))), max_size=6))
def test_any_records_of_known_categories_are_heard(blocks):
    """Framing that fits around any bytes: nothing is raised, numbers are finite."""
    found = heard(*blocks)
    assert np.isfinite(found.plots["time_s"]).all()
    for positions in found.positions.values():
        assert np.isfinite(positions["lat_deg"]).all()


def test_categories_that_nobody_reads_are_counted():
    """CAT008 weather is left alone."""
    assert heard(block(8, b"\x80\x01\x01")).records == {"blocks of CAT008": 1}


def test_system_tracks_become_positions():
    """CAT062 with a place, a level and a number is a position of the virtual sensor `cat062`."""
    # I062/010, 070, 105, 040, 136 (items 1, 4, 5, 12 and 17 of the user application profile)
    record = bytes([1, 9]) + (36000 * 128).to_bytes(3, "big")
    record += round(46.5 / 180 * 2**25).to_bytes(4, "big") + round(8.5 / 180 * 2**25).to_bytes(4, "big")
    record += (77).to_bytes(2, "big") + (200 * 4).to_bytes(2, "big")
    found = heard(block(62, bytes([0b10011001, 0b00001001, 0b00100000]) + record))
    (name, rows), = found.positions.items()
    assert name == "cat062"
    assert rows["track_number"].tolist() == [77]
    assert rows["lat_deg"][0] == pytest.approx(46.5, abs=6e-6)  # one step is 5.4e-6
    assert rows["height_m"][0] == pytest.approx(6096.0)


class Parrot:
    """A listener that says one position for each datagram, and remembers how many there were."""

    def __init__(self, form):
        self.form, self.count = form, 0

    def feed(self, data, time_s):
        """One row of POSITION."""
        self.count += 1
        rows = np.zeros(1, POSITION)
        rows["time_s"], rows["lat_deg"], rows["lon_deg"], rows["height_m"] = time_s, 46.0, 8.0, 9000.0
        rows["sigma_m"], rows["address"] = np.nan, 0x3C0001
        return rows


def test_adsb_is_told_by_its_beginning_and_stamped_with_the_time_of_the_picture():
    """Each source and form has a listener of its own, which is kept."""
    readers = Readers(adsb=Parrot)
    for _ in range(2):
        forms = (b"*8D4840D6202CC371C32CE0576098;\n", b"\x1a3" + bytes(14), b"MSG,3,1,1")
        found = heard(*forms, readers=readers, now_s=7.0)
    assert found.positions["adsb"]["time_s"].tolist() == [7.0] * 3
    assert {form for _, form in readers.listeners} == {"avr", "beast", "sbs"}
    assert {one.count for one in readers.listeners.values()} == {2}


@pytest.mark.validation
def test_a_published_pair_of_messages_is_where_it_was():
    """Even and odd airborne positions of the textbook's example, and its answer: 52.25720 N, 3.91937 E, 38,000 ft.

    Sun, "The 1090 Megahertz Riddle", 2nd edition, chapter 5: the even message is the newer one.
    """
    readers = Readers(adsb=lambda form: Listener(form=form))
    pair = [b"*8D40621D58C386435CC412692AD6;\n", b"*8D40621D58C382D690C8AC2863A7;\n"]
    rows = heard(*pair, readers=readers).positions["adsb"]
    assert rows["address"].tolist()[-1] == 0x40621D
    assert rows["lat_deg"][-1] == pytest.approx(52.2572, abs=1e-4)
    assert rows["lon_deg"][-1] == pytest.approx(3.91937, abs=1e-4)
    assert rows["height_m"][-1] == pytest.approx(38_000 * 0.3048)


def test_adsb_without_a_reader_is_counted():
    """Nobody to read it: the datagrams are named, nothing else happens."""
    assert heard(b"*8D4840D6202CC371C32CE0576098;").records == {"datagrams of ADS-B, not read": 1}
