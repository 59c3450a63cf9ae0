"""A unit is what the mission plays, counted: by trial, by raid group, by round; and prepared once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from campaign.rehearsed import contents
from farwatch import mission
from farwatch.campaign import playing
from farwatch.campaign.conduct import _orders, conduct
from farwatch.campaign.executors import threads
from farwatch.campaign.ledger import Ledger
from farwatch.campaign.playing import play_unit
from farwatch.campaign.points import Draws, Point
from farwatch.campaign.rows import REASON_COLUMNS, rows_of
from farwatch.campaign.units import Unit
from farwatch.catalogue.uncertainty import draw, values_at
from farwatch.errors import FarwatchError
from farwatch.outcomes import tabulate
from farwatch.outcomes.casting import cast_of
from farwatch.outcomes.evidence import gather
from farwatch.scenario import Scenario, vary
from outcomes.rehearsal import Dice, cast

ROOT = Path(__file__).parents[2]

SMALL = {
    "farwatch": 1,
    "title": "A notional site on a smooth earth",
    "defence": [{"name": "alpha", "system": "s-400", "at": {"lat_deg": 23.6, "lon_deg": 45.2}}],
    "defended": [{"name": "depot", "at": {"lat_deg": 23.62, "lon_deg": 45.25}}],
    "raid": [
        {
            "name": "drones", "class": "one-way-drone", "count": 4, "to": "depot",
            "from": {"bearing_deg": 40, "range_km": 60}, "height_agl_m": 120, "interval_s": 6,
        },
        {
            "name": "cruise", "class": "cruise-missile-subsonic", "count": 2, "to": "depot",
            "from": {"bearing_deg": 60, "range_km": 80}, "height_agl_m": 50, "at_s": 600,
        },
    ],
}  # fmt: skip


STRATIFIED = Draws("stratified")


@dataclass(frozen=True)
class Small:
    """Two points of a small raid: one shot a look, or two; `draws` of the second."""

    draws: Any = STRATIFIED
    goal: int = 20
    seed: int = 3
    measures: Any = ("leaked",)
    plan: Any = None

    @property
    def scenarios(self):
        return {"small": Scenario.model_validate(SMALL)}

    @property
    def points(self):
        first = Point(number=0, label="one", scenario="small", changes={"doctrine.shots_per_look": 1})
        return [first, Point(number=1, label="two", scenario="small", draws=self.draws, first_trial=800)]

    def goals(self, kept):
        return {0: self.goal, 1: self.goal}


def order_of(study, unit):
    return _orders(study)(unit)


def test_groups_and_reasons_add_up():
    """Raid groups add up to the trial, reasons to its leakers, shares to one; background traffic is in no group."""
    the_cast = cast()
    block = Dice(the_cast)(16, 8, trace=False)
    rows = rows_of(5, 40, the_cast, block)
    trials, groups, rounds = rows["trials"], rows["groups"], rows["rounds"]
    assert trials["point"].tolist() == [5] * 8
    assert trials["trial"].tolist() == list(range(40, 48))
    assert groups["group"].tolist() == ["drones", "cruise"] * 8
    for name in ("seen", "confirmed", "hostile", "engaged", "killed", "leaked"):
        np.testing.assert_array_equal(groups[name].reshape(8, 2).sum(axis=1), trials[name])
    assert groups["targets"].reshape(8, 2).tolist() == [[6, 2]] * 8
    reasons = sum(trials[name] for name in REASON_COLUMNS)
    np.testing.assert_array_equal(reasons, trials["leaked"])
    np.testing.assert_allclose(trials["leaked_share"], trials["leaked"] / 8)
    np.testing.assert_array_equal(rounds["fired"].reshape(8, 2).sum(axis=1), trials["rounds_fired"])
    assert rounds["trial"].tolist() == np.repeat(range(40, 48), 2).tolist()
    np.testing.assert_array_equal(rows["figures"]["91n6e.range_m"], block.figures[:, 1])


def test_reasons_are_those_of_the_targets_table():
    """Counted one by one from the table of targets."""
    the_cast = cast()
    block = Dice(the_cast)(0, 8, trace=False)
    rows = rows_of(0, 0, the_cast, block)["trials"]
    table = tabulate.build(the_cast, gather(the_cast, [block]))["targets"]
    for trial in range(8):
        told = [r for t, r in zip(table["trial"], table["reason"], strict=True) if t == trial and r]
        for name in REASON_COLUMNS:
            assert rows[name][trial] == told.count(name.removeprefix("reason_").replace("_", "-"))


def test_a_unit_is_what_the_mission_plays():
    """The same trials, by their addresses, as the mission plays them; changes are made and draws are heeded."""
    study = Small()
    base = study.scenarios["small"]
    for point, scenario, draws in (
        (0, vary(base, {"doctrine.shots_per_look": 1}), mission.Draws()),
        (1, base, mission.Draws(stratified=True)),
    ):
        rows = play_unit(order_of(study, Unit(point, 8, 8)))
        prepared = mission.prepare(scenario)
        block = mission.play(prepared, 3, study.points[point].first_trial + 8, 8, draws=draws)
        expected = rows_of(point, 8, cast_of(prepared), block)
        assert all(rows[name].tobytes() == expected[name].tobytes() for name in rows)
    stratified = draw(prepared.figures, 3, 808, 8, stratified=True)
    name = prepared.figures[0].name
    np.testing.assert_array_equal(rows["figures"][name], stratified[:, 0])


def test_a_unit_may_be_cut_anywhere():
    """Eight trials are the same in one unit or in two, stratified or not."""
    for point in (0, 1):
        whole = play_unit(order_of(Small(), Unit(point, 8, 8)))
        parts = [play_unit(order_of(Small(), Unit(point, first, size))) for first, size in ((8, 3), (11, 5))]
        for name in whole:
            assert np.concatenate([part[name] for part in parts]).tobytes() == whole[name].tobytes()


def test_given_quantiles_are_taken_by_row():
    """Trial t draws the figures at row t; another number of columns is refused."""
    figures = mission.prepare(Small().scenarios["small"]).figures
    quantiles = np.linspace(0.01, 0.99, 24 * len(figures)).reshape(24, len(figures))
    rows = play_unit(order_of(Small(Draws("given", quantiles)), Unit(1, 8, 8)))
    expected = values_at(figures, quantiles[8:16])
    for place, figure in enumerate(figures):
        np.testing.assert_array_equal(rows["figures"][figure.name], expected[:, place])
    with pytest.raises(FarwatchError, match=f"given 3 figures, and its scenario draws {len(figures)}"):
        play_unit(order_of(Small(Draws("given", quantiles[:, :3])), Unit(1, 8, 8)))


def test_a_tilt_is_passed_on():
    """Rare leaks are favoured, and trials weighed: not all by 1."""
    study = Small()
    order = replace(order_of(study, Unit(0, 0, 8)), tilt_odds=-2.0)
    assert set(play_unit(order)["trials"]["weight"].tolist()) != {1.0}
    assert set(play_unit(order_of(study, Unit(0, 0, 8)))["trials"]["weight"].tolist()) == {1.0}


def test_another_make_refuses_to_play():
    """A worker that runs something else than the one that orders says so, each unit."""
    order = order_of(Small(), Unit(0, 0, 8))
    with pytest.raises(FarwatchError, match=r"(?s)something else.*numba: 0\.1 here, "):
        play_unit(replace(order, ours=dict(order.ours) | {"numba": "0.1"}))


def test_a_mission_is_prepared_once(monkeypatch):
    """Several threads that need one mission at once: one prepares it, the others wait."""
    calls = []

    def prepare(scenario, kept=mission.prepare):
        calls.append(scenario.title)
        time.sleep(0.05)
        return kept(scenario)

    monkeypatch.setattr(mission, "prepare", prepare)
    playing._place.cache_clear()
    order = _orders(Small())
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(playing._staged, [order(Unit(0, first, 8)) for first in range(0, 48, 8)]))
    assert len(calls) == 1


@pytest.mark.slow
def test_a_real_campaign_that_is_killed_ends_with_the_same_bytes(tmp_path):
    """The mission itself: killed in another process while it plays, continued here."""
    with threads(2) as executor:
        conduct(Small(), play_unit, executor, Ledger(tmp_path / "whole"))
    script = (
        "from campaign.test_playing import *\n"
        f"with threads(1) as executor: conduct(Small(), play_unit, executor, Ledger(Path({str(tmp_path / 'b')!r})))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as process:
        deadline = time.monotonic() + 300.0
        begun = (tmp_path / "b" / "pending").glob
        while not list(begun("*.rows")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "b" / "finished.json").exists()
    with threads(1) as executor:
        conduct(Small(), play_unit, executor, Ledger(tmp_path / "b"))
    assert contents(tmp_path / "b") == contents(tmp_path / "whole")
