"""Whatever the bytes, a reader of tables gives a scene or an InputError, in memory that fits them."""

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.formats import arrow_ipc, motion_table, netcdf
from farwatch.formats.scene import MOVE
from formats.moving import full_scene


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Sound bytes of each form, and what reads them."""
    folder = tmp_path_factory.mktemp("sound")
    made = {}
    for name in ("csv", "parquet"):
        motion_table.write(folder / f"t.{name}", full_scene())
        made[name] = ((folder / f"t.{name}").read_bytes(), motion_table.decode)
    made["arrow"] = (arrow_ipc.encode(full_scene()), arrow_ipc.decode)
    made["netcdf"] = (netcdf.encode(full_scene()), netcdf.decode)
    return made


def tried(decode, data):
    """Whether a scene came of it; only InputError may be raised, and the scene is sound."""
    try:
        scene = decode(data)
    except InputError:
        return False
    assert scene.moves.dtype == MOVE
    assert np.isfinite(scene.moves["time_s"]).all() and np.isfinite(scene.moves["lat_deg"]).all()
    assert ((scene.moves["thing"] >= 0) & (scene.moves["thing"] < len(scene.things))).all()
    assert scene.epoch is None or scene.when(float(scene.moves["time_s"].max(initial=0.0)))
    return True


FORMS = ("csv", "parquet", "arrow", "netcdf")
PLACES = st.floats(0.0, 1.0)


@pytest.mark.parametrize("form", FORMS)
def test_sound_bytes_are_taken(sound, form):
    """The bytes that are spoilt below are sound before."""
    assert tried(sound[form][1], sound[form][0])


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60)
@given(place=PLACES)
def test_truncated_files(sound, form, place):
    """A file that ends anywhere."""
    data, decode = sound[form]
    cut = data[: int(place * (len(data) - 1))]
    assert not tried(decode, cut) or form == "csv"


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=120)
@given(changes=st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=12), at_end=st.booleans())
def test_spoilt_files(sound, form, changes, at_end):
    """Some bytes changed; those of Parquet's and Arrow's metadata stand at the end, NetCDF's at the beginning."""
    data, decode = sound[form]
    spoilt = bytearray(data)
    reach = min(len(spoilt), 2_000) if at_end else len(spoilt)
    for place, value in changes:
        spot = int(place * (reach - 1))
        spoilt[len(spoilt) - 1 - spot if form in {"parquet", "arrow"} else spot] = value
    tried(decode, bytes(spoilt))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60)
@given(tail=st.binary(max_size=200))
def test_anything_behind_the_right_beginning(sound, form, tail):
    """The first bytes of a file, then noise; and the noise between both ends."""
    data, decode = sound[form]
    tried(decode, data[:8] + tail)
    tried(decode, data[:8] + tail + data[-8:])
    tried(decode, tail)


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT 0.0 AS time_s, 'a' AS flight, 1.0 AS lat_deg, 1.0 AS lon_deg, 1.0 AS height_m FROM range(3000000)",
        "SELECT i time_s, repeat('a', 1000000) flight, 1 lat_deg, 1 lon_deg, 1 height_m FROM range(400) t(i)",
    ],
    ids=["rows", "texts"],
)
def test_parquet_that_unpacks_to_far_more_is_refused(tmp_path, asked):
    """Rows, or texts, that take next to no room in the file."""
    path = tmp_path / "bomb.parquet"
    duckdb.sql(f"COPY ({asked}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    assert path.stat().st_size < 500_000
    with pytest.raises(InputError, match="must not unpack"):
        motion_table.read(path)


def test_codes_and_texts_of_any_length_are_words():
    """Long numbers and names in cells cost nothing but themselves."""
    head = "time_s,flight,lat_deg,lon_deg,height_m,address,mode_a,number\n"
    text = head + f"0,{'a' * 50_000},46,7,0,{'f' * 100_000},{'7' * 100_000},{'9' * 400}\n"
    found = motion_table.decode(text.encode())
    assert (found.things[0].address, found.things[0].mode_a, found.things[0].number) == (0, 0, -1)
