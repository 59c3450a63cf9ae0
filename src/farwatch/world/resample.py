"""Elevation brought from a file's grid to another, and the holes of a sheet: kernels, and the blocks they work on.

The map from the new grid to the file's is computed exactly at the nodes of a coarse lattice and bilinearly between
them; the nodes are close enough for an error below 0.05 cells (`node_spacing`). Heights are bilinear between samples.
"""

from collections.abc import Callable
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.compiled import kernel
from farwatch.world.dem import OUTSIDE, Block, Dem
from farwatch.world.earth import MEAN_RADIUS_M
from farwatch.world.grids import Heights

Floats = NDArray[np.float64]
Map = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""From row and column of the new grid to row and column of the file; both broadcast."""

BLOCK_CELLS = 16_000_000
"""Samples of a file held at a time while it is resampled."""

_MOST_SPACING = 32
_LEAST_SPACING = 4


def node_spacing(cell_m: float, lat_deg: float) -> int:
    """Cells between nodes of the lattice.

    A parallel bends by tan(lat) / R in a local grid, so a chord of length h misses it by h² tan(lat) / (8 R); the
    spacing keeps that below a hundredth of a cell.
    """
    bend = max(0.1, np.tan(np.radians(min(abs(lat_deg), 89.0)))) / MEAN_RADIUS_M
    return int(min(max(sqrt(0.08 * cell_m / bend) / cell_m, _LEAST_SPACING), _MOST_SPACING))


def resample(dem: Dem, to_dem: Map, shape: tuple[int, int], spacing: int, stride: int = 1) -> Heights:
    """Heights float32 (rows, columns) = `shape` on a new grid; NaN in voids, `OUTSIDE` beyond the file.

    Works through blocks of rows, so that beside the result at most about `BLOCK_CELLS` samples are held.
    """
    out: Heights = np.empty(shape, np.float32)
    nodes_down = ceil((shape[0] - 1) / spacing) + 1
    nodes_across = ceil((shape[1] - 1) / spacing) + 1
    rows, columns = np.arange(nodes_down) * float(spacing), np.arange(nodes_across) * float(spacing)
    u, v = to_dem(rows[:, None], columns[None, :])
    first = 0
    while first < max(1, nodes_down - 1):
        last = first + 1
        while last < nodes_down - 1 and _block_of(u[first : last + 2], v[first : last + 2], dem).cells <= (
            BLOCK_CELLS * stride * stride
        ):
            last += 1
        part = slice(first, last + 1)
        block = _aligned(_block_of(u[part], v[part], dem), stride)
        samples = dem.read(block, stride)
        start, end = first * spacing, min(last * spacing + (last >= nodes_down - 1), shape[0])
        _resample(samples, (u[part] - block.top) / stride, (v[part] - block.left) / stride, spacing, out[start:end])
        first = last
    return out


def _block_of(u: Floats, v: Floats, dem: Dem) -> Block:
    """Samples that cells between some nodes need; at least one, and never far beyond the file."""
    u, v = u[np.isfinite(u)], v[np.isfinite(v)]
    if u.size == 0 or v.size == 0:
        return Block(0, 1, 0, 1)
    around = (-dem.period, 2 * dem.period) if dem.period else (0, dem.columns)
    top, bottom = max(floor(u.min()) - 1, 0), min(ceil(u.max()) + 3, dem.rows)
    left, right = max(floor(v.min()) - 1, around[0]), min(ceil(v.max()) + 3, around[1])
    return Block(top, max(bottom, top + 1), left, max(right, left + 1))


def _aligned(block: Block, stride: int) -> Block:
    """The same, begun at whole strides, so that neighbouring blocks keep the same samples, and a stride longer."""
    top, left = block.top // stride * stride, block.left // stride * stride
    return Block(top, block.bottom + stride - 1, left, block.right + stride - 1)


@kernel
def _resample(samples: Any, u: Any, v: Any, spacing: int, out: Any) -> None:
    """Fill rows of the new grid; the first lies on the first row of nodes (`u`, `v`)."""
    last_down, last_across = max(u.shape[0] - 2, 0), max(u.shape[1] - 2, 0)
    for i in range(out.shape[0]):
        a = min(i // spacing, last_down)
        a1 = min(a + 1, u.shape[0] - 1)
        s = i / spacing - a
        for j in range(out.shape[1]):
            b = min(j // spacing, last_across)
            b1 = min(b + 1, u.shape[1] - 1)
            t = j / spacing - b
            w00, w01, w10, w11 = (1.0 - s) * (1.0 - t), (1.0 - s) * t, s * (1.0 - t), s * t
            row = w00 * u[a, b] + w01 * u[a, b1] + w10 * u[a1, b] + w11 * u[a1, b1]
            column = w00 * v[a, b] + w01 * v[a, b1] + w10 * v[a1, b] + w11 * v[a1, b1]
            out[i, j] = bilinear(samples, row, column)


@kernel
def bilinear(samples: Any, row: float, column: float) -> float:
    """Height between four samples; of the known ones where they have half of the weight or more.

    Else NaN, or `OUTSIDE` where such a sample has a share. Level in the outer half of an edge cell, `OUTSIDE` beyond.
    """
    rows, columns = samples.shape
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
        return OUTSIDE
    row, column = min(max(row, 0.0), rows - 1.0), min(max(column, 0.0), columns - 1.0)
    i, j = int(row), int(column)
    i1, j1 = min(i + 1, rows - 1), min(j + 1, columns - 1)
    s, t = row - i, column - j
    h00, h01, h10, h11 = samples[i, j], samples[i, j1], samples[i1, j], samples[i1, j1]
    height = (1.0 - s) * ((1.0 - t) * h00 + t * h01) + s * ((1.0 - t) * h10 + t * h11)
    if np.isfinite(height):
        return float(height)
    total, known, outside = 0.0, 0.0, False
    for k in range(4):
        a, b = (i, i1)[k // 2], (j, j1)[k % 2]
        weight = (s if k // 2 else 1.0 - s) * (t if k % 2 else 1.0 - t)
        if np.isfinite(samples[a, b]):
            total += weight * samples[a, b]
            known += weight
        elif weight > 0.0 and samples[a, b] == OUTSIDE:
            outside = True
    if known >= 0.5:
        return float(total / known)
    return OUTSIDE if outside else np.nan
