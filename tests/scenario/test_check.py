"""Refusing a broken scenario well."""

from pathlib import Path

import pytest

from farwatch.scenario import ScenarioError, check, digest, load, shipped, shipped_text

GOLDEN = Path(__file__).parent / "golden"

SMALL = """\
farwatch: 1
title: small
defence:
  - {name: alpha, system: s-400, at: {lat_deg: 23.6, lon_deg: 45.2}}
defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}
raid:
  - {name: one, class: srbm, to: depot, from: {bearing_deg: 40, range_km: 200}}
"""


@pytest.mark.regression
def test_the_broken_scenario_is_told_all_at_once():
    """Every mistake of a file broken on purpose is named with its line, rule and nearest valid choice."""
    with pytest.raises(ScenarioError) as caught:
        load(GOLDEN / "broken.yaml")
    assert str(caught.value) == (GOLDEN / "broken.txt").read_text(encoding="utf-8").rstrip("\n")


def test_problems_come_in_file_order_with_columns():
    """Lines never go back, and every problem of a file has a line and a column."""
    problems = check(GOLDEN / "broken.yaml")
    places = [(problem.line, problem.column) for problem in problems]
    assert places == sorted(places)
    assert None not in {number for place in places for number in place}


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_sound(name):
    """What ships is accepted."""
    assert check(name) == []


def test_a_small_scenario_needs_nothing_else():
    """Text of more than one line is read as YAML; everything that is left out has a default."""
    scenario = load(SMALL)
    assert scenario.folder is None
    assert (scenario.doctrine.shots_per_look, scenario.tracker.confirm) == (2, "3-of-5")


JAMMER = "{name: noisy, at: {lat_deg: 24.6, lon_deg: 45.33}, height_msl_m: 9000, density_w_hz: 0.01, bands: [X]}"

KEEP = "{keep_for: {48n6e3: {for: [srbm], count: 2}}}"

ZONE = "{name: town, at: {lat_deg: 23.6, lon_deg: 45.4}, radius_km: 5, weapons: hold}"

ONE_CHANGE = {
    ("title: small", "title: 5"): "line 2: title = 5: must be text; put it in quotes",
    ("s-400", "S-400"): "line 4: defence.alpha.system = S-400: is not a system of the catalogue; did you mean s-400",
    ("lat_deg: 23.6,", "lat_deg: 123.6,"): "line 4: defence.alpha.at.lat_deg = 123.6: must be at most 90",
    ("to: depot", "to: alpha"): "is not a defended asset; ",
    ("srbm", "sbrm"): "line 8: raid.one.class = sbrm: is not a target class of the catalogue; did you mean srbm",
    ("range_km: 200", "range_km: true"): "line 8: raid.one.from.range_km = true: must be a number",
    ("range_km: 200", "range_km: '200'"): "write it without quotes",
    ("to: depot", "transponder: no, to: depot"): "raid.one.transponder = no: must be true or false",
    ("range_km: 200", "range_km: .nan"): "must be a finite number",
    ("range_km: 200", "range_km: 0"): "must be greater than 0",
    ("range_km: 200", "rng: 200"): "raid.one.from.rng: is not a field; did you mean range_km?",
    ("farwatch: 1\n", "farwatch: 1\nwether: {rain_mm_h: 1}\n"): "line 2: wether: is not a field; did you mean weather?",
    ("farwatch: 1\n", "farwatch: 1\nrain_mm_h: 1\n"): "a field of that name belongs in weather",
    ("farwatch: 1\n", "farwatch: 1\nterrain: gone.tif\n"): "is neither shipped nor a file beside the scenario",
    ("farwatch: 1\n", "farwatch: 1\nterrain: ../tests\n"): "terrain = ../tests",
    ("farwatch: 1\n", "farwatch: 1\ntraffic: [{recorded: swis-traffic}]\n"): "did you mean swiss-traffic?",
    ("farwatch: 1\n", "farwatch: 1\n<<: {seed: 1}\n"): "YAML 1.2 has no merge key",
    ("farwatch: 1\n", "farwatch: 1\ntracker: {confirm: 3 of 5}\n"): "must look like M-of-N; for example 3-of-5",
    ("farwatch: 1\n", "farwatch: 1\ntracker: {confirm: 9-of-40}\n"): "must count at most 32 looks",
    ("farwatch: 1\n", "farwatch: 1\nfigures: {srbm.speed: 1}\n"): "did you mean srbm.speed_m_s",
    ("farwatch: 1\n", "farwatch: 1\nfigures: {srbm.speed_m_s: -1}\n"): "must not be negative",
    ("farwatch: 1\n", "farwatch: 1\nground: {clutter: dessert}\n"): "did you mean desert?",
    ("farwatch: 1\n", "farwatch: 1\nground: {clutter: sea, sea_state: 9}\n"): "sea_state = 9: must be at most 6",
    ("farwatch: 1\n", "farwatch: 1\ndoctrine: {salvo: {ballistic-misile: 3}}\n"): "did you mean ballistic-missile or",
    ("farwatch: 1\n", "farwatch: 1\ndoctrine: {salvo: {srbm: 0}}\n"): "doctrine.salvo.srbm = 0: must be at least 1",
    ("farwatch: 1\n", "farwatch: 1\ndoctrine: {keep_for: {48n6e: {for: [srbm], count: 2}}}\n"): "is not a round of any",
    ("farwatch: 1\n", f"farwatch: 1\ndoctrine: {KEEP.replace('[srbm]', '[sbrm]')}\n"): "for.0 = sbrm: is neither",
    ("farwatch: 1\n", f"farwatch: 1\ndoctrine: {KEEP.replace(' {for:', ' {four:')}\n"): "did you mean for?",
    ("farwatch: 1\n", "farwatch: 1\ndoctrine: {weapons: fre}\n"): "did you mean free?",
    ("farwatch: 1\n", "farwatch: 1\ncommand: {level: centralized}\n"): "did you mean centralised",
    ("farwatch: 1\n", "farwatch: 1\ncommand: {link_loss: 1.5}\n"): "command.link_loss = 1.5: must be at most 1",
    ("farwatch: 1\n", "farwatch: 1\noutages: [{what: alpha/92n6}]\n"): "did you mean alpha/92n6e",
    ("farwatch: 1\n", "farwatch: 1\noutages: [{what: alfa}]\n"): "nor its link; did you mean alpha",
    ("farwatch: 1\n", "farwatch: 1\noutages: [{what: alpha, from_s: 9, to_s: 9}]\n"): "must be later than from_s, 9",
    ("farwatch: 1\n", f"farwatch: 1\nzones: [{ZONE}, {ZONE}]\n"): "is the name of an earlier item of zones",
    ("45.2}}", "45.2}, engage_on: picture, cue: own-radar}"): "cue: cannot stand beside engage_on: picture",
    ("farwatch: 1\n", "farwatch: 1\nweather: {fog_g_m3: -1}\n"): "weather.fog_g_m3 = -1: must be at least 0",
    ("farwatch: 1\n", f"farwatch: 1\njammers: [{JAMMER}]\n".replace("45.33", "75.33")): "from the nearest battery",
    ("farwatch: 1\n", f"farwatch: 1\njammers: [{JAMMER}, {JAMMER}]\n"): "is the name of an earlier item of jammers",
    ("farwatch: 1\n", f"farwatch: 1\njammers: [{JAMMER}]\n".replace("[X]", "[x]")): "must be VHF, UHF, L, S, C, X",
    ("farwatch: 1\n", f"farwatch: 1\njammers: [{JAMMER}]\n".replace("0.01", "0")): "must be greater than 0",
    ("name: alpha", "name: no way"): "must be letters, digits, - and _",
    ("name: alpha", "nam: alpha"): "defence.0.name: is missing",
    ("defence:\n  - {", "defence: []\nbatteries:\n  - {"): "defence: must have at least 1 item",
}


@pytest.mark.parametrize("change", ONE_CHANGE, ids=lambda change: change[1].strip().replace("\n", " "))
def test_one_mistake_is_told_in_one_sentence(change):
    """Each rule says where, what and how to mend it."""
    assert change[0] in SMALL
    told = [str(problem) for problem in check(SMALL.replace(*change, 1))]
    assert any(ONE_CHANGE[change] in line for line in told), told


def test_paths_start_at_the_folder_of_the_file(tmp_path):
    """A scenario may be moved together with its files; the name of a shipped clip is found anywhere."""
    (tmp_path / "mine.tif").touch()
    (tmp_path / "flights.csv").touch()
    text = SMALL + "terrain: mine.tif\ntraffic: [{recorded: flights.csv}, {recorded: swiss-traffic}]\n"
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    scenario = load(tmp_path / "site.yaml")
    assert scenario.terrain_file == tmp_path / "mine.tif"
    assert scenario.traffic_files[0] == tmp_path / "flights.csv"
    assert scenario.traffic_files[1].is_file()


@pytest.mark.parametrize("name", ["notes.txt", "empty"])
def test_files_of_the_wrong_kind_are_refused(tmp_path, name):
    """Terrain is a known kind of file, or a folder that holds .hgt files."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "site.yaml").write_text(f"{SMALL}terrain: {name}\n", encoding="utf-8")
    (problem,) = check(tmp_path / "site.yaml")
    assert problem.where == "terrain"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("desert-batery", "did you mean desert-battery?"),
        ("nowhere/site.yaml", "does not exist"),
        (".", "cannot be read"),
        ("a\0b", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        ("- 1\n- 2\n", "must be a mapping of fields"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_scenario_file_is_told(source, told):
    """A missing file, a folder, or something else entirely is a problem, not a crash."""
    (problem,) = check(source)
    assert told in str(problem)


def test_a_scenario_made_in_python_is_checked_too():
    """Rules of meaning hold for what did not come from a file."""
    scenario = load(SMALL)
    group = scenario.raid[0].model_copy(update={"to": "depo"})
    (problem,) = check(scenario.model_copy(update={"raid": (group,)}))
    assert (problem.where, problem.line) == ("raid.one.to", None)
    assert problem.hint == "did you mean depot?"


@pytest.mark.parametrize("name", shipped())
def test_the_text_of_a_shipped_scenario_is_a_start(name):
    """What is printed for a user to change reads as the shipped scenario itself."""
    assert digest(load(shipped_text(name))) == digest(load(name))


def test_a_name_that_does_not_ship_is_answered_with_the_nearest():
    """A slip in the name of a shipped scenario is mended in the refusal."""
    with pytest.raises(ScenarioError, match="did you mean alpine-site"):
        shipped_text("alpine-sight")


def told(battery="", group=""):
    """What is wrong with the small scenario when its battery or its group says more."""
    text = SMALL.replace("lon_deg: 45.2}}", f"lon_deg: 45.2}}{battery}}}", 1)
    return [str(problem) for problem in check(text.replace("range_km: 200}}", f"range_km: 200}}{group}}}"))]


@pytest.mark.parametrize(
    ("battery", "said"),
    [
        (", launchers: 2, ready: {48n6e3: 9}", "3 = 9: does not fit on 2 launchers with the rest of the load; 8 fit"),
        (", launchers: 3, ready: {48n6e3: 8, 9m96e2: 20}", "does not fit on 3 launchers with the rest of the load"),
        (", launchers: 1, ready: {48n6e3: 8, 40n6e: 8}", "needs 4 launchers and has 1"),
        (", launchers: 0", "launchers"),
        (", reload_teams: 9", "reload_teams"),
        (", resupply: [{at_s: 5, rounds: {48n6e4: 1}}]", "is not a round of s-400; did you mean 48n6e3"),
        (", resupply: [{at_s: 5, rounds: {48n6e2: 1}}]", "has no place on the launchers"),
        (", resupply: [{at_s: -5, rounds: {48n6e3: 1}}]", "at_s"),
        (", resupply: [{rounds: {48n6e3: 1}}]", "at_s"),
    ],
)
def test_magazines_that_cannot_be_are_refused(battery, said):
    """Each rule of launchers, teams and deliveries, broken once."""
    found = told(battery)
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    "battery", ["", ", launchers: 2, ready: {48n6e3: 8}", ", resupply: [{at_s: 0, rounds: {48n6e3: 1}}]"]
)
def test_magazines_that_can_be_are_accepted(battery):
    """A load that just fits, and a delivery of what has a place."""
    assert not told(battery)


def test_a_missile_on_an_arc_is_nobody_s_friend():
    """A ballistic class cannot be friendly; another one can, and its transponder may be off."""
    assert "cannot be friendly" in told(group=", side: friendly")[0]
    flight = SMALL.replace("class: srbm", "class: fighter, side: friendly, transponder: false")
    assert not check(flight)
