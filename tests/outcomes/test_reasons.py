"""Every leaker has one reason, and it is the first step of the chain that never happened."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from farwatch.detect.statistics import pd, required_snr
from farwatch.outcomes.reasons import LEAST_LOST, NAMES, TOLD, Reason, attribute
from farwatch.records import (
    BLOCKED_CHANNEL,
    BLOCKED_COMMAND,
    BLOCKED_DOCTRINE,
    BLOCKED_ENVELOPE,
    BLOCKED_RADAR,
    BLOCKED_ROUNDS,
    BLOCKED_TIME,
    OUTCOME,
)

CHAIN = ("above_horizon_s", "unmasked_s", "seen_s", "confirmed_s", "hostile_s")


def leaker(reached=5, **fields):
    """An outcome that leaked after the first `reached` steps of the chain."""
    row = np.zeros(1, OUTCOME)
    for name in OUTCOME.names:
        if OUTCOME[name].kind == "f":
            row[name] = np.nan
    for name in CHAIN[:reached]:
        row[name] = 10.0
    row["leaked_s"] = 100.0
    for name, value in fields.items():
        row[name] = value
    return row


@pytest.mark.parametrize(
    ("reached", "fields", "reason"),
    [
        (0, {}, Reason.BELOW_HORIZON),
        (1, {}, Reason.MASKED),
        (2, {}, Reason.TOO_SMALL),
        (2, {"lost_to_clutter": 1}, Reason.TOO_SMALL),
        (2, {"lost_to_filter": 5, "lost_to_clutter": 3}, Reason.FILTERED_OUT),
        (2, {"lost_to_filter": 2, "lost_to_clutter": 3, "lost_to_jamming": 1}, Reason.IN_CLUTTER),
        (2, {"lost_to_clutter": 3, "lost_to_jamming": 4}, Reason.JAMMED),
        (2, {"lost_to_clutter": 1, "lost_to_jamming": 1}, Reason.IN_CLUTTER),
        (1, {"lost_to_jamming": 9}, Reason.MASKED),
        (3, {"lost_to_jamming": 9}, Reason.NOT_CONFIRMED),
        (0, {"lost_to_outage": 1}, Reason.RADAR_OUT),
        (1, {"lost_to_outage": 1}, Reason.RADAR_OUT),
        (2, {"lost_to_outage": 9}, Reason.TOO_SMALL),
        (3, {}, Reason.NOT_CONFIRMED),
        (4, {}, Reason.NOT_HOSTILE),
        (5, {}, Reason.NO_TIME),
        (5, {"blocked": BLOCKED_ENVELOPE}, Reason.OUT_OF_REACH),
        (5, {"blocked": BLOCKED_ENVELOPE | BLOCKED_TIME}, Reason.NO_TIME),
        (5, {"blocked": BLOCKED_ENVELOPE | BLOCKED_TIME | BLOCKED_RADAR}, Reason.NO_RADAR),
        (5, {"blocked": BLOCKED_DOCTRINE | BLOCKED_RADAR}, Reason.HELD),
        (5, {"blocked": BLOCKED_CHANNEL | BLOCKED_DOCTRINE}, Reason.NO_CHANNEL),
        (5, {"blocked": BLOCKED_COMMAND | BLOCKED_RADAR}, Reason.NO_COMMAND),
        (5, {"blocked": BLOCKED_COMMAND | BLOCKED_DOCTRINE}, Reason.HELD),
        (5, {"blocked": 127}, Reason.NO_ROUNDS),
        (5, {"blocked": BLOCKED_ROUNDS, "shots": 2}, Reason.MISSED),
        (5, {"shots": 2, "lost_shots": 1}, Reason.MISSED),
        (5, {"shots": 2, "lost_shots": 2}, Reason.TRACK_LOST),
        (5, {"shots": 2, "judged_dead": 1}, Reason.JUDGED_DEAD),
        (3, {"shots": 1}, Reason.MISSED),
    ],
)
def test_reason(reached, fields, reason):
    """The precedence is that of the documentation."""
    assert attribute(leaker(reached, **fields))[0] == reason


def test_only_leakers_have_reasons():
    """What did not leak has none, whatever else happened."""
    assert attribute(leaker(2, leaked_s=np.nan))[0] == Reason.NONE


def test_any_outcome_has_one_reason():
    """Random outcomes: every leaker gets a reason that is told, and nobody else does."""
    dice = np.random.default_rng(1)
    rows = np.concatenate([leaker(int(dice.integers(0, 6))) for _ in range(500)]).reshape(50, 10)
    rows["blocked"], rows["shots"] = dice.integers(0, 128, rows.shape), dice.integers(0, 3, rows.shape)
    for name in ("lost_to_filter", "lost_to_clutter", "lost_to_jamming", "lost_to_outage"):
        rows[name] = dice.integers(0, 3, rows.shape)
    rows["leaked_s"][dice.random(rows.shape) < 0.5] = np.nan
    reasons = attribute(rows)
    assert ((reasons != Reason.NONE) == ~np.isnan(rows["leaked_s"])).all()
    assert set(np.unique(reasons)) <= {int(reason) for reason in Reason}


def test_names_are_stable():
    """Stored tables hold these names: they may be added to, never changed."""
    assert NAMES == (
        "", "below-horizon", "masked", "too-small", "not-confirmed", "not-hostile", "out-of-reach", "no-time",
        "no-radar", "held", "no-channel", "no-rounds", "track-lost", "missed", "judged-dead",
        "filtered-out", "in-clutter", "jammed", "no-command", "radar-out",
    )  # fmt: skip
    assert sorted(int(reason) for reason in TOLD) == list(range(1, len(NAMES)))
    assert all(NAMES[reason] == told.name for reason, told in TOLD.items())


def test_reasons_are_told_in_the_order_of_the_chain():
    """Stages follow each other, and the documentation lists every reason in this order with its words."""
    stages = ["never seen", "seen", "tracked", "not shot at", "shot at"]
    order = [stages.index(told.stage) for told in TOLD.values()]
    assert order == sorted(order)
    lines = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("| reason | stage | in words |") + 2
    rows = [f"| {told.name} | {told.stage} | {told.sentence} |" for told in TOLD.values()]
    assert lines[start : start + len(rows) + 1] == [*rows, ""]


@pytest.mark.parametrize(("swerling", "most"), [(0, 0.25), (1, 0.4), (2, 0.4), (3, 0.4), (4, 0.4)])
def test_noise_alone_would_rarely_lose_the_least_looks(swerling, most):
    """Where a steady echo has an even chance, `LEAST_LOST` looks in noise alone are all lost less often than not."""
    for pulses, pfa in itertools.product((1, 8, 30), (1e-4, 1e-8)):
        snr_db = required_snr(0.5, pfa, pulses)
        assert (1 - pd(swerling, snr_db, pulses, pfa)) ** LEAST_LOST <= most + 1e-9
