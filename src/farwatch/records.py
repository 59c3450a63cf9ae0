"""Structured record types of whatever crosses rooms.

State is arrays of these records. Kernels read and write them by item, `track["time_s"]`, which works compiled and
interpreted. Positions are metres in the mission frame: east, north, up at the mission's origin, a plane tangent to
the WGS-84 ellipsoid (see `world.earth.Frame`). Times are seconds on the mission clock. Angles are radians;
azimuth runs clockwise from true north. `height_m` is above mean sea level. A time that never came is NaN;
an index that points nowhere is -1.
"""

from typing import Any

import numpy as np

CLASS_LIMIT = 24
"""Most target classes a mission can hold: the size of a track's belief vector."""

MODEL_COUNT = 2
"""Motion models in a track: 0 cruises, 1 manoeuvres."""

PLOT_MEMORY = 8
"""Looks for which the tracker may still change its mind about which plot belonged to which track."""

MODEL_LIMIT = 4
"""Most motion models that a tracker's settings can describe."""

SUPPLY_LIMIT = 8
"""Most deliveries of rounds to one battery."""

# World: what is true ---------------------------------------------------------------------------------------

KNOT = np.dtype(
    [
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
        ("vx_m_s", "f8"), ("vy_m_s", "f8"), ("vz_m_s", "f8"),
        ("height_m", "f8"),
    ],
    align=True,
)
"""One instant of a trajectory; between knots motion is a cubic (Hermite) through position and velocity."""

TARGET = np.dtype(
    [
        ("id", "i8"),            # address for chance: chance.name_id("group/3")
        ("class_index", "i8"),
        ("group_index", "i8"),   # row in the list of groups (raid groups first, then traffic)
        ("asset_index", "i8"),   # what it flies to; -1 for traffic
        ("raid", "i1"),          # 1: part of the raid; 0: background, or a friend
        ("friend", "i1"),        # 1: a friendly flight of the scenario
        ("transponder", "i1"),   # 1: answers interrogation
        ("jammer_w_hz", "f8"),   # noise that it sends, effective radiated power per bandwidth
        ("first_knot", "i8"), ("knot_count", "i8"), ("step_s", "f8"),
        ("start_s", "f8"),       # mission time of its first knot
        ("rate", "f8"),          # how fast its clock runs: drawn speed over nominal speed
    ],
    align=True,
)
"""One object in the air: a slice of the knots, equally spaced by `step_s` of its own clock."""

CLASS = np.dtype(
    [
        ("family", "i8"),        # index into FAMILIES
        ("swerling", "i8"),
        ("ballistic", "i1"),
        ("hostile", "i1"),       # 1: a threat class; 0: airliner and the like
        ("rcs_nose_m2", "f8"), ("rcs_side_m2", "f8"), ("rcs_tail_m2", "f8"),
        ("damage", "f8"),        # chance that one arrival destroys what it flies to
        ("price_usd", "f8"),
        # What an operator's picture expects of the class; from the published figures, never drawn.
        ("expected_speed_low_m_s", "f8"), ("expected_speed_high_m_s", "f8"),
        ("expected_height_low_m", "f8"), ("expected_height_high_m", "f8"),
        ("expected_rcs_m2", "f8"), ("expected_rcs_spread_db", "f8"),
        ("expected_reply", "f8"),  # chance that it answers one interrogation
        ("prior", "f8"),
    ],
    align=True,
)
"""A target class: its echo, what it does on arrival, and what the picture expects it to look like."""

FAMILIES = ("aircraft", "helicopter", "drone", "cruise-missile", "ballistic-missile")
"""Families for which a round's kill probability is given."""

# Detect: what is seen -------------------------------------------------------------------------------------

RADAR = np.dtype(
    [
        ("id", "i8"),
        ("battery_index", "i8"),     # the battery it belongs to
        ("rotating", "i1"),          # 1: mechanical turn; 0: electronic scan of a sector
        ("fire_control", "i1"),      # 1: can support a shot
        ("interrogator", "i1"),
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
        ("to_local", "f8", (3, 3)),  # rotates a mission-frame vector into east, north, up at the radar
        ("height_m", "f8"),          # antenna above mean sea level
        ("period_s", "f8"),          # time between looks at one place
        ("phase_s", "f8"),
        ("batches", "i8"),           # how many times a period its plots are handed over
        # How an array shares out its time, see detect.dwells; all 0: its looks cost nothing.
        ("search_share", "f8"), ("least_share", "f8"),
        ("confirm_dwell_s", "f8"), ("track_dwell_s", "f8"), ("support_dwell_s", "f8"),
        ("track_interval_s", "f8"), ("support_interval_s", "f8"),
        ("heading_rad", "f8"), ("half_sector_rad", "f8"),
        ("elevation_min_rad", "f8"), ("elevation_max_rad", "f8"),
        ("range_min_m", "f8"), ("range_max_m", "f8"),
        ("range_reference_m", "f8"), ("rcs_reference_m2", "f8"),  # the published claim it is calibrated from
        ("snr_reference", "f8"),     # linear SNR needed at that claim (Pd, Pfa, pulses, fluctuation assumed)
        ("snr_one", "f8"),           # linear SNR of 1 m2 at 1 m, one dwell, all losses in: derived per trial
        ("pulses", "i8"), ("pfa", "f8"),
        ("range_cell_m", "f8"), ("azimuth_beam_rad", "f8"),
        ("elevation_beam_rad", "f8"),  # 0: a 2-D radar, no elevation measured
        ("range_floor_m", "f8"), ("angle_floor_rad", "f8"),  # accuracy that no SNR betters
        ("false_plots", "f8"),       # mean number per period; NaN: the tracker learns it
        ("pd", "f8"),                # what the tracker takes for granted per look; 0: a nominal figure, NaN: learned
        ("rain_db_per_m", "f8"),     # two-way loss through the weather
        ("fog_db_per_m", "f8"), ("fog_top_m", "f8"),
        ("air_db_per_m", "f8", (2,)), ("air_scale_m", "f8", (2,)),  # two-way loss in dry air and vapour at sea level
        ("air_in_claim", "i1"),      # 1: the claim was made through air; 0: the reference knows no air
        ("beam_top_rad", "f8"),      # cosecant-squared gain above it; 0: the same gain at every elevation
        ("roll_off_exponent", "f8"),  # cosine's exponent by which an array's one-way gain falls; 0: it does not
        ("tilt_sine", "f8"), ("tilt_cosine", "f8"),  # of the elevation of an array's broadside
        ("sidelobe_db", "f8"), ("sidelobe_ratio", "f8"),  # one way against the peak; the ratio is derived per trial
        ("improvement_db", "f8"), ("improvement_ratio", "f8"),  # over ground clutter; the ratio is derived per trial
        ("rain_improvement_db", "f8"), ("rain_improvement_ratio", "f8"),
        ("gamma_ratio", "f8"),       # strength of the ground's echo, constant-gamma model; 0: it sends none back
        ("lit_range_m", "f8"),       # farthest ground in its view
        ("rain_reflectivity_per_m", "f8"),  # m2 of rain per m3
        ("jamming_factor", "f8"),    # jamming over noise by 1 W/Hz at 1 m in the middle of the beam
    ],
    align=True,
)
"""One radar at its site."""

SIGHTING = np.dtype(
    [
        ("above_horizon_s", "f8"),   # first look at which smooth earth did not hide it
        ("unmasked_s", "f8"),        # first look at which terrain did not hide it either
        ("seen_s", "f8"), ("seen_range_m", "f8"), ("seen_radar", "i8"),
        ("looks", "i8"), ("plots", "i8"),
        # Looks that receiver noise alone would probably not have cost, by what cost most; see detect.scan.
        ("lost_to_filter", "i8"), ("lost_to_clutter", "i8"), ("lost_to_jamming", "i8"),
        ("lost_to_outage", "i8"),    # looks with a clear line of sight that a radar would have had, had it not been off
    ],
    align=True,
)
"""What the sensors have had of one target, for the story told afterwards; nobody in the loop reads it."""

PLOT = np.dtype(
    [
        ("time_s", "f8"),
        ("range_m", "f8"), ("azimuth_rad", "f8"), ("elevation_rad", "f8"),
        ("range_sigma_m", "f8"), ("azimuth_sigma_rad", "f8"),
        ("elevation_sigma_rad", "f8"),  # 0: not measured
        ("snr", "f8"),               # linear, as measured
        ("rcs_m2", "f8"),            # apparent: from measured SNR and range
        ("reply", "i1"),             # 1: a transponder answered; 0: none, or no interrogator
        ("doppler_m_s", "f8"), ("doppler_sigma_m_s", "f8"),  # range rate, positive receding; sigma 0: not measured
        ("height_m", "f8"), ("height_sigma_m", "f8"),  # above sea level, as a transponder reports it; sigma 0: none
        ("mode_a", "i8"), ("address", "i8"),  # SSR code (octal 7777 is 4095), 24-bit Mode S address; 0: none
        ("radar_index", "i8"),
        ("truth", "i8"),             # target it came from, -1 for noise: bookkeeping, never read by the tracker
    ],
    align=True,
)
"""One detection as the radar hands it over."""

# Track: what is believed -----------------------------------------------------------------------------------

FREE, TENTATIVE, CONFIRMED = 0, 1, 2
"""Status of a track slot."""

UNKNOWN, HOSTILE, NEUTRAL = 0, 1, 2
"""Identity of a track, estimated from the picture."""

TRACK = np.dtype(
    [
        ("serial", "i8"),            # unique in a trial; a slot is used again, a serial never
        ("status", "i1"), ("identity", "i1"),
        ("time_s", "f8"),            # of the state below
        ("x", "f8", (MODEL_COUNT, 6)),      # x y z vx vy vz by model
        ("p", "f8", (MODEL_COUNT, 6, 6)),   # their covariances
        ("weight", "f8", (MODEL_COUNT,)),
        ("mean", "f8", (6,)),        # combined state
        ("position_sigma_m", "f8"),  # combined, root of the largest position variance
        ("log_odds", "f8"),          # of existence; what misses mean depends on the chance that it hides
        ("hidden_probability", "f8"),  # that it is there and no radar can see it just now
        ("odds_s", "f8"),            # of the two above
        ("birth_log_odds", "f8"),    # what a plot counted for where it began
        ("plots", "i8", (PLOT_MEMORY,)),  # serials of its last plots, newest first, -1 for a miss
        ("history", "u4"),           # last looks, newest in bit 0, 1 = plot
        ("looks", "i8"), ("misses", "i8"),  # looks so far; misses in a row
        ("born_s", "f8"), ("confirmed_s", "f8"), ("hit_s", "f8"),
        ("rcs_log_sum", "f8"), ("rcs_count", "i8"),
        ("replies", "i8"), ("silences", "i8"),
        ("mode_a", "i8"), ("address", "i8"),  # last ones answered; 0: none
        ("belief", "f8", (CLASS_LIMIT,)),   # log-probability by class, unnormalised
        ("class_index", "i8"),       # most probable class
        ("hostile_probability", "f8"),
        ("truth", "i8"),             # of its last plot: bookkeeping for the story, never read by engage
    ],
    align=True,
)
"""One track of the common picture: an interacting-multiple-model filter, its life cycle and its identity."""

TRACKER = np.dtype(
    [
        ("association", "i8"),       # see track.prepare.ASSOCIATIONS
        ("confirm_hits", "i8"), ("confirm_looks", "i8"),
        ("drop_misses", "i8"),       # 0: existence alone decides
        ("confirm_odds", "f8"),      # log-odds of existence that a track needs to be confirmed
        ("cruise_acceleration_m_s2", "f8"), ("manoeuvre_acceleration_m_s2", "f8"),
        ("cruise_sojourn_s", "f8"), ("manoeuvre_sojourn_s", "f8"),  # mean time a target keeps to it
        ("gate", "f8"),              # chi-square
        ("speed_max_m_s", "f8"),     # fastest thing a new track may be
        ("hostile_threshold", "f8"), ("neutral_threshold", "f8"),
        # Motion models, see track.motion_models; all 0: the pair that cruises and manoeuvres.
        ("model_kind", "i8", (MODEL_LIMIT,)),
        ("model_acceleration_m_s2", "f8", (MODEL_LIMIT,)),  # standard deviation of pushes, or of the acceleration
        ("model_time_s", "f8", (MODEL_LIMIT,)),             # how long one lasts
        ("model_sojourn_s", "f8", (MODEL_LIMIT,)),          # mean time a target obeys the model before it changes
        ("model_turn_rad_s", "f8", (MODEL_LIMIT,)),         # standard deviation of the rate at which a turn begins
        ("model_drag_per_m", "f8", (MODEL_LIMIT,)),         # deceleration by speed squared, at sea level; 0: no air
        ("covariance", "f8", (2, 10, 10)),  # working room for one step of a model: a tracker serves one thread
    ],
    align=True,
)
"""Settings of the tracker, one row."""

STATE = np.dtype(
    [
        ("time_s", "f8"), ("serial", "i8"),
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
        ("vx_m_s", "f8"), ("vy_m_s", "f8"), ("vz_m_s", "f8"),
        ("covariance", "f8", (6, 6)),  # of the six above
        ("existence_probability", "f8"),
        ("position_sigma_m", "f8"), ("hit_s", "f8"), ("born_s", "f8"), ("confirmed_s", "f8"),
        ("identity", "i1"), ("class_index", "i4"), ("hostile_probability", "f8"),
        ("mode_a", "i8"), ("address", "i8"),
        ("truth", "i8"),
    ],
    align=True,
)
"""One confirmed track at one time, as known then; the state is carried in a straight line to `time_s`."""

TRUTH = np.dtype(
    [
        ("time_s", "f8"), ("target", "i8"),
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
        ("vx_m_s", "f8"), ("vy_m_s", "f8"), ("vz_m_s", "f8"),  # NaN: not told
    ],
    align=True,
)
"""Where one target really was at one time, to judge tracks by."""

# Engage: what is done --------------------------------------------------------------------------------------

ASSET = np.dtype([("id", "i8"), ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"), ("value", "f8")], align=True)

BATTERY = np.dtype(
    [
        ("id", "i8"),
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
        ("target_channels", "f8"),   # targets engaged at once; drawn, used rounded down
        ("round_channels", "f8"),    # rounds in the air at once; drawn, used rounded down
        ("reaction_s", "f8"),        # from a track declared hostile to its first launch
        ("launch_interval_s", "f8"), # between two launches of the battery
        ("assess_delay_s", "f8"),    # from an intercept to the verdict on it
        ("engage_on_picture", "i1"), # 1: another radar's track is enough; 0: needs its own fire-control radar
        ("own_cue", "i1"),           # 1: its reaction time begins when its own fire-control radar holds the track
    ],
    align=True,
)
"""One fire unit at its site."""

ROUND = np.dtype(
    [
        ("battery_index", "i8"), ("kind_index", "i8"),
        ("ready", "i8"),             # on the launchers at the start
        ("reserve", "i8"),           # reload rounds behind them
        ("reload_s", "f8"),          # time to put `reload_batch` of them on the launchers
        ("reload_batch", "i8"),
        ("reload_teams", "i8"),      # batches that are put there at the same time
        ("supply_s", "f8", (SUPPLY_LIMIT,)), ("supply", "i8", (SUPPLY_LIMIT,)),  # deliveries in time order; 0: none
        ("range_min_m", "f8"), ("range_max_m", "f8"), ("range_max_ballistic_m", "f8"),
        ("height_min_m", "f8"), ("height_max_m", "f8"),
        ("height_max_far_m", "f8"),  # highest intercept at range_max_m; 0: the same at every range
        ("speed_m_s", "f8"),         # mean, launch to intercept at range_max_m
        ("speed_max_m_s", "f8"),     # greatest, at burn-out; 0: only the mean is known
        ("boost_s", "f8"),           # until then
        ("drag_length_m", "f8"),     # way in air at sea level on which it slows by a factor e: derived per trial
        ("target_speed_max_m_s", "f8"),
        ("price_usd", "f8"),
    ],
    align=True,
)
"""One kind of round in one battery's magazine."""

DOCTRINE = np.dtype(
    [
        ("shots_per_look", "i8"),
        ("max_shots", "i8"),         # per track, 0 = no limit
        ("look", "i1"),              # 1: wait for the assessment before the next salvo; 0: do not
        ("in_depth", "i1"),          # 1: no battery waits for the salvo or the assessment of another
        ("prefer", "i8"),            # 0 shortest sufficient reach, 1 highest kill probability, 2 cheapest
        ("assignment", "i8"),        # 0 one track after another, 1 optimal at each decision, 2 with look-ahead
        ("best_round", "i1"),        # 1: wait for the round with the highest kill probability while there is time
        ("priority", "i8"),          # 0 value over time to go, 1 first to arrive, 2 value
        ("weapons", "i8"),           # WEAPONS_*, outside every zone
        ("level", "i8"),             # of command: 0 centralised, 1 coordinated, 2 decentralised
        ("delay_s", "f8"),           # from a decision that is not the battery's own to the launch
        ("link_loss_probability", "f8"),  # that a battery's link is down all through a trial
        ("own_clocks", "i1"),        # 1: some battery's reaction time may not begin with the hostile call
        ("decide_s", "f8"),          # how often the command post decides
        ("miss_called_kill", "f8"), ("kill_called_miss", "f8"),
        ("recheck_hits", "i8"),      # updates that bring a track called killed back under fire; 0 = never
        ("hold_range_m", "f8"),      # no launch while the intercept would be farther than this; inf = earliest
    ],
    align=True,
)

WEAPONS_TIGHT, WEAPONS_FREE, WEAPONS_HOLD = 0, 1, 2
"""Weapons control status: fire at what is judged hostile; at what is not judged neutral; at nothing."""

ZONE = np.dtype([("x_m", "f8"), ("y_m", "f8"), ("radius_m", "f8"), ("weapons", "i8")], align=True)
"""A circle over the ground with a weapons control status of its own."""

OUT_BATTERY, OUT_RADAR, OUT_LINK = 0, 1, 2
"""What an outage puts out of action."""

OUTAGE = np.dtype([("kind", "i8"), ("id", "i8"), ("from_s", "f8"), ("to_s", "f8")], align=True)
"""A battery or a radar, by its id, or the link of a battery, by the battery's id, out of action for a time."""

IN_FLIGHT, AWAITING, DONE = 1, 2, 3
"""Status of a shot: flying; flown, assessment to come; assessed."""

SHOT = np.dtype(
    [
        ("status", "i1"),
        ("battery_index", "i8"), ("round_index", "i8"),
        ("track_slot", "i8"), ("track_serial", "i8"),
        ("ordinal", "i8"),           # n-th shot of the trial at what it was fired at
        ("launch_s", "f8"), ("intercept_s", "f8"),
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),  # where it is planned to meet the target
        ("range_m", "f8"),
        ("aimed_truth", "i8"),       # truth tag of the track at launch: bookkeeping
        ("victim", "i8"),            # target in the basket at intercept, -1 = none
        ("killed", "i1"), ("called_kill", "i1"),
    ],
    align=True,
)

# What blocked a hostile track at a decision, as bits; kept per target.
BLOCKED_ENVELOPE, BLOCKED_CHANNEL, BLOCKED_ROUNDS, BLOCKED_RADAR, BLOCKED_TIME, BLOCKED_DOCTRINE = 1, 2, 4, 8, 16, 32
BLOCKED_COMMAND = 64  # weapons control status, a zone, a battery out of action, a link that is down

# Outcome: what happened ------------------------------------------------------------------------------------

OUTCOME = np.dtype(
    [
        ("above_horizon_s", "f8"), ("unmasked_s", "f8"),
        ("seen_s", "f8"), ("seen_range_m", "f8"),
        ("confirmed_s", "f8"), ("confirmed_range_m", "f8"),
        ("hostile_s", "f8"),
        ("first_shot_s", "f8"),
        ("shots", "i4"),
        ("lost_shots", "i4"),        # rounds that found nothing: the track was gone or wrong
        ("blocked", "u4"),           # BLOCKED_* bit that kept it from being shot at for longest
        ("judged_dead", "i1"),       # wrongly believed killed, and not engaged again
        ("killed_s", "f8"), ("killed_range_m", "f8"),
        ("leaked_s", "f8"),
        ("destroyed", "i1"),         # its arrival destroyed what it flew to
        ("spent_usd", "f8"),         # price of the rounds launched at it
        ("lost_to_filter", "i4"), ("lost_to_clutter", "i4"), ("lost_to_jamming", "i4"),  # looks, as in SIGHTING
        ("lost_to_outage", "i4"),
    ],
    align=True,
)
"""What happened to one target in one trial."""

# Kinds of event in the log of a traced trial.
EVENT_KINDS: Any = np.arange(1, 15, dtype=np.int64)  # typed: a bare number would have kernels compiled for each one
E_SEEN, E_CONFIRMED, E_HOSTILE, E_NEUTRAL, E_TRACK, E_LAUNCH, E_KILL, E_MISS, E_LOST = EVENT_KINDS[:9]
E_ASSESSED_KILL, E_ASSESSED_MISS, E_LEAK, E_LAND, E_LOAD = EVENT_KINDS[9:]

EVENT = np.dtype(
    [
        ("time_s", "f8"), ("kind", "i4"),
        ("who", "i4"),               # radar, battery or round that acts
        ("whom", "i4"),              # target, by truth
        ("track", "i8"),             # track serial
        ("x_m", "f8"), ("y_m", "f8"), ("z_m", "f8"),
        ("value", "f8"),             # range, hostile probability, or what the kind says
    ],
    align=True,
)
"""One line of a trial's log."""

WORKLOAD = np.dtype(
    [
        ("period_s", "f8"),          # between two looks of its search when there is time for everything
        ("track_period_s", "f8"),    # between two looks at a confirmed track then
        ("peak_load_share", "f8"),         # largest share of its time that was asked for; NaN: it has no time budget
        ("overloaded_s", "f8"),      # for how long it was more than all of it
        ("watched_s", "f8"),         # for how long its load was kept; 0 without a budget
        ("revisit_s", "f8"), ("longest_revisit_s", "f8"),  # between two looks of its search: mean, longest
        ("track_revisit_s", "f8"), ("longest_track_revisit_s", "f8"),  # between two looks at a track it does not engage
    ],
    align=True,
)
"""How busy one radar was in one trial. Until the trial ends, the means hold sums over time."""

TALLY = np.dtype(
    [
        ("looks", "i8"), ("plots", "i8"), ("false_plots", "i8"),
        ("tracks_confirmed", "i8"), ("false_tracks_confirmed", "i8"),
        ("shots", "i8"),
        ("shots_at_background", "i8"),  # fired at a track of an aircraft that is not part of the raid
        ("shots_at_nothing", "i8"),     # fired at a track that noise had made
        ("background_killed", "i8"),
        ("dealt_gain", "f8"), ("greedy_gain", "f8"),  # threat killed on average: as assigned; one track after another
        ("shots_at_friends", "i8"),     # fired at a track of a friendly flight of the scenario
        ("friends_killed", "i8"),
        ("weight", "f8"),            # what the trial counts in a mean: 1 unless rare leaks were favoured (engage.tilt)
    ],
    align=True,
)
"""Counts over one trial."""
