"""Rows of quantiles for sensitivity: which trial is played with which value of each uncertain figure.

Chance is one more input beside the figures. Its value is the chance address of a trial: two trials with one address
share their luck. So every matrix of a design is a point whose rows are quantiles and whose `first_trial` is the luck.

**Sobol.** A and B are independent matrices with independent luck. For input i, AB_i is A with the columns of i from B,
*and with A's luck*; AB_c is A with B's luck. Then the usual estimators [saltelli2010, jansen1999] hold for the figures
and for chance alike, though the outcome of a trial is random (`outcomes.sensitivity`).

**Morris.** A walk starts at a random row and moves its inputs one after the other, in random order, by half of their
range of probability, up or down, all under the walk's own luck [morris1991]; its last step keeps all figures and takes
new luck. Levels are the middles of four equal parts of 0..1, so that no figure stands at the very end of its range.

Figures that were not asked about go with chance: they change where the luck changes, and only there.

Sources: [saltelli2010] Saltelli et al., Computer Physics Communications 181; [jansen1999] Jansen, Computer Physics
Communications 117; [morris1991] Morris, Technometrics 33; [campolongo2007] Campolongo, Cariboni, Saltelli,
Environmental Modelling & Software 22, for groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from farwatch.campaign.plan_file import Sensitivity
from farwatch.campaign.points import GIVEN, Draws, Point
from farwatch.catalogue.figures import Figure

Rows = npt.NDArray[np.float64]

TRAJECTORIES, SAMPLES = 32, 512
"""Walks, and rows, of a plan that names none."""

LEVELS = 4
"""Levels of a figure in a walk; a move is half of them."""

_EDGE = 2.0**-40
"""Nearest that a quantile comes to 0 or 1."""

BLOCK = 8
"""Luck of the second matrix begins at a multiple of this."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the analysis: its name and the columns that move together."""

    name: str
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FigureRows:
    """The design of a sensitivity analysis.

    `points` are A, B, AB_1 .. AB_k, AB_chance (Sobol) or the steps 0 .. k + 1 of all walks (Morris). `order` i8[walks,
    steps] is the input moved in each step; `moves` f8[walks, steps] by how much of its range, with sign. `others`: how
    many figures vary that were not asked about.
    """

    method: str
    inputs: tuple[Input, ...]
    points: tuple[Point, ...]
    order: npt.NDArray[np.int64]
    moves: Rows
    others: int


def inputs_of(asked: Sensitivity, figures: Sequence[Figure]) -> tuple[Input, ...]:
    """Inputs among the figures that a mission draws, in its order; fixed ones are none."""
    chosen = [
        (k, figure.name)
        for k, figure in enumerate(figures)
        if not figure.fixed and any(fnmatchcase(figure.name, pattern) for pattern in asked.figures)
    ]
    if asked.by == "figure":
        return tuple(Input(name, (k,)) for k, name in chosen)
    entries: dict[str, list[int]] = {}
    for k, name in chosen:
        entries.setdefault(name.partition(".")[0], []).append(k)
    return tuple(Input(name, tuple(columns)) for name, columns in entries.items())


def rows_of(asked: Sensitivity, scenario: str, figures: Sequence[Figure], first: int, seed: int) -> FigureRows:
    """The design for `asked` over the figures that a mission draws; its points are numbered from `first` on."""
    inputs = inputs_of(asked, figures)
    make = _walks if asked.method == "morris" else _matrices
    labels, rows, lucks, order, moves = make(asked, inputs, len(figures), seed % 2**32)
    points = tuple(
        Point(
            number=first + k,
            label=f"sensitivity of {scenario}: {label}",
            scenario=scenario,
            first_trial=luck,
            draws=Draws(GIVEN, matrix),
        )
        for k, (label, matrix, luck) in enumerate(zip(labels, rows, lucks, strict=True))
    )
    others = sum(not figure.fixed for figure in figures) - sum(len(one.columns) for one in inputs)
    return FigureRows(asked.method, inputs, points, order, moves, others)


def trials_of(asked: Sensitivity, inputs: int) -> int:
    """Trials that the analysis takes with so many inputs."""
    if asked.method == "morris":
        return (asked.trajectories or TRAJECTORIES) * (inputs + 2)
    return (asked.samples or SAMPLES) * (inputs + 3)


Made = tuple[list[str], list[Rows], list[int], npt.NDArray[np.int64], Rows]


def _matrices(asked: Sensitivity, inputs: Sequence[Input], figures: int, seed: int) -> Made:
    from scipy.stats import qmc

    count = asked.samples or SAMPLES
    spread = np.clip(qmc.Sobol(2 * figures, seed=seed).random(count), _EDGE, 1.0 - _EDGE)
    a, b = spread[:, :figures], spread[:, figures:]
    asked_about = np.zeros(figures, bool)
    rows, labels = [a, b], ["A", "B"]
    for one in inputs:
        columns = list(one.columns)
        mixed = a.copy()
        mixed[:, columns] = b[:, columns]
        asked_about[columns] = True
        rows.append(mixed)
        labels.append(one.name)
    rows.append(np.where(asked_about, a, b))
    labels.append("chance")
    other = -(-count // BLOCK) * BLOCK
    lucks = [0, other, *(0 for _ in inputs), other]
    return labels, rows, lucks, np.empty((0, 0), np.int64), np.empty((0, 0))


def _walks(asked: Sensitivity, inputs: Sequence[Input], figures: int, seed: int) -> Made:
    from scipy.stats import qmc

    walks, k = asked.trajectories or TRAJECTORIES, len(inputs)
    cube = qmc.LatinHypercube(2 * figures + k, seed=seed).random(walks)
    base = (np.floor(cube[:, :figures] * LEVELS) + 0.5) / LEVELS
    fresh = (np.floor(cube[:, figures : 2 * figures] * LEVELS) + 0.5) / LEVELS
    order = np.argsort(cube[:, 2 * figures :], axis=1, kind="stable")
    rows, moves = [base], np.zeros((walks, k))
    asked_about = np.zeros(figures, bool)
    for step in range(k):
        now = rows[-1].copy()
        for walk in range(walks):
            columns = list(inputs[order[walk, step]].columns)
            shift = np.where(now[walk, columns] < 0.5, 0.5, -0.5)
            now[walk, columns] += shift
            moves[walk, step] = shift[0]
            asked_about[columns] = True
        rows.append(now)
    rows.append(np.where(asked_about, rows[-1], fresh))
    labels = [*(f"step {step}" for step in range(k + 1)), "chance"]
    other = -(-walks // BLOCK) * BLOCK
    return labels, rows, [*(0 for _ in range(k + 1)), other], order, moves
