"""Claims: what a published sentence takes, against closed forms, a slow twin of the geometry, and each other."""

from dataclasses import replace
from math import cos, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from farwatch.catalogue import load
from farwatch.detect import published
from farwatch.detect.budget import Span, air_loss_db, exactly, strength_of, terms_of
from farwatch.detect.claim import Sentence, Setting, claim
from farwatch.detect.finding import CANNOT, HOLDS, OPEN
from farwatch.detect.horizon import EFFECTIVE_RADIUS_M, mutual_horizon
from farwatch.detect.prepare import unit_range
from farwatch.detect.sightline import lowest_in_view_m
from farwatch.detect.statistics import pd as chance_of
from farwatch.detect.verdict import told
from farwatch.errors import InputError, TerrainError
from farwatch.world.earth import MEAN_RADIUS_M

pytestmark = pytest.mark.heavy

quick = hypothesis_settings(max_examples=30)


@pytest.fixture(scope="module")
def radars():
    """The radars of the shipped catalogue."""
    return load().radars


@pytest.fixture(scope="module")
def worked():
    """The example of the documentation."""
    return claim("s-400", "402km")


# What has to be true ----------------------------------------------------------------------------------------


@given(st.floats(1e3, 9e5), st.floats(0.5, 100.0))
@quick
def test_least_height_grazes_the_earth(range_m, antenna_m):
    """A target at the least height sees the antenna over exactly the horizon's distance."""
    height_m = lowest_in_view_m(range_m, antenna_m)
    horizon_m = float(mutual_horizon(antenna_m, height_m))
    assert horizon_m == pytest.approx(range_m) if height_m else horizon_m >= range_m


def test_least_height_by_a_triangle():
    """From the right angles at the tangent point, worked out another way: 402 km, mast of 8 m."""
    centre_m = EFFECTIVE_RADIUS_M
    rest_m = 402e3 - sqrt((centre_m + 8.0) ** 2 - centre_m**2)
    beyond = np.arctan2(rest_m, centre_m)
    assert lowest_in_view_m(402e3, 8.0) == pytest.approx(centre_m / cos(beyond) - centre_m)


def test_the_worked_example(worked):
    """402 km: 9.0 km up, 12 km if rays are straight; 4.5 m2, by hand from 390 km at 4 m2."""
    straight, standard, _ = worked.sight.air
    assert standard[1] == pytest.approx(8.96e3, rel=1e-3)
    assert straight[1] == pytest.approx((402e3 - sqrt(2 * MEAN_RADIUS_M * 8)) ** 2 / (2 * MEAN_RADIUS_M), rel=1e-2)
    assert worked.radar.name == "91n6e"
    needs = worked.smallest_rcs_m2
    air = 10.0 ** (float(air_loss_db(worked.radar, 402e3)) / 10.0)
    assert 1.0 < air < 1.02
    expected = [4.0 * (402.0 / claimed) ** 4 * air for claimed in (390.0, 450.0, 300.0)]
    assert [needs.value, needs.low, needs.high] == pytest.approx(expected)
    states = {case.name: case.state for case in worked.classes}
    assert states["airliner"] == states["bomber"] == HOLDS
    assert states["fighter"] == OPEN
    assert {states[name] for name in ("one-way-drone", "cruise-missile-subsonic", "helicopter", "srbm")} == {CANNOT}
    assert worked.state == HOLDS


def test_a_missile_is_not_a_radar(worked):
    """The round whose reach is printed so is named, nearest print first: 250 statute miles."""
    named = [reach for reach in worked.rounds if reach.prints]
    assert [reach.name for reach in named] == ["40n6e"]
    assert named[0].prints[0].printed == "250 mi"
    text = str(worked)
    assert "reach of a missile" in text
    assert "92N6E, must see the target too" in text


@pytest.mark.parametrize("name", ["91n6e", "asr-9", "arsr-4", "an-mpq-65"])
@pytest.mark.parametrize("range_m", [20e3, 111e3, 300e3])
def test_the_lines_of_a_budget_add_up(name, range_m, radars):
    """The terms add to the SNR that the radar equation gives."""
    radar = radars[name]
    terms = terms_of(radar, range_m, exactly(2.0))
    one_db = strength_of(radar).snr_one_db.value
    expected_db = one_db + 10 * np.log10(2.0) - 40 * np.log10(range_m) - air_loss_db(radar, range_m)
    assert sum(term.value_db for term in terms) == pytest.approx(expected_db, abs=1e-6)
    assert all(term.low_db <= term.value_db <= term.high_db for term in terms)


@pytest.mark.parametrize("name", sorted(load().radars))
def test_a_radar_meets_its_own_claim(name, radars):
    """At the catalogue's own range and target the margin is nil and the chance is the one claimed."""
    radar = radars[name]
    if radar.claim is None:
        far_m = unit_range(radar, radar.parameters).value
        assert strength_of(radar).snr_one_db.value == pytest.approx(40 * np.log10(far_m))
        return
    found = claim(name, radar.claim.range_m.value, radar.claim.rcs_m2.value)
    assert found.case.pd.value == pytest.approx(radar.claim.pd, abs=1e-6)
    assert found.case.range_m.value == pytest.approx(radar.claim.range_m.value, rel=1e-5)
    assert found.smallest_rcs_m2.value == pytest.approx(radar.claim.rcs_m2.value)
    assert found.agreements == ()


@given(st.floats(10e3, 500e3), st.floats(0.01, 100.0), st.floats(1.1, 3.0))
@hypothesis_settings(max_examples=10)
def test_fourth_power(range_m, rcs_m2, factor):
    """Twice as far takes sixteen times the cross-section, and what the air takes on the way between."""
    near = claim("91n6e", range_m, rcs_m2)
    air = 10.0 ** (float(air_loss_db(near.radar, range_m * factor) - air_loss_db(near.radar, range_m)) / 10.0)
    far = claim("91n6e", range_m * factor, rcs_m2 * factor**4 * air)
    assert air > 1.0
    assert far.case.snr_db.value == pytest.approx(near.case.snr_db.value)
    assert far.case.pd.value == pytest.approx(near.case.pd.value, abs=1e-9)
    assert far.smallest_rcs_m2.value == pytest.approx(near.smallest_rcs_m2.value * factor**4 * air)


@pytest.mark.parametrize("name", ["91n6e", "arsr-4", "pantsir-tracking"])
def test_air_takes_what_its_path_is_worth(name, radars):
    """Nothing at the claim's own range, more with distance."""
    radar = radars[name]
    own_m = radar.claim.range_m.value if radar.claim else 1.0
    assert air_loss_db(radar, own_m) == pytest.approx(0.0, abs=1e-3)
    losses_db = air_loss_db(radar, np.array([1e4, 2e4, 1e5, 3e5]))
    assert np.all(np.diff(losses_db) > 0.0)


def test_a_range_is_the_range_of_its_echo():
    """Asking how far a cross-section is seen, and what is seen so far, are the same question backwards."""
    for name in ("91n6e", "arsr-3", "pantsir-tracking"):
        found = claim(name, 20e3, 1.7)
        again = claim(name, found.case.range_m.value, 1.7)
        assert again.smallest_rcs_m2.value == pytest.approx(1.7, rel=1e-5)


def test_a_stricter_chance_takes_more():
    """Pd up or Pfa down: more cross-section, a smaller share of draws."""
    usual, strict, quiet = (
        claim("91n6e", 300e3, "fighter", setting) for setting in (Setting(), Setting(pd=0.9), Setting(pfa=1e-10))
    )
    for other in (strict, quiet):
        assert other.smallest_rcs_m2.value > usual.smallest_rcs_m2.value
        assert other.case.share < usual.case.share
    assert usual.pd == 0.5


def test_chances_come_from_the_statistics(worked):
    """The chance of a class is that of its SNR, by the public function."""
    fighter = next(case for case in worked.classes if case.name == "fighter")
    assert fighter.pd.value == pytest.approx(float(chance_of(1, fighter.snr_db.value, 10, 1e-7)))
    assert chance_of(1, fighter.needed_db, 10, 1e-7) == pytest.approx(0.5)
    assert fighter.pd.low < fighter.pd.value < fighter.pd.high


# Verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("height_m", "state", "failing"),
    [(100.0, CANNOT, ("horizon",)), (8e3, OPEN, ("horizon",)), (10e3, HOLDS, ()), (200e3, CANNOT, ("flight",))],
)
def test_a_height_decides(height_m, state, failing):
    """An airliner at 402 km: hidden, a matter of the air, in view, and higher than it flies."""
    found = claim("91n6e", 402e3, Sentence(class_name="airliner", height_m=height_m))
    assert (found.case.state, found.case.failing()) == (state, failing)


def test_beyond_the_display():
    """No target is strong enough for a display that ends, nor for one that begins farther out."""
    assert claim("arsr-4", 500e3, 1e4).case.failing() == ("display",)
    assert claim("arsr-4", 5e3, 1e4).case.failing() == ("display",)
    assert claim("an-mpq-65", 160e3, 1e4).case.state == OPEN


def test_a_rounded_range_is_the_same_range():
    """60 nautical miles are 111.12 km, and 111 km are printed for the display."""
    assert claim("asr-9", "60 nmi", 100.0).case.state == HOLDS


def test_above_the_beam():
    """A target overhead is above the cover of a radar that looks up to 30 degrees."""
    found = claim("asr-9", 20e3, Sentence(rcs_m2=100.0, height_m=15e3))
    assert found.case.failing() == ("beam",)


def test_only_what_no_figure_allows_is_impossible(worked):
    """A case is impossible by its echo only if its best end falls short, and possible only in 19 of 20 draws."""
    for case in worked.classes:
        state = next(check.state for check in case.checks if check.name == "echo")
        assert (state == CANNOT) == (case.snr_db.high < case.needed_db)
        assert (state == HOLDS) == (case.share >= 0.95)


def test_the_region_is_the_cases(worked):
    """Arrays over cross-section and height say what single questions say."""
    region = worked.region
    assert region.holds.shape == (region.height_m.size, region.rcs_m2.size)
    assert np.all(np.diff(region.share) >= 0)
    assert np.all(np.diff(region.pd) >= -1e-12)
    index = int(np.searchsorted(region.rcs_m2, 3.0))
    one = claim("s-400", 402e3, float(region.rcs_m2[index]))
    assert region.share[index] == pytest.approx(one.case.share)
    assert region.pd[index] == pytest.approx(one.case.pd.value)
    assert region.visible[region.height_m < worked.sight.above_ground_m.low].max() == 0.0
    assert region.visible[region.height_m > worked.sight.above_ground_m.high].min() == 1.0


def test_a_radar_of_ones_own(radars):
    """A radar that is not in the catalogue is taken as it is."""
    own = replace(radars["arsr-4"], name="mine", pfa=1e-8, antenna_height_m=radars["asr-9"].antenna_height_m)
    found = claim(own, "200 km", "fighter")
    assert found.who == "mine"
    assert found.pfa == 1e-8
    assert found.sight.antenna_m.value == 15.0


def test_every_system_and_radar_answers():
    """Each gets a whole answer: a verdict, a height, an echo, what it leans on; the same twice."""
    shipped = load()
    for name in (*shipped.systems, *shipped.radars):
        found = claim(name, "100 km")
        text = "\n".join(told(found))
        assert "nan" not in text.lower().split()
        for part in ("Seen means", "Height: ", "Echo: ", "Leaned on: "):
            assert part in text
        assert text == str(claim(name, 100e3))


# Terrain ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_terrain_hides_more_than_the_sea():
    """Over the shipped clip the worst direction takes more height than a smooth earth; heights are in order."""
    place = Setting(at="23.6,45.2", terrain="arabia-30s")
    found = claim("s-400", "100 km", Sentence(class_name="one-way-drone", height_agl_m=100.0), place)
    smooth = claim("s-400", "100 km", Sentence(class_name="one-way-drone", height_agl_m=100.0))
    sight = found.sight
    assert sight.above_ground_m.low < sight.above_ground_m.value < sight.above_ground_m.high
    assert sight.azimuth_deg.shape == sight.sea_m.shape == sight.states_m.shape
    assert np.all(sight.sea_m >= sight.states_m)
    assert smooth.sight.azimuth_deg is None
    assert sight.above_ground_m.high > smooth.sight.above_ground_m.value
    assert "azimuth" in str(found)


def test_a_place_off_the_terrain_is_refused():
    """The refusal names the place and what the file holds."""
    with pytest.raises(TerrainError, match=r"does not touch|is not covered"):
        claim("s-400", "100 km", None, Setting(at=(50.0, 8.0), terrain="arabia-30s"))


# Backwards --------------------------------------------------------------------------------------------------


@pytest.mark.validation
def test_published_pairs_agree_or_do_not():
    """ARSR-4: 370 km at 2.2 m2 and 170 km at 0.1 m2 agree. Pantsir: 36 km at 2 m2 and 20 km at 0.1 m2 do not."""
    one = claim("arsr-4", "370km", 2.2, also=["170km@0.1m2"]).agreements[0]
    assert one.state == "agree"
    assert "370 km at 2.2 m², above 7.2 km (5.5 to 9.9 km); 170 km at 0.1 m², above" in str(
        claim("arsr-4", "370km", 2.2, also=["170km@0.1m2"])
    )
    assert abs(one.off_db.value) < 0.1
    other = claim("pantsir-s1", "36km", 2.0, also=["20km@0.1m2"]).agreements[0]
    assert other.state == "apart"
    assert other.off_db.value == pytest.approx(10 * np.log10(20.0 * (20.0 / 36.0) ** 4))
    assert other.implied_range_m == pytest.approx(17.0e3, rel=0.01)
    assert other.implied_rcs_m2 == pytest.approx(2.0 * (20.0 / 36.0) ** 4)


@given(st.floats(1e3, 1e6), st.floats(1e-3, 1e3), st.floats(0.1, 10.0))
@quick
def test_points_of_one_radar_agree(range_m, rcs_m2, factor):
    """Whatever lies on one fourth-power curve agrees, in either order."""
    first = published.Point(label="a", range_m=exactly(range_m), rcs_m2=exactly(rcs_m2))
    second = published.Point(label="b", range_m=exactly(range_m * factor), rcs_m2=exactly(rcs_m2 * factor**4))
    for pair in (published.agreement(first, second), published.agreement(second, first)):
        assert pair.off_db.value == pytest.approx(0.0, abs=1e-9)
        assert pair.state == "agree"


def test_a_range_of_figures_may_reconcile():
    """Points that miss each other as printed may meet inside the ranges; the text says which it is."""
    wide = published.Point(label="a", range_m=Span(value=36e3, low=28e3, high=40e3), rcs_m2=exactly(2.0))
    point = published.Point(label="b", range_m=exactly(20e3), rcs_m2=exactly(0.1))
    assert published.agreement(wide, point).state == "within"
    found = claim("pantsir-s1", "30km", 5.0, also=["20km@0.1m2"])
    assert "one radar can still do both" in str(found)
    assert "would have to mean a chance of" in str(found)


# Reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "range_m"),
    [
        ("402km", 402e3), ("402 km", 402e3), ("250mi", 402336.0), ("250 miles", 402336.0), ("217nmi", 401884.0),
        ("217 NM", 401884.0), ("1,200 km", 1.2e6), ("4e2 km", 4e5), ("30000 ft", 9144.0), ("900m", 900.0), (5e3, 5e3),
    ],
)
def test_ranges_are_read(text, range_m):
    """Numbers of metres, and texts with a unit of length."""
    problems = []
    assert published.range_of(text, "range", problems) == pytest.approx(range_m)
    assert problems == []


@pytest.mark.parametrize("text", ["far", "402", "402 kg", "", "km", "-402km", "0 km", "1e9 km", "4 0 2 km", "1e999km"])
def test_unreadable_ranges_are_refused(text):
    """Each gets a problem with a hint."""
    problems = []
    published.range_of(text, "range", problems)
    assert len(problems) == 1
    assert "402km" in problems[0].hint


@pytest.mark.parametrize(
    ("text", "rcs_m2"), [("170km@0.1m2", 0.1), ("170 km @ 0.1 m²", 0.1), ("170km@-10dBsm", 0.1), ("170km@0.1", 0.1)]
)
def test_points_are_read(text, rcs_m2):
    """A range and a cross-section, in m2 or dBsm."""
    point = published.point_of(text, "also", [])
    assert point.range_m.value == 170e3
    assert point.rcs_m2.value == pytest.approx(rcs_m2)


@pytest.mark.parametrize("text", ["170km", "170km@", "170km@0", "170km@-1m2", "@1m2", "170km@1kg", "170@1m2"])
def test_unreadable_points_are_refused(text):
    """Half a point is none."""
    problems = []
    assert published.point_of(text, "also", problems) is None
    assert problems


def test_everything_wrong_is_said_at_once():
    """Name, range, class, cross-section, height, chances, place: one refusal, each with its rule."""
    target = Sentence(rcs_m2=-1.0, class_name="fightr", height_m=1.0, height_agl_m=2.0)
    setting = Setting(pd=1.5, pfa=0.5, antenna_m=-3.0, at="here", terrain="x.tif")
    with pytest.raises(InputError) as refused:
        claim("s-40", "402", target, setting, also=["x"])
    where = [problem.where for problem in refused.value.problems]
    assert where == ["who", "range", "class", "rcs_m2", "height_m", "pd", "pfa", "antenna_m", "at", "also"]
    hints = {problem.where: problem.hint for problem in refused.value.problems}
    assert "s-400" in hints["who"]
    assert "fighter" in hints["class"]


@pytest.mark.parametrize(
    ("name", "hint"), [("40n6e", "s-400"), ("fighter", "--class fighter"), ("S400", "s-400"), ("patriots", "patriot")]
)
def test_what_does_not_see_is_refused(name, hint):
    """A round, a target and a slip of the pen are told apart."""
    with pytest.raises(InputError) as refused:
        claim(name, "402 km")
    assert hint in refused.value.problems[0].hint


@pytest.mark.parametrize("setting", [Setting(pd=0.0), Setting(pd=0.01), Setting(pfa=1e-20), Setting(at=(0.0, 0.0))])
def test_impossible_settings_are_refused(setting):
    """Chances that mean nothing, and a place without terrain."""
    with pytest.raises(InputError):
        claim("s-400", "402 km", None, setting)
