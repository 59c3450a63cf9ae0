"""What is not known, drawn once per trial: figures in their published or assumed ranges.

A room that prepares base records returns with them a list of `Drawn`: which figure goes to which place. The mission
draws every distinct figure once per trial and fills copies of the tables, so a figure used in two places has the
same value in both. Compiling happens on the first call, not on import.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue.figures import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One place that a drawn figure goes to: tables[table][trial, row][field] = value x factor.

    In a plain array, such as the table of kill probabilities, `field` is empty and `column` says where in the row;
    in a field that is itself an array, `column` is the place in it. `factor` converts units (radians per degree).
    """

    table: str
    row: int
    field: str
    figure: Figure
    factor: float = 1.0
    column: int = -1


def distinct(drawn: Iterable[Drawn]) -> tuple[Figure, ...]:
    """Every figure that is drawn, once each by name, in order of first use."""
    return tuple({place.figure.name: place.figure for place in drawn}.values())


def draw(
    figures: Sequence[Figure], seed: int, first_trial: int, count: int, *, stratified: bool = False
) -> NDArray[np.float64]:
    """Values float64[count, figures] of trials first_trial to first_trial + count - 1, in the figures' units.

    Triangular between low and high with its mode at the value; in the logarithm where high >= 10 low > 0. A figure
    marked as structure keeps its value. Each draw depends on seed, trial and the figure's name alone; `stratified`
    makes a Latin hypercube of each group of 8 trials (see `drawing.quantiles_into`), with the same law in each trial.
    """
    from farwatch.catalogue.drawing import quantiles_into
    from farwatch.chance import key_of, name_id

    ids = np.array([name_id(figure.name) for figure in figures], dtype=np.uint32)
    quantiles = np.empty((count, len(figures)))
    quantiles_into(key_of(seed, first_trial), ids, stratified, quantiles)
    return values_at(figures, quantiles)


def values_at(figures: Sequence[Figure], quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values float64[count, figures] of `figures` at the quantiles [count, figures], inside (0, 1), of their laws."""
    from farwatch.catalogue.drawing import values_into

    ranges = np.array([_range(figure) for figure in figures], dtype=np.float64).reshape(len(figures), 3)
    out = np.empty(quantiles.shape)
    values_into(quantiles, ranges, out)
    return out


def triangular(low: float, value: float, high: float, u: float) -> float:
    """The law of `draw` at one uniform number u in (0, 1)."""
    from farwatch.catalogue import drawing

    return drawing.triangular(low, value, high, u)


def fill(
    tables: Mapping[str, NDArray[Any]],
    drawn: Iterable[Drawn],
    figures: Sequence[Figure],
    values: NDArray[np.float64],
) -> None:
    """Write values[trial, figure] to every place: tables[place.table] has shape [trials, rows, ...]."""
    index = {figure.name: i for i, figure in enumerate(figures)}
    for place in drawn:
        table = tables[place.table]
        column = values[:, index[place.figure.name]] * place.factor
        target = table[place.field] if place.field else table
        if place.column >= 0:
            target[:, place.row, place.column] = column
        else:
            target[:, place.row] = column


def _range(figure: Figure) -> tuple[float, float, float]:
    if figure.fixed:
        return figure.value, figure.value, figure.value
    return figure.low, figure.value, figure.high
