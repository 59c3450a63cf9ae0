"""Pictures of coverage: what the arrays say is what is drawn and told, and nothing is written over something else."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farwatch.errors import InputError
from farwatch.report.figures import blake, coverage_map, map_furniture
from farwatch.report.figures.coastlines import outlines
from farwatch.report.figures.sheet import Labels, printing
from farwatch.world.grids import Bounds

PNG = b"\x89PNG\r\n\x1a\n"
LOCAL = "+proj=aeqd +lat_0=46.5 +lon_0=8.5 +datum=WGS84 +units=m"


def small_map(**changes):
    """A floor that rises away from its middle, 120 cells wide, blank beyond 110 km."""
    axis_m = np.arange(-119, 121, 2) * 1e3
    away_m = np.hypot(*np.meshgrid(axis_m, axis_m))
    floor = np.where(away_m <= 110e3, away_m**2 / 2e6, np.nan).astype(np.float32)
    ground = (800.0 + 600.0 * np.sin(axis_m / 1.5e4)[None, :] * np.cos(axis_m / 2e4)[:, None]).astype(np.float32)
    start = coverage_map.Map(
        kind="floor", values=floor, west_m=float(axis_m[0]), north_m=float(axis_m[-1]), cell_m=2e3, crs=LOCAL,
        title="A test", subtitle="Nothing real", sites=(coverage_map.Site(label="here", east_m=0.0, north_m=0.0,
        rings_km=(50.0, 100.0)),), ground_m=ground,
    )  # fmt: skip
    return replace(start, **changes)


def small_slice(**changes):
    """Certain detection within 60 km and above a ray, none beyond 90 km."""
    height_m, range_m = np.linspace(0.0, 10e3, 101), np.linspace(1e3, 100e3, 100)
    pd = np.clip((90e3 - range_m) / 30e3, 0.0, 1.0)[None, :] * np.ones((101, 1))
    start = blake.Slice(
        pd=pd, height_m=height_m, ground_range_m=range_m, antenna_m=20.0, title="A test",
        targets=(blake.Target(label="low", height_m=200.0), blake.Target(label="high", height_m=9e3)),
    )  # fmt: skip
    return replace(start, **changes)


def test_a_map_comes_as_png_and_svg():
    """Both forms exist, the words are in the SVG as text, and the same map gives the same bytes."""
    drawn, again = coverage_map.draw(small_map()), coverage_map.draw(small_map())
    assert drawn.png.startswith(PNG)
    assert drawn.png == again.png and drawn.svg == again.svg
    assert int.from_bytes(drawn.png[16:20]) == 1600
    for word in ("A test", "Nothing real", "here", "down to 300 m", "Natural Earth"):
        assert word in drawn.svg


def test_shares_are_of_all_cells_asked_about():
    """The legend counts cells, whatever the drawing thins away; what is not known has its own line."""
    shown = small_map()
    asked = np.isfinite(shown.values)
    unknown = np.zeros_like(asked)
    unknown[:, :40] = True
    rows = coverage_map.draw(replace(shown, unknown=unknown)).rows
    known = shown.values[asked & ~unknown]
    assert rows[0] == ("down to 50 m", np.mean(known <= 50.0) * known.size / asked.sum(), np.sum(known <= 50.0) * 4.0)
    assert rows[-1][0] == coverage_map.UNKNOWN
    assert rows[-1][1] == np.sum(asked & unknown) / asked.sum()
    assert sum(row[1] for row in rows) == pytest.approx(1.0)
    assert sum(row[2] for row in rows) == pytest.approx(asked.sum() * 4.0)


@given(st.lists(st.floats(0.0, 2e4) | st.just(np.inf) | st.just(np.nan), min_size=4, max_size=40), st.integers(1, 4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_shares_do_not_depend_on_size_or_order(values, repeats):
    """A grid twice as fine, or turned about, has the same shares."""
    column = np.array(values)[:, None] * np.ones((1, 3))
    start = small_map(values=column, ground_m=None)
    turned = replace(start, values=np.repeat(np.repeat(column[::-1], repeats, 0), repeats, 1))
    here, there = list(coverage_map.band_shares(start)), list(coverage_map.band_shares(turned))
    assert [row[0] for row in here] == [row[0] for row in there]
    np.testing.assert_allclose([row[1] for row in here], [row[1] for row in there])


@pytest.mark.parametrize(
    ("kind", "value", "label"),
    [
        ("floor", 50.0, "down to 50 m"),
        ("floor", 50.01, "down to 100 m"),
        ("floor", np.inf, "not below 10,000 m"),
        ("pd", 0.05, "less than 1 in 10"),
        ("pd", 0.95, "9 in 10 or more"),
        ("count", 0.0, "no radar"),
        ("count", 2.0, "2 radars"),
        ("count", 9.0, "4 radars or more"),
        ("gap", 1.0, "seen by none"),
    ],
)
def test_each_value_falls_into_its_band(kind, value, label):
    """Edges belong to the band that names them."""
    shown = small_map(kind=kind, values=np.full((3, 3), value, np.float32), ground_m=None)
    assert [row[0] for row in coverage_map.band_shares(shown) if row[1] > 0.0] == [label]


def test_bands_keep_their_order_in_grey():
    """Each scale runs from dark to light or back, in steps that a grey print keeps apart."""
    for _, bands in coverage_map.SCALES.values():
        rgb = np.array([[int(band.colour[k : k + 2], 16) for k in (1, 3, 5)] for band in bands]) / 255.0
        grey = rgb @ [0.2126, 0.7152, 0.0722]
        steps = np.diff(grey)
        assert np.all(steps > 0.03) or np.all(steps < -0.03), bands


def test_large_and_odd_maps_are_drawn():
    """Grids larger than the picture are thinned; maps need no reference, sites, ground or square shape."""
    wide = np.tile(np.linspace(0.0, 2e4, 4000, dtype=np.float32), (900, 1))
    assert coverage_map.draw(small_map(values=wide, ground_m=None, cell_m=60.0)).png.startswith(PNG)
    assert coverage_map.draw(small_map(crs="", sites=(), ground_m=None)).png.startswith(PNG)
    assert coverage_map.draw(small_map(values=np.full((120, 120), np.nan, np.float32))).png.startswith(PNG)


@pytest.mark.parametrize(("lat", "lon"), [(52.0, 179.6), (89.0, 0.0), (-77.0, -179.9)])
def test_maps_across_the_date_line_and_a_pole(lat, lon):
    """Coasts and graticule reach across; no line crosses the whole picture."""
    crs = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
    assert coverage_map.draw(small_map(crs=crs)).png.startswith(PNG)


def test_a_map_says_what_does_not_fit():
    """Every mistake is named at once."""
    with pytest.raises(InputError) as told:
        coverage_map.draw(small_map(ground_m=np.zeros((3, 4)), cell_m=0.0))
    assert {problem.where for problem in told.value.problems} == {"ground_m", "cell_m"}


def test_labels_do_not_cover_each_other():
    """Names of radars that stand close by are all written, apart from each other."""
    with printing("labels", (6.0, 4.0)) as figure:
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set(xlim=(0.0, 10.0), ylim=(0.0, 10.0))
        labels = Labels(axes=axes)
        for k in range(6):
            labels.beside(f"radar number {k}", (5.0 + 0.1 * k, 5.0), 8.0, fontsize=9.0)
        boxes = labels.taken
        frame = axes.get_window_extent()
    assert len(boxes) == 6
    for i, a in enumerate(boxes):
        assert frame.x0 <= a[0] and a[2] <= frame.x1
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_outlines_lie_where_the_land_is():
    """Near the Strait of Gibraltar both shores are found, and Spain borders Portugal but not the sea."""
    found = outlines(Bounds(35.5, 36.5, -6.5, -5.0))
    points = np.concatenate(found.coast)
    for lat, lon in ((36.0, -5.61), (35.89, -5.3)):  # Tarifa, Ceuta
        assert np.min(np.hypot(points[:, 1] - lat, 0.81 * (points[:, 0] - lon))) < 0.05
    assert outlines(Bounds(39.0, 40.0, -7.6, -6.8)).border
    assert not outlines(Bounds(30.0, 35.0, -45.0, -40.0)).coast


def test_no_coast_along_the_date_line():
    """What cuts the polygons of the source is not drawn."""
    for line in outlines(Bounds(-90.0, 90.0, 170.0, 190.0)).coast:
        assert np.ptp(line[:, 0]) < 180.0
        assert not np.any((np.abs(line[:-1, 0] - 180.0) < 1e-6) & (np.abs(line[1:, 0] - 180.0) < 1e-6))


def test_the_arrow_points_to_true_north():
    """East of a zone's middle meridian the grid leans: the convergence is the longitude off it times sin(latitude)."""
    with printing("arrow", (4.0, 4.0)) as figure:
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(690e3, 710e3), ylim=(5190e3, 5210e3))
        window = map_furniture.window_of(axes, "EPSG:32632")
    lon, lat = window.to_degrees(700e3, 5200e3)
    assert window.north_turn_deg == pytest.approx(-(lon - 9.0) * np.sin(np.radians(lat)), abs=0.02)


def test_a_slice_tells_how_far_each_height_is_seen():
    """Between cells the range is interpolated; a hidden height is not seen, whatever the echo."""
    shown = small_slice()
    assert blake.farthest_m(shown, 200.0, 0.5) == pytest.approx(75e3)
    assert blake.farthest_m(shown, 9e3, 0.8) == pytest.approx(66e3)
    assert np.isnan(blake.farthest_m(shown, 20e3, 0.5))
    hidden = replace(shown, floor_m=0.02 * shown.ground_range_m)
    assert blake.farthest_m(hidden, 200.0, 0.5) == pytest.approx(10e3)
    assert blake.farthest_m(hidden, 9e3, 0.8) == pytest.approx(66e3)


@pytest.mark.parametrize("earth", ["curved", "flat"])
def test_a_slice_comes_as_png_and_svg(earth):
    """With terrain, floor and marked heights; the same bytes each time."""
    shown = small_slice(earth=earth)
    ground = 300.0 * np.sin(shown.ground_range_m / 1.2e4) ** 2
    shown = replace(shown, terrain_m=ground, floor_m=np.maximum(ground, 0.004 * shown.ground_range_m))
    drawn = blake.draw(shown)
    assert drawn.png.startswith(PNG)
    assert drawn.png == blake.draw(shown).png
    for word in ("low: seen to", "high: seen to 66 km", "horizon over a smooth earth"):
        assert word in drawn.svg
    assert drawn.rows[1][1:] == ("high", 87000, 75000, 66000)


def test_rays_are_straight_over_a_curved_earth():
    """Drawn over the enlarged earth, a ray leaves the chart's straight line by less than a pixel of its height."""
    shown = small_slice()
    slant = np.linspace(0.0, 90e3, 50)
    along, height = blake._place(shown, slant, np.full(50, np.radians(2.0)))
    level = height - blake._drop(shown, along)
    straight = shown.antenna_m + along * np.tan(np.radians(2.0))
    assert np.max(np.abs(level - straight)) < 10e3 / 600


def test_a_slice_says_what_does_not_fit():
    """Every mistake is named at once."""
    with pytest.raises(InputError) as told:
        blake.draw(small_slice(height_m=np.zeros(101), terrain_m=np.zeros(4)))
    assert {problem.where for problem in told.value.problems} == {"height_m", "terrain_m"}


def test_no_text_of_a_sheet_is_lost():
    """Special letters in a title reach the SVG as written."""
    assert re.search(r"Ein &lt;Titel&gt; &amp; mehr", coverage_map.draw(small_map(title="Ein <Titel> & mehr")).svg)
