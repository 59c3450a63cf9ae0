"""What trials took to be true: the tables of a mission filled with the figures that its trials drew."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from farwatch import detect
from farwatch.campaign import Result
from farwatch.catalogue.uncertainty import draw, fill

if TYPE_CHECKING:
    from farwatch.mission import Mission

Floats = NDArray[np.float64]

MOST_TRIALS = 2000
"""Trials looked at: enough for quantiles, and no run is too long for memory."""

DRAWS = 400
"""Draws of all figures that stand for those of trials."""

_ROUNDING = 1e-6
"""As in the play, so that 36 drawn as 35.999999999 stays 36."""


def drawn_tables(result: Result, mission: "Mission") -> dict[str, Any]:
    """Tables "radars", "classes" and "batteries" of the first trials, with a leading axis; radars are settled.

    A result that drew other figures than the mission has (of another version) gives the most likely values.
    """
    values = result.evidence.figures[:MOST_TRIALS]
    if [figure.name for figure in mission.figures] != [figure.name for figure in result.cast.figures]:
        values = np.array([[figure.value for figure in mission.figures]])
    return _filled(mission, values)


def _filled(mission: "Mission", values: Floats) -> dict[str, Any]:
    """The tables with values f8[trials, figures] in their places."""
    base = {
        "radars": mission.sensors.sensors.radars,
        "classes": mission.world.classes,
        "batteries": mission.defence.defence.batteries,
    }
    tables = {name: np.repeat(table[None], len(values), axis=0) for name, table in base.items()}
    fill(tables, [place for place in mission.drawn if place.table in tables], mission.figures, values)
    detect.settle(tables["radars"])
    return tables


def channels(result: Result, mission: "Mission") -> dict[str, tuple[int, int]]:
    """Target channels and round channels of each battery, as the traced trial drew them, rounded as the play does."""
    rows = drawn_tables(result, mission)["batteries"]
    trial = np.flatnonzero(result.evidence.trials == result.evidence.traced)
    row = rows[int(trial[0]) if trial.size and trial[0] < len(rows) else 0]
    both = zip(row["target_channels"], row["round_channels"], strict=True)
    counts = [(int(targets + _ROUNDING), int(rounds + _ROUNDING)) for targets, rounds in both]
    return dict(zip(mission.defence.battery_names, counts, strict=True))


def strength_db(result: Result, mission: "Mission") -> tuple[Floats, Floats]:
    """How much weaker and stronger than at the most likely figures a class may echo in a radar, dB.

    The 10 % and 90 % quantiles over trials of the radar's strength and the echo from ahead: f8[radars, classes] each.
    """
    return _strength_db(drawn_tables(result, mission), mission)


def planned_strength_db(mission: "Mission") -> tuple[Floats, Floats]:
    """The same before a trial is played: over figures drawn as trials draw them, from a seed that never changes."""
    values = draw(mission.figures, 0, 0, DRAWS, stratified=True)
    return _strength_db(_filled(mission, values), mission)


def _strength_db(tables: dict[str, Any], mission: "Mission") -> tuple[Floats, Floats]:
    base = mission.sensors.sensors.radars.copy()
    detect.settle(base)
    with np.errstate(divide="ignore", invalid="ignore"):
        radar_db = 10.0 * np.log10(tables["radars"]["snr_one"] / base["snr_one"])
        class_db = 10.0 * np.log10(tables["classes"]["rcs_nose_m2"] / mission.world.classes["rcs_nose_m2"])
    both_db = np.nan_to_num(radar_db[:, :, None] + class_db[:, None, :])
    weak_db, strong_db = np.quantile(both_db, [0.1, 0.9], axis=0)
    return np.minimum(weak_db, 0.0), np.maximum(strong_db, 0.0)
