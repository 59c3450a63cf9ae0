"""Recorded flights: what is cleaned away, and how well the rest is followed."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest

from farwatch.scenario import data_folder
from farwatch.world.earth import Frame, centre_of, geodesic_between
from farwatch.world.flights import GAP_S, clean, drawn_through, moved, trajectory
from farwatch.world.recordings import Recording, read_recording


def straight(count=60, step_s=5.0, speed_m_s=230.0):
    """One flight due east along 46 N at 10 km."""
    time_s = np.arange(count) * step_s
    return Recording(
        names=("a",),
        flight=np.zeros(count, dtype=np.int64),
        time_s=time_s,
        lat_deg=np.full(count, 46.0),
        lon_deg=8.0 + time_s * speed_m_s / 77.5e3,
        height_m=np.full(count, 10e3),
    )


@pytest.fixture(scope="module")
def swiss():
    """The shipped recording, cleaned."""
    return clean(read_recording(data_folder() / "swiss-traffic.parquet"))


def test_a_clean_flight_is_left_alone():
    """Nothing is dropped from a flight that an aircraft can fly."""
    cleaned = clean(straight())
    assert (cleaned.outliers, cleaned.stale, cleaned.short_pieces, len(cleaned.pieces)) == (0, 0, 0, 1)


@pytest.mark.parametrize("row", [0, 1, 30, 59])
@pytest.mark.parametrize(("column", "by"), [("lat_deg", 0.2), ("lon_deg", -0.5), ("height_m", 22_000.0)])
def test_one_impossible_row_is_dropped(row, column, by):
    """A single jump in place or height goes, wherever it stands, and takes nothing with it."""
    broken = straight()
    values = getattr(broken, column).copy()
    values[row] += by
    cleaned = clean(replace(broken, **{column: values}))
    assert cleaned.outliers == 1
    assert len(cleaned.pieces) == 1
    assert row * 5.0 not in cleaned.recording.time_s


def test_gaps_and_leaps_cut_a_flight():
    """A silence longer than the limit, or a lasting leap to another place, begins a new piece."""
    whole = straight()
    silent = replace(whole, time_s=whole.time_s + np.where(np.arange(60) >= 30, GAP_S + 1.0, 0.0))
    leaping = replace(whole, lat_deg=whole.lat_deg + np.where(np.arange(60) >= 30, 1.0, 0.0))
    for recording in (silent, leaping):
        assert [(piece.first, piece.end) for piece in clean(recording).pieces] == [(0, 30), (30, 60)]


def test_repeated_positions_are_stale():
    """Rows that repeat the last position say nothing new."""
    whole = straight()
    lon = whole.lon_deg.copy()
    lon[11:14] = lon[10]
    cleaned = clean(replace(whole, lon_deg=lon))
    assert cleaned.stale == 3
    assert len(cleaned.pieces) == 1


def test_knots_follow_a_straight_flight():
    """A straight flight with rounded heights comes back straight, at its speed and height."""
    whole = straight()
    rounded = replace(whole, height_m=whole.height_m + np.tile([0.0, 7.62], 30))
    cleaned, frame = clean(rounded), Frame(46.0, 8.1)
    knots = trajectory(cleaned, cleaned.pieces[0], frame).knots
    speed_m_s = np.sqrt(knots["vx_m_s"] ** 2 + knots["vy_m_s"] ** 2 + knots["vz_m_s"] ** 2)
    np.testing.assert_allclose(speed_m_s[3:-3], np.median(speed_m_s), rtol=0.01)
    np.testing.assert_allclose(knots["height_m"], 10e3, atol=9.0)


def test_a_parabola_is_followed_exactly():
    """A motion that is quadratic in time, at uneven times, is met in value and rate."""
    time_s = np.sort(np.random.default_rng(1).uniform(0, 300, 60))
    place_m = np.stack([time_s**2, 3.0 - 200.0 * time_s], axis=-1)
    at_s = np.linspace(time_s[0], time_s[-1], 50)
    fitted = drawn_through(time_s, place_m, at_s)
    np.testing.assert_allclose(fitted[:, 0], np.stack([at_s**2, 3.0 - 200.0 * at_s], axis=-1), atol=1e-4)
    np.testing.assert_allclose(fitted[:, 1, 0], 2 * at_s, atol=1e-4)


def held_out_m(cleaned, frame, fewest=12):
    """Distances of every second row from the curve through the others."""
    recording, errors = cleaned.recording, []
    for piece in cleaned.pieces:
        rows = slice(piece.first, piece.end)
        if piece.end - piece.first < fewest:
            continue
        xyz_m = frame.to_local(recording.lat_deg[rows], recording.lon_deg[rows], recording.height_m[rows])
        time_s = recording.time_s[rows]
        fitted = drawn_through(time_s[::2], xyz_m[::2], time_s[1:-1:2])
        errors.append(np.linalg.norm(fitted[:, 0] - xyz_m[1:-1:2], axis=1))
    return np.concatenate(errors)


@pytest.mark.validation
def test_rows_held_out_are_foreseen_by_the_others(swiss):
    """On 150 real flights, half the rows foretell the other half: median error below 100 m at 20 s apart."""
    assert np.median(held_out_m(swiss, Frame(46.8, 8.2))) < 100.0


@pytest.mark.validation
@pytest.mark.parametrize("name", ["ajaccio", "rega_zh", "inflight_refuelling"])
def test_manoeuvring_flights_are_foreseen_too(shared, name):
    """The same for calibration orbits, a helicopter and tankers, which turn all the time."""
    raw = json.loads(gzip.decompress((shared / "data" / "trajectories" / f"{name}.json.gz").read_bytes()))
    cleaned = clean(recording_of(raw))
    centre = centre_of(cleaned.recording.lat_deg, cleaned.recording.lon_deg)
    assert np.median(held_out_m(cleaned, Frame(*centre))) < 50.0


def recording_of(rows):
    """A recording from the rows of a staged file: feet, and milliseconds or text for times."""
    rows = [r for r in rows if None not in (r["latitude"], r["longitude"], r["altitude"])]
    names = sorted({str(r["callsign"]) for r in rows})
    table = np.array(
        [
            (names.index(str(r["callsign"])), seconds(r["timestamp"]), r["latitude"], r["longitude"], r["altitude"])
            for r in rows
        ]
    )
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    table = table[np.append(True, np.any(np.diff(table[:, :2], axis=0) != 0, axis=1))]
    return Recording(
        names=tuple(names),
        flight=table[:, 0].astype(int),
        time_s=table[:, 1],
        lat_deg=table[:, 2],
        lon_deg=table[:, 3],
        height_m=0.3048 * table[:, 4],
    )


def seconds(stamp):
    """Seconds of a staged time stamp."""
    if isinstance(stamp, str):
        stamp = float(np.datetime64(stamp.rstrip("Z"), "ms").astype(int))
    return stamp / 1e3


def test_moving_keeps_the_geometry(swiss):
    """Bearings and distances from the centre stay, and so do distances between aircraft to one in a thousand."""
    before = swiss.recording
    after = moved(before, 23.6, 45.2)
    old, new = centre_of(before.lat_deg, before.lon_deg), (23.6, 45.2)
    for recording, centre in ((before, old), (after, new)):
        assert centre_of(recording.lat_deg, recording.lon_deg) == pytest.approx(centre, abs=0.02)
    ways = [geodesic_between(*c, r.lat_deg, r.lon_deg) for r, c in ((before, old), (after, new))]
    np.testing.assert_allclose(ways[1].distance_m, ways[0].distance_m, rtol=1e-9)
    apart = [geodesic_between(r.lat_deg[:-1], r.lon_deg[:-1], r.lat_deg[1:], r.lon_deg[1:]).distance_m
             for r in (before, after)]
    np.testing.assert_allclose(apart[1], apart[0], rtol=5e-3)


def test_the_shipped_recording_is_sound(swiss):
    """About 150 airliners above 30 000 ft fly 70 minutes at airliner speeds; none is named."""
    assert len(swiss.recording.names) > 100
    assert all(name[0] == "f" and name[1:].isdigit() for name in swiss.recording.names)
    frame = Frame(46.8, 8.2)
    for piece in swiss.pieces[::10]:
        knots = trajectory(swiss, piece, frame).knots
        speed_m_s = np.sqrt(knots["vx_m_s"] ** 2 + knots["vy_m_s"] ** 2)
        assert np.all((speed_m_s > 130.0) & (speed_m_s < 420.0))
        assert np.all((knots["height_m"] > 9000.0) & (knots["height_m"] < 14_500.0))
