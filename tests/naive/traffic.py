"""Codes and routes the slow obvious way."""

from itertools import pairwise

import numpy as np


def code_ratio(track, plot, false_address=1e-4, false_code=1e-3, change=4e-3, shared=2e-3, common=0.3):
    """Likelihood ratio of a plot's (code, address) for its track's, by the table of the model page."""
    (a, x), (b, y) = track, plot
    if x and y:
        same, other = (1 - false_address, false_address) if x == y else (false_address, 1 - false_address)
    elif a and b:
        met = common if f"{b:04o}".endswith("00") else shared
        same, other = (1 - false_code - change, met) if a == b else (false_code + change, 1 - shared)
    else:
        same = other = 1.0
    return same / other


def is_followed(line, half_width_m, both_ways, place, course):
    """Whether a place lies within a line's half width and the course is within 20 degrees of the part it is nearest."""
    for first, last in pairwise(line):
        start, way = np.asarray(first, float), np.subtract(last, first)
        near = np.linalg.norm(start + np.linspace(0, 1, 20_001)[:, None] * way - place, axis=1).min()
        angle = np.degrees(np.arccos(np.clip(way @ course / np.linalg.norm(way), -1, 1)))
        if near <= half_width_m and (angle <= 20 or (both_ways and angle >= 160)):
            return True
    return False
