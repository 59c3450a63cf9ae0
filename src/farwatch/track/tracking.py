"""The tracker as one verb: plots and sensors in, confirmed tracks at each scan out, as known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np

from farwatch.errors import FarwatchError, InputError, Problem
from farwatch.records import CLASS, STATE
from farwatch.track.codes import filed_of
from farwatch.track.corridors import Route, legs_of
from farwatch.track.files import (
    BadRow,
    PlotTable,
    plot_table,
    read_plots,
    read_truth,
    track_columns,
    write_columns,
)
from farwatch.track.follow import Informed, course
from farwatch.track.hindsight import with_hindsight
from farwatch.track.prepare import (
    ASSOCIATIONS,
    BY_EXISTENCE,
    PAIR_NAMES,
    SPEED_WITHOUT_CLASSES_M_S,
    Motion,
    model_problems,
    settings,
    window,
)
from farwatch.track.senses import FALSE_PLOTS, LEARNS_NOISE, LEARNS_PD, PD
from farwatch.track.sensors import Sensor, read_sensors, together
from farwatch.world.earth import Frame

BAD_ROWS = ("skip", "refuse")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOptions:
    """How plots become tracks.

    association: "mht" keeps several hypotheses, "jpda" averages over them, "gnn" takes the best. confirm: "existence",
    by the probability that there is a target, or "M-of-N" looks. every_s: output every so many seconds; None: at each
    scan. bad_rows: "skip" them with a report, or "refuse" the input. smooth: mend states by what came later. identify:
    judge class and identity by the catalogue. The accelerations are those that steady and turning flight allow for.
    expected_codes, expected_addresses, routes: SSR codes (octal digits), Mode S addresses (hexadecimal) and routes of
    traffic that is known to be none of the raid.
    """

    association: Literal["mht", "jpda", "gnn"] = "mht"
    confirm: str = "existence"
    every_s: float | None = None
    bad_rows: Literal["skip", "refuse"] = "skip"
    smooth: bool = False
    identify: bool = True
    drop_after_misses: int = 5
    gate_probability: float = 0.999
    cruise_acceleration_m_s2: float = 0.2
    manoeuvre_acceleration_m_s2: float = 20.0
    speed_max_m_s: float = SPEED_WITHOUT_CLASSES_M_S
    expected_codes: tuple[str, ...] = ()
    expected_addresses: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    models: tuple[str, ...] = PAIR_NAMES

    def __post_init__(self) -> None:
        """Refuse what no tracker can do."""
        problems = []
        if self.association not in ASSOCIATIONS:
            problems.append(Problem("association", self.association, f"must be {_either(ASSOCIATIONS)}"))
        if self.bad_rows not in BAD_ROWS:
            problems.append(Problem("bad_rows", self.bad_rows, f"must be {_either(BAD_ROWS)}"))
        if self.every_s is not None and not 1e-3 <= self.every_s <= 1e6:
            problems.append(Problem("every_s", str(self.every_s), "must be from 0.001 to 1000000 s"))
        problems += model_problems(self.models)
        try:
            if self.confirm != BY_EXISTENCE:
                window(self.confirm)
        except InputError as error:
            problems += error.problems
        if problems:
            raise InputError("options", problems)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tracks:
    """Confirmed tracks at each output time, and what they were made of.

    states: STATE[n] in order of time; sensors; frame: east, north, up at the first sensor, None where no place is
    known; bad_rows: rows left out; rows_read, scans; notes; class_names: what `class_index` points into;
    target_names: what `truth` points into; hindsight: whether states were mended by what came later; learned: what was
    learned of each sensor, by its name, where it is known.
    """

    states: np.ndarray
    sensors: tuple[Sensor, ...]
    frame: Frame | None
    bad_rows: tuple[BadRow, ...]
    rows_read: int
    scans: int
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    hindsight: bool = False
    learned: Mapping[str, Mapping[str, float]] | None = None
    truth: str | Path | np.ndarray | None = None

    def __len__(self) -> int:
        """How many confirmed tracks there are."""
        return int(np.unique(self.states["serial"]).size)

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The table that `write` writes, as arrays by name."""
        return track_columns(self.states, self.class_names, self.frame)

    def write(self, path: str | Path) -> Path:
        """Write the table as Parquet or CSV, by its suffix; whole or not at all."""
        return write_columns(path, self.columns)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`; missing is NaN."""
        return _package("pandas").DataFrame(self.columns)

    def to_polars(self) -> Any:
        """A `polars.DataFrame`; missing is null."""
        return _package("polars").DataFrame(self.columns, nan_to_null=True)

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`; missing is null."""
        arrow = _package("pyarrow")
        return arrow.table({name: arrow.array(column, from_pandas=True) for name, column in self.columns.items()})

    def score(self, truth: str | Path | np.ndarray | None = None) -> Any:
        """Judge the tracks by the truth: a file, TRUTH[n], or what was given to `track`."""
        given = self.truth if truth is None else truth
        if given is None:
            raise InputError("truth", [Problem("truth", "", "must be given to judge tracks by")])
        from farwatch.track.evaluate import score

        return score(self.states, given if isinstance(given, np.ndarray) else read_truth(given, self.frame).truth)


def track(
    plots: Any,
    sensors: Any,
    options: TrackOptions | None = None,
    *,
    truth: str | Path | np.ndarray | None = None,
) -> Tracks:
    """Track recorded plots: every confirmed track at each scan, as known then, unless `options.smooth`.

    plots: path or paths of CSV or Parquet files, a mapping or data frame of the same columns, or PLOT records.
    sensors: path or paths of YAML files, or `Sensor` objects. truth: only kept, for `Tracks.score`.
    Output times: where the plots of each scan share one time, that time; else the end of each sensor's revisit.
    Raises InputError with all that is wrong with a file, and, where `options.bad_rows` is "refuse", with each bad row.
    """
    chosen = TrackOptions() if options is None else options
    listed = _sensors(sensors)
    radars, frame = together(listed)
    table = table_of(plots, listed)
    if chosen.bad_rows == "refuse":
        table.refuse_bad()
    classes, class_names = _classes() if chosen.identify else (np.zeros(0, CLASS), ())
    informed = Informed(classes, *_traffic(chosen, frame))
    went = course(table.plots, radars, tracker_of(chosen), informed, _end_s(table.plots, radars))
    states = settled(with_hindsight(went.states) if chosen.smooth else went.states)
    if chosen.every_s is not None:
        states = at_intervals(states, chosen.every_s, chosen.cruise_acceleration_m_s2)
    return Tracks(
        states=states, sensors=listed, frame=frame, bad_rows=table.bad, rows_read=table.rows,
        scans=_scans(table, radars), notes=table.notes, class_names=class_names, target_names=table.target_names,
        hindsight=chosen.smooth,
        learned={sensor.name: _learned(went.picture.senses[k]) for k, sensor in enumerate(listed)}, truth=truth,
    )


def _end_s(plots: np.ndarray, radars: np.ndarray) -> float:
    """End of the last revisit with a plot in it."""
    if not plots.size:
        return 0.0
    last_s, r = float(plots["time_s"].max()), int(plots["radar_index"][np.argmax(plots["time_s"])])
    period_s, phase_s = float(radars["period_s"][r]), float(radars["phase_s"][r])
    return phase_s + period_s * float(np.ceil((last_s - phase_s) / period_s - 1e-6))


def _learned(sense: np.ndarray) -> dict[str, float]:
    """Those figures of a sense (f8[SENSE]) that were learned."""
    found = {}
    if sense[LEARNS_PD]:
        found["pd"] = float(sense[PD])
    if sense[LEARNS_NOISE]:
        found["false_plots"] = float(sense[FALSE_PLOTS])
    return found


def _traffic(options: TrackOptions, frame: Frame | None) -> tuple[np.ndarray, np.ndarray]:
    """FILED[n] and LEG[m] of what is known of traffic."""
    return filed_of(options.expected_codes, options.expected_addresses), legs_of(options.routes, frame)


def tracker_of(options: TrackOptions) -> np.ndarray:
    """TRACKER[1] of some options; InputError where they contradict themselves."""
    return settings(
        association=options.association,
        confirm=options.confirm,
        drop_after_misses=options.drop_after_misses,
        gate_probability=options.gate_probability,
        motion=Motion(
            models=options.models,
            cruise_acceleration_m_s2=options.cruise_acceleration_m_s2,
            manoeuvre_acceleration_m_s2=options.manoeuvre_acceleration_m_s2,
            speed_max_m_s=options.speed_max_m_s,
        ),
    )


def _sensors(given: Any) -> tuple[Sensor, ...]:
    """Sensors of whatever names them."""
    listed = [given] if isinstance(given, (str, Path, Sensor)) else list(given)
    found: list[Sensor] = []
    for one in listed:
        found += [one] if isinstance(one, Sensor) else read_sensors(one)
    return tuple(found)


def table_of(plots: Any, sensors: Sequence[Sensor]) -> PlotTable:
    """Plots of whatever names them, as `track` takes it."""
    paths = _paths(plots)
    return read_plots(paths, sensors) if paths is not None else plot_table(plots, sensors)


def _paths(plots: Any) -> list[str | Path] | None:
    """Paths of plots; None where they are a table in memory."""
    if isinstance(plots, (str, Path)):
        return [plots]
    if isinstance(plots, Sequence) and all(isinstance(one, (str, Path)) for one in plots):
        return list(plots)
    return None


def _classes() -> tuple[np.ndarray, tuple[str, ...]]:
    """CLASS[] of the catalogue over a smooth earth, and their names."""
    from farwatch import catalogue
    from farwatch.world.classes import class_table
    from farwatch.world.terrain import flat

    found = catalogue.load()
    return class_table(found, flat()), tuple(found.classes)


def _scans(table: PlotTable, radars: np.ndarray) -> int:
    """In how many revisits of its sensors there was a plot."""
    mine = table.plots["radar_index"]
    turn = np.floor((table.plots["time_s"] - radars["phase_s"][mine]) / radars["period_s"][mine])
    return int(np.unique(np.stack([mine, turn.astype(np.int64)]), axis=1).shape[1])


def settled(states: np.ndarray) -> np.ndarray:
    """STATE rows, of each track one at a time: where sensors hand over at once, the row after the last of them."""
    count = states.size
    latest_first = np.stack([states["time_s"], states["serial"].astype(np.float64)], axis=1)[::-1]
    _, first = np.unique(latest_first, axis=0, return_index=True)
    return np.asarray(states[np.sort(count - 1 - first)])


def at_intervals(states: np.ndarray, every_s: float, acceleration_m_s2: float) -> np.ndarray:
    """STATE rows at every multiple of `every_s`: the tracks last known then, carried on in a straight line.

    Their covariance grows as of white acceleration of that spectral density's root times a second (Bar-Shalom, Li and
    Kirubarajan 2001, section 6.2.2).
    """
    known_s = np.unique(states["time_s"])
    if not known_s.size:
        return states
    asked_s = np.arange(np.ceil(known_s[0] / every_s), np.floor(known_s[-1] / every_s) + 1) * every_s
    latest_s = known_s[np.searchsorted(known_s, asked_s, side="right") - 1]
    first = np.searchsorted(states["time_s"], latest_s, side="left")
    end = np.searchsorted(states["time_s"], latest_s, side="right")
    rows = [np.arange(a, b) for a, b in zip(first, end, strict=True)]
    carried = states[np.concatenate(rows)].copy() if rows else np.zeros(0, STATE)
    ahead_s = np.repeat(asked_s - latest_s, end - first)
    carried["time_s"] = np.repeat(asked_s, end - first)
    for axis in "xyz":
        carried[f"{axis}_m"] += ahead_s * carried[f"v{axis}_m_s"]
    _spread(carried["covariance"], ahead_s, acceleration_m_s2**2)
    diagonal = np.diagonal(carried["covariance"], axis1=1, axis2=2)[:, :3]
    carried["position_sigma_m"] = np.sqrt(np.maximum(diagonal.max(axis=1), 0.0)) if carried.size else 0.0
    return carried


def _spread(covariance: np.ndarray, ahead_s: np.ndarray, density: float) -> None:
    """Carry covariances (n, 6, 6) on by `ahead_s` (n,) in place, with white acceleration of `density`, m2/s3."""
    step = np.tile(np.eye(6), (ahead_s.size, 1, 1))
    for k in range(3):
        step[:, k, k + 3] = ahead_s
    covariance[:] = step @ covariance @ np.swapaxes(step, 1, 2)
    for k in range(3):
        covariance[:, k, k] += density * ahead_s**3 / 3.0
        covariance[:, k, k + 3] += density * ahead_s**2 / 2.0
        covariance[:, k + 3, k] += density * ahead_s**2 / 2.0
        covariance[:, k + 3, k + 3] += density * ahead_s


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise FarwatchError(f"{name} is not installed; `pip install {name}`, or use `Tracks.columns`") from error


def _either(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + " or " + words[-1]
