"""Two rays: the shortest bounce, flat-earth lobes, limits of the reflection, and where the picture ends."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.detect.diffraction import LAND, SEA
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M
from farwatch.detect.multipath import bounce, factor, reflection, roughness, roughness_ament
from farwatch.errors import RangeError
from naive import propagation as naive


@pytest.mark.parametrize(
    ("ground_m", "low_m", "high_m"),
    [(20e3, 20, 100), (50e3, 20, 500), (200e3, 20, 10000), (5e3, 30, 8000), (40e3, 3000, 30), (70e3, 20, 200)],
)
def test_the_bounce_is_the_shortest_way_by_the_ground(ground_m, low_m, high_m):
    """Kerr's cubic against minimising the length of the way."""
    point_m, detour_m = naive.shortest_bounce(ground_m, low_m, high_m)
    way = bounce(ground_m, low_m, high_m, EFFECTIVE_RADIUS_M)
    assert float(way.first_m) == pytest.approx(point_m, abs=2e-5 * ground_m)
    assert float(way.detour_m) == pytest.approx(detour_m, rel=1e-6)
    assert 0.0 < float(way.divergence_factor) <= 1.0


def test_lobes_are_those_of_the_flat_earth():
    """Over near-flat sea F is 2 |sin(2 pi h1 h2 / lambda d)|, with nulls and lobes where 4 h1 h2 / (lambda d) says."""
    flat, ground_m, wave_m = replace(SEA, radius_m=1e12), 20e3, 299792458.0 / 3e9
    order = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    target_m = order * wave_m * ground_m / (4 * 20.0)
    seen = factor(ground_m, 20.0, target_m, 3e9, flat).factor
    assert seen[::2] == pytest.approx(2.0, abs=0.02)
    assert seen[1::2] == pytest.approx(0.0, abs=0.06)
    heights = np.linspace(5.0, 400.0, 300)
    wanted = 2 * np.abs(np.sin(2 * np.pi * 20.0 * heights / (wave_m * ground_m)))
    assert factor(ground_m, 20.0, heights, 3e9, flat).factor == pytest.approx(wanted, abs=0.08)


@given(
    ground_km=st.floats(1.0, 400.0), low_m=st.floats(1.0, 3000.0), high_m=st.floats(1.0, 20000.0),
    ghz=st.floats(0.1, 18.0), waves_m=st.floats(0.0, 2.0), over_sea=st.booleans(), vertical=st.booleans(),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_factor_lies_between_zero_and_two(ground_km, low_m, high_m, ghz, waves_m, over_sea, vertical):
    """Two rays of at most the same strength; NaN only beyond the horizon, and then flagged."""
    surface = replace(SEA if over_sea else LAND, polarisation="V" if vertical else "H")
    seen = factor(1e3 * ground_km, low_m, high_m, 1e9 * ghz, surface, waves_m)
    reach_m = np.sqrt(2 * EFFECTIVE_RADIUS_M) * (np.sqrt(low_m) + np.sqrt(high_m))
    if 1e3 * ground_km < 0.99 * reach_m:
        assert 0.0 <= float(seen.factor) <= 2.0
    elif 1e3 * ground_km > 1.01 * reach_m:
        assert np.isnan(seen.factor)
        assert not seen.holds


def test_reflection_has_its_limits():
    """-1 at grazing for any ground; (1 - n) / (1 + n) straight down; vertical has Brewster's dip over land."""
    for surface in (LAND, SEA, replace(LAND, polarisation="V"), replace(SEA, polarisation="V")):
        assert reflection(1e-9, 3e9, surface) == pytest.approx(-1.0, abs=1e-6)
        assert np.all(np.abs(reflection(np.linspace(0, np.pi / 2, 50), 3e9, surface)) <= 1.0)
    dry = replace(LAND, permittivity_ratio=4.0, conductivity_s_per_m=0.0)
    assert reflection(np.pi / 2, 3e9, dry) == pytest.approx(-1 / 3)
    brewster = np.arctan(1 / 2.0)
    assert abs(reflection(brewster, 3e9, replace(dry, polarisation="V"))) < 1e-12
    angles = np.radians([0.5, 2.0, 5.0])
    assert np.all(np.abs(reflection(angles, 3e9, replace(SEA, polarisation="V"))) < np.abs(reflection(angles, 3e9)))


def test_waves_take_the_mirror_away():
    """A calm sea keeps all, a rough one nothing; the newer law keeps more; then F goes to 1."""
    assert roughness(0.1, 0.1, 0.0) == 1.0
    heights = np.linspace(0.0, 3.0, 50)
    kept, older = roughness(0.02, 0.1, heights), roughness_ament(0.02, 0.1, heights)
    assert np.all(np.diff(kept) < 0)
    assert np.all(kept >= older)
    rough = factor(10e3, 20.0, np.linspace(800.0, 1500.0, 40), 10e9, SEA, 3.0).factor
    assert rough == pytest.approx(1.0, abs=0.1)


def test_the_flag_falls_near_the_horizon():
    """Far inside, two rays are enough; near the horizon they are not; the divergence goes with them."""
    ground = np.array([5e3, 20e3, 55e3, 80e3])
    seen = factor(ground, 20.0, 100.0, 3e9)
    assert seen.holds.tolist() == [True, True, False, False]
    assert seen.bounce.divergence_factor[0] > 0.99 > seen.bounce.divergence_factor[1] > seen.bounce.divergence_factor[2]


def test_refuses_what_is_no_path():
    """Heights, ranges and frequencies are positive."""
    for call in (
        lambda: factor(0.0, 1.0, 1.0, 1e9), lambda: factor(1e3, 0.0, 1.0, 1e9), lambda: factor(1e3, 1.0, -1.0, 1e9),
        lambda: factor(1e3, 1.0, 1.0, 0.0), lambda: factor(1e3, 1.0, 1.0, 1e9, SEA, -0.1),
    ):
        with pytest.raises(RangeError):
            call()
