"""From a scenario, or plain settings, to an empty picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from farwatch.catalogue.names import near
from farwatch.errors import InputError, Problem
from farwatch.records import CLASS, CLASS_LIMIT, MODEL_LIMIT, TRACK, TRACKER
from farwatch.track.associate import OUTLINE, WIDTH, new_batch
from farwatch.track.codes import FILED
from farwatch.track.consistency import gate_threshold
from farwatch.track.corridors import FOLLOWED, LEG
from farwatch.track.hypotheses import new_hypotheses
from farwatch.track.identity import CLASS_LOGS, Known
from farwatch.track.jpda import new_joint
from farwatch.track.motion_models import (
    ACCELERATION,
    BALLISTIC,
    PAIR,
    SINGER,
    TURN,
    VELOCITY,
    belief_fields,
    states_of,
)
from farwatch.track.picture import COUNTERS, JPDA, MHT, Picture, clear
from farwatch.track.senses import BINS, SENSE

SPEED_MARGIN = 1.1
"""A new track may be this much faster than the fastest class expects to be."""

SPEED_WITHOUT_CLASSES_M_S = 1500.0
"""Fastest new track where no class is known."""

SPARE_TRACKS, SPARE_PLOTS = 128, 512
"""Room for tracks and plots that noise makes, beyond those that targets make."""


ASSOCIATIONS = ("gnn", "jpda", "mht")
"""Ways to associate plots with tracks, by their number in TRACKER["association"]."""

BY_EXISTENCE = "existence"
"""What `confirm` says where existence alone confirms and drops."""

CONFIRM_ODDS, EARLY_CONFIRM_ODDS = 6.0, 2.0
"""Log-odds of existence to confirm: beside M-of-N, and by existence alone (at two plots or more)."""

MODELS = {
    # kind, pushes (m/s2) and how long one lasts (s), turn rate (rad/s), drag (1/m), how long a target keeps to it (s)
    "cruise": (VELOCITY, 0.2, 0.0, 0.0, 0.0, 1000.0),
    "manoeuvre": (VELOCITY, 20.0, 0.0, 0.0, 0.0, 30.0),
    "turn": (TURN, 2.0, 30.0, 0.05, 0.0, 60.0),
    "singer": (SINGER, 15.0, 15.0, 0.0, 0.0, 60.0),
    "acceleration": (ACCELERATION, 10.0, 0.0, 0.0, 0.0, 60.0),
    "ballistic": (BALLISTIC, 1.0, 0.0, 0.0, 0.0, 1000.0),
}
"""Motion models by name. One or more of them make a set; cruise and manoeuvre alone are the pair that missions use."""

PAIR_NAMES = ("cruise", "manoeuvre")

RAID_SOJOURNS_S = 60.0, 15.0
"""How long targets of a raid fly straight, and manoeuvre, before they change: more often than air traffic."""

RIVALS_PER_TRACK = 1.0
"""Room for rival hypotheses, all tracks together."""


def prepare(scenario: Any, n_radars: int, classes: np.ndarray, n_targets: int) -> Picture:
    """Empty picture for one trial of `scenario`: room for `n_targets` targets seen by `n_radars` radars.

    classes: CLASS[k], at most CLASS_LIMIT. Of the scenario only `scenario.tracker` is read. The arrays belong to the
    picture: make one for each thread and `clear` it before each trial.
    """
    named = scenario.tracker
    tracker = settings(
        confirm=named.confirm,
        drop_after_misses=named.drop_after_misses,
        gate_probability=named.gate_probability,
        thresholds=(named.hostile_threshold, named.neutral_threshold),
        motion=Motion(
            cruise_acceleration_m_s2=named.cruise_acceleration_m_s2,
            manoeuvre_acceleration_m_s2=named.manoeuvre_acceleration_m_s2,
            cruise_sojourn_s=RAID_SOJOURNS_S[0],
            manoeuvre_sojourn_s=RAID_SOJOURNS_S[1],
            speed_max_m_s=speed_limit(classes),
        ),
    )
    return new_picture(tracker, n_radars, classes, (2 * n_targets + SPARE_TRACKS, 2 * n_targets + SPARE_PLOTS))


def speed_limit(classes: np.ndarray) -> float:
    """Fastest a new track may be (m/s), from CLASS[k]."""
    if classes.size == 0:
        return SPEED_WITHOUT_CLASSES_M_S
    return SPEED_MARGIN * float(classes["expected_speed_high_m_s"].max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """How targets are expected to move.

    models: of MODELS, at most MODEL_LIMIT. Of the pair of constant velocities: the pushes that each allows for, and how
    long a target keeps to it. speed_max_m_s: fastest a new track may be.
    """

    models: tuple[str, ...] = PAIR_NAMES
    cruise_acceleration_m_s2: float = 0.2
    manoeuvre_acceleration_m_s2: float = 20.0
    cruise_sojourn_s: float = 1000.0
    manoeuvre_sojourn_s: float = 30.0
    speed_max_m_s: float = SPEED_WITHOUT_CLASSES_M_S


def settings(
    *,
    association: str = "gnn",
    confirm: str = "3-of-5",
    drop_after_misses: int = 5,
    gate_probability: float = 0.999,
    thresholds: tuple[float, float] = (0.9, 0.8),
    motion: Motion | None = None,
) -> np.ndarray:
    """TRACKER[1].

    association: one of ASSOCIATIONS; confirm: "M-of-N" with 1 <= M <= N <= 32, together with `drop_after_misses`, or
    "existence": tracks then begin and end by their probability of existence alone; thresholds: hostile, neutral.
    Raises InputError for anything else.
    """
    expected = Motion() if motion is None else motion
    if association not in ASSOCIATIONS:
        rule = f"must be one of {', '.join(ASSOCIATIONS)}"
        raise InputError("tracker", [Problem("association", repr(association), rule)])
    tracker = np.zeros(1, TRACKER)
    tracker["association"] = ASSOCIATIONS.index(association)
    if confirm == BY_EXISTENCE:
        tracker["confirm_hits"], tracker["confirm_looks"], tracker["drop_misses"] = 2, 32, 0
        tracker["confirm_odds"] = EARLY_CONFIRM_ODDS
    else:
        tracker["confirm_hits"], tracker["confirm_looks"] = window(confirm)
        tracker["drop_misses"], tracker["confirm_odds"] = drop_after_misses, CONFIRM_ODDS
    for name in ("acceleration_m_s2", "sojourn_s"):
        for model in PAIR_NAMES:
            tracker[f"{model}_{name}"] = getattr(expected, f"{model}_{name}")
    tracker["gate"] = gate_threshold(gate_probability, 3)
    tracker["speed_max_m_s"] = expected.speed_max_m_s
    tracker["hostile_threshold"], tracker["neutral_threshold"] = thresholds
    if tuple(expected.models) != PAIR_NAMES:
        _name_models(tracker, expected)
    return tracker


def model_problems(models: tuple[str, ...]) -> list[Problem]:
    """What is wrong with a set of models: names that are none of MODELS, too many, the same twice."""
    problems = [
        Problem("models", repr(name), f"must be one of {', '.join(MODELS)}", near(name, MODELS))
        for name in models
        if name not in MODELS
    ]
    if not 1 <= len(models) <= MODEL_LIMIT or len(set(models)) < len(models):
        problems.append(Problem("models", ", ".join(models), f"1 to {MODEL_LIMIT} different ones make a set"))
    return problems


def _name_models(tracker: np.ndarray, motion: Motion) -> None:
    """Write a set of models into TRACKER[1]; InputError, with all problems, for one that is none."""
    models = motion.models
    problems = model_problems(models)
    if problems:
        raise InputError("tracker", problems)
    given = {"cruise": motion.cruise_acceleration_m_s2, "manoeuvre": motion.manoeuvre_acceleration_m_s2}
    for m, name in enumerate(models):
        kind, push, lasts_s, turn_rad_s, drag_per_m, sojourn_s = MODELS[name]
        tracker["model_kind"][0, m], tracker["model_sojourn_s"][0, m] = kind, sojourn_s
        tracker["model_acceleration_m_s2"][0, m] = given.get(name, push)
        tracker["model_time_s"][0, m], tracker["model_turn_rad_s"][0, m] = lasts_s, turn_rad_s
        tracker["model_drag_per_m"][0, m] = drag_per_m


def track_type(tracker: np.ndarray) -> np.dtype:
    """TRACK, with room for the models that TRACKER[1] names."""
    kinds = tracker["model_kind"][0]
    count = int((kinds != PAIR).sum())
    if count == 0:
        return TRACK
    changed = {name: (name, *rest) for name, *rest in belief_fields(count, states_of(kinds))}
    return np.dtype([changed.get(name, (name, TRACK[name])) for name in TRACK.names or ()], align=True)


def window(confirm: str) -> tuple[int, int]:
    """M and N of "M-of-N"; raises InputError where it is anything else."""
    hits, _, looks = confirm.partition("-of-")
    if hits.isdigit() and looks.isdigit() and 1 <= int(hits) <= int(looks) <= 32:
        return int(hits), int(looks)
    rule = 'must read "M-of-N" with 1 <= M <= N <= 32, or "existence"'
    raise InputError("tracker", [Problem("confirm", repr(confirm), rule, 'for example "3-of-5"')])


def new_picture(
    tracker: np.ndarray,
    n_radars: int,
    classes: np.ndarray,
    room: tuple[int, int],
    filed: np.ndarray | None = None,
    legs: np.ndarray | None = None,
) -> Picture:
    """Empty picture.

    tracker: TRACKER[1]; classes: CLASS[k]; room: slots for tracks, and plots it reads in a batch; filed: FILED[n] of
    `codes.filed_of`, flights that were filed; legs: LEG[m] of `corridors.legs_of`, known routes. Raises InputError
    where there are more than CLASS_LIMIT classes.
    """
    if classes.size > CLASS_LIMIT:
        raise InputError("classes", [Problem("classes", str(classes.size), f"at most {CLASS_LIMIT} are possible")])
    (track_capacity, plot_capacity), kept = room, track_type(tracker)
    rivals = int(RIVALS_PER_TRACK * track_capacity) if tracker["association"][0] == MHT else 0
    picture = Picture(
        tracks=np.zeros(track_capacity, kept),
        looks=np.zeros((track_capacity, n_radars)),
        streaks=np.full((track_capacity, n_radars), -1, np.int32),
        outlines=np.zeros((track_capacity + 1, OUTLINE)),
        waits=np.zeros((n_radars, 2)),
        senses=np.zeros((n_radars, SENSE)),
        noise=np.zeros((n_radars, BINS)),
        tracker=np.array(tracker, TRACKER).reshape(1),
        known=Known(
            classes=np.array(classes, CLASS),
            class_logs=np.zeros((classes.size, CLASS_LOGS)),
            filed=np.zeros(0, FILED) if filed is None else filed,
            legs=np.zeros(0, LEG) if legs is None else legs,
        ),
        followed=np.zeros((track_capacity, FOLLOWED)),
        counters=np.zeros(COUNTERS, np.int64),
        claimed=np.zeros(plot_capacity, np.uint8),
        batch=new_batch(track_capacity, plot_capacity),
        joint=new_joint(track_capacity if tracker["association"][0] == JPDA else 0, WIDTH, plot_capacity),
        hypotheses=new_hypotheses(track_capacity, plot_capacity, rivals, kept),
    )
    clear(picture)
    return picture
