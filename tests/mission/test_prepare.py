"""A mission prepared after others is the mission that is prepared alone, bit for bit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from farwatch import mission
from farwatch.detect import ground_view
from farwatch.records import TARGET
from farwatch.scenario import load, vary
from farwatch.world import background, raid
from farwatch.world.grids import Bounds
from farwatch.world.identity import file_digest, ground_digest
from farwatch.world.raid import Stage, muster

MEMORIES = ((ground_view, "_FLOORS"), (ground_view, "_LIT"), (background, "_CLEANED"), (background, "_HEARD"),
            (raid, "_FLIGHTS"))
"""All that preparation remembers."""

CHANGES = {
    "nothing": {},
    "doctrine": {"doctrine.shots_per_look": 1},
    "count": {"raid.cruise.count": 3},
    "abreast": {"raid.fighters.count": 3},
    "speed": {"raid.drones.speed_m_s": 41.0},
    "height": {"raid.drones.height_agl_m": 151.0},
    "climb": {"figures.one-way-drone.climb_rate_m_s": 1.5},
    "start": {"raid.drones.from.lat_deg": 46.931},
    "asset": {"defended.hangar.height_agl_m": 5.0},
    "place": {"defence.valley.at.lat_deg": 46.881},
    "mast": {"defence.valley.antenna_height_m": 11.0},
    "clutter": {"ground.clutter": "urban"},
    "terrain": {"terrain": None},
    "hour": {"traffic.0.from_s": 60.0},
    "elsewhere": {"traffic.0.moved_to": {"lat_deg": 46.9, "lon_deg": 8.7}},
}
"""The alpine site, with one thing changed at a time that some memory must not overlook."""


def bits(prepared):
    """All arrays of a prepared mission, by name, as bytes; and what it says."""
    parts = {
        **{name: getattr(prepared.world, name) for name in ("targets", "knots", "classes", "assets")},
        "ground": prepared.world.terrain.height_m,
        **prepared.sensors.sensors._asdict(),
        **prepared.defence.defence._asdict(),
    }
    found = {name: (np.shape(part), np.asarray(part).tobytes()) for name, part in parts.items() if name != "orders"}
    return found | {"notices": prepared.notices, "names": prepared.world.target_names, "drawn": len(prepared.drawn)}


@pytest.fixture
def forgetful(monkeypatch):
    """Call it, and from then on nothing is remembered."""

    def forget():
        for module, name in MEMORIES:
            monkeypatch.setattr(module, name, lambda _key, make: make())

    return forget


@pytest.mark.parametrize("changes", list(CHANGES.values()), ids=list(CHANGES))
def test_prepared_after_others_is_prepared_alone(changes, forgetful):
    """With one thing changed after the plain mission was prepared, no bit differs from a mission prepared anew."""
    plain = load("alpine-site")
    changed = vary(plain, changes)
    before = bits(mission.prepare(plain))
    remembered = bits(mission.prepare(changed))
    again = bits(mission.prepare(plain))
    forgetful()
    anew = bits(mission.prepare(changed))
    for name, part in anew.items():
        assert remembered[name] == part, name
    assert again == before


def test_threads_prepare_alike():
    """Two threads that prepare at once get the same bits, in arrays of their own."""
    plain = load("alpine-site")
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(mission.prepare, (plain, vary(plain, {"doctrine.shots_per_look": 2})))
    assert bits(one) == bits(other)
    assert not np.shares_memory(one.world.knots, other.world.knots)
    assert one.world.knots.flags.writeable


def test_groups_on_one_route_keep_flights_apart():
    """Two groups that fly the same route have knots each, as many as when neither was remembered."""
    plain = load("alpine-site")
    drones = next(group for group in plain.raid if group.name == "drones")
    twice = plain.model_copy(update={"raid": (drones, drones.model_copy(update={"name": "more"})), "traffic": ()})
    made = [mission.prepare(twice).world for _ in range(2)]
    for world in made:
        assert world.targets.dtype == TARGET
        assert len(set(world.targets["first_knot"])) == 2
    assert made[0].knots.tobytes() == made[1].knots.tobytes()


def test_a_route_is_flown_over_its_own_ground(forgetful):
    """Hills on the way make another flight of the same route to the same end."""
    plain = load("alpine-site")
    world = mission.prepare(plain).world
    rows = np.arange(len(world.terrain.height_m))
    north = world.terrain.south_deg + rows * world.terrain.lat_step_deg > 46.95
    raised_m = world.terrain.height_m + np.float32(300) * north[:, None]
    hills = replace(world.terrain, height_m=raised_m.astype(np.float32))

    def flown(terrain):
        stage = Stage(scenario=plain, catalogue=plain.resolved_catalogue(), frame=world.frame, terrain=terrain,
                      ground=ground_digest(terrain))
        return next(m for m in muster(stage)[0] if m.name == "drones-north/0").flight.knots.tobytes()

    low, high = flown(world.terrain), flown(hills)
    assert low != high
    forgetful()
    assert (flown(world.terrain), flown(hills)) == (low, high)


def test_what_is_remembered_refuses_to_be_written():
    """Flights of the raid and of the traffic are shared, and so closed."""
    closed = []

    def keeping(recall):
        def spy(key, make):
            closed.append(recall(key, make))
            return closed[-1]

        return spy

    plain = load("alpine-site")
    with pytest.MonkeyPatch.context() as patch:
        for module, name in MEMORIES:
            patch.setattr(module, name, keeping(getattr(module, name)))
        mission.prepare(plain)
    arrays = [part for thing in closed for part in arrays_of(thing)]
    assert len(arrays) > 5
    assert not any(array.flags.writeable for array in arrays)


def arrays_of(thing):
    """The arrays in something that was remembered."""
    if isinstance(thing, np.ndarray):
        return [thing]
    if hasattr(thing, "knots") or hasattr(thing, "height_m"):
        return [thing.knots if hasattr(thing, "knots") else thing.height_m]
    if hasattr(thing, "frame"):
        return [thing.flight(piece).knots for piece in thing.cleaned.pieces[:3]]
    return [getattr(thing.recording, name) for name in ("time_s", "flight", "lat_deg", "lon_deg", "height_m")]


def test_a_recording_that_changed_is_read_anew(tmp_path):
    """The bytes of the file count, not its name: a file written over brings in the new flights."""
    file = tmp_path / "heard.csv"

    def heard(height_m):
        rows = [f"{10 * k},a,{46.8 + 0.01 * k},8.6,{height_m}" for k in range(30)]
        file.write_text("\n".join(["time_s,flight,lat_deg,lon_deg,height_m", *rows]), encoding="utf-8")
        plain = vary(load("alpine-site"), {"traffic": [{"recorded": str(file)}], "raid": []})
        return mission.prepare(plain).world.knots["height_m"]

    np.testing.assert_allclose(heard(5000), 5000.0)
    low = file_digest(file)
    np.testing.assert_allclose(heard(6000), 6000.0)
    assert file_digest(file) != low


def test_a_digest_is_that_of_what_heights_depend_on():
    """Blind to title, source, notices and voids of the ground."""
    terrain = mission.prepare(load("alpine-site")).world.terrain
    named = replace(terrain, title="", source="", notices=(), voids=3)
    assert ground_digest(named) == ground_digest(terrain)
    assert isinstance(terrain.bounds, Bounds)
