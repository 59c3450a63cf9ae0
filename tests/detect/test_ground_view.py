"""Floors and lit ground are remembered by the ground, the place, the antenna and the reach, and by no less."""

from dataclasses import fields, replace

import numpy as np
import pytest

from farwatch import detect, scenario
from farwatch.detect import ground_view
from farwatch.detect.floor import terrain_floor
from farwatch.detect.ground_view import Overlook, Site
from farwatch.world.prepare import prepare as prepare_world
from farwatch.world.terrain import Terrain, flat

STAND = Site(lat_deg=45.03, lon_deg=10.05, antenna_m=900.0, reach_m=12e3, ranges=32)


def hills(height_m=None, **moved):
    """A small rough terrain; the same each time but for what is moved."""
    if height_m is None:
        height_m = np.random.default_rng(7).uniform(0.0, 800.0, (40, 60)).astype(np.float32)
    place = {"south_deg": 45.0, "west_deg": 10.0, "lat_step_deg": 0.002, "lon_step_deg": 0.002} | moved
    return Terrain(height_m=height_m, title="hills", source="", **place)


def anew(terrain, site):
    """Floor and lit ground without any memory."""
    made = terrain_floor(terrain, site.lat_deg, site.lon_deg, site.antenna_m, site.reach_m, site.ranges)
    return made.height_m, made.lit(site.antenna_m)


def remembered(terrain, site):
    """The same from memory."""
    overlook = Overlook.of(terrain)
    return overlook.floor(site).height_m, overlook.lit(site)


def other_sites():
    """The site with each of its values changed in turn."""
    for spec in fields(Site):
        value = getattr(STAND, spec.name)
        yield replace(STAND, **{spec.name: value + 1 if spec.name == "ranges" else value * 1.0005})


def other_grounds():
    """The hills with one sample, or one edge or step, changed by the least that matters."""
    changed = hills().height_m.copy()
    changed[20, 30] = np.nextafter(changed[20, 30], np.float32(np.inf))
    yield hills(changed)
    for name in ("south_deg", "west_deg", "lat_step_deg", "lon_step_deg"):
        yield hills(**{name: getattr(hills(), name) * 1.00001})
    yield hills(hills().height_m.reshape(60, 40))
    yield flat()


@pytest.mark.parametrize("other", list(other_sites()), ids=[spec.name for spec in fields(Site)])
def test_each_value_of_a_site_counts(other):
    """A site that differs in one value has a floor of its own, that which is made without a memory."""
    before = remembered(hills(), STAND)
    after = remembered(hills(), other)
    assert after[0].shape != before[0].shape or np.any(after[0] != before[0])
    for given, made in zip(after, anew(hills(), other), strict=True):
        np.testing.assert_array_equal(given, made)


GROUNDS = ("sample", "south", "west", "rows", "columns", "shape", "flat")


@pytest.mark.parametrize("other", list(other_grounds()), ids=GROUNDS)
def test_each_value_of_the_ground_counts(other):
    """Ground that differs in one value is other ground, be it in the last bit of one sample."""
    assert Overlook.of(other).digest != Overlook.of(hills()).digest
    kept = remembered(hills(), STAND)
    for given, made in zip(remembered(other, STAND), anew(other, STAND), strict=True):
        np.testing.assert_array_equal(given, made)
    for given, made in zip(kept, anew(hills(), STAND), strict=True):
        np.testing.assert_array_equal(given, made)


def test_ground_read_twice_is_one_ground():
    """Two terrains of the same samples share their floors, whatever they are called; none can be written to."""
    named = replace(hills(), title="elsewhere", source="another file", notices=("some",))
    for one, other in zip(remembered(hills(), STAND), remembered(named, STAND), strict=True):
        assert one is other
        assert not one.flags.writeable


def test_a_terrain_that_was_changed_is_other_ground():
    """Samples are looked at each time: writing to a terrain does not bring back the floor of before."""
    ground = hills(hills().height_m.copy())
    before, _ = remembered(ground, STAND)
    ground.height_m[:] += 50.0
    after, _ = remembered(ground, STAND)
    np.testing.assert_array_equal(after, anew(ground, STAND)[0])
    assert np.any(after != before)


def test_a_mission_has_floors_of_its_own():
    """Radars prepared twice have equal floors in arrays apart: what is written to one reaches nobody else."""
    declared = scenario.vary(scenario.load("alpine-site"), {"traffic": None})
    world = prepare_world(declared)
    one, other = (detect.prepare(declared, world).sensors for _ in range(2))
    for name in ("floors", "lit", "floor_step_m"):
        first, second = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(first, second)
        assert not np.shares_memory(first, second)
        assert first.flags.writeable
    assert one.radars.tobytes() == other.radars.tobytes()


def test_memory_holds_no_terrain(monkeypatch):
    """A site is remembered by a digest of its ground: the ground itself, which may be large, can go."""
    seen = []

    def spy(key, make):
        seen.append(key)
        return make()

    monkeypatch.setattr(ground_view, "_FLOORS", spy)
    monkeypatch.setattr(ground_view, "_LIT", spy)
    remembered(hills(), STAND)
    assert {type(part) for key in seen for part in key} == {str, Site}
