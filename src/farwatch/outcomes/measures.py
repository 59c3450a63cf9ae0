"""From evidence to the answer: `summarise` fills the tree of `outcomes.summary`.

Shares over targets are clustered by trial, because targets of one trial share its luck and its drawn figures;
shares over trials are Wilson's; means over trials are Student's. `docs/statistics.md` explains the choices.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import nan

import numpy as np
import numpy.typing as npt

from farwatch.outcomes.evidence import Array, Cast, Evidence
from farwatch.outcomes.intervals import clustered_share, mean_interval, ratio_interval, wilson
from farwatch.outcomes.reasons import TOLD, Reason, attribute
from farwatch.outcomes.spread import split
from farwatch.outcomes.summary import (
    AssetRow,
    ClassRow,
    Cost,
    Costs,
    DamageRow,
    Decoys,
    Estimate,
    LeakerCount,
    PictureRow,
    Price,
    RadarRow,
    ReasonShare,
    ReasonTable,
    RoundRow,
    Spread,
    StockOut,
    Summary,
    WrongShots,
)

Mask = npt.NDArray[np.bool_]


def summarise(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> Summary:
    """Everything this room can say about the trials of one campaign."""
    raid, friends = cast.raid, cast.friends
    others = ~raid & ~friends
    reasons = attribute(evidence.outcomes)
    classes, groups = (
        list(_members(cast.classes, cast.target_class)),
        list(_members(cast.groups, cast.target_group)),
    )
    leaks = (~np.isnan(evidence.outcomes["leaked_s"]) & raid).sum(axis=1)
    return Summary(
        trials=len(evidence),
        confidence=confidence,
        raid=class_row("raid", evidence, raid, confidence),
        classes=tuple(
            class_row(name, evidence, mask & raid, confidence) for name, mask in classes if (mask & raid).any()
        ),
        groups=tuple(
            class_row(name, evidence, mask & raid, confidence) for name, mask in groups if (mask & raid).any()
        ),
        friends=class_row("friends", evidence, friends, confidence) if friends.any() else None,
        background=class_row("background", evidence, others, confidence) if others.any() else None,
        leakers=leaker_count(leaks, int(raid.sum()), confidence),
        reasons=reason_table("all", reasons[:, raid], confidence),
        reasons_by_class=_reason_tables(classes, reasons, raid, confidence),
        reasons_by_group=_reason_tables(groups, reasons, raid, confidence),
        assets=asset_rows(cast, evidence, confidence),
        damage=damage_rows(cast, evidence, confidence),
        rounds=round_rows(cast, evidence, confidence),
        out_of_rounds=stock_out(cast, evidence, confidence),
        decoys=decoys(cast, evidence, confidence) if cast.decoys.any() else None,
        costs=costs(cast, evidence, confidence),
        wrong_shots=_wrong_shots(evidence, confidence),
        split=split(leaks, evidence.figures, [figure.name for figure in cast.figures], confidence),
        picture=_picture(evidence, confidence),
        radars=radar_rows(cast, evidence, confidence),
    )


# The kill chain --------------------------------------------------------------------------------------------


def class_row(name: str, evidence: Evidence, mask: Mask, confidence: float = 0.95) -> ClassRow:
    """The kill chain of the targets in `mask` [targets], over all trials."""
    rows = evidence.outcomes[:, mask]
    happened = {step: ~np.isnan(rows[f"{step}_s"]) for step in ("seen", "confirmed", "hostile", "killed", "leaked")}
    share = {step: _share(hits, confidence) for step, hits in happened.items()}
    return ClassRow(
        name=name,
        per_trial=int(mask.sum()),
        trials=len(evidence),
        seen=share["seen"],
        confirmed=share["confirmed"],
        hostile=share["hostile"],
        engaged=_share(engaged(rows), confidence),
        killed=share["killed"],
        leaked=share["leaked"],
        neither=_share(~happened["killed"] & ~happened["leaked"], confidence),
        seen_range_m=spread_of(rows["seen_range_m"]),
        confirmed_range_m=spread_of(rows["confirmed_range_m"]),
        killed_range_m=spread_of(rows["killed_range_m"]),
        shots_each=_mean(rows["shots"].sum(axis=1) / max(1, rows.shape[1]), confidence),
    )


def engaged(outcomes: Array) -> Mask:
    """Which targets a round was launched at, or met: a round may find a neighbour of the one it was meant for."""
    return np.asarray((outcomes["shots"] > 0) | ~np.isnan(outcomes["killed_s"]))


def leaker_count(leaks: Array, raid: int, confidence: float = 0.95) -> LeakerCount:
    """How `leaks` [trials] scatters; the interval of its mean stops at the size of the `raid`."""
    if len(leaks) == 0:
        unknown = Estimate(nan, nan, nan)
        return LeakerCount(mean=unknown, none=unknown, median=nan, low=nan, high=nan, most=0, histogram=())
    low, median, high = np.quantile(leaks, [0.1, 0.5, 0.9])
    mean = _mean(leaks, confidence)
    return LeakerCount(
        mean=Estimate(mean.value, mean.low, min(mean.high, float(raid))),
        none=_proportion(leaks == 0, confidence),
        median=float(median),
        low=float(low),
        high=float(high),
        most=int(leaks.max()),
        histogram=tuple(np.bincount(leaks).tolist()),
    )


def reason_table(name: str, reasons: Array, confidence: float = 0.95) -> ReasonTable:
    """Shares of the reasons among the leakers of `reasons` [trials, targets]; they add to one if any leaked."""
    leakers = (reasons != Reason.NONE).sum(axis=1)
    shares = []
    for reason, told in TOLD.items():
        hits = (reasons == reason).sum(axis=1)
        found = clustered_share(hits, leakers, confidence)
        shares.append(
            ReasonShare(
                name=told.name,
                stage=told.stage,
                sentence=told.sentence,
                count=int(hits.sum()),
                share=Estimate(found.value, *found.interval),
            )
        )
    return ReasonTable(name=name, leakers=int(leakers.sum()), shares=tuple(shares))


def _reason_tables(
    parts: Sequence[tuple[str, Mask]], reasons: Array, raid: Mask, confidence: float
) -> tuple[ReasonTable, ...]:
    return tuple(reason_table(name, reasons[:, mask & raid], confidence) for name, mask in parts if (mask & raid).any())


# Damage, rounds, money -------------------------------------------------------------------------------------


def asset_rows(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> tuple[AssetRow, ...]:
    """Each defended asset: destroyed when the arrival of at least one target destroyed it."""
    arrivals, destroyed = asset_counts(cast, evidence)
    return tuple(
        AssetRow(
            name=name,
            worth=cast.asset_worth[k],
            destroyed=_proportion(destroyed[:, k], confidence),
            arrivals=_mean(arrivals[:, k], confidence),
        )
        for k, name in enumerate(cast.assets)
    )


def asset_counts(cast: Cast, evidence: Evidence) -> tuple[Array, Array]:
    """Arrivals of raid targets i8[trials, assets], and whether one destroyed it bool[trials, assets]."""
    shape = (len(evidence), len(cast.assets))
    arrivals, destroyed = np.zeros(shape, np.int64), np.zeros(shape, bool)
    aim = np.array(cast.target_asset, np.int64)
    leaked, hit = ~np.isnan(evidence.outcomes["leaked_s"]), evidence.outcomes["destroyed"] != 0
    for k in range(shape[1]):
        toward = cast.raid & (aim == k)
        arrivals[:, k] = leaked[:, toward].sum(axis=1)
        destroyed[:, k] = hit[:, toward].any(axis=1)
    return arrivals, destroyed


def damage_rows(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> tuple[DamageRow, ...]:
    """Assets destroyed, and their worth, by the class whose arrival was the first to destroy them."""
    count, worth = damage_counts(cast, evidence)
    return tuple(
        DamageRow(name=name, assets=_mean(count[:, k], confidence), worth=_mean(worth[:, k], confidence))
        for k, name in enumerate(cast.classes)
        if _flown(cast)[k]
    )


def damage_counts(cast: Cast, evidence: Evidence) -> tuple[Array, Array]:
    """Assets destroyed i8[trials, classes] and their worth f8[trials, classes], by class of the first that did it."""
    shape = (len(evidence), len(cast.classes))
    count, worth = np.zeros(shape, np.int64), np.zeros(shape)
    aim, kind = np.array(cast.target_asset, np.int64), np.array(cast.target_class, np.int64)
    hit_s = np.where(evidence.outcomes["destroyed"] != 0, evidence.outcomes["leaked_s"], np.inf)
    for k, value in enumerate(cast.asset_worth):
        toward = np.flatnonzero(cast.raid & (aim == k))
        if not toward.size:
            continue
        first = toward[hit_s[:, toward].argmin(axis=1)]
        rows = np.flatnonzero(np.isfinite(hit_s[:, toward]).any(axis=1))
        count[rows, kind[first[rows]]] += 1
        worth[rows, kind[first[rows]]] += value
    return count, worth


def stock_out(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> StockOut:
    """How often, and when, the whole defence had fired its last round."""
    last_s = out_of_rounds_s(cast, evidence)
    return StockOut(share=_proportion(~np.isnan(last_s), confidence), time_s=spread_of(last_s))


def out_of_rounds_s(cast: Cast, evidence: Evidence) -> Array:
    """When the last magazine of the defence was empty for good, f8[trials]; NaN where one never was."""
    loaded = [k for k, kind in enumerate(cast.rounds) if kind.carried > 0]
    if not loaded:
        return np.full(len(evidence), nan)
    return np.asarray(evidence.empty_s[:, loaded].max(axis=1))


def decoys(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> Decoys:
    """What was fired at the raid's decoys, at each trial's drawn prices."""
    rows = evidence.outcomes[:, cast.decoys]
    shots = rows["shots"].sum(axis=1)
    share, interval = ratio_interval(shots, evidence.rounds_fired.sum(axis=1), confidence)
    return Decoys(
        rounds=_mean(shots, confidence),
        share=Estimate(share, max(0.0, interval.low), min(1.0, interval.high)),
        cost=_mean(rows["spent_usd"].sum(axis=1), confidence),
    )


def round_rows(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> tuple[RoundRow, ...]:
    """Each kind of round of each battery: fired per trial, chance to run out, cost."""
    prices = round_prices(cast, evidence)
    rows = []
    for k, kind in enumerate(cast.rounds):
        fired = evidence.rounds_fired[:, k]
        out = fired >= kind.carried if kind.carried > 0 else np.zeros(len(fired), bool)
        spent = _proportion(out, confidence) if kind.carried >= 0 else Estimate(nan, nan, nan)
        rows.append(
            RoundRow(
                battery=kind.battery,
                name=kind.name,
                carried=kind.carried,
                fired=_mean(fired, confidence),
                fired_spread=spread_of(fired),
                spent=spent,
                empty_s=spread_of(evidence.empty_s[:, k]),
                price=kind.price_usd,
                cost=_cost(fired * prices[:, k], fired[:, None], [kind.price_usd], confidence),
            )
        )
    return tuple(rows)


def costs(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> Costs:
    """Rounds fired against targets flown; a round or class without a price counts as nothing and is named."""
    spent, flown = trial_costs(cast, evidence)
    numbers = _flown(cast)
    kinds = [kind.price_usd for kind in cast.rounds]
    defence = _cost(spent, evidence.rounds_fired, kinds, confidence)
    raid = _cost(flown, np.broadcast_to(numbers, (len(evidence), len(numbers))), cast.class_price_usd, confidence)
    named = [kind.name for kind in cast.rounds if np.isnan(kind.price_usd.value)]
    named += [
        name
        for name, price, number in zip(cast.classes, cast.class_price_usd, numbers, strict=True)
        if number and np.isnan(price.value)
    ]
    ratio = defence.mean.value / raid.mean.value if raid.mean.value > 0.0 else nan
    kills = (~np.isnan(evidence.outcomes["killed_s"][:, cast.raid])).sum(axis=1)
    per_kill, interval = ratio_interval(spent, kills, confidence)
    each = float(kills.mean()) if kills.any() else nan
    return Costs(
        defence=defence,
        raid=raid,
        ratio=ratio,
        per_kill=Estimate(per_kill, max(0.0, interval.low), interval.high),
        cheapest_per_kill_usd=defence.cheapest_usd / each,
        dearest_per_kill_usd=defence.dearest_usd / each,
        unpriced=tuple(dict.fromkeys(named)),
    )


def trial_costs(cast: Cast, evidence: Evidence) -> tuple[Array, Array]:
    """Dollars of rounds fired and of raid targets flown, f8[trials] each, at each trial's drawn prices."""
    spent = np.nansum(evidence.rounds_fired * round_prices(cast, evidence), axis=1)
    flown = np.nansum(_flown(cast) * _prices(cast.classes, cast.class_price_usd, cast, evidence), axis=1)
    return spent, flown


def round_prices(cast: Cast, evidence: Evidence) -> Array:
    """Dollars per round f8[trials, rounds]: drawn where the price is a drawn figure, else as published."""
    return _prices([kind.name for kind in cast.rounds], [kind.price_usd for kind in cast.rounds], cast, evidence)


def _prices(names: Sequence[str], prices: Sequence[Price], cast: Cast, evidence: Evidence) -> Array:
    column = {figure.name: k for k, figure in enumerate(cast.figures)}
    table = np.empty((len(evidence), len(names)))
    for k, (name, price) in enumerate(zip(names, prices, strict=True)):
        drawn = column.get(f"{name}.price_usd")
        table[:, k] = evidence.figures[:, drawn] if drawn is not None else price.value
    return table


def _flown(cast: Cast) -> Array:
    """Raid targets of each class, i8[classes]."""
    return np.bincount(np.array(cast.target_class, np.int64)[cast.raid], minlength=len(cast.classes))


def _cost(dollars: Array, numbers: Array, prices: Sequence[Price], confidence: float) -> Cost:
    """Cost from `dollars` [trials]; its published range from `numbers` [trials, kinds] at `prices` [kinds]."""
    spread = spread_of(dollars)
    mean_numbers = numbers.mean(axis=0) if len(numbers) else np.full(numbers.shape[1:], nan)
    return Cost(
        mean=_mean(dollars, confidence),
        low=spread.low,
        high=spread.high,
        cheapest_usd=float(np.nansum(mean_numbers * np.array([price.low for price in prices]))),
        dearest_usd=float(np.nansum(mean_numbers * np.array([price.high for price in prices]))),
    )


# The picture -----------------------------------------------------------------------------------------------


def _wrong_shots(evidence: Evidence, confidence: float) -> WrongShots:
    tallies = evidence.tallies
    wrong = tallies["shots_at_background"] + tallies["shots_at_friends"] + tallies["shots_at_nothing"]
    return WrongShots(
        at_background=_mean(tallies["shots_at_background"], confidence),
        at_nothing=_mean(tallies["shots_at_nothing"], confidence),
        background_killed=_mean(tallies["background_killed"], confidence),
        at_friends=_mean(tallies["shots_at_friends"], confidence),
        friends_killed=_mean(tallies["friends_killed"], confidence),
        trials_with_shot=_proportion(wrong > 0, confidence),
        trials_with_kill=_proportion(tallies["background_killed"] + tallies["friends_killed"] > 0, confidence),
        trials_with_friend_killed=_proportion(tallies["friends_killed"] > 0, confidence),
    )


def _picture(evidence: Evidence, confidence: float) -> PictureRow:
    names = ("looks", "plots", "false_plots", "tracks_confirmed", "false_tracks_confirmed")
    return PictureRow(**{name: _mean(evidence.tallies[name], confidence) for name in names})


def radar_rows(cast: Cast, evidence: Evidence, confidence: float = 0.95) -> tuple[RadarRow, ...]:
    """Each radar that shares out its time: how much was asked of it, and how long its looks came to wait."""
    rows = []
    for k, name in enumerate(cast.radars):
        work = evidence.workloads[:, k]
        if not len(work) or np.isnan(work["peak_load_share"]).any():
            continue
        mean = {field: _mean(work[field], confidence) for field in ("peak_load_share", "overloaded_s", "revisit_s")}
        rows.append(
            RadarRow(
                name=name,
                overloaded=_proportion(work["overloaded_s"] > 0.0, confidence),
                track_revisit_s=_mean(work["track_revisit_s"], confidence),
                period_s=float(work["period_s"][0]),
                track_period_s=float(work["track_period_s"][0]),
                most_load_share=float(work["peak_load_share"].max()),
                longest_revisit_s=float(work["longest_revisit_s"].max()),
                longest_track_revisit_s=float(work["longest_track_revisit_s"].max()),
                **mean,
            )
        )
    return tuple(rows)


# Estimators ------------------------------------------------------------------------------------------------


def spread_of(values: Array) -> Spread:
    """Median, 10 % and 90 % quantiles of the values that are not NaN, pooled over trials and targets."""
    known = np.asarray(values, np.float64).ravel()
    known = known[~np.isnan(known)]
    if known.size == 0:
        return Spread(nan, nan, nan, 0)
    low, median, high = np.quantile(known, [0.1, 0.5, 0.9])
    return Spread(float(median), float(low), float(high), int(known.size))


def _share(hits: Array, confidence: float) -> Estimate:
    """Share of True in `hits` [trials, targets], clustered by trial."""
    found = clustered_share(hits.sum(axis=1), np.full(len(hits), hits.shape[1]), confidence)
    return Estimate(found.value, *found.interval)


def _proportion(hits: Array, confidence: float) -> Estimate:
    """Share of True in `hits` [trials]."""
    if len(hits) == 0:
        return Estimate(nan, nan, nan)
    return Estimate(float(hits.mean()), *wilson(int(hits.sum()), len(hits), confidence))


def _mean(values: Array, confidence: float) -> Estimate:
    """Mean of `values` [trials]; the interval of a quantity that cannot be negative stops at 0."""
    if len(values) == 0:
        return Estimate(nan, nan, nan)
    low, high = mean_interval(np.asarray(values, np.float64), confidence)
    return Estimate(float(values.mean()), max(0.0, low), high)


def _members(names: Sequence[str], index: Sequence[int]) -> Iterator[tuple[str, Mask]]:
    """Each name that has targets, with its mask, in order; equal names are told apart by a number."""
    seen: Counter[str] = Counter()
    rows = np.array(index, np.int64)
    for k, name in enumerate(names):
        seen[name] += 1
        if (rows == k).any():
            yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), rows == k
