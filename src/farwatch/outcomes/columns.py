"""Every table's declared columns: name, type, unit, meaning.

`docs/results.md` lists the same columns for readers; a test holds the two together.
"""

from dataclasses import dataclass
from typing import TypeAlias

from farwatch.records import (
    E_ASSESSED_KILL,
    E_ASSESSED_MISS,
    E_CONFIRMED,
    E_HOSTILE,
    E_KILL,
    E_LAND,
    E_LAUNCH,
    E_LEAK,
    E_LOAD,
    E_LOST,
    E_MISS,
    E_NEUTRAL,
    E_SEEN,
    E_TRACK,
)

INT, REAL, BOOL, TEXT = "int64", "float64", "bool", "text"


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column: name, type (int64, float64, bool, text), unit, meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str


Spec: TypeAlias = tuple[Column, ...]


TRIAL = Column("trial", INT, "1", "number of the trial, from 0")
_S = "s"

TARGETS: Spec = (
    TRIAL,
    Column("target", INT, "1", "number of the target, the same in every trial"),
    Column("name", TEXT, "", "group and number in it"),
    Column("group", TEXT, "", "raid group or recording it belongs to"),
    Column("class", TEXT, "", "target class"),
    Column("raid", BOOL, "", "part of the raid; else background traffic, or a friend"),
    Column("friend", BOOL, "", "a friendly flight of the scenario"),
    Column("asset", TEXT, "", "what it flies to"),
    Column("above_horizon_s", REAL, _S, "first look at which the round earth did not hide it"),
    Column("unmasked_s", REAL, _S, "first look at which terrain did not hide it either"),
    Column("seen_s", REAL, _S, "first detection"),
    Column("seen_range_m", REAL, "m", "slant range of the first detection, from the radar that made it"),
    Column("lost_to_filter", INT, "1", "looks lost to the filter: likely a plot in noise alone, and not as they were"),
    Column("lost_to_clutter", INT, "1", "looks lost in the same way to clutter of ground, sea or rain"),
    Column("lost_to_jamming", INT, "1", "looks lost in the same way to jamming"),
    Column("lost_to_outage", INT, "1", "looks with a clear line of sight that radars out of action would have had"),
    Column("confirmed_s", REAL, _S, "first time it had a confirmed track"),
    Column("confirmed_range_m", REAL, "m", "slant range then, from the nearest battery"),
    Column("hostile_s", REAL, _S, "first time its track was judged hostile"),
    Column("first_shot_s", REAL, _S, "first launch at it"),
    Column("shots", INT, "1", "rounds launched at it"),
    Column("lost_shots", INT, "1", "of these, rounds that found nothing: the track was gone or wrong"),
    Column(
        "blocked",
        INT,
        "bits",
        "what kept it from being shot at for longest: 1 reach, 2 channel, 4 rounds, 8 radar, 16 time, 32 doctrine, "
        "64 command",
    ),
    Column("judged_dead", BOOL, "", "wrongly believed killed, and not shot at again"),
    Column("killed_s", REAL, _S, "when it was killed"),
    Column("killed_range_m", REAL, "m", "slant range of the intercept, from the battery that fired"),
    Column("leaked_s", REAL, _S, "when it reached what it flew to"),
    Column("destroyed", BOOL, "", "its arrival destroyed what it flew to"),
    Column("spent_usd", REAL, "USD", "price of the rounds launched at it, as drawn for the trial"),
    Column("fate", TEXT, "", "killed, leaked, or neither"),
    Column("reason", TEXT, "", "why it leaked, one short name; empty for what did not leak"),
)

TRIALS: Spec = (
    TRIAL,
    Column("raid_targets", INT, "1", "targets of the raid"),
    Column("seen", INT, "1", "raid targets detected at least once"),
    Column("confirmed", INT, "1", "raid targets that had a confirmed track"),
    Column("hostile", INT, "1", "raid targets judged hostile"),
    Column("engaged", INT, "1", "raid targets shot at, or killed by a round meant for a neighbour"),
    Column("killed", INT, "1", "raid targets killed"),
    Column("leaked", INT, "1", "raid targets that reached what they flew to: the leakers"),
    Column("assets_destroyed", INT, "1", "defended assets destroyed"),
    Column("worth_destroyed", REAL, "1", "their worth, summed"),
    Column("rounds_fired", INT, "1", "rounds launched, all kinds"),
    Column("rounds_at_decoys", INT, "1", "of these, launched at decoys of the raid"),
    Column("out_of_rounds_s", REAL, _S, "when the whole defence had fired its last round, with none to come"),
    Column("defence_cost_usd", REAL, "USD", "price of these rounds, as drawn for the trial"),
    Column("raid_cost_usd", REAL, "USD", "price of the raid's targets, as drawn for the trial"),
    Column("looks", INT, "1", "times a radar looked at a target"),
    Column("plots", INT, "1", "detections of targets"),
    Column("false_plots", INT, "1", "detections of noise"),
    Column("tracks_confirmed", INT, "1", "tracks confirmed"),
    Column("false_tracks_confirmed", INT, "1", "of these, tracks of noise"),
    Column("shots", INT, "1", "launches"),
    Column("shots_at_background", INT, "1", "launches at an aircraft that is not part of the raid"),
    Column("shots_at_nothing", INT, "1", "launches at a track that noise had made"),
    Column("background_killed", INT, "1", "aircraft killed that are not part of the raid"),
    Column("dealt_gain", REAL, "1", "threat that the assigned salvos kill on average; 0 unless assignment is optimal"),
    Column("greedy_gain", REAL, "1", "the same, had each of these decisions taken one track after another"),
    Column("shots_at_friends", INT, "1", "launches at a friendly flight of the scenario"),
    Column("friends_killed", INT, "1", "friendly flights killed"),
    Column("weight", REAL, "1", "what the trial counts in a mean: 1 unless rare leaks were favoured"),
)

ROUNDS: Spec = (
    TRIAL,
    Column("battery", TEXT, "", "battery"),
    Column("round", TEXT, "", "kind of round"),
    Column("fired", INT, "1", "launched in the trial"),
    Column("price_usd", REAL, "USD", "price of one, as drawn for the trial"),
    Column("cost_usd", REAL, "USD", "fired times price"),
    Column("empty_s", REAL, _S, "launch of the last round, with none in reserve and none to come"),
)

ASSETS: Spec = (
    TRIAL,
    Column("asset", TEXT, "", "defended asset"),
    Column("arrivals", INT, "1", "raid targets that reached it"),
    Column("destroyed", BOOL, "", "whether one of them destroyed it"),
)

RADARS: Spec = (
    TRIAL,
    Column("radar", TEXT, "", "battery and radar"),
    Column("period_s", REAL, _S, "time between looks of its search at one place while there is time for everything"),
    Column("track_period_s", REAL, _S, "time between looks at a confirmed track then"),
    Column("peak_load_share", REAL, "1", "largest share of its time asked for; missing where it has no time budget"),
    Column("overloaded_s", REAL, _S, "for how long more was asked for than all its time"),
    Column("revisit_s", REAL, _S, "time between looks of its search, mean over the trial"),
    Column("longest_revisit_s", REAL, _S, "the longest that became"),
    Column("track_revisit_s", REAL, _S, "time between looks at a track not shot at, mean over the trial"),
    Column("longest_track_revisit_s", REAL, _S, "the longest that became"),
)

FIGURES: Spec = (
    TRIAL,
    Column("figure", TEXT, "", "name in the catalogue: entry.quantity"),
    Column("value", REAL, "its own", "value drawn for the trial"),
    Column("unit", TEXT, "", "unit of the value"),
)

EVENTS: Spec = (
    TRIAL,
    Column("time_s", REAL, _S, "mission time"),
    Column("kind", TEXT, "", "what happened"),
    Column("who", TEXT, "", "radar, battery and round, or asset, that the event is about"),
    Column("target", INT, "1", "number of the target, -1 for none"),
    Column("name", TEXT, "", "name of the target"),
    Column("track", INT, "1", "serial of the track, -1 for none"),
    Column("x_m", REAL, "m", "east of the mission's origin"),
    Column("y_m", REAL, "m", "north of it"),
    Column("z_m", REAL, "m", "above the tangent plane there"),
    Column("value", REAL, "", "range in metres, hostile probability, a radar's load, or what the kind says"),
)

SPECS: dict[str, Spec] = {
    "targets": TARGETS,
    "trials": TRIALS,
    "rounds": ROUNDS,
    "assets": ASSETS,
    "radars": RADARS,
    "figures": FIGURES,
    "events": EVENTS,
}
"""Every table by name; on disk each is `<name>.parquet`."""

RADAR, ROUND, ASSET, NOBODY = "radar", "round", "asset", ""

EVENT_KINDS: dict[int, tuple[str, str]] = {
    E_SEEN: ("seen", RADAR),
    E_CONFIRMED: ("confirmed", NOBODY),
    E_HOSTILE: ("hostile", NOBODY),
    E_NEUTRAL: ("neutral", NOBODY),
    E_LAUNCH: ("launch", ROUND),
    E_KILL: ("kill", ROUND),
    E_MISS: ("miss", ROUND),
    E_LOST: ("lost", ROUND),
    E_ASSESSED_KILL: ("assessed-kill", ROUND),
    E_ASSESSED_MISS: ("assessed-miss", ROUND),
    E_LEAK: ("leak", ASSET),
    E_TRACK: ("track", NOBODY),
    E_LAND: ("land", NOBODY),
    E_LOAD: ("load", RADAR),
}
"""Name of each kind of event, and whose index its `who` is."""
