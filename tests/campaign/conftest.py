"""The cast of these tests: a small scenario and a plan to play it with dice."""

import pytest

from farwatch.campaign.plan import Plan
from farwatch.scenario import Scenario
from outcomes.rehearsal import Dice, cast

SCENARIO = {
    "farwatch": 1,
    "title": "Dice",
    "defence": [{"name": "alpha", "system": "s-400", "at": {"lat_deg": 23.6, "lon_deg": 45.2}}],
}


@pytest.fixture(scope="session")
def play():
    return Dice(cast())


@pytest.fixture
def plan():
    """A maker of plans: `plan(trials, seed)`."""
    return make_plan


def make_plan(trials=30, seed=1, title="Dice"):
    scenario = Scenario.model_validate(SCENARIO | {"title": title})
    return Plan(scenario=scenario, cast=cast(), seed=seed, trials=trials)
