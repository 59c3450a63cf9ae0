"""Arrow files: what another implementation finds in them, and what comes back."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings

from farwatch.errors import InputError
from farwatch.formats import arrow_ipc
from farwatch.formats.scene import Scene
from formats.judged import said_by
from formats.moving import assert_same_motion, full_scene, large_scene, scenes

arrow = pytest.importorskip("pyarrow")
pytest.importorskip("pyarrow.ipc")


@pytest.mark.validation
def test_nanoarrow_reads_what_is_written(tmp_path, oracle):
    """Another implementation of the format finds every column, with null for what is not told."""
    scene = full_scene()
    arrow_ipc.write(tmp_path / "t.arrow", scene)
    found = said_by(oracle("nanoarrow"), "arrow_table", tmp_path / "t.arrow")
    assert found["lat_deg"] == scene.moves["lat_deg"].tolist()
    assert found["sigma_m"] == [30.0, None, None, None, 5.0, 5.0]
    assert found["flight"] == ["3c6444"] * 3 + ["alpha"] + ["track 17"] * 2
    assert found["callsign"] == ["DÜS 1"] * 3 + [""] * 3
    assert found["pressure"] == [True] * 3 + [False] * 3
    assert found["utc"][0] == "2024-05-01T01:00:00.250Z"


@settings(max_examples=40)
@given(scene=scenes())
def test_all_of_the_motion_comes_back(scene):
    """Every field of things and moves, from file and from stream; the same scene gives the same bytes."""
    data = arrow_ipc.encode(scene)
    assert data == arrow_ipc.encode(scene)
    assert_same_motion(arrow_ipc.decode(data), scene)
    table = arrow.ipc.open_file(data).read_all()
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    assert_same_motion(arrow_ipc.decode(bytes(sink.getvalue())), scene)


def file_of(**columns):
    """An Arrow file of columns, with those that must be there."""
    usual = {"time_s": [0.0], "flight": ["a"], "lat_deg": [46.0], "lon_deg": [7.0], "height_m": [0.0]}
    table = arrow.table(usual | columns)
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def test_columns_of_other_types_are_taken():
    """Whole numbers, single floats and decimals are numbers; dictionaries, numbers and truths are words."""
    data = file_of(
        time_s=arrow.array([3], arrow.int8()), lat_deg=arrow.array([46.5], arrow.float32()),
        flight=arrow.array(["a"]).dictionary_encode(), callsign=arrow.array([17]), pressure=[True],
    )  # fmt: skip
    found = arrow_ipc.decode(data)
    assert (found.moves["time_s"][0], found.moves["lat_deg"][0]) == (3.0, 46.5)
    assert (found.things[0].key, found.things[0].callsign, found.things[0].pressure) == ("a", "17", True)


def test_one_text_for_many_rows_needs_no_more_room():
    """A long word that a dictionary keeps once is kept once."""
    count = 20_000
    word = arrow.DictionaryArray.from_arrays(np.zeros(count, np.int32), arrow.array(["x" * 100_000]))
    columns = {name: np.arange(count, dtype=float) / count for name in ("time_s", "lat_deg", "lon_deg", "height_m")}
    found = arrow_ipc.decode(file_of(flight=word, callsign=word, **columns))
    assert len(found.things) == 1
    assert found.moves.size == count


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read as Arrow"),
        (b"ARROW1\0\0 and no more", "cannot be read as Arrow"),
        (b"time_s,flight\n0,a\n", "cannot be read as Arrow"),
        (file_of(lat_deg=["north"]), "cannot be read as Arrow"),
        (file_of(lat_deg=[[1.0]]), "cannot be read as Arrow"),
        (file_of().replace(b"lat_deg", b"lat_dag"), "did you mean lat_dag"),
        (file_of().replace(b"flight", b"fl\xffght"), "cannot be read as Arrow"),
    ],
)
def test_what_is_no_table_of_motion_is_refused(data, said):
    """The error says what is wrong."""
    with pytest.raises(InputError, match="data") as caught:
        arrow_ipc.decode(data)
    assert said in str(caught.value)


def test_rows_without_bytes_are_refused():
    """A column of nulls needs no bytes in the file however long it is."""
    columns = dict.fromkeys(("time_s", "flight", "lat_deg", "lon_deg", "height_m"), arrow.nulls(100_000_000))
    with pytest.raises(InputError, match="at most in so small a file"):
        arrow_ipc.decode(file_of(**columns))


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_packed_files_are_read_within_limits(codec):
    """Packed as feather files are, a scene comes back; a thousand times as much as the file holds is refused."""
    def packed(table):
        sink = arrow.BufferOutputStream()
        with arrow.ipc.new_file(sink, table.schema, options=arrow.ipc.IpcWriteOptions(compression=codec)) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    assert_same_motion(arrow_ipc.decode(packed(arrow.ipc.open_file(arrow_ipc.encode(full_scene())).read_all())),
                       full_scene())  # fmt: skip
    nothing = arrow.array(np.zeros(5_000_000))
    columns = dict.fromkeys(("time_s", "flight", "lat_deg", "lon_deg", "height_m"), nothing)
    with pytest.raises(InputError, match=r"must not unpack|at most in so small a file"):
        arrow_ipc.decode(packed(arrow.table(columns)))


def test_without_pyarrow_the_error_says_how_to_get_it(monkeypatch):
    """The package is wanted only when it is used."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"farwatch\[arrow\]"):
        arrow_ipc.encode(Scene(source="x"))


def test_large_files_are_read_whole():
    """140,000 places come back."""
    scene = large_scene()
    assert_same_motion(arrow_ipc.decode(arrow_ipc.encode(scene)), scene)
