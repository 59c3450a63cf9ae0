"""The Earth's shape against PROJ, GeographicLib and published rows."""

import json

import numpy as np
import pytest

from farwatch.world import earth
from farwatch.world.earth import Frame
from naive import world as naive

RNG = np.random.default_rng(3)
LAT = np.concatenate([RNG.uniform(-90, 90, 300), [0, 90, -90, 45]])
LON = np.concatenate([RNG.uniform(-180, 180, 300), [0, 30, -170, 180]])
HEIGHT = np.concatenate([RNG.uniform(-1e4, 1e6, 300), [0, 0, 0, 0]])


@pytest.mark.validation
def test_earth_centred_coordinates_agree_with_proj():
    """`ecef_of` agrees with PROJ to a few units in the last place of an Earth radius."""
    np.testing.assert_allclose(earth.to_ecef(LAT, LON, HEIGHT), naive.ecef(LAT, LON, HEIGHT), rtol=0, atol=2e-9)


def test_there_and_back_is_the_same_place():
    """`geodetic_of` undoes `ecef_of` to nanometres, poles and equator included, up to 10 000 km."""
    for height_m in (HEIGHT, HEIGHT * 10):
        back = earth.from_ecef(earth.to_ecef(LAT, LON, height_m))
        again = earth.to_ecef(*np.moveaxis(back, -1, 0))
        np.testing.assert_allclose(again, earth.to_ecef(LAT, LON, height_m), rtol=0, atol=2e-8)
        np.testing.assert_allclose(back[:, 2], height_m, rtol=0, atol=2e-8)


@pytest.mark.validation
def test_published_geodesy_rows(shared):
    """Every staged row on coordinates and geodesics that this room computes is met."""
    rows = json.loads((shared / "validation" / "C_propagation_geodesy.json").read_text())
    answers = [(row, computed(row["quantity"], row["inputs"])) for row in rows]
    answers = [(row, ours) for row, ours in answers if ours is not None]
    assert len(answers) >= 20
    for row, ours in answers:
        expected = np.asarray(row["expected"], dtype=float)
        slack = row.get("abs_tol", 0.0) + row.get("rel_tol", 0.0) * np.abs(expected)
        assert np.all(np.abs(np.asarray(ours) - expected) <= slack), (row["id"], ours, row["expected"])


def computed(quantity, given):
    """Our answer to a staged row; None for what other rooms answer."""
    if quantity.startswith("geodetic to ECEF"):
        return earth.to_ecef(given["lat_deg"], given["lon_deg"], given["h_m"])
    if quantity.startswith("az/el/range to ENU"):
        return earth.from_spherical(given["az_deg"], given["el_deg"], given["range_m"])
    if quantity.startswith("ENU of target"):
        return seen(given)
    if quantity.startswith("geometric [azimuth"):
        return earth.to_spherical(seen(given))
    if "meridian radius" in quantity:
        return earth.curvature_radii_m(given["lat_deg"])
    if "geodesic inverse" in quantity:
        way = earth.geodesic_between(given["lat1_deg"], given["lon1_deg"], given["lat2_deg"], given["lon2_deg"])
        signed = [(azimuth + 180.0) % 360.0 - 180.0 for azimuth in (way.azimuth_deg, way.arrival_azimuth_deg)]
        return [way.distance_m, *signed]
    return None


def seen(given):
    """East, north, up of a row's target from its observer."""
    frame = Frame(given["obs_lat_deg"], given["obs_lon_deg"], given["obs_h_m"])
    return frame.to_local(given["tgt_lat_deg"], given["tgt_lon_deg"], given["tgt_h_m"])


def test_the_frame_is_a_rotation_about_its_origin():
    """Distances survive the way into the frame and back; the origin is zero; up is up."""
    frame = Frame(46.9, 8.7, 450.0)
    xyz_m = frame.to_local(LAT, LON, HEIGHT)
    ecef_m = earth.to_ecef(LAT, LON, HEIGHT)
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(xyz_m, axis=0), axis=1), np.linalg.norm(np.diff(ecef_m, axis=0), axis=1), rtol=1e-12
    )
    np.testing.assert_allclose(frame.to_local(46.9, 8.7, 450.0), 0.0, atol=1e-8)
    np.testing.assert_allclose(frame.to_local(46.9, 8.7, 1450.0), [0, 0, 1000], atol=1e-8)
    np.testing.assert_allclose(frame.from_local(xyz_m)[:, 2], HEIGHT, atol=2e-8)


def test_directions_turn_between_places():
    """A vector that points up at another place has the up direction there after rotation."""
    frame = Frame(20.0, 10.0)
    away = frame.to_local(21.0, 12.0, [0.0, 100.0])
    np.testing.assert_allclose(frame.rotation_at(21.0, 12.0) @ (away[1] - away[0]), [0, 0, 100], atol=1e-7)


@pytest.mark.validation
def test_geodesics_agree_with_geographiclib():
    """Direct and inverse geodesics are Karney's."""
    geographiclib = pytest.importorskip("geographiclib.geodesic")
    way = earth.geodesic_between(23.6, 45.2, -33.0, 151.0)
    other = geographiclib.Geodesic.WGS84.Inverse(23.6, 45.2, -33.0, 151.0)
    np.testing.assert_allclose(way.distance_m, other["s12"], rtol=1e-12)
    np.testing.assert_allclose([way.azimuth_deg, way.arrival_azimuth_deg], [other["azi1"], other["azi2"]])
    lat, lon = earth.geodesic_from(23.6, 45.2, way.azimuth_deg, way.distance_m)
    np.testing.assert_allclose([lat, lon], [-33.0, 151.0], atol=1e-10)


def test_a_centre_may_lie_on_the_date_line():
    """The mean of places on both sides of the date line is not on the other side of the world."""
    lat, lon = earth.centre_of([10.0, 10.0], [179.0, -179.0])
    assert lat == pytest.approx(10.0, abs=0.01)
    assert abs(lon) == pytest.approx(180.0)
