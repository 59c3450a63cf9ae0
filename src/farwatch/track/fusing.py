"""Track files of several radars to one system picture: files in, one frame, `system_tracks.fuse`, columns out.

Each file stands in the frame of its own radar. Where it tells places on Earth too, the frame follows from any row: the
origin is where the row's place lies, less its local vector turned into Earth axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.track.files import TrackTable, read_tracks, track_columns
from farwatch.track.files.reading import read_columns
from farwatch.track.files.truths import LOCAL, POSITION
from farwatch.track.fusion import vector
from farwatch.track.hindsight import AXES
from farwatch.track.system_tracks import Fusing, fuse
from farwatch.world.earth import Frame, east_north_up, from_ecef, to_ecef

_TURNS = 50
_CLOSE_M = 0.5
"""Places and local positions of a file agree at least as well as this."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SystemPicture:
    """A system picture. states: STATE[n]; counts: tracks of each source."""

    states: np.ndarray
    sources: tuple[str, ...]
    counts: tuple[int, ...]
    frame: Frame | None
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The table to write, as arrays by name."""
        return track_columns(self.states, self.class_names, self.frame)


def fuse_files(paths: Sequence[str | Path], options: Fusing | None = None) -> SystemPicture:
    """One system picture of some track files, in the frame of the first.

    Files that tell places on Earth are turned into that frame; where none does, all are taken to share one. Raises
    InputError where files cannot be read, have no covariances, or only some tell places.
    """
    problems = [] if len(paths) > 1 else [Problem("tracks", str(len(paths)), "must be two files at least")]
    tables: list[TrackTable] = []
    frames: list[Frame | None] = []
    for path in paths:
        try:
            tables.append(_complete(read_tracks(path), str(path)))
            frames.append(frame_of(path))
        except InputError as error:
            problems += [Problem(f"{path}: {p.where}", p.value, p.rule, p.hint, p.line) for p in error.problems]
    problems += [] if problems else _mixed(paths, frames)
    if problems:
        raise InputError("tracks", problems)
    names = tuple(dict.fromkeys(name for table in tables for name in table.class_names))
    first = next((frame for frame in frames if frame is not None), None)
    files = [_named(_turned(table.states, frame, first), table.class_names, names)
             for table, frame in zip(tables, frames, strict=True)]  # fmt: skip
    states, sizes = fuse(files, options), [int(np.unique(states["serial"]).size) for states in files]
    notes = () if first is not None else ("no file tells places on Earth: all are taken to stand in one frame",)
    return SystemPicture(
        states=states, sources=tuple(map(str, paths)), counts=tuple(sizes), frame=first,
        class_names=names, notes=notes,
    )


def frame_of(path: str | Path) -> Frame | None:
    """The frame of a track file: from its row nearest to the origin that has a place; None where no row has.

    Raises InputError where places and local positions of its rows do not belong together.
    """
    found = read_columns(path, (*LOCAL, *POSITION), (), may_be_empty=True)
    if len(found) == 0 or any(name not in found.numbers for name in (*LOCAL, *POSITION)):
        return None
    local, place = (np.stack([found.numbers[name] for name in names], axis=1) for names in (LOCAL, POSITION))
    whole = np.isfinite(local).all(axis=1) & np.isfinite(place).all(axis=1)
    if not whole.any():
        return None
    local, place = local[whole], place[whole]
    k = int(np.argmin((local**2).sum(axis=1)))
    frame, at = Frame(*map(float, place[k])), to_ecef(*place[k])
    for _ in range(_TURNS):  # a contraction: the axes turn by the distance over the Earth's radius
        origin = from_ecef(at - east_north_up(frame.lat_deg, frame.lon_deg).T @ local[k])
        frame = Frame(*map(float, origin))
    off_m = float(np.abs(frame.to_local(*place.T) - local).max())
    if not off_m <= _CLOSE_M:
        rule = "must be the places of x, y, z in one frame"
        raise InputError(str(path), [Problem(f"columns {', '.join(POSITION)}", f"{off_m:.3g} m off", rule)])
    return frame


def _mixed(paths: Sequence[str | Path], frames: Sequence[Frame | None]) -> list[Problem]:
    """Files that tell no places on Earth where others do."""
    if all(frame is None for frame in frames):
        return []
    rule, hint = "tells no place on Earth, others do", "track it with a sensor that says where it stands (`at`)"
    return [Problem(str(path), "", rule, hint) for path, frame in zip(paths, frames, strict=True) if frame is None]


def _complete(table: TrackTable, source: str) -> TrackTable:
    """The table with the times that tracks began, which files do not tell: those of their first rows."""
    states = table.states.copy()
    if not np.isfinite(states["covariance"]).all() or not np.isfinite(vector(states)).all():
        rule = "must have velocities and covariances in every row, to be fused"
        raise InputError(source, [Problem("columns", "", rule)])
    _, of = np.unique(states["serial"], return_inverse=True)
    first_s = np.full(of.max(initial=-1) + 1, np.inf)
    np.minimum.at(first_s, of, states["time_s"])
    states["born_s"] = states["confirmed_s"] = first_s[of]
    return replace(table, states=states)


def _named(states: np.ndarray, own: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """STATE[n] whose classes are numbered as in `names`."""
    if own:
        number = np.array([*(names.index(name) for name in own), -1])
        states["class_index"] = number[states["class_index"]]
    return states


def _turned(states: np.ndarray, frame: Frame | None, to: Frame | None) -> np.ndarray:
    """STATE[n] in another frame, a new array."""
    moved = states.copy()
    if frame is None or to is None or frame == to:
        return moved
    mine, theirs = (east_north_up(one.lat_deg, one.lon_deg) for one in (frame, to))
    turn = theirs @ mine.T
    shift = theirs @ (frame.origin_ecef_m - to.origin_ecef_m)
    six = np.kron(np.eye(2), turn)
    mean = vector(states) @ six.T + np.concatenate([shift, np.zeros(3)])
    for i, name in enumerate(AXES):
        moved[name] = mean[:, i]
    moved["covariance"] = six @ states["covariance"] @ six.T
    diagonal = np.diagonal(moved["covariance"], axis1=1, axis2=2)[:, :3]
    moved["position_sigma_m"] = np.sqrt(diagonal.max(axis=1)) if moved.size else 0.0
    return moved
