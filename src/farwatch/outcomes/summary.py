"""The answer as values: what `Result.summary()` returns, and what every report is written from.

All counts "per trial" are means over trials. An `Estimate` carries the 95 % interval of its value, how sure a
finite number of trials makes us; a `Spread` says how the thing itself scatters. `docs/statistics.md` names
every estimator.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval; NaN, NaN, NaN where there was nothing to estimate from."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How a quantity scatters: median, 10 % and 90 % quantiles, over `count` observations (NaN when none)."""

    median: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """The kill chain of some of the targets: a class, a raid group, the whole raid, friends or background.

    Every share is of all these targets, so the columns fall from left to right: seen, confirmed, hostile (judged so
    by the picture), engaged (shot at, or killed by a round meant for a neighbour), then killed + leaked + neither = 1.
    Ranges are metres: seen from the radar that did it, confirmed from the nearest battery, killed from the battery
    that fired.
    """

    name: str
    per_trial: int
    trials: int
    seen: Estimate
    confirmed: Estimate
    hostile: Estimate
    engaged: Estimate
    killed: Estimate
    leaked: Estimate
    neither: Estimate
    seen_range_m: Spread
    confirmed_range_m: Spread
    killed_range_m: Spread
    shots_each: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonShare:
    """One reason why leakers leaked: short name, plain sentence, how many, which share of all leakers."""

    name: str
    stage: str
    sentence: str
    count: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonTable:
    """Reasons of some of the leakers (`name`: a class, a group, or "all"); shares add to one if any leaked."""

    name: str
    leakers: int
    shares: tuple[ReasonShare, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakerCount:
    """How many leak in one trial: mean, chance of none, 10/50/90 % quantiles, `histogram[k]` trials with k."""

    mean: Estimate
    none: Estimate
    median: float
    low: float
    high: float
    most: int
    histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRow:
    """One defended asset: chance that it is destroyed, arrivals per trial."""

    name: str
    worth: float
    destroyed: Estimate
    arrivals: Estimate


@dataclass(frozen=True, slots=True)
class Price:
    """What one costs, in US dollars: lowest, believed and highest published figure."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money per trial, in US dollars.

    `mean` has its interval; `low` and `high` are the 10 % and 90 % quantiles over trials, in which both
    chance and drawn prices have their part; `cheapest_usd` and `dearest_usd` price the mean numbers at the lowest and
    highest figures.
    """

    mean: Estimate
    low: float
    high: float
    cheapest_usd: float
    dearest_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One kind of round of one battery: what it had in all, fired per trial, chance that all were.

    `carried` counts ready, reserve and deliveries; `empty_s` is when the magazine was empty with nothing to come, over
    the trials in which it was.
    """

    battery: str
    name: str
    carried: int
    fired: Estimate
    fired_spread: Spread
    spent: Estimate
    empty_s: Spread
    price: Price
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The defence's rounds against the raid's targets.

    `ratio` is mean over mean, NaN for a raid without a price. `per_kill` is the price of all rounds fired over the raid
    targets killed, `cheapest_per_kill_usd` and `dearest_per_kill_usd` the same at the lowest and highest prices; NaN
    where nothing was killed. `unpriced` names rounds and classes of which no price is known; they count as nothing in
    the sums.
    """

    defence: Cost
    raid: Cost
    ratio: float
    per_kill: Estimate
    cheapest_per_kill_usd: float
    dearest_per_kill_usd: float
    unpriced: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DamageRow:
    """What the arrivals of one class destroyed in a trial; an asset counts for the first arrival that destroyed it."""

    name: str
    assets: Estimate
    worth: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoys:
    """Rounds launched at the raid's decoys in a trial: how many, which share of all rounds, at what price."""

    rounds: Estimate
    share: Estimate
    cost: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """The whole defence out of rounds with nothing to come: share of trials, and when, over those trials."""

    share: Estimate
    time_s: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongShots:
    """Shots at what was not the raid, per trial, and the share of trials with at least one.

    Friends are the friendly flights of the scenario; `trials_with_kill` counts background and friends.
    """

    at_background: Estimate
    at_nothing: Estimate
    background_killed: Estimate
    at_friends: Estimate
    friends_killed: Estimate
    trials_with_shot: Estimate
    trials_with_kill: Estimate
    trials_with_friend_killed: Estimate


@dataclass(frozen=True, slots=True)
class FigureShare:
    """One drawn figure: its approximate part of the spread of leakers; sign +1: a higher value, more leak."""

    name: str
    share: Estimate
    sign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadSplit:
    """How much of the trial-to-trial spread of leakers is what we do not know; the rest is chance.

    Approximate: see `outcomes.spread`. `figures` holds those that matter, largest first. `variance` is of
    leakers per trial. All NaN when leakers never vary or nothing was drawn.
    """

    variance: float
    unknown: Estimate
    chance: Estimate
    figures: tuple[FigureShare, ...]
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarRow:
    """How busy one radar with a time budget was.

    `peak_load_share` is the largest share of its time asked for in a trial; `overloaded` the share of trials in which
    that was more than all of it, `overloaded_s` for how long in a trial. `most_load_share` and the longest times
    between two looks, of the search and at a confirmed track that is not shot at, are the worst of all trials;
    `period_s` and `track_period_s` are what it keeps while there is time for everything.
    """

    name: str
    peak_load_share: Estimate
    overloaded: Estimate
    overloaded_s: Estimate
    revisit_s: Estimate
    track_revisit_s: Estimate
    period_s: float
    track_period_s: float
    most_load_share: float
    longest_revisit_s: float
    longest_track_revisit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """What the sensors and the tracker had to do, per trial."""

    looks: Estimate
    plots: Estimate
    false_plots: Estimate
    tracks_confirmed: Estimate
    false_tracks_confirmed: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What happened, how sure we are, and why."""

    trials: int
    confidence: float
    raid: ClassRow
    classes: tuple[ClassRow, ...]
    groups: tuple[ClassRow, ...]
    friends: ClassRow | None
    background: ClassRow | None
    leakers: LeakerCount
    reasons: ReasonTable
    reasons_by_class: tuple[ReasonTable, ...]
    reasons_by_group: tuple[ReasonTable, ...]
    assets: tuple[AssetRow, ...]
    damage: tuple[DamageRow, ...]
    rounds: tuple[RoundRow, ...]
    out_of_rounds: StockOut
    decoys: Decoys | None
    costs: Costs
    wrong_shots: WrongShots
    split: SpreadSplit
    picture: PictureRow
    radars: tuple[RadarRow, ...]
