"""A trial as bytes: for the browser, and for other programs."""

import json

import numpy as np
import pytest

from farwatch.console import told
from farwatch.errors import InputError
from farwatch.formats import played
from farwatch.formats.scene import MOVE, Scene, Thing


@pytest.fixture
def scene(monkeypatch):
    """A trial that is told as one aircraft on its way, without a mission."""
    moves = np.zeros(3, MOVE)
    moves["time_s"], moves["lat_deg"], moves["lon_deg"] = [0.0, 10.0, 20.0], [23.0, 23.1, 23.2], 45.0
    moves["height_m"], moves["sigma_m"] = 5000.0, np.nan
    made = Scene(source="dice", title="Dice", things=(Thing(key="x/1", kind="aircraft", side="hostile"),), moves=moves)
    monkeypatch.setattr(told, "_retold", lambda *_: None)
    monkeypatch.setattr(played, "scene_of", lambda *_, **__: made)


@pytest.mark.parametrize(
    ("suffix", "sign"),
    [
        (".acmi", b"FileType=text/acmi/tacview"),
        (".czml", b'"document"'),
        (".kml", b"<kml"),
        (".geojson", b'"FeatureCollection"'),
        (".csv", b"time_s"),
        (".parquet", b"PAR1"),
    ],
)
def test_a_trial_is_written_in_other_forms(scene, suffix, sign):
    """The bytes begin as that form does."""
    assert sign in told.exported("r", 0, suffix)[:400]


def test_a_form_that_nobody_writes(scene):
    """Refused with those that are written."""
    with pytest.raises(InputError, match="tells no form"):
        told.exported("r", 0, ".exe")


def test_what_is_packed_is_read_by_its_own_description():
    """Header, then columns in its order, each where the length before says; little-endian, 8-byte aligned."""
    columns = {"a": np.arange(3, dtype="<f4"), "b": np.array([7, -1], "<i4")}
    data = told.packed({"title": 'é"\u2028'}, columns)
    size = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + size])
    assert (4 + size) % 8 == 0
    assert header == {"title": 'é"\u2028', "columns": [["a", "f4", 3], ["b", "i4", 2]]}
    assert np.array_equal(np.frombuffer(data, "<f4", 3, 4 + size), columns["a"])
    assert np.array_equal(np.frombuffer(data, "<i4", 2, 4 + size + 12), columns["b"])
    with pytest.raises(ValueError, match="JSON"):
        told.packed({"x": float("nan")}, {})
