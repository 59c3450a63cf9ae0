"""What a campaign's trials left behind: who took part, and one row per trial and target.

A `Cast` is what does not change from trial to trial; `Evidence` is what does. Everything this room says is a
function of the two. A `Played` is what one call of `mission.play` hands over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import isnan, nan
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from farwatch.errors import InputError, Problem
from farwatch.outcomes.summary import Price
from farwatch.records import EVENT, OUTCOME, TALLY, WORKLOAD

Array = npt.NDArray[Any]


class Played(Protocol):
    """A block of consecutive trials as the mission hands it over (`mission.Block`)."""

    @property
    def first_trial(self) -> int:
        """Number of its first trial."""

    @property
    def outcomes(self) -> Array:
        """OUTCOME[trials, targets]."""

    @property
    def tallies(self) -> Array:
        """TALLY[trials]."""

    @property
    def workloads(self) -> Array:
        """WORKLOAD[trials, radars]."""

    @property
    def rounds_fired(self) -> Array:
        """i4[trials, rounds]."""

    @property
    def empty_s(self) -> Array:
        """f8[trials, rounds]: when each magazine was empty for good; NaN never."""

    @property
    def figures(self) -> Array:
        """f8[trials, figures]: the value drawn for each trial."""

    @property
    def events(self) -> Array:
        """EVENT[m]: log of the first trial if it was traced, else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundKind:
    """One kind of round in one battery: how many it has (ready, reserve, deliveries; -1 unknown) and its price."""

    battery: str
    name: str
    carried: int
    price_usd: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFigure:
    """One catalogue figure that trials draw; fields as in `catalogue.figures.Figure`."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    kind: str
    source: str

    @property
    def assumed(self) -> bool:
        """Whether nobody publishes it."""
        return self.kind == "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who takes part. Per-target tuples run over all targets, raid, friends and background; asset -1 means none.

    Without `target_friend` nobody is a friend; `class_decoy` says which classes are there to be shot at.
    """

    targets: tuple[str, ...]
    target_group: tuple[int, ...]
    target_class: tuple[int, ...]
    target_asset: tuple[int, ...]
    target_raid: tuple[bool, ...]
    groups: tuple[str, ...]
    classes: tuple[str, ...]
    class_price_usd: tuple[Price, ...]
    assets: tuple[str, ...]
    asset_worth: tuple[float, ...]
    batteries: tuple[str, ...]
    radars: tuple[str, ...]
    rounds: tuple[RoundKind, ...]
    figures: tuple[DrawnFigure, ...]
    target_friend: tuple[bool, ...] = ()
    class_decoy: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        """Refuse columns that do not fit together."""
        count = len(self.targets)
        columns = {
            "target_group": (self.target_group, len(self.groups), 0),
            "target_class": (self.target_class, len(self.classes), 0),
            "target_asset": (self.target_asset, len(self.assets), -1),
        }
        problems = [
            Problem(name, str(index), f"must be {lowest}..{size - 1}, one per target")
            for name, (values, size, lowest) in columns.items()
            for index in values
            if not lowest <= index < size
        ]
        lengths = {name: len(values) for name, (values, _, _) in columns.items()}
        lengths["target_raid"] = len(self.target_raid)
        lengths["target_friend"] = len(self.target_friend) or count
        problems += [
            Problem(name, f"{size} rows", f"must have one row per target, {count}")
            for name, size in lengths.items()
            if size != count
        ]
        if problems:
            raise InputError("cast", problems)

    @property
    def raid(self) -> npt.NDArray[np.bool_]:
        """Mask over targets: part of the raid."""
        return np.array(self.target_raid, dtype=bool)

    @property
    def friends(self) -> npt.NDArray[np.bool_]:
        """Mask over targets: friendly flights of the scenario."""
        return np.array(self.target_friend or [False] * len(self.targets), dtype=bool)

    @property
    def decoys(self) -> npt.NDArray[np.bool_]:
        """Mask over targets: of a class that does no damage and is there to be shot at."""
        flags = np.array(self.class_decoy or [False] * len(self.classes), dtype=bool)
        return flags[np.array(self.target_class, np.int64)] & self.raid


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Raw arrays of finished trials, in trial order; `trials` holds their numbers.

    Numbers have gaps only after an interruption. `outcomes` OUTCOME[n, targets], `tallies` TALLY[n], `workloads`
    WORKLOAD[n, radars], `rounds_fired` i4[n, rounds], `empty_s` f8[n, rounds], `figures` f8[n, figures], `events`
    EVENT[m]: the log of trial `traced` (-1: none was traced).
    """

    trials: Array
    outcomes: Array
    tallies: Array
    workloads: Array
    rounds_fired: Array
    empty_s: Array
    figures: Array
    events: Array
    traced: int

    def __len__(self) -> int:
        return len(self.trials)


def gather(cast: Cast, blocks: Iterable[Played]) -> Evidence:
    """Evidence from blocks in any order; the log is that of the lowest traced trial."""
    ordered = sorted(blocks, key=lambda block: block.first_trial)
    traced = next((block for block in ordered if len(block.events)), None)
    empty = {
        "outcomes": np.empty((0, len(cast.targets)), OUTCOME),
        "tallies": np.empty(0, TALLY),
        "workloads": np.empty((0, len(cast.radars)), WORKLOAD),
        "rounds_fired": np.empty((0, len(cast.rounds)), np.int32),
        "empty_s": np.empty((0, len(cast.rounds)), np.float64),
        "figures": np.empty((0, len(cast.figures)), np.float64),
    }
    columns = {name: _joined([start, *(getattr(block, name) for block in ordered)]) for name, start in empty.items()}
    numbers = [np.arange(b.first_trial, b.first_trial + len(b.outcomes), dtype=np.int64) for b in ordered]
    return Evidence(
        trials=np.concatenate([np.empty(0, np.int64), *numbers]),
        events=_joined([traced.events]) if traced is not None else np.empty(0, EVENT),
        traced=traced.first_trial if traced is not None else -1,
        **columns,
    )


def _joined(parts: Sequence[Array]) -> Array:
    """Parts one after the other; the bytes between the fields of records are zero, so that equal is equal bytes."""
    whole = np.concatenate(parts)
    clean = np.zeros(whole.shape, whole.dtype)
    for name in whole.dtype.names or ():
        clean[name] = whole[name]
    return clean if whole.dtype.names else whole


def cast_to_json(cast: Cast) -> dict[str, Any]:
    """A cast as plain JSON values, NaN as null; `cast_from_json` brings it back."""
    found: dict[str, Any] = _to_json(asdict(cast))
    return found


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _to_json(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_to_json(part) for part in value]
    return None if isinstance(value, float) and isnan(value) else value


def cast_from_json(plain: dict[str, Any]) -> Cast:
    """A cast from the plain values of a manifest."""
    built: dict[str, Any] = {name: tuple(value) for name, value in plain.items()}
    built["class_price_usd"] = tuple(_price(price) for price in plain["class_price_usd"])
    built["rounds"] = tuple(RoundKind(**{**row, "price_usd": _price(row["price_usd"])}) for row in plain["rounds"])
    built["figures"] = tuple(DrawnFigure(**row) for row in plain["figures"])
    return Cast(**built)


def _price(plain: dict[str, float | None]) -> Price:
    return Price(**{name: nan if value is None else value for name, value in plain.items()})
