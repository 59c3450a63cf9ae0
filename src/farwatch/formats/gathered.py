"""What a reader has gathered, made a scene: bad rows left out and counted, keys unique, one clock from midnight."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.scene import ASSET, KINDS, MOVE, SIDES, TARGET, Happening, Scene, Thing, midnight, ordered
from farwatch.records import FAMILIES

Rows = NDArray[Any]

MOST_THINGS = 100_000
"""Most things, and events shown as such, that are read of one file."""

FARTHEST_M = 1e8
"""Greatest height of a row that is kept; the lowest is 12 km below the sea."""

_LOWEST_M = -12_000.0
_LATEST_S = 253_402_214_400.0  # the last day of the year 9999, where dates end
_EARLIEST_S = -62_135_596_800.0  # the year 1


def code(text: str, radix: int, most: int) -> int:
    """A code as a number within 1 and `most`; 0 where it is none."""
    try:
        value = int(text[:8], radix)
    except ValueError:
        return 0
    return value if 0 < value <= most else 0


def thing_of(words: Mapping[str, str], key: str, name: str, moves: bool) -> Thing:
    """A thing by words for its fields, as our own files have them; without, a target where it moves, else an asset.

    name: what a file shows of it, a callsign where it is not the key.
    """
    return Thing(
        key=key,
        kind=words["kind"] if words.get("kind") in KINDS else TARGET if moves else ASSET,
        side=words["side"] if words.get("side") in SIDES else "unknown",
        family=words["family"] if words.get("family") in FAMILIES else "",
        class_name=words.get("class", ""),
        callsign=words.get("callsign", "") or (name if name != key else ""),
        address=code(words.get("address", ""), 16, 0xFFFFFF),
        mode_a=code(words.get("mode_a", ""), 8, 0o7777),
        pressure=words.get("pressure") == "true",
        fate=words.get("fate", ""),
        of=words.get("of", ""),
    )


def room_for(count: int, source: str) -> None:
    """Raise InputError where a file has more things than are read."""
    if count > MOST_THINGS:
        raise InputError(source, [Problem("things", "more", f"must be {MOST_THINGS} at most")])


def rows_of(time_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike) -> Rows:
    """MOVE rows (n,) of one thing, its index still 0; the arguments broadcast. What is not told is NaN."""
    columns = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (time_s, lat_deg, lon_deg, height_m)))
    rows = np.zeros(columns[0].size, MOVE)
    for name, column in zip(("time_s", "lat_deg", "lon_deg", "height_m"), columns, strict=True):
        rows[name] = column.ravel()
    for name in ("east_m_s", "north_m_s", "up_m_s", "sigma_m"):
        rows[name] = np.nan
    return rows


def gathered(
    flights: Iterable[tuple[Thing, Rows]],
    source: str,
    title: str = "",
    dated: bool = True,
    counts: Counter[str] | None = None,
    happenings: Sequence[Happening] = (),
) -> Scene:
    """A scene of things with their rows (see `rows_of`), in any order.

    Times count from 1970 where `dated`, else from time 0. A row without time is at the scene's first time. Rows that
    are nowhere on earth are left out, as are things without rows; heights not told are 0.
    """
    told, tally = list(flights), Counter(counts or {})
    moves = np.concatenate([np.zeros(0, MOVE), *(rows for _, rows in told)])
    moves["thing"] = np.repeat(np.arange(len(told)), [rows.size for _, rows in told])
    _at_first(moves)
    moves = _sound(moves, tally)
    seen = [h for h in happenings if _possible(h)]
    tally["events left out: nowhere on earth"] += len(happenings) - len(seen)
    kept, moves["thing"] = np.unique(moves["thing"], return_inverse=True)
    epoch = _epoch(moves, seen) if dated else None
    shift_s = epoch.timestamp() if epoch else 0.0
    moves["time_s"] = np.round(moves["time_s"] - shift_s, 6)
    return Scene(
        source=source,
        title=title,
        epoch=epoch,
        things=tuple(_unique([told[k][0] for k in kept])),
        moves=moves,
        happenings=tuple(
            replace(h, time_s=round(h.time_s - shift_s, 6)) for h in sorted(seen, key=lambda h: h.time_s)
        ),
        counts={word: n for word, n in sorted(tally.items()) if n},
    )


def _at_first(moves: Rows) -> None:
    """Give rows without time the first time of all."""
    timeless = np.isnan(moves["time_s"])
    moves["time_s"][timeless] = moves["time_s"][~timeless].min() if not timeless.all() else 0.0


def _sound(moves: Rows, tally: Counter[str]) -> Rows:
    """Rows that are on earth and in time, longitudes within half a turn; by thing, then time."""
    moves["height_m"][np.isnan(moves["height_m"])] = 0.0
    good = (np.abs(moves["lat_deg"]) <= 90.0) & (np.abs(moves["lon_deg"]) <= 540.0)
    good &= (moves["height_m"] >= _LOWEST_M) & (moves["height_m"] <= FARTHEST_M)
    good &= (moves["time_s"] >= _EARLIEST_S) & (moves["time_s"] < _LATEST_S)
    rows = moves[good]
    outside = np.abs(rows["lon_deg"]) > 180.0
    rows["lon_deg"][outside] = (rows["lon_deg"][outside] + 180.0) % 360.0 - 180.0
    kept = ordered(rows)
    tally["positions left out: nowhere on earth"] += int(moves.size - rows.size)
    tally["positions left out: a second one at the same time"] += int(rows.size - kept.size)
    return kept


def _possible(happening: Happening) -> bool:
    """Whether an event is on earth and in time."""
    placed = abs(happening.lat_deg) <= 90.0 and abs(happening.lon_deg) <= 540.0
    return placed and _LOWEST_M <= happening.height_m <= FARTHEST_M and _EARLIEST_S <= happening.time_s < _LATEST_S


def _epoch(moves: Rows, happenings: Sequence[Happening]) -> datetime | None:
    """Midnight before the first time; None where there is none."""
    times = [*(float(t) for t in moves["time_s"].min(keepdims=True, initial=np.inf)), *(h.time_s for h in happenings)]
    first_s = min(times)
    return midnight(datetime.fromtimestamp(first_s, UTC)) if np.isfinite(first_s) else None


def _unique(things: Sequence[Thing]) -> list[Thing]:
    """The same things; a key that is there already gets the next free number: `a`, `a (2)`."""
    seen: Counter[str] = Counter()
    keys = {thing.key for thing in things}
    fresh = []
    for thing in things:
        seen[thing.key] += 1
        key = thing.key
        while seen[thing.key] > 1 and key in keys:
            key = f"{thing.key} ({seen[thing.key]})"
            seen[thing.key] += key in keys
        keys.add(key)
        fresh.append(thing if key == thing.key else replace(thing, key=key))
    return fresh
