"""A table of tracks, as `farwatch track` writes it, read as a scene: where it tells places on Earth."""

from pathlib import Path

import numpy as np

from farwatch.errors import InputError, Problem
from farwatch.formats.scene import MOVE, TRACK, Scene, Thing, ordered
from farwatch.track.files.reading import Columns, read_columns
from farwatch.track.files.states import COVARIANCE
from farwatch.track.files.truths import POSITION, TIME, numbered, times_of

NEEDED = ("track_id", *POSITION)

_NUMBERS = (*TIME, *POSITION, "cov_x_x", "cov_y_y", "cov_z_z")
_WORDS = ("track_id", "class", "identity", "mode_a", "address")
_SIDES = frozenset({"hostile", "neutral", "friend"})

assert set(_NUMBERS[-3:]) <= set(COVARIANCE)


def read(path: str | Path) -> Scene:
    """The tracks of a table with latitude, longitude and height; velocities, which lie in a local frame, are not told.

    InputError where a column is missing or no row can be used; rows without time or place are counted.
    """
    found = read_columns(path, _NUMBERS, _WORDS, may_be_empty=True)
    missing = [name for name in NEEDED if name not in found.numbers and name not in found.words]
    if missing:
        rule, hint = "is missing", "track with a sensor that says where it stands (`at`), so that places are told"
        raise InputError(str(path), [Problem(f"column {name}", "", rule, hint) for name in missing])
    serials, _ = numbered(found, "track_id")
    distinct, thing = np.unique(serials, return_inverse=True)
    rows = np.zeros(len(found), MOVE)
    rows["time_s"], rows["thing"] = times_of(found), thing
    for name in POSITION:
        rows[name] = found.numbers[name]
    rows["east_m_s"] = rows["north_m_s"] = rows["up_m_s"] = np.nan
    rows["sigma_m"] = _sigma_m(found)
    good = np.isfinite(rows["time_s"]) & np.isfinite(rows["height_m"])
    good &= (np.abs(rows["lat_deg"]) <= 90.0) & (np.abs(rows["lon_deg"]) <= 360.0)
    if not good.any():
        raise InputError(str(path), [Problem("rows", str(len(found)), "must have a time and a place")])
    last = {int(k): n for n, k in enumerate(thing) if good[n]}
    things = tuple(_thing(found, int(serial), last.get(k, 0)) for k, serial in enumerate(distinct))
    left_out = int((~good).sum())
    counts = {"rows read": len(found)} | ({"rows left out: no time or place": left_out} if left_out else {})
    return Scene(source=str(path), things=things, moves=ordered(rows[good]), counts=counts)


def _sigma_m(found: Columns) -> np.ndarray:
    """Root of the largest variance of the position, NaN where it is not told."""
    told = [found.numbers[name] for name in _NUMBERS[-3:] if name in found.numbers]
    return np.sqrt(np.maximum.reduce(told)) if told else np.full(len(found), np.nan)


def _thing(found: Columns, serial: int, row: int) -> Thing:
    """One track, with what its last row says of it."""

    def word(name: str) -> str:
        words = found.words.get(name)
        return words.names[words.codes[row]] if words is not None and words.codes[row] >= 0 else ""

    identity = word("identity").lower()
    return Thing(
        key=f"track {serial}",
        kind=TRACK,
        side=identity if identity in _SIDES else "unknown",
        class_name=word("class"),
        address=_number(word("address"), 16),
        mode_a=_number(word("mode_a"), 8),
        number=serial,
    )


def _number(text: str, base: int) -> int:
    try:
        return int(text.removesuffix(".0"), base)
    except ValueError:
        return 0
