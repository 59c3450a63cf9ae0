"""Where the samples of an elevation file lie, and which of them a window needs."""

from dataclasses import dataclass
from math import ceil, floor, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import Problem, TerrainError

Heights = NDArray[np.float32]

CELL_LIMIT = 64_000_000
"""Most samples kept; a larger window is read at a coarser step, and a notice says so."""

VOID_BELOW_M = -15_000.0
"""Lower samples are voids whatever the file says: no sea is as deep."""


class Bounds(NamedTuple):
    """A window in degrees; `east_deg` may exceed 180 for a window over the date line."""

    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float

    def __str__(self) -> str:
        return (
            f"latitude {self.south_deg:.4g} to {self.north_deg:.4g}, "
            f"longitude {self.west_deg:.4g} to {self.east_deg:.4g}"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raster:
    """Samples of one window, rows northward, the first at (`south_deg`, `west_deg`); `void` marks gaps."""

    samples: Heights
    void: NDArray[np.bool_]
    south_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the samples of a file lie: (`north_deg`, `west_deg`) is the first sample, rows southward."""

    rows: int
    columns: int
    north_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float


@dataclass(frozen=True, slots=True)
class Window:
    """Rows and columns of a layout, every `stride`-th of them."""

    top: int
    bottom: int
    left: int
    right: int
    stride: int

    @property
    def cells(self) -> int:
        """Samples in it, before thinning."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that are kept."""
        rows = range(self.top, self.bottom, self.stride)
        return len(rows), len(range(self.left, self.right, self.stride))

    def blank(self) -> Heights:
        """An array for what is kept, all unknown."""
        return np.full(self.shape, np.nan, dtype=np.float32)


def window_of(path: Path, layout: Layout, bounds: Bounds | None) -> Window:
    """Rows and columns that cover `bounds` with a sample to spare, thinned to the limit; at least 2 by 2."""
    if bounds is None:
        return _thinned(Window(0, layout.rows, 0, layout.columns, 1))
    middle = layout.west_deg + 0.5 * (layout.columns - 1) * layout.lon_step_deg
    turn = 360.0 * round((0.5 * (bounds.west_deg + bounds.east_deg) - middle) / 360.0)
    west, east = bounds.west_deg - turn, bounds.east_deg - turn
    top = max(0, floor((layout.north_deg - bounds.north_deg) / layout.lat_step_deg) - 1)
    bottom = min(layout.rows, ceil((layout.north_deg - bounds.south_deg) / layout.lat_step_deg) + 2)
    left = max(0, floor((west - layout.west_deg) / layout.lon_step_deg) - 1)
    right = min(layout.columns, ceil((east - layout.west_deg) / layout.lon_step_deg) + 2)
    if bottom - top < 2 or right - left < 2:
        south = layout.north_deg - (layout.rows - 1) * layout.lat_step_deg
        last = layout.west_deg + (layout.columns - 1) * layout.lon_step_deg
        held = Bounds(south, layout.north_deg, layout.west_deg, last)
        raise refusal(path, "extent", str(held), f"does not touch {bounds}")
    return _thinned(Window(top, bottom, left, right, 1))


def _thinned(window: Window) -> Window:
    stride = max(1, ceil(sqrt(window.cells / CELL_LIMIT)))
    return Window(window.top, window.bottom, window.left, window.right, stride)


def raster(
    raw: Heights, nodata: float, layout: Layout, window: Window, notices: tuple[str, ...]
) -> Raster:
    """Turn a window north side up, mark its voids and place it."""
    void = ~np.isfinite(raw) | (raw < VOID_BELOW_M)
    if np.isfinite(nodata):
        void |= raw == np.float32(nodata)
    step = window.stride
    top = layout.north_deg - window.top * layout.lat_step_deg
    if step > 1:
        thinned = f"terrain: every {step}th sample kept, to hold {raw.size} of {window.cells}"
        notices = (*notices, thinned)
    return Raster(
        samples=np.ascontiguousarray(raw[::-1], dtype=np.float32),
        void=np.ascontiguousarray(void[::-1]),
        south_deg=top - (raw.shape[0] - 1) * step * layout.lat_step_deg,
        west_deg=layout.west_deg + window.left * layout.lon_step_deg,
        lat_step_deg=step * layout.lat_step_deg,
        lon_step_deg=step * layout.lon_step_deg,
        notices=notices,
    )


def refusal(path: Path, where: str, value: str, rule: str) -> TerrainError:
    """The error that says which rule a terrain file breaks."""
    return TerrainError(str(path), [Problem(where, value, rule)])
