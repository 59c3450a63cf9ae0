"""Parts of a scene, where not all of it is wanted; and the truth in it, to judge tracks by."""

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import forms
from farwatch.formats.opening import opened
from farwatch.formats.scene import ASSET, BATTERY, RADAR, ROUND, TARGET, TRACK, Scene
from farwatch.records import PLOT, TRUTH
from farwatch.track.files import TruthTable, read_truth
from farwatch.world.earth import Frame, east_north_up, rates_to_ecef

PARTS = {"targets": (TARGET,), "tracks": (TRACK,), "rounds": (ROUND,), "sites": (BATTERY, RADAR, ASSET)}
"""Words for kinds of thing; beside them there are `plots` and `events`."""

KNOWN, ALL = (*PARTS, "plots", "events"), "all"

TABLES = (".csv", ".csv.gz", ".tsv", ".parquet", ".pq")
"""Suffixes of tables of truth."""

DAY_S = 86_400.0

_PLACE_HINT = "--sensor FILE that holds its name and at: {lat_deg: ..., lon_deg: ..., height_m: ...}"

_LATEST_S, _DAY_MINUTES, _DAYS_TRIED = 1e11, 1440, 20


def only(scene: Scene, wanted: Collection[str]) -> Scene:
    """Those parts of a scene: targets, tracks, rounds, sites, plots, events. InputError: another word, nothing left.

    Nothing wanted means everything.
    """
    wanted = words_of(wanted)
    if not wanted:
        return scene
    kinds = {kind for word in wanted for kind in PARTS.get(word, ())}
    kept = [i for i, thing in enumerate(scene.things) if thing.kind in kinds]
    place = np.full(len(scene.things) + 1, -1)
    place[kept] = np.arange(len(kept))
    moves = scene.moves[place[scene.moves["thing"]] >= 0].copy()
    moves["thing"] = place[moves["thing"]]
    plots = scene.plots if "plots" in wanted else np.zeros(0, PLOT)
    chosen = replace(
        scene,
        things=tuple(scene.things[i] for i in kept),
        moves=moves,
        plots=plots,
        happenings=scene.happenings if "events" in wanted else (),
    )
    if not (chosen.moves.size or chosen.plots.size or chosen.happenings):
        has = counted(scene)
        hint = f"it has {', '.join(has) or 'nothing'}"
        raise InputError(scene.source, [Problem("--what", ", ".join(wanted), "is not in it", hint)])
    return chosen


def words_of(wanted: Collection[str]) -> tuple[str, ...]:
    """Words for parts, also several in one with commas; none for `all`. InputError: a word that is none."""
    words = tuple(dict.fromkeys(part.strip() for word in wanted for part in word.split(",")))
    problems = []
    for word in words:
        if word not in {*KNOWN, ALL}:
            near = get_close_matches(word, KNOWN, n=1)
            hint = f"nearest: {near[0]}" if near else f"one of {', '.join((*KNOWN, ALL))}"
            problems.append(Problem("--what", word, "is no part of a scene", hint))
    if problems:
        raise InputError("command line", problems)
    return () if ALL in words else words


def counted(scene: Scene) -> dict[str, int]:
    """How much a scene has of each part that it has: things, plots, events."""
    has = {word: sum(thing.kind in kinds for thing in scene.things) for word, kinds in PARTS.items()}
    has |= {"plots": scene.plots.size, "events": len(scene.happenings)}
    return {word: count for word, count in has.items() if count}


def truth_of(scene: Scene, frame: Frame | None) -> TruthTable:
    """Where the targets of a scene really were, in the frame of the tracks; of one without targets its tracks.

    Things that tell no height are left out. InputError without a frame, or where nothing is left.
    """
    kind = TARGET if any(thing.kind == TARGET for thing in scene.things) else TRACK
    parts = {i: scene.of(i) for i, thing in enumerate(scene.things) if thing.kind == kind}
    parts = {i: rows for i, rows in parts.items() if rows.size and (rows["height_m"] != 0.0).any()}
    if not parts:
        raise InputError(scene.source, [Problem("truth", "", "holds nothing that moves and tells its height")])
    if frame is None:
        rule = "is in degrees: name a sensor that says where it stands"
        raise InputError(scene.source, [Problem("truth", "", rule, _PLACE_HINT)])
    things = [scene.things[i] for i in parts]
    moves = np.concatenate(list(parts.values()))
    rows = np.zeros(moves.size, TRUTH)
    rows["time_s"], rows["target"] = moves["time_s"], np.repeat(np.arange(len(parts)), [r.size for r in parts.values()])
    rows["x_m"], rows["y_m"], rows["z_m"] = frame.to_local(moves["lat_deg"], moves["lon_deg"], moves["height_m"]).T
    rows["vx_m_s"], rows["vy_m_s"], rows["vz_m_s"] = _in_frame(moves, frame).T
    return TruthTable(
        truth=rows,
        target_names=tuple(thing.key for thing in things),
        source=scene.source,
        addresses={n: thing.address for n, thing in enumerate(things) if thing.address},
        codes={n: thing.mode_a for n, thing in enumerate(things) if thing.mode_a},
        pressure=any(thing.pressure for thing in things),
    )


def on_the_day_of(truth: TruthTable, time_s: np.ndarray, address: np.ndarray | None = None) -> TruthTable:
    """The truth, its times moved by whole days to where other times (n,) lie: both may count from other midnights.

    Of several days the one that has most of the others' minutes counts; minutes of one Mode S address, where both tell
    addresses. time_s, address: of plots or tracks.
    """
    rows = truth.truth
    if not np.isfinite(time_s).any() or not np.isfinite(rows["time_s"]).any():
        return truth
    named = truth.addresses or {}
    own = np.array([named.get(int(k), 0) for k in np.unique(rows["target"])], np.int64)
    own = own[np.unique(rows["target"], return_inverse=True)[1]]
    other = np.zeros(time_s.size, np.int64) if address is None else address
    if not np.intersect1d(own[own > 0], other[other > 0]).size:
        own, other = np.zeros_like(own), np.zeros_like(other)
    there, here = _minutes(rows["time_s"], own), _minutes(time_s, other)
    moved = rows.copy()
    moved["time_s"] += DAY_S * _best_shift(there, here)
    return replace(truth, truth=moved)


def _minutes(time_s: np.ndarray, address: np.ndarray) -> np.ndarray:
    """Minutes and addresses (2, n) at which something was, each once."""
    told = np.isfinite(time_s) & (abs(time_s) < _LATEST_S)
    return np.unique([np.floor(time_s[told] / 60.0).astype(np.int64), address[told].astype(np.int64)], axis=1)


def _best_shift(there: np.ndarray, here: np.ndarray) -> int:
    """Days by which `there` must move so that most of `here` lies in it; the least move of equally good ones."""
    days = [np.unique(minutes[0] // _DAY_MINUTES, return_counts=True) for minutes in (there, here)]
    fullest = [day[np.argsort(-count, kind="stable")[:_DAYS_TRIED]] for day, count in days]
    shifts = {int(h - t) + more for t in fullest[0] for h in fullest[1] for more in (-1, 0, 1)}
    held = there[0] << 24 | there[1]
    best, most = 0, -1
    for shift in sorted(shifts, key=lambda days: (abs(days), days)):
        common = int(np.isin((here[0] - shift * _DAY_MINUTES) << 24 | here[1], held).sum())
        if common > most:
            best, most = shift, common
    return best


def truth_in(path: str | Path, frame: Frame | None) -> TruthTable:
    """Truth of a table, or of any form that farwatch reads. InputError where it cannot be had."""
    if str(path).lower().endswith(TABLES) and not _is_flights(path):
        return read_truth(path, frame)
    return truth_of(forms.read(path), frame)


def _is_flights(path: str | Path) -> bool:
    """Whether a table is of flights as other people keep them."""
    from farwatch.formats.flight_forms import form_of

    return Path(path).is_file() and form_of(opened(path), str(path)) is not None


def _in_frame(moves: np.ndarray, frame: Frame) -> np.ndarray:
    """Velocities (n, 3), east, north, up where things are, in the frame's axes; a climb that is not told is none."""
    rates = np.stack([moves["east_m_s"], moves["north_m_s"], np.nan_to_num(moves["up_m_s"])], axis=1)
    ecef = rates_to_ecef(moves["lat_deg"], moves["lon_deg"], rates)
    return np.asarray(ecef @ east_north_up(frame.lat_deg, frame.lon_deg).T)
