"""Parts of a scene, where not all of it is wanted; and the truth in it, to judge tracks by."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats import forms
from farwatch.formats.opening import opened
from farwatch.formats.scene import ASSET, BATTERY, RADAR, ROUND, TARGET, TRACK, Scene
from farwatch.records import PLOT, TRUTH
from farwatch.track.files import TruthTable, read_truth
from farwatch.world.earth import Frame, east_north_up

PARTS = {"targets": (TARGET,), "tracks": (TRACK,), "rounds": (ROUND,), "sites": (BATTERY, RADAR, ASSET)}
"""Words for kinds of thing; beside them there are `plots` and `events`."""

TABLES = (".csv", ".csv.gz", ".tsv", ".parquet", ".pq")
"""Suffixes of tables of truth."""


def only(scene: Scene, wanted: Collection[str]) -> Scene:
    """Those parts of a scene: targets, tracks, rounds, sites, plots, events. InputError: another word, nothing left.

    Nothing wanted means everything.
    """
    known = (*PARTS, "plots", "events")
    strange = [word for word in wanted if word not in known]
    if strange:
        rule = "is no part of a scene"
        raise InputError("--what", [Problem("what", word, rule, f"one of {', '.join(known)}") for word in strange])
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
        has = [word for word, of in PARTS.items() if any(thing.kind in of for thing in scene.things)]
        has += [word for word, there in (("plots", scene.plots.size), ("events", scene.happenings)) if there]
        raise InputError(scene.source, [Problem("what", ", ".join(wanted), "is not in it", f"it has {', '.join(has)}")])
    return chosen


def truth_of(scene: Scene, frame: Frame | None) -> TruthTable:
    """Where the targets of a scene really were, in the frame of the tracks; of one without targets its tracks.

    Targets are named by their Mode S addresses, where all have one, else by their keys. InputError without a frame,
    or where nothing moves.
    """
    kind = TARGET if any(thing.kind == TARGET for thing in scene.things) else TRACK
    numbers = [i for i, thing in enumerate(scene.things) if thing.kind == kind]
    if not numbers:
        raise InputError(scene.source, [Problem("truth", "", "holds nothing that moves")])
    if frame is None:
        rule = "is in degrees: name a sensor that says where it stands"
        raise InputError(scene.source, [Problem("truth", "", rule, "--sensor alpha.yaml")])
    things = [scene.things[i] for i in numbers]
    addressed = all(thing.address for thing in things)
    names = [f"{thing.address:06x}" if addressed else thing.key for thing in things]
    distinct = list(dict.fromkeys(names))
    moves = np.concatenate([scene.of(i) for i in numbers])
    rows = np.zeros(moves.size, TRUTH)
    rows["time_s"] = moves["time_s"]
    rows["target"] = np.repeat([distinct.index(name) for name in names], [scene.of(i).size for i in numbers])
    rows["x_m"], rows["y_m"], rows["z_m"] = frame.to_local(moves["lat_deg"], moves["lon_deg"], moves["height_m"]).T
    velocity = _in_frame(moves, frame)
    rows["vx_m_s"], rows["vy_m_s"], rows["vz_m_s"] = velocity.T
    rows = rows[np.lexsort((rows["time_s"], rows["target"]))]
    fresh = np.ones(rows.size, bool)
    fresh[1:] = (np.diff(rows["target"]) != 0) | (np.diff(rows["time_s"]) > 0.0)
    return TruthTable(truth=rows[fresh], target_names=tuple(distinct), source=scene.source)


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
    """Velocities (n, 3), east, north, up where things are, in the frame's axes."""
    lat, lon = np.radians(moves["lat_deg"]), np.radians(moves["lon_deg"])
    east, north, up = moves["east_m_s"], moves["north_m_s"], np.nan_to_num(moves["up_m_s"])
    outward = np.cos(lat) * up - np.sin(lat) * north
    x = -np.sin(lon) * east + np.cos(lon) * outward
    y = np.cos(lon) * east + np.sin(lon) * outward
    z = np.cos(lat) * north + np.sin(lat) * up
    return np.asarray(np.stack([x, y, z], axis=1) @ east_north_up(frame.lat_deg, frame.lon_deg).T)
