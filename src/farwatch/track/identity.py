"""What a track probably is, from the picture: speed, height, echo, answers, and what is known of the traffic.

Each class expects a band of speed and of height (even density inside, Gaussian shoulders), an echo (log-normal around
its expected RCS, widened by the class's own spread and by fluctuation) and a chance to answer. Evidence is tempered:
answers count as at most ANSWERS_LIMIT independent ones, echoes keep a spread that no number of looks removes, and no
single feature speaks louder than LEAST_EVIDENCE. A wrong label is possible and meant to be.

Where a user lists flights that are expected, or routes that traffic flies, `judge_informed` adds what a listed code or
address, or following a route, says for the classes that are no threat. Both only ever speak for them: lists are never
complete. Neither is proof, because a code can be imitated and a route can be flown by anyone.

Sources: Gamma moments of ln(RCS) for Swerling fluctuation, Abramowitz and Stegun 6.3, 6.4; rest: model of this project.
"""

from math import exp, log, sqrt
from typing import Any, NamedTuple

from farwatch.compiled import carried, kernel
from farwatch.records import CONFIRMED, HOSTILE, NEUTRAL, UNKNOWN
from farwatch.track.codes import FILED_ADDRESS, FILED_CODE, match_filed
from farwatch.track.corridors import OFF_ROUTE, ON_ROUTE
from farwatch.track.sight import height_above_sea

LOG_PRIOR, LOG_REPLY, LOG_SILENCE, LOG_RCS, RCS_VAR, FADE_VAR = range(6)
"""Columns of class_logs: log prior with all constant normalisers; logs of answering and of silence; expected log echo
of one look; its variance between members and aspects; variance of one look around it."""

CLASS_LOGS = 6

ANSWERS_LIMIT = 8.0
"""Independent answers (or silences) that any number of interrogations counts for."""

ECHO_MEMORY = 32
"""Looks after which older echoes fade from the mean."""

ECHO_MODEL_VAR = 0.5
"""Variance of ln(RCS), about 3 dB, that class figures are off by at best."""

LEAST_EVIDENCE = -8.0
"""No single feature may speak against a class more than this (nats)."""

LEAST_RCS_M2 = 1e-9
"""Nothing is thought to echo less."""

REPLY_CLIP = 0.02
"""Nothing answers, or stays silent, with certainty beyond this."""

SPEED_SHOULDER, SPEED_SHOULDER_M_S = 0.1, 10.0
HEIGHT_SHOULDER_M = 600.0
"""Softness of the bands' edges: a share of the speed, and absolute; heights also stand for unknown ground below."""

LABEL_KEPT = 0.5
"""A label once given stays until its probability falls below this."""

YOUNG_LOOKS, LATER_EVERY = 10, 6
"""A track is judged at each plot up to this many looks, later at every n-th look."""

FILED_ADDRESS_EVIDENCE = log(0.5 / 0.01)
FILED_CODE_EVIDENCE = log(0.5 / 0.025)
"""An expected address or code, for classes that are no threat: a listed flight in two answers so; of threats one in a
hundred, or forty, would have taken such an address, or code, on purpose or by chance. Assumed; 3.9 and 3.0 nats."""

ON_ROUTE_EVIDENCE, OFF_ROUTE_EVIDENCE = log(0.7 / 0.2), log(0.3 / 0.8)
"""One independent look on a route, or off all routes, for aircraft that are no threat: seven in ten of theirs, two in
ten of others' looks are on one. Assumed."""

LOOKS_PER_ROUTE_LOOK, ROUTE_LIMIT = 4.0, 4.0
"""Looks that count as one independent look at a route, and how many of these all looks count for at most."""

AIRCRAFT = 0
"""Family of which members fly routes, see FAMILIES."""


@carried
class Known(NamedTuple):
    """What is known beforehand: `classes` and `class_logs` as in a picture, and two lists that may be empty."""

    classes: Any  # CLASS[k]
    class_logs: Any  # f8[k, CLASS_LOGS]
    filed: Any  # FILED[n], see codes.filed_of
    legs: Any  # LEG[m], see corridors.legs_of


@kernel
def prepare_classes(classes: Any, logs: Any) -> None:
    """Fill logs (f8[k, CLASS_LOGS]) from CLASS[k]."""
    for c in range(classes.size):
        one = classes[c]
        reply = min(max(one["expected_reply"], REPLY_CLIP), 1.0 - REPLY_CLIP)
        logs[c, LOG_REPLY], logs[c, LOG_SILENCE] = log(reply), log(1.0 - reply)
        shift, fade = fluctuation(one["swerling"])
        logs[c, LOG_RCS] = log(max(one["expected_rcs_m2"], LEAST_RCS_M2)) + shift
        logs[c, RCS_VAR] = (one["expected_rcs_spread_db"] * log(10.0) / 10.0) ** 2 + ECHO_MODEL_VAR
        logs[c, FADE_VAR] = fade
        speeds = one["expected_speed_high_m_s"] - one["expected_speed_low_m_s"]
        speeds += 2.5 * (SPEED_SHOULDER * one["expected_speed_high_m_s"] + SPEED_SHOULDER_M_S)
        heights = one["expected_height_high_m"] - one["expected_height_low_m"] + 2.5 * HEIGHT_SHOULDER_M
        width = max(speeds, 1.0) * max(heights, 1.0) * sqrt(logs[c, RCS_VAR])
        logs[c, LOG_PRIOR] = log(max(one["prior"], 1e-12)) - log(width)


@kernel
def fluctuation(swerling: int) -> Any:
    """Mean and variance of ln(echo / mean echo) of one look: Gamma of shape 1 or 2; averaged out or absent else."""
    if swerling == 1:
        return -0.5772156649015329, 1.6449340668482264
    if swerling == 3:
        return -0.2703628454614782, 0.6449340668482264
    return 0.0, 0.1


@kernel
def notice(track: Any, plot: Any, radar: Any) -> None:
    """Add one PLOT's echo, answer, code and address to what a TRACK has shown; a code not had leaves the last one."""
    if plot["rcs_m2"] > 0.0:
        if track["rcs_count"] >= ECHO_MEMORY:
            track["rcs_log_sum"] *= (ECHO_MEMORY - 1.0) / ECHO_MEMORY
        else:
            track["rcs_count"] += 1
        track["rcs_log_sum"] += log(plot["rcs_m2"])
    if plot["reply"] == 1:
        track["replies"] += 1
    elif radar["interrogator"] == 1:
        track["silences"] += 1
    if plot["mode_a"] > 0:
        track["mode_a"] = plot["mode_a"]
    if plot["address"] > 0:
        track["address"] = plot["address"]


@kernel
def judge(track: Any, plot: Any, radar: Any, known: Known, followed: Any, tracker: Any) -> None:
    """Beliefs, most probable class, hostile probability and label of a TRACK just updated with `plot`.

    followed: f8[FOLLOWED] of this track, see corridors.follow_route.
    """
    classes = known.classes
    if classes.size == 0:
        return
    weigh(track, least_echo(plot, radar), height_above_sea(radar, *place_of(track)), classes, known.class_logs)
    listed = filed_evidence(track, known.filed)
    routed = route_evidence(followed) if known.legs.size > 0 else 0.0
    for c in range(classes.size):
        if classes[c]["hostile"] == 0:
            track["belief"][c] += listed
            if classes[c]["family"] == AIRCRAFT:
                track["belief"][c] += routed
    settle(track, classes, tracker)


@kernel
def filed_evidence(track: Any, filed: Any) -> float:
    """What a TRACK's last code and address say for classes that are no threat, given FILED[n] (nats, 0 or more)."""
    found = match_filed(track["mode_a"], track["address"], filed)
    if found == FILED_ADDRESS:
        return FILED_ADDRESS_EVIDENCE
    return FILED_CODE_EVIDENCE if found == FILED_CODE else 0.0


@kernel
def route_evidence(followed: Any) -> float:
    """What looks on and off routes (f8[FOLLOWED]) say for aircraft that are no threat (nats, 0 or more)."""
    looks = followed[ON_ROUTE] + followed[OFF_ROUTE]
    tempered = min(1.0 / LOOKS_PER_ROUTE_LOOK, ROUTE_LIMIT / max(looks, 1.0))
    evidence = followed[ON_ROUTE] * ON_ROUTE_EVIDENCE + followed[OFF_ROUTE] * OFF_ROUTE_EVIDENCE
    return float(max(tempered * evidence, 0.0))


@kernel
def settle(track: Any, classes: Any, tracker: Any) -> None:
    """Most probable class, hostile probability and label from the beliefs of a TRACK; at least one class."""
    total, hostile, best = 0.0, 0.0, 0
    belief = track["belief"]
    for c in range(1, classes.size):
        if belief[c] > belief[best]:
            best = c
    for c in range(classes.size):
        share = exp(belief[c] - belief[best])
        total += share
        if classes[c]["hostile"] == 1:
            hostile += share
    track["class_index"] = best
    track["hostile_probability"] = hostile / total
    label(track, tracker)


@kernel
def place_of(track: Any) -> Any:
    """x, y, z of a TRACK's combined state."""
    mean = track["mean"]
    return mean[0], mean[1], mean[2]


@kernel
def least_echo(plot: Any, radar: Any) -> float:
    """About the smallest RCS (m2) that the radar would have reported there: weak targets are seen when they flash.

    The threshold on mean SNR per pulse is -ln(Pfa) for one pulse, and falls with the root of their number.
    """
    if plot["rcs_m2"] <= 0.0 or plot["snr"] <= 0.0 or not 0.0 < radar["pfa"] < 1.0:
        return LEAST_RCS_M2
    threshold = -log(radar["pfa"]) / sqrt(max(radar["pulses"], 1.0))
    return float(max(plot["rcs_m2"] / plot["snr"] * threshold, LEAST_RCS_M2))


@kernel
def weigh(track: Any, least_echo_m2: float, height_m: float, classes: Any, logs: Any) -> None:
    """Log-probability (unnormalised) of each class into track["belief"]."""
    mean, p, weight, belief = track["mean"], track["p"], track["weight"], track["belief"]
    speed = sqrt(mean[3] * mean[3] + mean[4] * mean[4] + mean[5] * mean[5])
    speed_var = 0.5 * (weight[0] * (p[0, 3, 3] + p[0, 4, 4]) + weight[1] * (p[1, 3, 3] + p[1, 4, 4]))
    height_var = weight[0] * p[0, 2, 2] + weight[1] * p[1, 2, 2] + HEIGHT_SHOULDER_M * HEIGHT_SHOULDER_M
    answers = track["replies"] + track["silences"]
    tempered = min(1.0, ANSWERS_LIMIT / max(answers, 1))
    replies, silences = tempered * track["replies"], tempered * track["silences"]
    looks = max(track["rcs_count"], 1)
    echo, echo_floor = track["rcs_log_sum"] / looks, log(least_echo_m2)
    for c in range(classes.size):
        one = classes[c]
        low, high = one["expected_speed_low_m_s"], one["expected_speed_high_m_s"]
        out = max(low - speed, speed - high, 0.0)
        soft = SPEED_SHOULDER * (low if speed < low else high) + SPEED_SHOULDER_M_S
        evidence = max(-0.5 * out * out / (soft * soft + speed_var), LEAST_EVIDENCE)
        out = max(one["expected_height_low_m"] - height_m, height_m - one["expected_height_high_m"], 0.0)
        evidence += max(-0.5 * out * out / height_var, LEAST_EVIDENCE)
        if track["rcs_count"] > 0:
            gap = logs[c, LOG_RCS] - echo_floor
            seen = max(logs[c, LOG_RCS], echo_floor) + 0.7 / (1.0 + gap * gap)  # log of their sum, closely
            off = echo - seen
            evidence += max(-0.5 * off * off / (logs[c, RCS_VAR] + logs[c, FADE_VAR] / looks), LEAST_EVIDENCE)
        evidence += replies * logs[c, LOG_REPLY] + silences * logs[c, LOG_SILENCE]
        belief[c] = logs[c, LOG_PRIOR] + evidence


@kernel
def label(track: Any, tracker: Any) -> None:
    """HOSTILE, NEUTRAL or UNKNOWN by the thresholds; a label once given is kept while it is the likelier one."""
    hostile = track["hostile_probability"]
    if track["status"] != CONFIRMED:
        track["identity"] = UNKNOWN
    elif hostile >= tracker["hostile_threshold"]:
        track["identity"] = HOSTILE
    elif 1.0 - hostile >= tracker["neutral_threshold"]:
        track["identity"] = NEUTRAL
    elif (track["identity"] == HOSTILE and hostile < LABEL_KEPT) or (
        track["identity"] == NEUTRAL and 1.0 - hostile < LABEL_KEPT
    ):
        track["identity"] = UNKNOWN


@kernel
def is_due(track: Any) -> bool:
    """Whether a TRACK should be judged again at this plot."""
    return bool(track["looks"] <= YOUNG_LOOKS or track["looks"] % LATER_EVERY == 0)
