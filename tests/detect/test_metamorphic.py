"""What must hold whatever the figures: range falls as the fourth root, and nobody's order matters."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.catalogue import load
from farwatch.detect.coverage import Post, coverage
from farwatch.detect.equation import Emission, range_for_snr, required_power, snr_one_of
from farwatch.detect.prepare import unit_range
from farwatch.detect.reach import Target
from farwatch.detect.statistics import required_snr
from farwatch.scenario.names import data_folder

pytestmark = pytest.mark.heavy

QUICK = settings(max_examples=40, deadline=None, derandomize=True)
decibels = st.floats(-30.0, 30.0)


def emission(**changes):
    """A radar of round figures."""
    start = Emission(peak_power_w=1e6, pulse_width_s=1e-6, frequency_hz=3e9, gain_tx_dbi=35.0, gain_rx_dbi=35.0)
    return replace(start, **changes)


@QUICK
@given(st.floats(1e-4, 1e4), st.floats(1e-3, 1e3), decibels)
def test_range_grows_as_the_fourth_root_of_the_echo(rcs_m2, factor, snr_db):
    """Cross-section, power and a loss in decibels count the same, and each to the fourth root."""
    strength = snr_one_of(emission())
    start_m = range_for_snr(strength, rcs_m2, snr_db)
    grown = factor**0.25
    assert range_for_snr(strength, rcs_m2 * factor, snr_db) / start_m == pytest.approx(grown, rel=1e-12)
    powerful = snr_one_of(emission(peak_power_w=1e6 * factor))
    assert range_for_snr(powerful, rcs_m2, snr_db) / start_m == pytest.approx(grown, rel=1e-12)
    lossy = snr_one_of(emission(loss_db=-10.0 * np.log10(factor)))
    assert range_for_snr(lossy, rcs_m2, snr_db) / start_m == pytest.approx(grown, rel=1e-9)


@QUICK
@given(st.floats(1e-3, 1e3), st.floats(1.0, 10.0), decibels)
def test_twice_the_range_takes_sixteen_times_the_power(rcs_m2, stretch, snr_db):
    """The other way about: what a longer range asks of the transmitter."""
    near_w = required_power(emission(), rcs_m2, 1e5, snr_db)
    far_w = required_power(emission(), rcs_m2, 1e5 * stretch, snr_db)
    assert far_w / near_w == pytest.approx(stretch**4, rel=1e-12)


@QUICK
@given(
    st.sampled_from(sorted(name for name, radar in load().radars.items() if radar.parameters is not None)),
    st.floats(0.3, 0.95), st.floats(1e-3, 1e2), st.integers(0, 4),
)  # fmt: skip
def test_the_law_holds_for_every_radar_of_the_catalogue(name, pd, rcs_m2, swerling):
    """From public figures to a range, whatever is asked: sixteen times the echo is twice as far."""
    radar = load().radars[name]
    unit_m = unit_range(radar, radar.parameters).value
    needed_db = required_snr(pd, radar.pfa, radar.pulses, swerling)
    once_m, more_m = (range_for_snr(unit_m**4, rcs, needed_db) for rcs in (rcs_m2, 16.0 * rcs_m2))
    assert more_m / once_m == pytest.approx(2.0, rel=1e-9)


@pytest.fixture(scope="module")
def three():
    """Three radars in the mountains, on one grid."""
    posts = [
        Post(lat_deg=46.54, lon_deg=8.40, name="a", radar="asr-9"),
        Post(lat_deg=46.60, lon_deg=8.60, name="b", radar="92n6e", heading_deg=200.0),
        Post(lat_deg=46.45, lon_deg=8.55, name="c", radar="arsr-4"),
    ]
    return coverage(posts, data_folder() / "alps-3s.tif", target=Target(rcs_m2=1.0), radius_m=25e3, cell_m=400.0)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_composite_does_not_depend_on_the_order_of_radars(three, order):
    """Best floor and count are the same, bit for bit; the joint chance to the rounding of a product."""
    turned = replace(three, posts=tuple(three.posts[k] for k in order))
    np.testing.assert_array_equal(turned.floor_m(), three.floor_m())
    np.testing.assert_array_equal(turned.count(500.0), three.count(500.0))
    np.testing.assert_allclose(turned.pd(500.0), three.pd(500.0), rtol=1e-5, atol=1e-7)


def test_one_more_radar_never_sees_less(three):
    """The best of more is no worse, and no count falls."""
    fewer = replace(three, posts=three.posts[:2])
    before, after = (np.nan_to_num(area.floor_m(), nan=np.inf) for area in (fewer, three))
    assert np.all(after <= before)
    assert np.all(three.count(300.0) >= fewer.count(300.0))
