"""Expected traffic from a file: what is read, what is refused, and that the tracker hears it."""

import pytest

from farwatch.errors import InputError
from farwatch.track import TrackOptions
from farwatch.track.traffic import Traffic, options_of, read_traffic, traffic_schema

GOOD = """\
codes: ["4321", 7000]
addresses: ["3430D8", "00000a"]
routes:
  - name: UL1
    places: [[46.0, 8.0], [47, 8.5], [48.0, 8.0]]
    low_m: 3000
  - {name: one-way, places: [[46.0, 8.0], [46.0, 9.0]], half_width_m: 2000, high_m: 9000, both_ways: false}
"""


def read(tmp_path, text):
    """A traffic file of some text."""
    path = tmp_path / "traffic.yaml"
    path.write_text(text)
    return read_traffic(path)


def test_a_good_file_becomes_options(tmp_path):
    """Codes and addresses as digits, routes with their defaults; all of it is taken by TrackOptions."""
    (tmp_path / "traffic.yaml").write_text(GOOD)
    options = TrackOptions(**options_of(tmp_path / "traffic.yaml"))
    assert options.expected_codes == ("4321", "7000")
    assert options.expected_addresses == ("3430D8", "00000a")
    first, second = options.routes
    assert (first.name, first.low_m, first.high_m, first.both_ways) == ("UL1", 3000.0, float("inf"), True)
    assert (second.half_width_m, second.high_m, second.both_ways) == (2000.0, 9000.0, False)
    assert first.places[1] == (47.0, 8.5)


def test_no_file_is_no_traffic():
    """Without a file nothing is expected."""
    assert options_of(None) == {}
    assert Traffic().routes == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"4321"', '"4391"', "line 1: codes.0 = 4391: must be up to four octal digits"),
        ("7000", "0", "line 1: codes.1"),
        ("7000", "true", "line 1: codes.1"),
        ('"00000a"', "34e5", "line 2: addresses.1 = 34e5: must be up to six hexadecimal digits"),
        ('"00000a"', '"1000000"', "line 2: addresses.1"),
        ("addresses", "adresses", "line 2: adresses: is not a field; did you mean addresses?"),
        ("- name: UL1\n    places", "- places", "line 4: routes.0.name: is missing"),
        ("[47, 8.5]", "[147, 8.5]", "line 5: routes.UL1.places.1.0 = 147: must be at most 90"),
        ("[47, 8.5]", "[47]", "line 5: routes.UL1.places.1: has too few items"),
        ("[47, 8.5]", "[47, 8.5, 300]", "line 5: routes.UL1.places.1: must have at most 2 items"),
        ("half_width_m", "half_widht_m", "did you mean half_width_m"),
        ("both_ways: false", "both_ways: perhaps", "must be true or false"),
        ("high_m: 9000", "high_m: 9000, low_m: 9000", "must be less than high_m"),
        ("[[46.0, 8.0], [46.0, 9.0]]", "[[46.0, 8.0], [46.0, 8.0]]", "two different places"),
        ("[[46.0, 8.0], [46.0, 9.0]]", "[[46.0, 8.0]]", "must have 2 items or more"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, old, new, said):
    """Each mistake is told once, where it stands, with the nearest right word."""
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_an_empty_file_and_none_are_refused(tmp_path):
    """What a file may hold is said."""
    with pytest.raises(InputError, match="codes"):
        read(tmp_path, "")
    with pytest.raises(InputError, match="No such file"):
        read_traffic(tmp_path / "none.yaml")


def test_the_schema_names_every_field():
    """For editors."""
    assert set(traffic_schema()["properties"]) == {"codes", "addresses", "routes"}
