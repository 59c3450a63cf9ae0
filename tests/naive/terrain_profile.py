"""The coverage floor of one cell the slow obvious way: every crossing of its line of sight with the grid."""

from math import floor, hypot

from farwatch.detect.horizon import EFFECTIVE_RADIUS_M


def crossings(from_cell, to_cell):
    """Shares of the way, strictly between the ends, at which a line from cell to cell meets a grid row or column."""
    shares = set()
    for axis in (0, 1):
        steps = abs(to_cell[axis] - from_cell[axis])
        shares.update(k / steps for k in range(1, steps))
    return sorted(shares)


def height_between(height_m, row, column):
    """Height where a grid line is crossed: linear between the two cells beside the crossing."""
    if abs(row - round(row)) <= abs(column - round(column)):
        line, along = height_m[round(row)], column
    else:
        line, along = height_m[:, round(column)], row
    low = min(floor(along), len(line) - 1)
    part = along - low
    return float(line[low]) if part == 0 else (1 - part) * float(line[low]) + part * float(line[low + 1])


def coverage_floor(height_m, site, cell, cell_m, earth_radius_m=EFFECTIVE_RADIUS_M):
    """Lowest visible height above the ground of one cell; `site` is (row, column, antenna above ground)."""
    row, column, antenna_agl_m = site
    eye_m = float(height_m[row, column]) + antenna_agl_m
    whole_m = hypot(cell[0] - row, cell[1] - column) * cell_m
    if whole_m == 0:
        return 0.0
    steepest = float("-inf")
    for share in crossings((row, column), cell):
        ground_m = height_between(height_m, row + share * (cell[0] - row), column + share * (cell[1] - column))
        away_m = share * whole_m
        steepest = max(steepest, (ground_m - away_m**2 / (2 * earth_radius_m) - eye_m) / away_m)
    line_m = eye_m + steepest * whole_m + whole_m**2 / (2 * earth_radius_m)
    return max(0.0, line_m - float(height_m[cell]))
