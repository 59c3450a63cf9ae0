"""Tables of motion, in and out: one row for each place that a thing of a scene was at, as CSV or Parquet.

The columns `time_s, flight, lat_deg, lon_deg, height_m` are those of recorded flights (see `world.recordings`), so that
a table of motion is the traffic of a scenario, and truth for `farwatch score`, as it is. `utc` beside `time_s` tells
the date: the scene's epoch is the difference of the two in the first row that has both.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from farwatch.errors import InputError, Problem
from farwatch.formats.opening import opened
from farwatch.formats.parquet_limits import DAMAGED, PARQUET, refuse_swollen
from farwatch.formats.scene import KINDS, MOVE, SIDES, TARGET, Scene, Thing, ordered
from farwatch.records import FAMILIES
from farwatch.track.files.reading import Columns, absent, read_columns
from farwatch.track.files.writing import write_columns

Texts = NDArray[np.object_]

SPEEDS = ("east_m_s", "north_m_s", "up_m_s")
NEEDED = ("time_s", "flight", "lat_deg", "lon_deg", "height_m")
NUMBERS = ("time_s", "lat_deg", "lon_deg", "height_m", *SPEEDS, "sigma_m", "number")
WORDS = (
    "flight", "kind", "side", "class", "callsign", "address", "mode_a", "fate", "family", "of", "pressure", "utc",
)  # fmt: skip

LIMITS: Mapping[str, tuple[float, float]] = {
    "time_s": (-1e10, 1e10), "lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 360.0), "height_m": (-1e4, 1e8),
}  # fmt: skip
"""What a row may say; a row beyond is left out and counted."""

YEARS = range(1900, 2200)
"""Years in which an epoch may lie, else it is taken for none: with LIMITS every time is then a date."""

_LONGEST_CODE = 12
_GZIP = b"\x1f\x8b"


def is_motion(names: Collection[str]) -> bool:
    """Whether a table with these columns is a table of motion."""
    return set(NEEDED) <= set(names)


def write(path: str | Path, scene: Scene) -> None:
    """Write the motion of a scene by the file's suffix, .csv, .csv.gz or .parquet; the same scene, the same bytes.

    InputError for another suffix, StoreError where it cannot be written.
    """
    write_columns(path, columns_of(scene))


def read(path: str | Path) -> Scene:
    """The scene of a table of motion; InputError where the file is none."""
    return decode(opened(path), str(path))


def decode(data: bytes, source: str = "data") -> Scene:
    """The scene that the bytes of a CSV or Parquet file tell. A bad row costs that row and is counted in `counts`.

    InputError where no table can be read, a column of `NEEDED` is missing, or no row can be used.
    """
    if data.startswith(_GZIP):
        raise InputError(source, [Problem("content", "", "must not be packed twice")])
    # DuckDB and the reader of CSV want files; theirs is one without packing, whose size has been looked at
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / ("table.parquet" if data.startswith(PARQUET) else "table.csv")
        place.write_bytes(data)
        try:
            if data.startswith(PARQUET):
                refuse_swollen(place, NUMBERS, WORDS)
            found = read_columns(place, NUMBERS, WORDS, may_be_empty=True)
        except InputError as error:
            raise InputError(source, error.problems) from None
        except DAMAGED as error:
            raise InputError(source, [Problem("content", "", f"cannot be read as a table ({error})")]) from None
    return scene_of(found, source)


# Out --------------------------------------------------------------------------------------------------------


def columns_of(scene: Scene) -> dict[str, np.ndarray]:
    """The columns of a scene's motion, equally long, in the scene's order: by thing, then time.

    Numbers are float64 with NaN for what is not told, texts are empty then. Always there are the first sixteen;
    `family`, `of`, `number` (-1: none), `pressure` and `utc` only where they have something to say.
    """
    moves, things = scene.moves, scene.things
    thing = moves["thing"]

    def of_things(told: Callable[[Thing], Any], kind: type = object) -> np.ndarray:
        values: np.ndarray = np.empty(len(things), kind)
        values[:] = [told(one) for one in things]
        return np.asarray(values[thing])

    columns = {"time_s": moves["time_s"].copy(), "flight": of_things(lambda one: one.key)}
    columns |= {name: moves[name].copy() for name in ("lat_deg", "lon_deg", "height_m", *SPEEDS, "sigma_m")}
    columns |= {name: of_things(told) for name, told in TOLD.items()}
    more: dict[str, tuple[Callable[[Thing], Any], type, Any]] = {
        "family": (lambda one: one.family, object, ""),
        "of": (lambda one: one.of, object, ""),
        "number": (lambda one: one.number, np.int64, -1),
        "pressure": (lambda one: one.pressure, np.bool_, False),
    }
    columns |= {
        name: of_things(told, kind)
        for name, (told, kind, silent) in more.items()
        if any(told(one) != silent for one in things)
    }
    if scene.epoch is not None:
        columns["utc"] = utc_of(scene.epoch, moves["time_s"])
    return columns


TOLD: Mapping[str, Callable[[Thing], str]] = {
    "kind": lambda one: one.kind,
    "side": lambda one: one.side,
    "class": lambda one: one.class_name,
    "callsign": lambda one: one.callsign,
    "address": lambda one: f"{one.address:06x}" if one.address else "",
    "mode_a": lambda one: f"{one.mode_a:04o}" if one.mode_a else "",
    "fate": lambda one: one.fate,
}
"""Columns that tell of the thing, and how each is spelled."""


def utc_of(epoch: datetime, time_s: NDArray[np.float64]) -> Texts:
    """Times as ISO 8601 texts in UTC, to the second, the millisecond or the microsecond, the same for all."""
    start = np.datetime64(epoch.astimezone(UTC).replace(tzinfo=None), "us")
    moments = start + np.rint(time_s * 1e6).astype("m8[us]")
    microseconds = moments.astype(np.int64)
    unit: Literal["s", "ms", "us"] = "ms" if np.any(microseconds % 1_000_000) else "s"
    if np.any(microseconds % 1000):
        unit = "us"
    spelled = np.datetime_as_string(moments, unit=unit)
    return np.char.add(spelled, "Z").astype(object)


# In ---------------------------------------------------------------------------------------------------------


class _Reason(NamedTuple):
    """Why rows are left out, and which."""

    why: str
    rows: NDArray[np.bool_]


def scene_of(found: Columns, source: str) -> Scene:
    """The scene of columns that were read. InputError where one is missing or no row can be used."""
    missing = [absent(name, found, (*NUMBERS, *WORDS)) for name in NEEDED if name not in found.names]
    if missing:
        raise InputError(source, missing)
    if len(found) == 0:
        return Scene(source=source, counts={"rows read": 0})
    left = np.zeros(len(found), bool)
    counts = {"rows read": len(found)}
    for reason in _reasons(found):
        if count := int(np.count_nonzero(reason.rows & ~left)):
            counts[f"rows left out: {reason.why}"] = count
        left |= reason.rows
    if left.size and left.all():
        said = "; ".join(why for why in counts if why != "rows read")
        raise InputError(source, [Problem("rows", str(left.size), f"must be usable, one at least ({said})")])
    flight = np.where(left, -1, found.words["flight"].codes)
    kept, position = np.unique(flight[~left], return_inverse=True)
    moves = np.zeros(position.size, MOVE)
    moves["thing"] = position
    for name in MOVE.names or ():
        if name != "thing":
            moves[name] = found.numbers.get(name, np.full(left.size, np.nan))[~left]
    east = moves["lon_deg"] > 180.0
    moves["lon_deg"][east] -= 360.0
    for name in (*SPEEDS, "sigma_m"):
        moves[name][~np.isfinite(moves[name])] = np.nan
    whole = ordered(moves)
    if repeated := moves.size - whole.size:
        counts["rows left out: the same flight and time again"] = repeated
    things = _things(found, flight, kept, counts)
    return Scene(source=source, epoch=_epoch(found, ~left), things=things, moves=whole, counts=counts)


def _reasons(found: Columns) -> list[_Reason]:
    torn = np.zeros(len(found), bool)
    torn[list(found.torn)] = True
    reasons = [_Reason("more or fewer cells than the header", torn)]
    for name, (low, high) in LIMITS.items():
        values = found.numbers[name]
        with np.errstate(invalid="ignore"):
            reasons.append(_Reason(f"no {name} from {low:g} to {high:g}", ~((values >= low) & (values <= high))))
    return [*reasons, _Reason("no flight", found.words["flight"].codes < 0)]


def _things(found: Columns, flight: NDArray[Any], kept: NDArray[Any], counts: dict[str, int]) -> tuple[Thing, ...]:
    """The thing of each flight that is `kept`: of each column the first of its cells that says something."""
    said = {name: _first_words(found, name, flight) for name in WORDS if name not in {"flight", "utc"}}
    number = found.numbers.get("number")
    first_row = dict(zip(*(a.tolist() for a in np.unique(flight, return_index=True)), strict=True))

    def one_of(name: str, code: int, known: Sequence[str], otherwise: str) -> str:
        word = said[name].get(code, "")
        if word and word not in known:
            counts[f"{name} not known"] = counts.get(f"{name} not known", 0) + 1
        return word if word in known else otherwise

    return tuple(
        Thing(
            key=found.words["flight"].names[code],
            kind=one_of("kind", code, KINDS, TARGET),
            side=one_of("side", code, SIDES, "unknown"),
            family=one_of("family", code, FAMILIES, ""),
            class_name=said["class"].get(code, ""),
            callsign=said["callsign"].get(code, ""),
            address=_code(said["address"].get(code, ""), 16, 0xFFFFFF),
            mode_a=_code(said["mode_a"].get(code, ""), 8, 0o7777),
            number=-1 if number is None else _whole(float(number[first_row[code]])),
            pressure=said["pressure"].get(code, "").lower() in {"true", "1", "1.0", "t", "yes"},
            fate=said["fate"].get(code, ""),
            of=said["of"].get(code, ""),
        )
        for code in kept.tolist()
    )


def _first_words(found: Columns, name: str, flight: NDArray[Any]) -> dict[int, str]:
    """For each flight, by its code, its first word in a column."""
    words = found.words.get(name)
    if words is None:
        return {}
    told = np.flatnonzero((words.codes >= 0) & (flight >= 0))
    codes, first = np.unique(flight[told], return_index=True)
    return {code: words.names[words.codes[row]] for code, row in zip(codes.tolist(), told[first].tolist(), strict=True)}


def _code(word: str, base: int, most: int) -> int:
    """A code's number; 0 where it is none."""
    with suppress(ValueError):
        number = int(word.lower().removeprefix("0x"), base) if len(word) <= _LONGEST_CODE else 0
        return number if 0 <= number <= most else 0
    return 0


def _whole(value: float) -> int:
    """A number of a source; -1 where it is none."""
    return int(value) if value == value // 1 and 0.0 <= value < 2.0**53 else -1


def _epoch(found: Columns, good: NDArray[np.bool_]) -> datetime | None:
    """Time 0 as a date, of the first good row that tells one, to the millisecond."""
    words = found.words.get("utc")
    if words is None:
        return None
    rows = np.flatnonzero(good & (words.codes >= 0))
    if rows.size == 0:
        return None
    return epoch_of(words.names[words.codes[rows[0]]], float(found.numbers["time_s"][rows[0]]))


def epoch_of(spelled: str, time_s: float) -> datetime | None:
    """Time 0 as a date, when `time_s` is `spelled` in ISO 8601; None where that is no date we take."""
    try:
        moment = datetime.fromisoformat(spelled)
        told = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        start = told - timedelta(seconds=time_s) + timedelta(microseconds=500)
    except (ValueError, OverflowError):
        return None
    return start.replace(microsecond=start.microsecond // 1000 * 1000) if start.year in YEARS else None
