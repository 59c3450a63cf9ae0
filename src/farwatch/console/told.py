"""One trial as the browser draws it: a header of JSON, then columns of numbers, little-endian.

Layout: u32, bytes of the header; the header, padded with spaces to a multiple of 8; the columns one after the other, in
the order of the header's `columns`, each [name, type, count]. Trials are played in a process of their own (`worker`).
"""

import json
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

Columns = dict[str, np.ndarray]


def told(folder: str, trial: int) -> bytes:
    """A trial of the run in a folder, as bytes for the browser. Raises what `retell` raises."""
    from farwatch.formats.played import scene_of

    retold = _retold(folder, trial)
    return packed(*parts(scene_of(retold, every_s=2.0), retold))


def exported(folder: str, trial: int, suffix: str) -> bytes:
    """The same trial as a file of any form that is written, by its suffix, as `.acmi`. InputError: there is none."""
    from farwatch.formats import forms
    from farwatch.formats.played import scene_of

    write = forms.writer(forms.write_form(f"trial{suffix}"))
    with TemporaryDirectory() as place:
        path = Path(place) / f"trial-{trial}{suffix}"
        write(path, scene_of(_retold(folder, trial)))
        return path.read_bytes()


def _retold(folder: str, trial: int) -> Any:
    """A trial played again; paths of its scenario start where the folder lies, as when the console played it."""
    from farwatch.campaign.result import load_result
    from farwatch.campaign.retelling import retell

    with chdir(Path(folder).parent):
        return retell(load_result(folder), trial)


def parts(scene: Any, retold: Any) -> tuple[dict[str, Any], Columns]:
    """Header and columns of a scene."""
    moves, plots = scene.moves, scene.plots
    first = np.searchsorted(moves["thing"], np.arange(len(scene.things) + 1)).tolist()
    more: dict[str, dict[str, Any]] = {}
    for about in (_clear(retold), _sightings(scene, retold), _updates(retold.traced.states)):
        for key, what in about.items():
            more[key] = more.get(key, {}) | what
    header = {
        "title": scene.title,
        "source": scene.source,
        "trial": retold.trial,
        "end_s": float(moves["time_s"].max()) if moves.size else 0.0,
        "things": [
            {
                "key": thing.key, "kind": thing.kind, "side": thing.side, "family": thing.family,
                "class": thing.class_name, "fate": thing.fate, "of": thing.of,
                "first": first[i], "count": first[i + 1] - first[i], **more.get(thing.key, {}),
            }
            for i, thing in enumerate(scene.things)
        ],
        "happenings": [
            [h.time_s, h.what, h.who, h.whom, h.round, round(h.lat_deg, 5), round(h.lon_deg, 5), round(h.height_m, 1),
             h.value]
            for h in scene.happenings
        ],
        "radars": [sensor.model_dump() for sensor in scene.sensors],
    }  # fmt: skip
    columns = {
        "time_s": moves["time_s"].astype("<f4"),
        "lat_deg": moves["lat_deg"].astype("<f4"),
        "lon_deg": moves["lon_deg"].astype("<f4"),
        "height_m": moves["height_m"].astype("<f4"),
        "speed_m_s": np.hypot(moves["east_m_s"], moves["north_m_s"]).astype("<f4"),
        "course_rad": np.arctan2(moves["east_m_s"], moves["north_m_s"]).astype("<f4"),
        **_ellipses(scene, retold.traced.states),
        "plot_time_s": plots["time_s"].astype("<f4"),
        "plot_range_m": plots["range_m"].astype("<f4"),
        "plot_azimuth_rad": plots["azimuth_rad"].astype("<f4"),
        "plot_elevation_rad": plots["elevation_rad"].astype("<f4"),
        "plot_radar": plots["radar_index"].astype("<i4"),
        "plot_false": (plots["truth"] < 0).astype("<i4"),
    }
    return header, columns


def _clear(retold: Any) -> dict[str, dict[str, float]]:
    """When nothing hid a target for the first time, by its name: not the round earth, and not terrain either (s)."""
    from farwatch.outcomes.casting import cast_of

    names, outcomes = cast_of(retold.mission).targets, retold.traced.block.outcomes[0]
    whens = ("above_horizon_s", "unmasked_s")
    return {
        name: {when: float(row[when]) for when in whens if np.isfinite(row[when])}
        for name, row in zip(names, outcomes, strict=True)
    }


def _sightings(scene: Any, retold: Any) -> dict[str, dict[str, Any]]:
    """By target, when each radar first had a plot of it, and how far away: [radar, s, m], in order of time."""
    from farwatch.outcomes.casting import cast_of

    radars = [thing.key for thing in scene.things if thing.kind == "radar"]
    targets = cast_of(retold.mission).targets
    real = scene.plots[scene.plots["truth"] >= 0]
    real = real[np.argsort(real["time_s"], kind="stable")]
    _, first = np.unique(real["truth"] * (len(radars) + 1) + real["radar_index"], return_index=True)
    found: dict[str, dict[str, Any]] = {}
    for plot in real[np.sort(first)]:
        line = [radars[plot["radar_index"]], round(float(plot["time_s"]), 1), round(float(plot["range_m"]))]
        found.setdefault(targets[plot["truth"]], {"seen": []})["seen"].append(line)
    return found


def _updates(states: np.ndarray) -> dict[str, dict[str, Any]]:
    """By track, how many plots it had, and the time of the last (s)."""
    pairs = np.stack([states["serial"], states["hit_s"]], axis=1)  # one plot is in more than one state, of each radar
    counts = np.unique(np.unique(pairs, axis=0)[:, 0], return_counts=True)[1]
    serials, at = np.unique(states["serial"], return_inverse=True)
    last_s = np.full(serials.size, -np.inf)
    np.maximum.at(last_s, at, states["hit_s"])
    return {
        f"track {serial}": {"updates": count, "updated_s": time_s}
        for serial, count, time_s in zip(serials.tolist(), counts.tolist(), last_s.tolist(), strict=True)
    }


def _ellipses(scene: Any, states: np.ndarray) -> Columns:
    """One-sigma ellipses of tracks on the ground, by row of moves: half axes (m), and the bearing of the longer.

    At its end, which is no update, a track has that of its last one.
    """
    axes = np.zeros((scene.moves.size, 3), "<f4")
    c = states["covariance"]
    east, north, both = c[:, 0, 0], c[:, 1, 1], c[:, 0, 1]
    middle, spread = (east + north) / 2.0, np.hypot((east - north) / 2.0, both)
    shapes = np.stack([
        np.sqrt(np.maximum(middle + spread, 0.0)), np.sqrt(np.maximum(middle - spread, 0.0)),
        0.5 * np.arctan2(2.0 * both, north - east),
    ], axis=1)  # fmt: skip
    order = np.lexsort((states["time_s"], states["serial"]))
    first = np.searchsorted(states["serial"][order], [thing.number for thing in scene.things])
    for i, thing in enumerate(scene.things):
        if thing.kind != "track":
            continue
        end = np.searchsorted(states["serial"][order], thing.number, side="right")
        own = order[first[i] : end]
        begin, until = np.searchsorted(scene.moves["thing"], [i, i + 1])
        at = np.searchsorted(states["time_s"][own], scene.moves["time_s"][begin:until], side="right") - 1
        axes[begin:until] = shapes[own[np.maximum(at, 0)]] if own.size else 0.0
    return {"major_m": axes[:, 0], "minor_m": axes[:, 1], "bearing_rad": axes[:, 2]}


def packed(header: dict[str, Any], columns: Columns) -> bytes:
    """Header and columns as bytes."""
    listed = [[name, column.dtype.str[1:], int(column.size)] for name, column in columns.items()]
    text = json.dumps({**header, "columns": listed}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return len(text).to_bytes(4, "little") + text + b"".join(column.tobytes() for column in columns.values())
