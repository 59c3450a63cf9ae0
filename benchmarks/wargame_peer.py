"""One trial of the open wargame BLADE, told on standard input; run by `wargame.py` in the interpreter that has it."""

import json
import sys
import time

import gymnasium
from blade.Game import Game
from blade.Scenario import Scenario

RED, BLUE = "red", "blue"
KNOTS = 3600.0 / 1852.0
ROUND_KNOTS, KILLS = 3500.0, 0.7


def armament(asked, at):
    """A store of rounds of one site."""
    reach_nm = asked["reach_nm"]
    return {
        "id": f"rounds-{at[1]}", "name": "round", "sideId": BLUE, "className": "round",
        "latitude": at[0], "longitude": at[1], "altitude": 0, "heading": 0, "speed": ROUND_KNOTS,
        "currentFuel": reach_nm, "maxFuel": reach_nm, "fuelRate": ROUND_KNOTS, "range": reach_nm, "route": [],
        "sideColor": BLUE, "targetId": "", "lethality": KILLS, "maxQuantity": asked["rounds"],
        "currentQuantity": asked["rounds"],
    }  # fmt: skip


def metres(a, b):
    """Distance between two places, nearly."""
    from blade.utils.utils import get_distance_between_two_points

    return 1e3 * get_distance_between_two_points(*a, *b)


def aircraft(n, flight):
    """One aircraft at the beginning of its way."""
    path = flight["path"]
    way_m = sum(metres(path[k], path[k + 1]) for k in range(len(path) - 1))
    return {
        "id": f"aircraft-{n}", "name": f"aircraft {n}", "sideId": RED, "className": "aircraft",
        "latitude": path[0][0], "longitude": path[0][1], "altitude": 30000, "heading": 0,
        "speed": way_m / flight["length_s"] * KNOTS, "currentFuel": 1e8, "maxFuel": 1e8, "fuelRate": 1, "range": 100,
        "route": path[1:], "selected": False, "sideColor": RED, "weapons": [], "homeBaseId": "", "rtb": False,
        "targetId": "", "desiredRoute": [],
    }  # fmt: skip


def told(asked):
    """The scenario in the wargame's own format."""
    rules = {
        "Aircraft attack hostile aircraft": False, "Aircraft chase hostile aircraft": False,
        "Aircraft RTB when out of range of homebase": False, "Aircraft RTB when strike mission complete": False,
        "SAMs attack hostile aircraft": True, "Ships attack hostile aircraft": False,
    }  # fmt: skip
    sites = [
        {
            "id": f"site-{k}", "name": f"site {k}", "sideId": BLUE, "className": "SAM", "latitude": at[0],
            "longitude": at[1], "altitude": 0, "range": asked["reach_nm"], "sideColor": BLUE,
            "weapons": [armament(asked, at)],
        }
        for k, at in enumerate(asked["sites"])
    ]  # fmt: skip
    scenario = {
        "id": "raid", "name": "raid", "startTime": 0, "currentTime": 0, "duration": 14400, "timeCompression": 1,
        "sides": [{"id": side, "name": side, "totalScore": 0, "color": side} for side in (BLUE, RED)],
        "aircraft": [aircraft(n, flight) for n, flight in enumerate(asked["flights"])],
        "ships": [], "facilities": sites, "airbases": [], "weapons": [], "referencePoints": [], "missions": [],
        "relationships": {"hostiles": {BLUE: [RED], RED: [BLUE]}, "allies": {}}, "doctrine": {BLUE: rules, RED: rules},
    }  # fmt: skip
    return {"currentScenario": scenario, "currentSideId": BLUE, "selectedUnitId": "", "mapView": {}}


def main():
    """Step it through; aircraft come at their time, and leave where their way ends."""
    asked = json.load(sys.stdin)
    game = Game(current_scenario=Scenario())
    game.load_scenario(json.dumps(told(asked)))
    env = gymnasium.make("blade/BLADE-v0", game=game)
    env.reset()
    flying = game.current_scenario.aircraft
    waiting = sorted(zip((f["start_s"] for f in asked["flights"]), range(len(flying)), list(flying), strict=True))
    flying.clear()
    flown, arrived, begun = 0, 0, time.process_time()
    for step in range(asked["steps"]):
        while waiting and waiting[0][0] <= step:
            flying.append(waiting.pop(0)[2])
        flown += len(flying)
        env.step("")
        for one in [one for one in flying if not one.route]:
            flying.remove(one)
            arrived += 1
    spent = time.process_time() - begun
    down = len(asked["flights"]) - arrived - len(flying)
    print(json.dumps({"cpu_s": spent, "steps": asked["steps"], "flown": flown, "down": down}))


if __name__ == "__main__":
    main()
