"""The words of the page, explained once, in plain language."""

TERMS: tuple[tuple[str, str], ...] = (
    (
        "95 % interval",
        (
            "How sure a limited number of trials makes us: in 95 cases of 100 such an interval holds the value "
            "that endless trials would give. It does not cover errors of the model itself."
        ),
    ),
    ("Assumed", "A figure that nobody publishes. Here it has a wide range, and every trial draws it anew."),
    ("Channel", "What a battery needs to follow one target and steer rounds to it. It has only so many."),
    (
        "Clutter, filter",
        (
            "Clutter is the echo of ground, sea and rain. A radar's filter removes what hardly moves to or from "
            "it, and with it targets that fly slowly or sideways. What is left can cover a target, as jamming can."
        ),
    ),
    ("Hostile", "What the air picture takes for an attacker, by its speed, height, echo and silence. It can be wrong."),
    ("Horizon", "The earth is round. A radar on a mast sees a low target only when it is close."),
    ("km (10–90)", "The middle value, and the range that holds the middle four fifths of cases."),
    (
        "Radar cross-section",
        "How large a target looks to a radar, in square metres. It can be far smaller than the thing.",
    ),
    ("Round", "One interceptor missile. In this model a round is a flight time and a chance to kill."),
    (
        "Threat, raid",
        "A threat is one attacker; the raid is all of them. “Got through” means it reached what it flew to.",
    ),
    ("Track", "What a computer makes of several radar detections in a row: one object with a place and a speed."),
    ("Trial", "One play of the whole raid. Chance and every uncertain figure are drawn anew each time."),
)
