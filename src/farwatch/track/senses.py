"""What the tracker takes for granted of each radar: chance of detection, noise, newcomers; given, or learned.

A radar whose `pd` or `false_plots` is NaN is learned from the picture itself: detections of sure tracks, and plots that
no track claims. Where noise lies is learned for every radar as a product of three histograms, over range, azimuth and
elevation, starting from "evenly over the volume". All of it is carried state of the picture.
"""

from math import exp, isnan, log, log1p, pi, sqrt
from typing import Any

from farwatch.compiled import kernel

PD, FALSE_PLOTS, NEWCOMERS, UNSEEN, BIRTH, TURNS, HITS, LOOKS = range(8)
"""Columns of a sense: chance of detection per look; false plots and targets seen for the first time per period; targets
not seen yet; log-odds that a plot is a new target; periods so far; detections and looks of sure tracks."""

LEARNS_PD, LEARNS_NOISE, LEAVING_PER_S, FADING_PER_S, RETURNING_PER_S, TURN_GAP_S, PACE_M2_S2, PACED = range(8, 16)
"""More columns: 1 where a figure is learned; rates at which targets leave, hide, and come out again; least
time between two plots of a track, where a turn comes in slices; mean square of each component of speed over the ground
of the tracks confirmed so far, and how many they are."""

SENSE = 16

RANGE_BINS, AZIMUTH_BINS, ELEVATION_BINS = 24, 24, 12
BINS = RANGE_BINS + AZIMUTH_BINS + ELEVATION_BINS
"""Histograms of noise, one after the other."""

PRIOR_PLOTS = 200.0
"""False plots that the even spread counts for in each histogram, against those that are seen."""

LEAST_PD, MOST_PD = 0.05, 0.995
"""A chance of detection is never taken to lie outside these."""

GIVEN_LOOKS, LEARNED_LOOKS, HIDDEN_LOOKS = (90.0, 300.0), (720.0, 60.0), 5.0
"""Looks for which targets stay, and for which they can be seen before they hide, on average; and looks for which they
stay hidden: of a radar whose chance of detection is given, and then holds
for each look by itself; and of one of which nothing is known, where real targets fade for many looks in a row."""

NOMINAL_PD = 0.8
"""Chance of detection where nothing is said: only the order of magnitude matters."""

NOMINAL_NEWCOMERS = 0.3
"""Targets that newly appear to a radar in one period; only its order of magnitude matters."""

FIRST_SHARE = 0.1
"""Share of the plots of the first turn that are taken for targets where noise might as well explain them all."""

TURN_GAP = 0.5
"""A rotating radar has one plot at most of a target in this share of its turn."""

USUAL_PACE_M_S, PRIOR_PACED, LEAST_PACE_M_S = 200.0, 3.0, 40.0
"""Speed of new tracks, each component over the ground, before any is known; tracks that it counts for; least speed that
new tracks are expected to have, however slow the others were."""

PRIOR_LOOKS = 20.0
"""Looks that the nominal chance of detection counts for against what is seen."""

MEMORY, TOLD_TURNS = 20.0, 20.0
"""Periods over which noise and newcomers are averaged; periods that a figure for noise counts for where one is told."""


@kernel
def settle(sense: Any, noise: Any, radar: Any, plots: int) -> None:
    """Set up what is believed of `radar` at its first batch of `plots`; sense: f8[SENSE]; noise: f8[BINS]."""
    learns_pd, learns_noise = isnan(radar["pd"]), isnan(radar["false_plots"])
    sense[LEARNS_PD], sense[LEARNS_NOISE] = 1.0 if learns_pd else 0.0, 1.0 if learns_noise else 0.0
    stay, visible = LEARNED_LOOKS if learns_pd else GIVEN_LOOKS
    looks_per_s = 1.0 / radar["period_s"]
    sense[LEAVING_PER_S], sense[FADING_PER_S] = looks_per_s / stay, looks_per_s / visible
    sense[RETURNING_PER_S] = looks_per_s / HIDDEN_LOOKS
    sense[TURN_GAP_S] = TURN_GAP * radar["period_s"] if radar["rotating"] == 1 and radar["batches"] > 1 else 0.0
    given_pd = NOMINAL_PD if learns_pd or radar["pd"] == 0.0 else radar["pd"]
    sense[PD] = min(max(given_pd, LEAST_PD), MOST_PD)
    sense[FALSE_PLOTS] = 0.5 * plots * max(radar["batches"], 1) if learns_noise else radar["false_plots"]
    sense[PACE_M2_S2], sense[PACED] = USUAL_PACE_M_S * USUAL_PACE_M_S, PRIOR_PACED
    sense[HITS], sense[LOOKS] = NOMINAL_PD * PRIOR_LOOKS, PRIOR_LOOKS
    sense[NEWCOMERS] = NOMINAL_NEWCOMERS
    sense[UNSEEN], sense[BIRTH], sense[TURNS] = 0.0, 0.0, 0.0
    for b in range(RANGE_BINS):
        noise[b] = PRIOR_PLOTS / RANGE_BINS
    for b in range(AZIMUTH_BINS):
        noise[RANGE_BINS + b] = PRIOR_PLOTS / AZIMUTH_BINS
    for b in range(ELEVATION_BINS):
        noise[RANGE_BINS + AZIMUTH_BINS + b] = PRIOR_PLOTS * elevation_share(b)


@kernel
def elevation_share(b: int) -> float:
    """Share of the elevation limits that bin `b` covers: narrow bins low down, where most noise is."""
    return float((2 * b + 1) / (ELEVATION_BINS * ELEVATION_BINS))


@kernel
def bins_of(radar: Any, plot: Any) -> tuple[int, int, int]:
    """Bins that a PLOT falls into."""
    span = max(radar["range_max_m"] - radar["range_min_m"], 1.0)
    r = (plot["range_m"] - radar["range_min_m"]) / span
    a = (plot["azimuth_rad"] - radar["heading_rad"]) / (2.0 * pi) + 0.5
    a -= int(a) if a >= 0.0 else int(a) - 1
    lift = max(radar["elevation_max_rad"] - radar["elevation_min_rad"], 1e-3)
    e = sqrt(min(max((plot["elevation_rad"] - radar["elevation_min_rad"]) / lift, 0.0), 1.0))
    range_bin = min(max(int(r * RANGE_BINS), 0), RANGE_BINS - 1)
    return range_bin, min(int(a * AZIMUTH_BINS), AZIMUTH_BINS - 1), min(int(e * ELEVATION_BINS), ELEVATION_BINS - 1)


@kernel
def seen_noise(noise: Any) -> float:
    """Plots that each histogram of noise, f8[BINS], counts."""
    total = 0.0
    for b in range(RANGE_BINS):
        total += noise[b]
    return total


@kernel
def crowding(noise: Any, total: float, radar: Any, plot: Any) -> float:
    """How many times denser noise is around a PLOT than if it were spread evenly; total: `seen_noise` of `noise`."""
    r, a, e = bins_of(radar, plot)
    here = noise[r] * RANGE_BINS / total
    if radar["half_sector_rad"] >= pi:
        here *= noise[RANGE_BINS + a] * AZIMUTH_BINS / total
    if plot["elevation_sigma_rad"] > 0.0:
        here *= noise[RANGE_BINS + AZIMUTH_BINS + e] / (total * elevation_share(e))
    return float(here)


@kernel
def notice_noise(noise: Any, radar: Any, plot: Any) -> None:
    """Count one PLOT that no track claims; noise: f8[BINS]."""
    r, a, e = bins_of(radar, plot)
    noise[r] += 1.0
    noise[RANGE_BINS + a] += 1.0
    noise[RANGE_BINS + AZIMUTH_BINS + e] += 1.0


@kernel
def learn(sense: Any, unclaimed: int, confirmed: int, batches: int) -> None:
    """Take in one batch of `batches` a period: `unclaimed` plots of no sure track, `confirmed` tracks that became sure.

    Targets not seen yet come in at the rate of confirmations of late, and go as they are seen; a batch with more plots
    than noise can explain has more of them. The first turn, when everything is new, is no measure of noise.
    """
    share, first = 1.0 / max(batches, 1), sense[TURNS] < 0.999
    if not first:
        known = sense[TURNS] if sense[LEARNS_NOISE] == 1.0 else TOLD_TURNS + sense[TURNS]
        gain = share / min(max(known, 1.0), MEMORY + TOLD_TURNS)
        sense[FALSE_PLOTS] += gain * (max(unclaimed / share - sense[NEWCOMERS], 0.0) - sense[FALSE_PLOTS])
    arrivals = max(confirmed / share, NOMINAL_NEWCOMERS)
    sense[NEWCOMERS] += share / MEMORY * (arrivals - sense[NEWCOMERS])
    seen_now = max(sense[PD] * sense[UNSEEN], FIRST_SHARE * unclaimed if first else 0.0)
    if sense[LEARNS_NOISE] == 0.0 or not first:  # before anything is known of noise nothing is in excess of it
        seen_now = max(seen_now, excess_of(unclaimed, sense[FALSE_PLOTS] * share))
    sense[BIRTH] = log(max(seen_now, 1e-6) / max(sense[FALSE_PLOTS] * share, 1e-3))
    sense[UNSEEN] = seen_now * (1.0 / sense[PD] - 1.0) + sense[NEWCOMERS] * share
    sense[TURNS] += share


@kernel
def excess_of(plots: int, false_plots: float) -> float:
    """About how many of `plots` are more than noise of this mean explains: none until two deviations above it."""
    scatter = sqrt(max(false_plots, 1.0))
    above = (plots - false_plots) / scatter - 2.0
    return scatter * max(above if above > 30.0 else log1p(exp(above)) - log1p(exp(-2.0)), 0.0)


@kernel
def learn_pd(sense: Any, seen: int) -> None:
    """Take in one look at a sure track: 1 where it gave a plot."""
    sense[HITS] += seen
    sense[LOOKS] += 1.0
    if sense[LEARNS_PD] == 1.0:
        sense[PD] = min(max(sense[HITS] / sense[LOOKS], LEAST_PD), MOST_PD)


@kernel
def learn_pace(sense: Any, track: Any) -> None:
    """Take in the speed of a TRACK just confirmed, less what is uncertain of it: newcomers will be like it."""
    mean, covariance, weight = track["mean"], track["p"], track["weight"]
    unsure = 0.0
    for m in range(weight.size):
        unsure += weight[m] * (covariance[m, 3, 3] + covariance[m, 4, 4])
    square = max(0.5 * (mean[3] * mean[3] + mean[4] * mean[4] - unsure), LEAST_PACE_M_S * LEAST_PACE_M_S)
    sense[PACED] = min(sense[PACED] + 1.0, MEMORY * MEMORY)
    sense[PACE_M2_S2] += (square - sense[PACE_M2_S2]) / sense[PACED]


@kernel
def pace_share(sense: Any) -> float:
    """Variance of a new track's speed, as a share of the usual one; never wider than that."""
    return float(min(sense[PACE_M2_S2] / (USUAL_PACE_M_S * USUAL_PACE_M_S), 1.0))
