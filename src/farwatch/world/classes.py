"""Target classes as records: the echo and the worth that trials draw, and what the picture expects to see."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import Catalogue, TargetClass
from farwatch.catalogue.uncertainty import Drawn
from farwatch.errors import CatalogueError, Problem
from farwatch.records import CLASS, CLASS_LIMIT, FAMILIES
from farwatch.world.terrain import Terrain

DRAWN_FIELDS = ("rcs_nose_m2", "rcs_side_m2", "rcs_tail_m2", "damage", "price_usd")

SLOWEST_SHARE = 0.5
"""A ballistic missile on a short range or at its apogee may do half its least published burn-out speed."""

_GROUND_SAMPLES = 100_000


def class_table(catalogue: Catalogue, terrain: Terrain) -> NDArray[np.void]:
    """CLASS[n] of every class of the catalogue, in its order; CatalogueError for more than a picture can hold.

    Expected heights are above sea level: the published ones above ground, on the 5th to 95th percentile of
    the ground about.
    """
    entries = tuple(catalogue.classes.values())
    if len(entries) > CLASS_LIMIT:
        rule = f"must be at most {CLASS_LIMIT}"
        raise CatalogueError("catalogue", [Problem("classes", str(len(entries)), rule)])
    every = max(1, terrain.height_m.size // _GROUND_SAMPLES)
    ground_m = np.percentile(terrain.height_m.ravel()[::every], (5.0, 95.0))
    table = np.zeros(len(entries), dtype=CLASS)
    for row, entry in zip(table, entries, strict=True):
        _fill(row, entry)
        _expect(row, entry, float(ground_m[0]), float(ground_m[1]))
    return table


def drawn_figures(catalogue: Catalogue, used: Iterable[int]) -> list[Drawn]:
    """Where the figures of the classes in some rows of the table go, once drawn."""
    entries = tuple(catalogue.classes.values())
    return [
        Drawn(table="classes", row=row, field=field, figure=getattr(entries[row], field))
        for row in sorted(set(used))
        for field in DRAWN_FIELDS
    ]


def _fill(row: Any, entry: TargetClass) -> None:
    row["family"] = FAMILIES.index(entry.family)
    row["swerling"] = entry.swerling
    row["ballistic"], row["hostile"] = entry.ballistic, entry.hostile
    for field in DRAWN_FIELDS:
        row[field] = getattr(entry, field).value


def _expect(row: Any, entry: TargetClass, ground_low_m: float, ground_high_m: float) -> None:
    speed, height = entry.speed_m_s, entry.height_agl_m
    row["expected_speed_low_m_s"] = speed.low * (SLOWEST_SHARE if entry.ballistic else 1.0)
    row["expected_speed_high_m_s"] = speed.high
    row["expected_height_low_m"] = ground_low_m + (0.0 if entry.ballistic else height.low)
    row["expected_height_high_m"] = ground_high_m + height.high
    row["expected_rcs_m2"] = _expected_rcs_m2(entry)
    row["expected_rcs_spread_db"] = entry.rcs_spread_db.value
    row["expected_reply"] = entry.reply_probability.value
    row["prior"] = entry.prior.value


def _expected_rcs_m2(entry: TargetClass) -> float:
    """What comes at us shows its nose; what passes by shows every side."""
    if entry.hostile:
        return entry.rcs_nose_m2.value
    sides = (entry.rcs_nose_m2.value, entry.rcs_side_m2.value, entry.rcs_tail_m2.value)
    return float(np.exp(np.mean(np.log(sides))))
