"""What a defence can see, as the map is told: the same as the report says; of drafts, the newest wish only."""

import asyncio
import json

import numpy as np
import pytest

from farwatch.console import coverage as rooms
from farwatch.console.coverage import AZIMUTHS, NEVER, coverage, coverage_of_draft
from farwatch.console.worker import Newest
from farwatch.mission import prepare
from farwatch.report import sights
from farwatch.scenario.reading import scenario_from
from farwatch.scenario.yaml12 import compose

RAID = """farwatch: 1
title: Two batteries in the desert
terrain: arabia-30s
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}
  - {name: bravo, system: pantsir-s1, at: {lat_deg: 23.7, lon_deg: 45.3}}
defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}
raid:
  - {name: drones, class: one-way-drone, count: 3, to: depot, from: {bearing_deg: 40, range_km: 90}, height_agl_m: 120}
  - {name: jets, class: fighter, count: 2, to: depot, from: {bearing_deg: 60, range_km: 200}, height_agl_m: 6000}
"""


def opened(data):
    """Header and columns of what was told."""
    size = int.from_bytes(data[:4], "little")
    header, at, columns = json.loads(data[4 : 4 + size]), 4 + size, {}
    for name, kind, count in header["columns"]:
        columns[name] = np.frombuffer(data, f"<{kind}", count, at)
        at += 2 * count
    assert at == len(data)
    return header, columns


def seen_at(header, columns, k, height_m):
    """Where radar k sees it, bool[azimuths, ranges], as the browser compares it."""
    radar = header["radars"][k]
    low, high = (columns[f"{name}_{k}"].reshape(radar["azimuths"], radar["ranges"]) for name in ("low", "high"))
    return (low <= height_m) & (height_m <= high)


@pytest.fixture(scope="module")
def told():
    """What the map is told of the drones, and what the report says of both classes."""
    scenario, _ = scenario_from(compose(RAID)[0].plain(), None, None)
    return opened(coverage(RAID, ".", "one-way-drone")), sights.sights(prepare(scenario))


def test_map_and_report_agree(told):
    """Class by class at its usual height, radar by radar, on the azimuths of both: the same places are seen."""
    (header, columns), report = told
    assert [(c["class"], c["height_m"]) for c in header["classes"]] == [(s.class_name, s.height_m) for s in report]
    sight = next(one for one in report if one.class_name == "one-way-drone")
    assert [radar["name"] for radar in header["radars"]] == [seen.radar for seen in sight.seen]
    for k, seen in enumerate(sight.seen):
        here = seen_at(header, columns, k, sight.height_m)[:: AZIMUTHS // sights.AZIMUTHS]
        likely = np.zeros(seen.levels.shape, bool)
        likely[:, : here.shape[1]] = sights._closed(here.astype(np.uint8)) > 0
        apart = likely != (seen.levels >= sights.LIKELY)
        assert seen.levels.any()
        assert apart.sum() <= 0.01 * (seen.levels >= sights.LIKELY).sum()  # the map is told whole metres


def test_low_and_high_bound_what_is_seen(told):
    """Just below the lowest height, and above the highest, the radar room sees nothing; between them it does."""
    (header, columns), _ = told
    low, high = columns["low_0"].astype(int), columns["high_0"].astype(int)
    able = low != NEVER
    assert (low[able] <= high[able]).all()
    assert (high[~able] == 0).all()
    grown = [seen_at(header, columns, 0, height_m).sum() for height_m in (30.0, 120.0, 1000.0)]
    assert grown[0] < grown[1] < grown[2]


def test_the_claim_is_the_farthest_round(told):
    """About its battery, as the dashed ring of the report."""
    (header, _), _ = told
    assert header["claimed"]["battery"] == "alpha"
    assert header["claimed"]["range_m"] == pytest.approx(402336.0)


def test_a_draft_is_seen_as_the_scenario_is(told):
    """Battery by battery, without the raid: the same but for the map's own middle; a moved battery alone is anew."""
    (header, columns), _ = told
    draft, alone = opened(coverage_of_draft(RAID, ".", "one-way-drone"))
    assert [radar["name"] for radar in draft["radars"]] == [radar["name"] for radar in header["radars"]]
    for k in range(len(draft["radars"])):
        whole, half = seen_at(header, columns, k, 500.0)[::2], seen_at(draft, alone, k, 500.0)
        width = min(whole.shape[1], half.shape[1])
        assert (whole[:, :width] != half[:, :width]).mean() < 0.01
    worked = []
    real, rooms._seen_alone = rooms._seen_alone, lambda *words: worked.append(words) or real(*words)
    try:
        coverage_of_draft(RAID.replace("lon_deg: 45.3}", "lon_deg: 45.31}"), ".", "one-way-drone")
    finally:
        rooms._seen_alone = real
    assert [scenario.defence[0].name for scenario, _ in worked] == ["bravo"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("", 422), ("farwatch: 1\n", 422), (RAID.replace("arabia-30s", "../../etc/passwd"), 422), ("x" * 400_000, 422)],
)
def test_drafts_are_checked_and_bounded(client, text, status):
    """No sweep for what is no scenario, names a file outside, or is too large; problems are told."""
    answer = client.post("/coverage", json={"text": text, "target": "one-way-drone"})
    assert answer.status_code == status
    assert answer.json()["problems"]


def test_of_old_wishes_only_the_newest_is_looked_at():
    """While one is worked out five more are sent: only the last of them is looked at; another who asks has his turn."""
    looked = []

    class Slow:
        async def ask(self, _function, word):
            looked.append(word)
            await asyncio.sleep(0.01)
            return word

    async def dragging():
        newest = Newest(Slow())
        asked = [asyncio.ensure_future(newest.ask("tab", len, k)) for k in range(6)]
        asked.append(asyncio.ensure_future(newest.ask("other", len, "x")))
        return await asyncio.gather(*asked)

    found = asyncio.run(dragging())
    assert looked in ([5, "x"], [0, 5, "x"])
    assert found[5:] == [5, "x"]
    assert found[1:5] == [None] * 4


def _batteries(count):
    """A sound scenario of some batteries of two radars each."""
    one = "  - {{name: b{0}, system: pantsir-s1, at: {{lat_deg: {1:.4f}, lon_deg: 45.2}}}}\n"
    lines = "".join(one.format(k, 23.6 + 0.0003 * k) for k in range(count))
    depot = "defended:\n  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}\n"
    drone = "raid:\n  - {name: d, class: one-way-drone, to: depot, from: {bearing_deg: 40, range_km: 30}}\n"
    return f"farwatch: 1\ntitle: Many\ndefence:\n{lines}{depot}{drone}"


def test_the_radars_that_are_worked_out_are_bounded(client, home):
    """Thousands of batteries fit in a text and would take hours: refused at once, of a draft and of a file."""
    many = _batteries(1000)
    (home / "many.yaml").write_text(many)
    for answer in (client.post("/coverage", json={"text": many}), client.get("/coverage?scenario=many.yaml")):
        assert answer.status_code == 422
        (problem,) = answer.json()["problems"]
        assert (problem["where"], problem["value"]) == ("defence", "2000")
        assert "100" in problem["rule"]
        assert problem["hint"]


def test_all_batteries_of_a_large_draft_are_remembered(monkeypatch):
    """As many as may be asked for: when one is moved, the others are not worked out anew."""
    worked = []
    monkeypatch.setattr(rooms, "_seen_alone", lambda scenario, _target: worked.append(scenario) or [])
    text = _batteries(rooms.MOST_RADARS // 2)
    for draft in (text, text.replace("lat_deg: 23.6000", "lat_deg: 23.5990")):
        coverage_of_draft(draft, ".", None)
    assert len(worked) == rooms.MOST_RADARS // 2 + 1


def test_a_broken_terrain_is_named_from_the_folder_on(client, home):
    """Where the folder lies on the machine is nobody's business."""
    (home / "broken.tif").write_text("no picture")
    answer = client.post("/coverage", json={"text": _batteries(1).replace("defence:", "terrain: broken.tif\ndefence:")})
    assert answer.status_code == 422
    assert "broken.tif" in answer.json()["error"]
    assert str(home) not in answer.text
