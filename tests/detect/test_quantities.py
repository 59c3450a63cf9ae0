"""Every row of the outside figures that this room covers."""

import json

import numpy as np
import pytest

from farwatch.detect import approximations, cfar, equation, integration
from farwatch.detect.quantities import EQUATION, PROPAGATION, QUANTITIES, STATISTICS
from farwatch.errors import RangeError


@pytest.mark.validation
@pytest.mark.parametrize(
    ("file", "expected"),
    [("A_detection", STATISTICS), ("B_radar_equation", EQUATION), ("C_propagation_geodesy", PROPAGATION)],
)
def test_outside_rows_agree(shared, file, expected):
    """Published and independently computed rows agree within their own tolerances, and every quantity occurs."""
    rows = [r for r in json.loads((shared / "validation" / f"{file}.json").read_text()) if r["quantity"] in expected]
    for row in rows:
        ours = np.atleast_1d(QUANTITIES[row["quantity"]](row["inputs"]))
        theirs = np.atleast_1d(row["expected"])
        allowed = row["abs_tol"] if "abs_tol" in row else row["rel_tol"] * np.abs(theirs)
        assert np.all(np.abs(ours - theirs) <= allowed), (row["id"], ours, theirs)
    assert {row["quantity"] for row in rows} == set(expected)


@pytest.mark.validation
def test_all_of_areas_a_and_b_are_covered(shared):
    """No row of detection and of the radar equation is left out."""
    for file in ("A_detection", "B_radar_equation"):
        rows = json.loads((shared / "validation" / f"{file}.json").read_text())
        assert not {row["quantity"] for row in rows} - set(QUANTITIES)


def test_twice_the_range_costs_twelve_decibels():
    """Echo power falls with the fourth power of range; the search form and the claim know it too."""
    assert equation.echo_snr(1e20, 1.0, 50e3, 0.0) / equation.echo_snr(1e20, 1.0, 100e3, 0.0) == pytest.approx(16.0)
    assert equation.echo_snr(1e20, 1.0, 1e5, 10.0) == pytest.approx(0.1 * equation.echo_snr(1e20, 1.0, 1e5, 0.0))
    snr_one = equation.snr_one_of_claim(390e3, 4.0, 0.5, 1e-6, 10, 1)
    assert equation.detection_range(snr_one, 4.0, 0.5, 1e-6, 10, 1) == pytest.approx(390e3)
    assert equation.detection_range(snr_one, 0.25, 0.5, 1e-6, 10, 1) == pytest.approx(195e3)


def test_m_of_n_inverts_and_refuses():
    """The single-look chance gives the overall chance back."""
    single = integration.single_for_m_of_n(3, 5, 1e-7)
    assert integration.m_of_n(3, 5, single) == pytest.approx(1e-7, rel=1e-10)
    with pytest.raises(RangeError):
        integration.m_of_n(6, 5, 0.1)


def test_ordered_statistic_costs_more_than_averaging():
    """In homogeneous noise the ordered statistic loses a little more than the mean of as many cells."""
    assert cfar.os_pd(24, 18, 1e-6, 15.0) < cfar.ca_pd(24, 1e-6, 15.0)
    assert cfar.os_pfa(24, 18, cfar.os_multiplier(24, 18, 1e-6)) == pytest.approx(1e-6)
    with pytest.raises(RangeError):
        cfar.os_multiplier(24, 25, 1e-6)


def test_approximations_stay_near_the_exact_value():
    """Shnidman stays within half a decibel, Albersheim within 0.3 dB, in the ranges they were made for."""
    from farwatch.detect.statistics import required_snr

    for pulses in (1, 10, 100):
        exact = required_snr(0.9, 1e-6, pulses, 0)
        assert approximations.albersheim_db(0.9, 1e-6, pulses) == pytest.approx(exact, abs=0.35)
        for case in (0, 1, 2, 3, 4):
            exact = required_snr(0.9, 1e-6, pulses, case)
            assert approximations.shnidman_db(0.9, 1e-6, pulses, case) == pytest.approx(exact, abs=0.5)
