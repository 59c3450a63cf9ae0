"""Registration as one verb: plots and sensors in, constant errors of each sensor out, and sensors that know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees
from pathlib import Path
from typing import Any

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.records import PLOT
from farwatch.track.bias_model import NAMES
from farwatch.track.files import BadRow, TruthTable, read_truth
from farwatch.track.follow import follow
from farwatch.track.opportunity import Opportunity, between_radars, groups_by_name, groups_by_tracks
from farwatch.track.pairing import Options
from farwatch.track.prepare import settings
from farwatch.track.registration import FEW, INCONSISTENT, UNOBSERVABLE, Biases, against_reference
from farwatch.track.sensors import Sensor, together
from farwatch.track.tracking import table_of

FIELDS = {"range_m": "range_bias_m", "azimuth_rad": "azimuth_bias_deg", "time_s": "time_bias_s"}
"""Fields of a sensor that hold the errors."""

NAMED_SHARE = 0.5
"""Plots with a code or an address beyond which names tell which plots are of one target."""

PRESSURE_SIGMA_M = 300.0
"""How far pressure altitudes may be off, all alike: 12 hPa of weather are 100 m, air 8 K warmer 300 m at 10 km."""

GEOID_SIGMA_M = 30.0
"""How far heights may be off that may be above the sea or above the ellipsoid: deviation of the geoid, EGM96."""

_ADDRESS_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """What to estimate: `range_m`, `azimuth_rad`, `time_s`; and how far heights may be off, all alike (m).

    None: 30 m against a reference of geometric heights, 300 m against one of pressure heights, 100 m between radars.
    Steps: in which plots tell range and azimuth, where they are coarse; see `pairing.Options`.
    """

    estimate: tuple[str, ...] = tuple(FIELDS)
    height_sigma_m: float | None = None
    range_step_m: float = 0.0
    azimuth_step_rad: float = 0.0

    def __post_init__(self) -> None:
        """Refuse errors that a sensor file cannot hold."""
        problems = [Problem("estimate", name, f"must be one of {', '.join(FIELDS)}")
                    for name in self.estimate if name not in FIELDS]  # fmt: skip
        if self.height_sigma_m is not None and not 0.0 <= self.height_sigma_m <= 1e4:
            problems.append(Problem("height_sigma_m", str(self.height_sigma_m), "must be from 0 to 10000 m"))
        if problems:
            raise InputError("options", problems)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Registered:
    """What was found. sensors: as given; plots: how many were used; bad_rows: those that were not; how: in words."""

    biases: Biases
    sensors: tuple[Sensor, ...]
    plots: int
    bad_rows: tuple[BadRow, ...]
    how: str

    @property
    def problems(self) -> list[Problem]:
        """Why it cannot be used, a line for each sensor of which something is not told; none: all was found."""
        said = [_reason(self.biases, r) for r in range(len(self.sensors))]
        hints = ["ask for less with --estimate" if one == UNOBSERVABLE else "" for one in self.biases.status]
        told = zip(self.sensors, said, hints, strict=True)
        return [Problem(one.name, "", rule, hint) for one, rule, hint in told if rule]

    def mended(self) -> tuple[Sensor, ...]:
        """Sensors with what was found added to the errors that they knew before; what was not told stays."""
        return tuple(_mended(sensor, self.biases, r) for r, sensor in enumerate(self.sensors))


def register(
    plots: Any,
    sensors: Sequence[Sensor],
    reference: str | Path | TruthTable | None = None,
    options: Registering | None = None,
) -> Registered:
    """Find constant errors of sensors from their plots, against a `reference` or between several sensors.

    plots: as `track` takes them, known errors taken off. reference: where targets really were: a table of
    `t, target_id` and a place, or one read before; target ids that are Mode S addresses are used as such. Raises
    InputError where files cannot be read, or where there is neither a reference nor a second sensor.
    """
    asked = Registering() if options is None else options
    radars, frame = together(sensors)
    table = table_of(plots, sensors)
    seen = table.plots[np.argsort(table.plots["time_s"], kind="stable")]
    if reference is not None:
        known = reference if isinstance(reference, TruthTable) else read_truth(reference, frame)
        wide_m = PRESSURE_SIGMA_M if known.pressure else GEOID_SIGMA_M
        chosen = Options(
            estimate=asked.estimate,
            height_sigma_m=wide_m if asked.height_sigma_m is None else asked.height_sigma_m,
            range_step_m=asked.range_step_m,
            azimuth_step_rad=asked.azimuth_step_rad,
            addresses=addresses_of(known, seen),
            codes=None if known.codes is None else dict(known.codes),
        )
        found = against_reference(seen, radars, known.truth, chosen)
        how = f"against {np.unique(known.truth['target']).size} targets of {known.source}"
        how += ", by their addresses" if chosen.addresses else ""
    elif len(sensors) > 1:
        groups, how = _groups(seen, radars)
        wide_m = Opportunity().height_sigma_m if asked.height_sigma_m is None else asked.height_sigma_m
        found = between_radars(seen, radars, groups, Opportunity(estimate=asked.estimate, height_sigma_m=wide_m))
    else:
        rule, hint = "is missing: one sensor alone cannot tell its own errors", "or give plots of several sensors"
        raise InputError("registration", [Problem("reference", "", rule, hint)])
    return Registered(
        biases=found, sensors=tuple(sensors), plots=int(seen.size), bad_rows=table.bad, how=how
    )


def addresses_of(known: TruthTable, plots: np.ndarray) -> dict[int, int] | None:
    """Mode S address by target, where the ids of targets are such and plots have some of them; else None."""
    if known.addresses is not None:
        return dict(known.addresses) if np.isin(plots["address"], [*known.addresses.values()]).any() else None
    names = known.target_names
    if not names or any(len(name) != _ADDRESS_DIGITS for name in names):
        return None
    try:
        found = {number: int(name, 16) for number, name in enumerate(names)}
    except ValueError:
        return None
    return found if np.isin(plots["address"], [*found.values()]).any() else None


def _groups(plots: np.ndarray, radars: np.ndarray) -> tuple[np.ndarray, str]:
    """Which target each plot is of, i8[n], by its code or else by the tracks of the first radar; and how, in words."""
    named = groups_by_name(plots)
    if plots.size and float((named >= 0).mean()) > NAMED_SHARE:
        return named, f"between {radars.size} radars, targets told by codes and addresses"
    first = np.ascontiguousarray(plots[plots["radar_index"] == 0], PLOT)
    tracks = follow(first, radars[:1], settings(association="mht", confirm="existence"))
    groups = groups_by_tracks(plots, radars, tracks)
    return groups, f"between {radars.size} radars, targets told by tracks of the first"


def _reason(biases: Biases, r: int) -> str:
    """Why the errors of a radar cannot be used; empty where they can."""
    status, pairs = biases.status[r], int(biases.pairs[r])
    if status == FEW:
        return f"only {pairs} plots could be paired, too few"
    if status == INCONSISTENT:
        return f"{pairs} pairs contradict each other ({int(biases.rejected[r])} not believed)"
    if status == UNOBSERVABLE:
        weak = [name for name, value in zip(biases.names, biases.values[r], strict=True) if np.isnan(value)]
        return f"the plots cannot tell {' and '.join(FIELDS[name] for name in weak)}"
    return ""


def _mended(sensor: Sensor, biases: Biases, r: int) -> Sensor:
    found = biases.full(r)
    changed = {}
    for name, field in FIELDS.items():
        value = float(found[NAMES.index(name)])
        if name in biases.names and np.isfinite(value):
            changed[field] = getattr(sensor, field) + (degrees(value) if name == "azimuth_rad" else value)
    return sensor.model_copy(update=changed)
