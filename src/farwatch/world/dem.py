"""An elevation file on its own grid, before any sample of it is read: where the samples lie, and how to read some."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import Problem, TerrainError
from farwatch.world.grids import Heights, Window

OUTSIDE = -np.inf
"""What stands for the places that a file does not hold; NaN stands in voids."""

HIGHEST_LAND_M = 9000.0
"""Mount Everest has 8849 m: higher samples are not metres."""


class Block(NamedTuple):
    """A rectangle of rows and columns of a file; it may reach beyond the file."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def cells(self) -> int:
        """Samples in it."""
        return max(0, self.bottom - self.top) * max(0, self.right - self.left)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dem:
    """An elevation file, north up: rows southward, columns eastward.

    `first` is the centre (x, y) of the first sample in the units of `crs`, a `pyproj.CRS`; `step` the distances to
    the next column and row, above zero. `samples(window)` gives float32 heights, m, NaN in voids and `OUTSIDE`
    where a folder lacks a tile. `overviews` are the same file at coarser steps, finest first.
    """

    path: Path
    crs: Any
    rows: int
    columns: int
    first: tuple[float, float]
    step: tuple[float, float]
    samples: Callable[[Window], Heights]
    overviews: tuple["Dem", ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Outer edges of the outermost cells: west, east, south, north, in the units of `crs`."""
        west, north = self.first[0] - 0.5 * self.step[0], self.first[1] + 0.5 * self.step[1]
        return west, west + self.columns * self.step[0], north - self.rows * self.step[1], north

    @property
    def period(self) -> int:
        """Columns of a full turn where a file in degrees goes round the earth; else 0."""
        turn = round(360.0 / self.step[0]) if self.crs.is_geographic else 0
        return turn if 0 < turn <= self.columns else 0

    def grid_of(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Fractional row and column of places in the units of `crs`."""
        row = (self.first[1] - np.asarray(y, np.float64)) / self.step[1]
        return row, (np.asarray(x, np.float64) - self.first[0]) / self.step[0]

    def read(self, block: Block, stride: int = 1) -> Heights:
        """Every `stride`-th sample of a block, the first included; `OUTSIDE` beyond the file."""
        if 0 <= block.top < block.bottom <= self.rows and 0 <= block.left < block.right <= (self.period or self.columns):
            return self.samples(Window(*block, stride))
        shape = len(range(block.top, block.bottom, stride)), len(range(block.left, block.right, stride))
        out: Heights = np.full(shape, OUTSIDE, np.float32)
        turns = range(block.left // self.period, block.right // self.period + 1) if self.period else (0,)
        width = self.period or self.columns
        for turn in turns:
            shift = turn * width
            top = _first_from(block.top, stride, 0)
            left = _first_from(block.left, stride, shift)
            bottom, right = min(self.rows, block.bottom), min(width + shift, block.right)
            if top >= bottom or left >= right:
                continue
            part = self.samples(Window(top, bottom, left - shift, right - shift, stride))
            i, j = (top - block.top) // stride, (left - block.left) // stride
            out[i : i + part.shape[0], j : j + part.shape[1]] = part
        return out

    def coarser(self, factor: int) -> tuple["Dem", int]:
        """The coarsest overview whose step is at most `factor` times this, and the stride that is left to take."""
        fitting = [o for o in self.overviews if o.step[0] <= factor * self.step[0] * (1.0 + 1e-9)]
        chosen = fitting[-1] if fitting else self
        return chosen, max(1, int(factor * self.step[0] / chosen.step[0] + 1e-6))


def _first_from(start: int, stride: int, least: int) -> int:
    """The first of start, start + stride, ... that is not below `least`."""
    return start if start >= least else start + -((start - least) // stride) * stride


def refuse_feet(path: Path, samples: Heights) -> None:
    """TerrainError where a known sample is higher than any land, which is how feet and unmarked voids show."""
    highest = float(np.fmax.reduce(samples, axis=None, initial=-np.inf))
    if highest > HIGHEST_LAND_M:
        rule = "no land is above 9,000 m: the heights are not metres, or a void value is not marked as one"
        raise TerrainError(str(path), [Problem("highest sample", f"{highest:,.0f}", rule, metres_hint(path))])


def metres_hint(path: Path) -> str:
    """How a file in feet becomes one in metres."""
    return f'if they are feet: gdal_calc -A {path.name} --calc "A*0.3048" --outfile metres.tif --type Float32'
