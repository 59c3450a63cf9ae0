"""Symbol codes for things of a scene: MIL-STD-2525D and APP-6(D), twenty digits; MIL-STD-2525C, fifteen letters.

A code of 2525D (appendix A) is: version 10; context 0, reality, and standard identity; symbol set; status 0, present;
headquarters, task force or dummy 0; echelon, two digits (15: a battery); entity, six digits; two modifiers, two digits
each. Entities and modifiers are those of the standard's tables of symbol sets 01 air, 02 air missile, 10 land unit, 15
land equipment and 20 land installation.

A code of 2525C (appendix A) is: S, warfighting; standard identity; battle dimension; P, present; function, six letters
of the standard's tables of air tracks, ground units, equipment and installations; what is not told is a dash.
"""

from typing import NamedTuple

from farwatch.formats.scene import ASSET, BATTERY, RADAR, ROUND, Thing


class Sign(NamedTuple):
    """What one kind of thing is called in both standards."""

    symbol_set: str
    echelon: str
    entity: str
    modifiers: str
    dimension: str
    function: str


IDENTITIES = {"hostile": ("6", "H"), "friend": ("3", "F"), "neutral": ("4", "N"), "unknown": ("1", "U")}
"""Standard identity of a side, in both standards."""

FAMILY_SIGNS = {
    "": Sign("01", "00", "000000", "0000", "A", "------"),  # an air track of which no more is known
    "aircraft": Sign("01", "00", "110100", "0000", "A", "MF----"),  # military, fixed wing
    "helicopter": Sign("01", "00", "110200", "0000", "A", "MH----"),  # military, rotary wing
    "drone": Sign("01", "00", "110300", "0000", "A", "MFQ---"),  # military, unmanned
    "cruise-missile": Sign("02", "00", "110000", "0700", "A", "WMCM--"),  # missile; class: cruise
    "ballistic-missile": Sign("02", "00", "110000", "0600", "A", "WMB---"),  # missile; class: ballistic
}
"""By family, of what flies."""

CIVIL_SIGNS = {
    "aircraft": Sign("01", "00", "120100", "0000", "A", "CF----"),  # civilian, fixed wing
    "helicopter": Sign("01", "00", "120200", "0000", "A", "CH----"),  # civilian, rotary wing
    "drone": Sign("01", "00", "120300", "0000", "A", "C-----"),  # civilian, unmanned; 2525C has no sign for it
}
"""By family, of neutral aircraft."""

KIND_SIGNS = {
    ROUND: Sign("02", "00", "110000", "0201", "A", "WMSA--"),  # missile; from the surface, to the air
    BATTERY: Sign("10", "15", "130102", "0000", "G", "UCDM--"),  # air defence, missile; echelon: battery
    RADAR: Sign("15", "00", "220300", "0000", "G", "ESR---"),  # sensor, radar
    ASSET: Sign("20", "00", "110000", "0000", "G", "I-----"),  # installation
}
"""By kind, of everything else."""

LAUNCHER = Sign("15", "00", "111100", "0000", "G", "EWMA--")
"""An air defence missile launcher, for who shows a battery's launchers one by one."""

_STATUS, _TASK = "0", "0"


def sign_of(thing: Thing) -> Sign:
    """What both standards call the kind of a thing: by kind on the ground and of rounds, else by family."""
    if thing.kind in KIND_SIGNS:
        return KIND_SIGNS[thing.kind]
    if thing.side == "neutral" and thing.family in CIVIL_SIGNS:
        return CIVIL_SIGNS[thing.family]
    return FAMILY_SIGNS.get(thing.family, FAMILY_SIGNS[""])


def digits(sign: Sign, side: str) -> str:
    """The code of 2525D and APP-6(D), twenty digits, of a sign and a side."""
    identity = IDENTITIES.get(side, IDENTITIES["unknown"])[0]
    return f"100{identity}{sign.symbol_set}{_STATUS}{_TASK}{sign.echelon}{sign.entity}{sign.modifiers}"


def letters(sign: Sign, side: str) -> str:
    """The code of 2525C, fifteen letters, of a sign and a side; letters 11 and 12 mark an installation or a battery."""
    identity = IDENTITIES.get(side, IDENTITIES["unknown"])[1]
    mark = "H-" if sign.function.startswith("I") else "-E" if sign.echelon == "15" else "--"
    return f"S{identity}{sign.dimension}P{sign.function}{mark}---"


def symbol(thing: Thing) -> str:
    """The twenty digits of a thing."""
    return digits(sign_of(thing), thing.side)


def symbol_2525c(thing: Thing) -> str:
    """The fifteen letters of a thing."""
    return letters(sign_of(thing), thing.side)
