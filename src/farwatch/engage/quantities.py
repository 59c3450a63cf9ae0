"""Quantities of this room that validation rows may ask for: text of the quantity -> function of the row's inputs."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from farwatch.engage import assignment as wta
from farwatch.engage import closed_forms as cf

Inputs = Mapping[str, Any]
Answer = float | list[float]


def _salvo(row: Inputs) -> Answer:
    return cf.salvo_kill(row["p_kill"], row["n_shots"])


def _raid(row: Inputs) -> Answer:
    raid = cf.raid_against_magazine(row["raid_size"], row["magazine"], row["p_kill"])
    return [raid.leakers, raid.p_no_leaker]


def _raid_salvo(row: Inputs) -> Answer:
    raid = cf.raid_against_even_salvo(row["raid_size"], row["magazine"], row["p_kill"])
    return [raid.leakers, raid.p_no_leaker]


def _raid_looks(row: Inputs) -> Answer:
    shots = row["max_shots_per_threat"]
    return list(cf.raid_shoot_look_shoot(row["raid_size"], row["magazine"], row["p_kill"], shots))


def _misjudged(row: Inputs) -> Answer:
    return list(cf.two_shots_misjudged(row["p_kill"], row["p_miss_called_kill"], row["p_kill_called_miss"]))


def _hughes(row: Inputs) -> Answer:
    a, b = (
        cf.Force(row[f"units_{side}"], row[f"offence_{side}"], row[f"defence_{side}"], row[f"staying_{side}"])
        for side in "AB"
    )
    return list(cf.hughes_salvo(a, b))


def _lanchester(row: Inputs) -> cf.Losses:
    return cf.lanchester_square(row["A0"], row["B0"], row["rate_A"], row["rate_B"])


def _opportunities(row: Inputs) -> Answer:
    return cf.opportunities(
        row["detect_range_m"], row["min_range_m"], row["speed_m_s"], row["reaction_s"], row["cycle_s"]
    )


def _continuous(row: Inputs) -> Answer:
    kinds = list(row["weapons_available"])
    p_damage = np.zeros((len(kinds), len(row["target_values"])))
    for i, kind in enumerate(kinds):
        for target, p in row["p_damage"][kind].items():
            p_damage[i, int(target) - 1] = p
    demands = {int(target) - 1: least for target, least in row["min_weapons_on_target"].items()}
    return wta.continuous(list(row["weapons_available"].values()), row["target_values"], p_damage, demands)


QUANTITIES: dict[str, Callable[[Inputs], Answer]] = {
    "salvo kill probability 1-(1-p)^n": _salvo,
    "four-shot kill probability, public GMD analysis": _salvo,
    "shots needed for kill confidence: ceil(ln(1-P)/ln(1-p))": lambda row: cf.shots_required(
        row["p_kill"], row["confidence"]
    ),
    "shoot-look-shoot, up to n single shots: [expected shots, leak probability]": lambda row: list(
        cf.shoot_look_shoot(row["p_kill"], row["max_shots"])
    ),
    "salvo a, look, salvo b: [expected shots, leak probability]": lambda row: list(
        cf.salvo_look_salvo(row["p_kill"], [row["first_salvo"], row["second_salvo"]])
    ),
    "shoot-look-shoot (2 shots) with kill-assessment errors: [expected shots, leak probability]": _misjudged,
    "salvos of given sizes with kill-assessment errors: [expected shots, leak probability]": lambda row: list(
        cf.salvos_misjudged(row["p_kill"], row["salvos"], row["p_miss_called_kill"], row["p_kill_called_miss"])
    ),
    "raid R vs magazine M, single shots until raid destroyed or empty: [expected leakers, P(no leakers)]": _raid,
    "raid R vs magazine M, one simultaneous salvo spread evenly: "
    "[expected leakers, P(no leakers)]": _raid_salvo,
    "raid R, magazine M, threats engaged in turn with at most s look-shoot shots each: "
    "[E leakers, E shots, P(no leakers)]": _raid_looks,
    "P(zero leakers) raid W, n independent shots each": lambda row: cf.no_leaker(
        row["raid_size"], row["shots_each"], row["p_kill"]
    ),
    "shots per threat for P(zero leakers) target: ceil(ln(1-P0^(1/W))/ln(1-p))": lambda row: (
        cf.shots_for_no_leaker(row["raid_size"], row["p_zero_target"], row["p_kill"])
    ),
    "layered defence: [leak probability, expected leakers, P(zero leakers)]": lambda row: list(
        cf.layers(row["layer_kill_probs"], row["raid_size"])
    ),
    "Poisson-binomial: P(at least k leakers)": lambda row: cf.at_least(row["leak_probs"], row["k"]),
    "Hughes salvo exchange, one simultaneous salvo: [loss A, loss B]": _hughes,
    "Lanchester square law: survivors of A (wins)": lambda row: _lanchester(row).a,
    "Lanchester square law: survivors of B (wins)": lambda row: _lanchester(row).b,
    "static weapon-target assignment: minimum expected surviving value": lambda row: wta.static(
        row["target_values"], row["p_kill_weapon_by_target"]
    ),
    "WTA with identical weapons (maximum-marginal-return greedy is optimal): "
    "minimum expected surviving value": lambda row: wta.identical(
        row["target_values"], row["p_kill_by_target"], row["num_weapons"]
    ),
    "Bracken & McCormick 1968 weapons assignment, continuous allocation: maximum expected damage": _continuous,
    "dynamic WTA (shoot-look-shoot): identical targets/weapons, shots in a stage spread evenly: "
    "minimum expected survivors": lambda row: wta.staged(
        row["num_targets"], row["num_weapons"], row["p_kill"], row["num_stages"]
    ),
    "Erlang-B blocking (saturated engagement channels, no queue)": lambda row: cf.erlang_b(
        row["offered_load_erl"], row["channels"]
    ),
    "Erlang-C: [P(wait), mean wait in units of service time]": lambda row: list(
        cf.erlang_c(row["offered_load_erl"], row["channels"])
    ),
    "offered load giving Erlang-B blocking": lambda row: cf.offered_load(row["channels"], row["blocking"]),
    "engagement opportunities per channel: floor((window - reaction)/cycle)+1, 0 if window<reaction": _opportunities,
    "Koopman random-search detection probability 1-exp(-vWt/A)": lambda row: cf.random_search(
        row["speed_m_s"], row["sweep_width_m"], row["time_s"], row["area_m2"]
    ),
    "cost-exchange: expected interceptor spend per destroyed threat / threat cost, fixed salvo n": lambda row: (
        cf.cost_exchange(row["p_kill"], row["salvo"], row["interceptor_cost"], row["threat_cost"])
    ),
}
"""What `farwatch validate` can compute here."""
