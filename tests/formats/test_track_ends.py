"""Tracks of a played trial end where the picture let them go, in the scene and in the files that are made of it."""

import json

import numpy as np
import pytest

from farwatch.campaign.retelling import retell
from farwatch.console import told
from farwatch.formats import acmi, acmi_reading, czml, scene
from farwatch.formats.played import scene_of
from farwatch.formats.track_ends import _ends_by_rule_s
from farwatch.records import E_KILL, E_TRACK, PLOT, STATE
from farwatch.scenario import load

PLAIN = """
farwatch: 1
title: Fighters that fly straight in, and an airliner
defence:
  - {name: alpha, system: samp-t, at: {lat_deg: 20.0, lon_deg: 20.0}, ready: {aster-30-b1: 8}}
defended:
  - {name: depot, at: {lat_deg: 20.0, lon_deg: 20.01}}
raid:
  - {name: fighters, class: fighter, count: 3, to: depot, from: {bearing_deg: 90, range_km: 90},
     height_msl_m: 6000, speed_m_s: 250, spacing_m: 4000}
"""


@pytest.fixture(scope="module")
def retold():
    """A trial in which fighters are shot down."""
    return retell(load(PLAIN), 0, seed=1)


@pytest.fixture(scope="module")
def made(retold):
    """Its scene."""
    return scene_of(retold)


def ends(made):
    """Key of each track, its end, and its fate."""
    return [(thing.key, float(made.of(k)["time_s"][-1]), thing) for k, thing in enumerate(made.things)
            if thing.kind == scene.TRACK]  # fmt: skip


def test_a_hostile_track_ends_with_the_last_decision_that_knew_it(retold, made):
    """That is some turns after its object was killed, and not a turn after its last plot."""
    events = retold.traced.block.events
    killed = {int(e["whom"]): float(e["time_s"]) for e in events if e["kind"] == E_KILL}
    names = {f"fighters/{k + 1}": k for k in range(3)}
    assert len(killed) == 3
    found = ends(made)
    assert found
    for key, end_s, thing in found:
        serial = int(key.split()[1])
        last = max(float(e["time_s"]) for e in events if e["kind"] == E_TRACK and e["track"] == serial)
        updated_s = retold.traced.states["time_s"][retold.traced.states["serial"] == serial].max()
        assert end_s == pytest.approx(max(last, updated_s))
        assert end_s > updated_s
        assert end_s - killed[names[thing.of]] < 60.0
        assert thing.fate == "dropped"


def test_the_end_is_where_the_track_would_be(retold, made):
    """Straight on from its last update, at the speed believed then."""
    for k, thing in enumerate(made.things):
        if thing.kind != scene.TRACK:
            continue
        before, end = made.of(k)[-2:]
        gap_s = end["time_s"] - before["time_s"]
        gone_m = np.radians(end["lon_deg"] - before["lon_deg"]) * 6.378e6 * np.cos(np.radians(20.0))
        assert gone_m == pytest.approx(before["east_m_s"] * gap_s, rel=0.02, abs=1.0)
        assert np.isnan(end["sigma_m"])


def test_files_end_tracks_there_too(made, tmp_path):
    """Tacview removes them at their end, Cesium shows them no longer; read again, the end is kept."""
    acmi.write(tmp_path / "t.acmi", made)
    text, time_s, removed = (tmp_path / "t.acmi").read_text(), 0.0, {}
    for line in text.splitlines():
        if line.startswith("#"):
            time_s = float(line[1:])
        elif line.startswith("-"):
            removed[int(line[1:], 16)] = time_s
    number = {thing.key: k + 1 for k, thing in enumerate(made.things)}
    again = {key: end_s for key, end_s, _ in ends(acmi_reading.read(tmp_path / "t.acmi"))}
    packets = {packet.get("name"): packet for packet in json.loads(b"".join(czml.encode(made)))}
    for key, end_s, _ in ends(made):
        assert removed[number[key]] == pytest.approx(end_s, abs=1e-3)
        assert again[key] == pytest.approx(end_s, abs=1e-3)
        until = packets[key]["availability"].split("/")[1]
        assert until.startswith(made.when(end_s).strftime("%Y-%m-%dT%H:%M:%S"))


def test_other_tracks_end_by_the_rule_of_the_tracker():
    """When the radar that lets go last has missed often enough; a plot is known by its time."""
    states, plots = np.zeros(4, STATE), np.zeros(3, PLOT)
    states["serial"], states["hit_s"] = [7, 7, 7, 8], [10.0, 14.0, 20.0, 30.5]
    plots["time_s"], plots["radar_index"] = [20.0, 14.0, 10.0], [1, 0, 1]
    assert _ends_by_rule_s(states, plots, np.array([50.0, 20.0])) == {7: 64.0, 8: 50.5}


def test_the_browser_is_told_of_plots_and_updates(retold, made):
    """When each radar first saw a target, how many plots a track had; its ellipse at the end is the last one."""
    header, columns = told.parts(made, retold)
    for thing in header["things"]:
        if thing["kind"] == "target":
            plots = retold.traced.plots[retold.traced.plots["truth"] == int(thing["key"][-1]) - 1]
            assert [round(float(t), 1) for t in (plots["time_s"].min(),)] == [row[1] for row in thing["seen"][:1]]
            assert len({row[0] for row in thing["seen"]}) == len(thing["seen"]) == np.unique(plots["radar_index"]).size
        if thing["kind"] == "track":
            own = retold.traced.states[retold.traced.states["serial"] == int(thing["key"].split()[1])]
            assert (thing["updates"], thing["updated_s"]) == (np.unique(own["hit_s"]).size, own["hit_s"].max())
            rows = columns["major_m"][thing["first"] : thing["first"] + thing["count"]]
            assert (rows > 0.0).all()
            assert rows[-1] == rows[-2]
            last = own[own["time_s"].argmax()]["covariance"]
            assert rows[-1] == pytest.approx(np.sqrt(np.linalg.eigvalsh(last[:2, :2])[-1]), rel=1e-4)
