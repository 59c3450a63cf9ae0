"""From a scenario's batteries to the arrays of radars that a trial works on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from math import ceil, hypot, pi, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.catalogue import ASSUMED, Figure, Radar
from farwatch.catalogue.entries import Claim, Dwells, Parameters
from farwatch.catalogue.uncertainty import Drawn
from farwatch.chance import name_id
from farwatch.detect.air import air_tables
from farwatch.detect.equation import STANDARD_K, Emission, from_db, settle, snr_one_of, to_db
from farwatch.detect.floor import AZIMUTHS, tops_of
from farwatch.detect.ground_view import Overlook, Site
from farwatch.detect.pd_table import pd_tables, threshold_snr
from farwatch.detect.response import responses
from farwatch.detect.scan import Sensors
from farwatch.detect.statistics import required_snr
from farwatch.detect.surroundings import (
    Views,
    gain_notices,
    jammer_table,
    shape_beam,
    surround,
    tell_movers,
)
from farwatch.errors import Problem, ScenarioError
from farwatch.records import RADAR
from farwatch.scenario.model import Battery, Ground, Place, Scenario, Weather
from farwatch.world.earth import geodesic_from
from farwatch.world.prepare import World

SLICE_S = 2.0
MOST_SLICES = 16
"""A radar hands over its plots about every two seconds, in at most this many parts of its period."""

MOST_RANGES = 1024
FLOOR_BYTES = 256e6
"""All floors together stay below this; with many radars they get coarser in range."""

LEVEL_RADIUS_M = 60e3
LEVEL_PERCENTILE = 10.0
"""The smooth earth of the story lies at the lower ground around a radar: this share of it is lower."""

MOST_KEPT = 0.4
"""Search and tracks may each keep this share of an array's time: a fifth is left for engagements then."""

_UNCOVERED_NOTICE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """The radars at their most likely figures, and the places that drawn figures go to.

    `drawn` names the table "radars", whose rows are `radar_names`: pairs of battery and catalogue name. After
    filling a copy of that table, `settle` must derive `snr_one` anew.
    """

    sensors: Sensors
    radar_names: tuple[tuple[str, str], ...]
    drawn: tuple[Drawn, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Site:
    """One radar of one battery."""

    battery_index: int
    battery: Battery
    radar: Radar

    @property
    def name(self) -> tuple[str, str]:
        return self.battery.name, self.radar.name


def prepare(scenario: Scenario, world: World) -> Prepared:
    """Make the radars of a checked scenario in its world; floors over the terrain come from `ground_view`."""
    sites = _sites(scenario)
    radars = np.zeros(len(sites), RADAR)
    drawn: list[Drawn] = []
    for row, site in enumerate(sites):
        _place(radars[row : row + 1], site, world)
        _describe(radars[row : row + 1], site)
        if site.radar.dwells is not None:
            _budget(radars[row : row + 1], site.radar, site.radar.dwells)
        drawn += shape_beam(radars[row : row + 1], row, site.radar)
        drawn += tell_movers(radars[row : row + 1], row, site.radar)
        surround(radars[row : row + 1], site.radar, scenario.weather, scenario.ground)
        drawn += _calibrate(radars[row : row + 1], row, site)
    settle(radars)
    levels_m = np.array([_level_m(site, world) for site in sites])
    overlook, stands = Overlook.of(world.terrain), _stands(radars, sites, world)
    floors, steps_m = _floors(overlook, stands)
    views, bands = Views(floors, steps_m, levels_m), [site.radar.band for site in sites]
    is_jammed = bool(scenario.jammers) or any(group.jammer_w_hz for group in scenario.raid)
    jammers = jammer_table(radars, views, bands, scenario.jammers, world.frame)
    sensors = Sensors(
        radars=radars,
        floors=floors,
        floor_step_m=steps_m,
        pd=pd_tables(radars),
        threshold_snr=threshold_snr(radars),
        level_m=levels_m,
        lit=_lit(radars, overlook, stands, steps_m),
        air=air_tables(radars),
        response=responses([site.radar for site in sites]),
        jammers=jammers,
        tops=tops_of(floors),
    )
    return Prepared(
        sensors=sensors,
        radar_names=tuple(site.name for site in sites),
        drawn=tuple(drawn),
        notices=(
            *(notice for site in sites for notice in _notices(site, world)),
            *(notice for site in sites if is_jammed for notice in gain_notices(site.name, site.radar)),
        ),
    )


def stand(radar: Radar, heading_deg: float, antenna_m: float, weather: Weather) -> NDArray[Any]:
    """One RADAR row, settled, outside any mission: its antenna `antenna_m` above mean sea level."""
    row = np.zeros(1, RADAR)
    site = _Site(0, Battery(name=radar.name, system=radar.name, at=Place(lat_deg=0.0, lon_deg=0.0)), radar)
    _describe(row, site)
    shape_beam(row, 0, radar)
    tell_movers(row, 0, radar)
    surround(row, radar, weather, Ground())
    _calibrate(row, 0, site)
    row["heading_rad"], row["height_m"] = radians(heading_deg % 360.0), antenna_m
    settle(row)
    return row


def _sites(scenario: Scenario) -> list[_Site]:
    catalogue = scenario.resolved_catalogue()
    return [
        _Site(index, battery, catalogue.radars[name])
        for index, battery in enumerate(scenario.defence)
        for name in (battery.radars if battery.radars is not None else catalogue.systems[battery.system].radars)
    ]


def _place(row: NDArray[Any], site: _Site, world: World) -> None:
    """Fill in where a radar stands and how it is turned."""
    at, battery = site.battery.at, site.battery
    mast_m = battery.antenna_height_m
    if mast_m is None:
        mast_m = site.radar.antenna_height_m.value
    height_m = float(world.terrain.height_at(at.lat_deg, at.lon_deg)) + mast_m
    row["id"] = name_id("/".join(site.name))
    row["battery_index"] = site.battery_index
    row["x_m"], row["y_m"], row["z_m"] = world.frame.to_local(at.lat_deg, at.lon_deg, height_m)
    row["to_local"] = world.frame.rotation_at(at.lat_deg, at.lon_deg)
    row["height_m"] = height_m
    row["heading_rad"] = radians(battery.heading_deg % 360.0)


def _describe(row: NDArray[Any], site: _Site) -> None:
    """Fill in what the catalogue says of a radar, except its strength and what `surroundings` fills in."""
    radar = site.radar
    period_s = radar.period_s.value
    row["rotating"] = radar.scan == "rotating"
    row["fire_control"] = radar.role == "fire-control"
    row["interrogator"] = radar.interrogator
    row["period_s"] = period_s
    row["phase_s"] = period_s * (row["id"] / 2.0**32)
    row["batches"] = min(max(round(period_s / SLICE_S), 1), MOST_SLICES)
    row["half_sector_rad"] = min(pi, radians(0.5 * radar.sector_deg.value))
    row["elevation_min_rad"] = radians(radar.elevation_min_deg.value)
    row["elevation_max_rad"] = radians(radar.elevation_max_deg.value)
    row["range_min_m"], row["range_max_m"] = radar.range_min_m.value, radar.range_instrumented_m.value
    row["pulses"], row["pfa"] = radar.pulses, radar.pfa
    row["range_cell_m"] = radar.range_cell_m.value
    row["azimuth_beam_rad"] = radians(radar.azimuth_beam_deg.value)
    row["elevation_beam_rad"] = radians(radar.elevation_beam_deg.value) if radar.elevation_beam_deg else 0.0
    row["range_floor_m"] = radar.range_floor_m.value
    row["angle_floor_rad"] = radians(radar.angle_floor_deg.value)
    row["false_plots"] = radar.pfa * resolution_cells(radar)


def _budget(row: NDArray[Any], radar: Radar, dwells: Dwells) -> None:
    """Fill in what an array spends its time on; ScenarioError where the scenario has set what cannot be kept."""
    problems = []
    for name in ("track_interval_s", "support_interval_s", "least_share"):
        value = getattr(dwells, name).value
        if value <= 0.0 or (name == "least_share" and value > MOST_KEPT):
            rule = f"must lie above zero, at most {MOST_KEPT:g}" if name == "least_share" else "must be above zero"
            problems.append(Problem(f"figures.{radar.name}.dwells.{name}", f"{value:g}", rule))
    if problems:
        raise ScenarioError("scenario", problems)
    for spec in fields(dwells):
        row[spec.name] = getattr(dwells, spec.name).value
    slice_s = min(SLICE_S, dwells.track_interval_s.value)  # two looks at one target in a slice would be one plot
    row["batches"] = min(max(row["batches"][0], ceil(radar.period_s.value / slice_s)), MOST_SLICES)


def resolution_cells(radar: Radar) -> float:
    """Cells that a radar decides on in one period: range cells times beams in azimuth times beams in elevation."""
    depth_m = radar.range_instrumented_m.value - radar.range_min_m.value
    beams = radar.sector_deg.value / radar.azimuth_beam_deg.value
    if radar.elevation_beam_deg is not None:
        rise_deg = radar.elevation_max_deg.value - radar.elevation_min_deg.value
        beams *= max(1.0, rise_deg / radar.elevation_beam_deg.value)
    return depth_m / radar.range_cell_m.value * beams


# Strength ---------------------------------------------------------------------------------------------------


def _calibrate(row: NDArray[Any], index: int, site: _Site) -> list[Drawn]:
    """Fill in the reference a radar's strength is derived from: its public parameters, else its claim."""
    radar = site.radar
    if radar.parameters is not None:
        figure = unit_range(radar, radar.parameters)
        row["range_reference_m"], row["rcs_reference_m2"], row["snr_reference"] = figure.value, 1.0, 1.0
        return [Drawn(table="radars", row=index, field="range_reference_m", figure=figure)]
    if radar.claim is None:
        where = f"defence.{site.battery.name}.radars"
        rule = "has neither a claimed range nor public parameters in the catalogue, so its strength is unknown"
        raise ScenarioError("scenario", [Problem(where, radar.name, rule)])
    claim = radar.claim
    row["range_reference_m"], row["rcs_reference_m2"] = claim.range_m.value, claim.rcs_m2.value
    row["snr_reference"], row["air_in_claim"] = snr_at_claim(radar, claim), 1
    return [
        Drawn(table="radars", row=index, field="range_reference_m", figure=claim.range_m),
        Drawn(table="radars", row=index, field="rcs_reference_m2", figure=claim.rcs_m2),
    ]


def snr_at_claim(radar: Radar, claim: Claim) -> float:
    """SNR per pulse that makes a claim true, with the Pd and fluctuation it is taken to mean."""
    return float(from_db(required_snr(claim.pd, radar.pfa, radar.pulses, claim.swerling)))


def unit_range(radar: Radar, parameters: Parameters) -> Figure:
    """Range at which 1 m2 gives an SNR of one per pulse, from the public parameters of a radar.

    One figure stands for all of them: their spreads, in decibels, add in quadrature because they are drawn apart.
    """
    figures = {
        "peak_power_w": parameters.peak_power_w, "pulse_width_s": parameters.pulse_width_s,
        "gain_tx_dbi": parameters.gain_tx_dbi, "gain_rx_dbi": parameters.gain_rx_dbi,
    }
    nominal = _snr_one_db(radar, {name: figure.value for name, figure in figures.items()}, parameters)
    up_db = down_db = 0.0
    for name, figure in figures.items():
        low, high = _spread_db(figure, in_db=name.startswith("gain"))
        up_db, down_db = hypot(up_db, high), hypot(down_db, low)
    for figure in (parameters.noise_figure_db, parameters.losses_db):
        low, high = _spread_db(figure, in_db=True)
        up_db, down_db = hypot(up_db, low), hypot(down_db, high)
    everything = (*figures.values(), parameters.noise_figure_db, parameters.losses_db)
    assumed = [figure for figure in everything if figure.assumed]
    return Figure(
        name=f"{radar.name}.parameters.unit_range_m",
        value=float(from_db(nominal / 4.0)),
        low=float(from_db((nominal - down_db) / 4.0)),
        high=float(from_db((nominal + up_db) / 4.0)),
        unit="m",
        printed="from the radar equation",
        kind=ASSUMED if assumed else parameters.peak_power_w.kind,
        source="" if assumed else parameters.peak_power_w.source,
        condition="range at which 1 m2 gives a signal equal to the noise in one pulse",
        why="from peak power, pulse width, gains, noise figure and losses; their spreads add in quadrature",
    )


def _snr_one_db(radar: Radar, values: dict[str, float], parameters: Parameters) -> float:
    emission = Emission(
        frequency_hz=radar.frequency_hz.value,
        loss_db=parameters.losses_db.value,
        noise_k=STANDARD_K * from_db(parameters.noise_figure_db.value),
        **values,
    )
    return float(to_db(snr_one_of(emission)))


def _spread_db(figure: Figure, *, in_db: bool) -> tuple[float, float]:
    """How far a figure reaches below and above its value, dB."""
    if figure.fixed:
        return 0.0, 0.0
    if in_db:
        return figure.value - figure.low, figure.high - figure.value
    return float(to_db(figure.value / figure.low)), float(to_db(figure.high / figure.value))


# Ground -----------------------------------------------------------------------------------------------------


def _stands(radars: NDArray[Any], sites: list[_Site], world: World) -> list[Site]:
    """Where the antennas are, and how finely their floors are made."""
    azimuths = 1 if world.terrain.is_flat else AZIMUTHS
    ranges = int(min(MOST_RANGES, max(128.0, FLOOR_BYTES / (4.0 * azimuths * max(1, len(sites))))))
    return [
        Site(
            lat_deg=site.battery.at.lat_deg,
            lon_deg=site.battery.at.lon_deg,
            antenna_m=float(row["height_m"]),
            reach_m=float(row["range_max_m"]),
            ranges=ranges,
        )
        for row, site in zip(radars, sites, strict=True)
    ]


def _floors(overlook: Overlook, stands: list[Site]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Floors of all radars in one array of its own, each with its own range step, and the steps; side by side."""
    with ThreadPoolExecutor(max(1, len(stands))) as pool:
        made = list(pool.map(overlook.floor, stands))
    floors = np.empty((len(made), *(made[0].height_m.shape if made else (1, 2))), np.float32)
    for row, floor in zip(floors, made, strict=True):
        row[:] = floor.height_m
    return floors, np.array([floor.step_m for floor in made], np.float64)


def _lit(
    radars: NDArray[Any], overlook: Overlook, stands: list[Site], steps_m: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """How steeply each radar lights the ground, beside its floors; nothing kept where the ground sends nothing back.

    Fills in how far the radars light it.
    """
    if not np.any(radars["gamma_ratio"]):
        return np.zeros((len(radars), 1, 1), np.uint8)
    with ThreadPoolExecutor(max(1, len(stands))) as pool:
        lit = np.stack(list(pool.map(overlook.lit, stands)))
    farthest = [np.max(np.flatnonzero(one.any(axis=0)), initial=0) for one in lit]
    radars["lit_range_m"] = steps_m * np.array(farthest)
    return lit


def _around(site: _Site, radius_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places spread evenly over a disc about a site: latitudes and longitudes, degrees."""
    azimuth_deg = np.arange(0.0, 360.0, 5.0)[:, None]
    away_m = radius_m * np.sqrt((np.arange(40) + 0.5) / 40.0)[None, :]
    at = site.battery.at
    return geodesic_from(at.lat_deg, at.lon_deg, azimuth_deg, away_m)


def _level_m(site: _Site, world: World) -> float:
    """Height of the smooth earth that stands for the ground around a site."""
    if world.terrain.is_flat:
        return 0.0
    lat_deg, lon_deg = _around(site, LEVEL_RADIUS_M)
    covered = world.terrain.covers(lat_deg, lon_deg)
    ground_m = float(world.terrain.height_at(site.battery.at.lat_deg, site.battery.at.lon_deg))
    if not covered.any():
        return ground_m
    heights_m = world.terrain.height_at(lat_deg[covered], lon_deg[covered])
    return min(ground_m, float(np.percentile(heights_m, LEVEL_PERCENTILE)))


def _notices(site: _Site, world: World) -> list[str]:
    """What the reader of a result should know of this radar's ground."""
    if world.terrain.is_flat:
        return []
    reach_m = site.radar.range_instrumented_m.value
    missing = 1.0 - float(np.mean(world.terrain.covers(*_around(site, reach_m))))
    if missing <= _UNCOVERED_NOTICE:
        return []
    battery, radar = site.name
    said = f"{radar} of {battery}: {missing:.0%} of the area within its {reach_m / 1e3:.0f} km"
    return [said + " lies beyond the terrain and is taken to be at sea level"]
