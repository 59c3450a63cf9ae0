"""Command, links, outages and weapons status through the whole mission."""

import numpy as np
import pytest

from farwatch import mission
from farwatch.outcomes.reasons import NAMES, attribute
from farwatch.scenario import load, vary
from mission.conftest import PLAIN

TWO = PLAIN.replace(
    "defended:",
    "  - {name: bravo, system: samp-t, at: {lat_deg: 20.0, lon_deg: 20.02}, ready: {aster-30-b1: 8}, reaction_s: 0}\n"
    "defended:",
)


@pytest.fixture(scope="module")
def two():
    """Two batteries side by side before the plain raid."""
    return load(TWO)


def fired_by(block):
    """Rounds fired in each trial by alpha and by bravo."""
    return block.rounds_fired[:, 0], block.rounds_fired[:, 1]


def same(one, other):
    """Whether two blocks tell the same story, to the bit."""
    names = ("outcomes", "tallies", "rounds_fired", "figures")
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in names)


def why(block):
    """Names of the reasons of all leakers."""
    return {NAMES[k] for k in np.unique(attribute(block.outcomes))} - {""}


def test_what_is_written_out_by_default_changes_nothing(two, play):
    """The default command and doctrine, spelled out, and an outage after the end: the same bits."""
    told = {
        "command": {"level": "centralised", "delay_s": 0, "link_loss": 0},
        "doctrine.open_fire": "earliest", "doctrine.priority": "threat", "doctrine.weapons": "tight",
        "doctrine.salvo": {"fighter": 1}, "doctrine.keep_for": {"aster-30-b1": {"for": ["aircraft"], "count": 8}},
        "outages": [{"what": "alpha", "from_s": 80_000}],
    }  # fmt: skip
    assert same(play(two, {}, 4), play(two, told, 4))


def test_knowing_less_of_each_other_costs_rounds(two, play):
    """Both batteries reach every fighter: apart they fire twice at each, together once, and fewer leak apart."""
    blocks = {
        level: play(two, {"command.level": level, "doctrine.max_shots": 1}, 20)
        for level in ("centralised", "coordinated", "decentralised")
    }
    total = {level: block.rounds_fired.sum() for level, block in blocks.items()}
    leaked = {level: np.isfinite(block.outcomes["leaked_s"]).sum() for level, block in blocks.items()}
    assert total["centralised"] == total["coordinated"] == 20 * 4
    assert total["decentralised"] > 1.5 * total["coordinated"]
    assert leaked["decentralised"] < leaked["coordinated"]


def test_without_any_link_every_battery_is_on_its_own(two, play):
    """All links lost by chance, or by outage, or no coordination at all: the same story where every radar sees all."""
    lost = play(two, {"command.link_loss": 1.0}, 4)
    down = play(two, {"outages": [{"what": "alpha/link"}, {"what": "bravo/link"}]}, 4)
    assert same(lost, down)
    assert min(map(np.min, fired_by(lost))) > 0


def test_a_link_is_lost_in_some_trials(two, play):
    """A third of the links: in some trials the batteries double their fire, in the others not."""
    fired = play(two, {"command.link_loss": 0.3, "doctrine.max_shots": 1}, 24).rounds_fired.sum(axis=1)
    assert (fired == 4).sum() > 3
    assert (fired > 4).sum() > 3


def test_the_picture_needs_the_link(two, play):
    """A battery without a radar fires on the picture; without its link it fires nothing, and says no-command."""
    blind = {"defence.bravo.radars": [], "defence.bravo.engage_on": "picture", "defence.alpha.ready": {}}
    assert play(two, blind, 4).rounds_fired.sum() > 0
    cut = play(two, {**blind, "outages": [{"what": "bravo/link"}]}, 4)
    assert cut.rounds_fired.sum() == 0
    assert why(cut) == {"no-command"}


def test_a_delay_of_command_delays_the_first_launch(two, play):
    """By just as much, as long as the raid is far off."""
    at_once, later = (play(two, {"command.delay_s": delay}, 3).outcomes["first_shot_s"] for delay in (0, 7))
    assert (later - at_once).min() == pytest.approx(7.0, abs=0.1)


def test_the_rest_goes_on_without_a_battery(two, play):
    """Alpha out of action: bravo fires alone; both out: nobody does, and no radar sees anything."""
    one = play(two, {"outages": [{"what": "alpha"}]}, 4)
    assert fired_by(one)[0].sum() == 0
    assert fired_by(one)[1].min() > 0
    none = play(two, {"outages": [{"what": "alpha"}, {"what": "bravo"}]}, 4)
    assert none.rounds_fired.sum() == 0
    assert not none.tallies["plots"].any()
    assert not none.tallies["looks"].any()
    assert why(none) == {"radar-out"}
    assert (none.outcomes["lost_to_outage"] > 10).all()


def test_a_radar_sees_nothing_while_it_is_out(plain, play):
    """Its first plot comes after the outage; an outage in the middle costs the track and the looks."""
    first = play(plain, {"outages": [{"what": "alpha/arabel", "to_s": 60}]}, 3).outcomes["seen_s"]
    assert (first >= 59.0).all()
    assert (first < 70.0).all()
    whole = play(plain, {"doctrine.weapons": "hold"}, 3)
    gap = play(plain, {"doctrine.weapons": "hold", "outages": [{"what": "alpha/arabel", "from_s": 60, "to_s": 160}]}, 3)
    assert (gap.tallies["looks"] < 0.85 * whole.tallies["looks"]).all()
    assert (gap.tallies["tracks_confirmed"] == 2 * whole.tallies["tracks_confirmed"]).all()
    assert (gap.outcomes["seen_s"] == whole.outcomes["seen_s"]).all()


def test_weapons_status_and_zones(plain, play):
    """Nothing judged hostile: tight fires at nothing, free at all; hold, or a zone of hold over all, forbids it."""
    unsure = {"tracker.hostile_threshold": 0.9999999999999999}
    assert play(plain, unsure, 2).rounds_fired.sum() == 0
    assert play(plain, {**unsure, "doctrine.weapons": "free"}, 2).rounds_fired.sum() > 0
    zone = {"name": "all", "at": {"lat_deg": 20.0, "lon_deg": 20.0}, "radius_km": 200, "weapons": "hold"}
    for changes in ({"doctrine.weapons": "hold"}, {"zones": [zone]}):
        block = play(plain, changes, 2)
        assert block.rounds_fired.sum() == 0
        assert why(block) == {"no-command"}


def test_kept_rounds_stay_on_the_launchers(plain, play):
    """Six of eight are kept for missiles: two are fired at fighters in every trial, and the leakers were held."""
    block = play(plain, {"doctrine.keep_for": {"aster-30-b1": {"for": ["ballistic-missile"], "count": 6}}}, 5)
    assert (block.rounds_fired[:, 0] == 2).all()
    assert "held" in why(block)


@pytest.mark.slow
def test_a_trial_with_everything_in_it_does_not_depend_on_its_block(two):
    """Links lost by chance, outages, zones and choices: trial 5 is the same alone or among others."""
    everything = {
        "command": {"level": "coordinated", "delay_s": 3, "link_loss": 0.4},
        "outages": [{"what": "bravo/arabel", "from_s": 40, "to_s": 90}, {"what": "alpha", "from_s": 150, "to_s": 170}],
        "doctrine.shots": "in-depth", "doctrine.salvo": {"aircraft": 2}, "doctrine.open_fire": "best-round",
    }  # fmt: skip
    ready = mission.prepare(vary(two, everything))
    whole, alone = mission.play(ready, 9, 0, 8), mission.play(ready, 9, 5, 1)
    assert whole.outcomes[5].tobytes() == alone.outcomes[0].tobytes()
    assert whole.rounds_fired.sum() > 0
