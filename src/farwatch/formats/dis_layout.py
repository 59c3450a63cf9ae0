"""The bytes of DIS 7 messages (protocol data units), and the numbers that stand for kinds of thing in them.

Layout: [dis7] IEEE 1278.1-2012, clauses 6.2 and 7, all big-endian. Numbers: [siso10] SISO-REF-010, "Enumerations for
Simulation Interoperability", by its UID. Entities are notional: their country is 0, other.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from farwatch.formats.scene import ASSET, BATTERY, RADAR, ROUND, Thing

Rows = NDArray[Any]

VERSION = 7
"""IEEE 1278.1-2012 [siso10, UID 3]."""

STATE_TYPE, FIRE_TYPE, DETONATION_TYPE, EMISSION_TYPE = 1, 2, 3, 23
"""Types of message [siso10, UID 4]."""

FAMILIES_OF = {STATE_TYPE: 1, FIRE_TYPE: 2, DETONATION_TYPE: 2, EMISSION_TYPE: 6}
"""Protocol families: entity information, warfare, distributed emission regeneration [siso10, UID 5]."""

FORCES = {"friend": 1, "hostile": 2, "neutral": 3}
"""Friendly, opposing, neutral; 0 is other [siso10, UID 6]."""

ASCII = 1
"""Character set of a marking [siso10, UID 45]."""

STANDS, STRAIGHT = 1, 2
"""Dead reckoning: static; DRM(FPW), constant velocity and orientation [siso10, UID 44]."""

DESTROYED, DEACTIVATED = 3 << 3, 1 << 23
"""Bits of the appearance, the same for platforms, munitions, sensors and cultural features [siso10, UID 31 to 43]."""

DETONATION, NO_DETONATION = 5, 6
"""Results of a detonation [siso10, UID 62]."""

SEARCH, ACQUISITION_AND_TRACKING = 1, 5
"""Functions of a beam [siso10, UID 78]."""

SURVEILLANCE, FIRE_CONTROL = 2, 4
"""Functions of an emitter system [siso10, UID 76]."""

_HEADER: list[Any] = [
    ("version", "u1"), ("exercise", "u1"), ("type", "u1"), ("family", "u1"),
    ("timestamp", ">u4"), ("length", ">u2"), ("status", "u1"), ("header_spare", "u1"),
]

IDENTITY = np.dtype([("site", ">u2"), ("application", ">u2"), ("number", ">u2")])
"""Of an entity, or of an event; number 0 is none."""

KIND = np.dtype(
    [
        ("kind", "u1"), ("domain", "u1"), ("country", ">u2"),
        ("category", "u1"), ("subcategory", "u1"), ("specific", "u1"), ("extra", "u1"),
    ]
)
"""Entity type record, 6.2.30."""

_MUNITION = np.dtype([("type", KIND), ("warhead", ">u2"), ("fuze", ">u2"), ("quantity", ">u2"), ("rate", ">u2")])

ENTITY_STATE = np.dtype(
    [
        *_HEADER,
        ("entity", IDENTITY), ("force", "u1"), ("parameters", "u1"), ("entity_type", KIND), ("seen_as", KIND),
        ("velocity_m_s", ">f4", 3), ("location_m", ">f8", 3), ("orientation_rad", ">f4", 3), ("appearance", ">u4"),
        ("reckoning", "u1"), ("reckoning_more", "u1", 15), ("acceleration_m_s2", ">f4", 3), ("spin_rad_s", ">f4", 3),
        ("alphabet", "u1"), ("marking", "S11"), ("capabilities", ">u4"),
    ]
)
"""7.2.2, 144 bytes without variable parameters."""

FIRE = np.dtype(
    [
        *_HEADER,
        ("firing", IDENTITY), ("target", IDENTITY), ("munition", IDENTITY), ("event", IDENTITY), ("mission", ">u4"),
        ("location_m", ">f8", 3), ("descriptor", _MUNITION), ("velocity_m_s", ">f4", 3), ("range_m", ">f4"),
    ]
)
"""7.3.2, 96 bytes."""

DETONATED = np.dtype(
    [
        *_HEADER,
        ("firing", IDENTITY), ("target", IDENTITY), ("munition", IDENTITY), ("event", IDENTITY),
        ("velocity_m_s", ">f4", 3), ("location_m", ">f8", 3), ("descriptor", _MUNITION), ("offset_m", ">f4", 3),
        ("result", "u1"), ("parameters", "u1"), ("spare", ">u2"),
    ]
)
"""Detonation, 7.3.3, 104 bytes without variable parameters."""

_SYSTEM: list[Any] = [
    ("system_words", "u1"), ("beams", "u1"), ("system_spare", ">u2"),
    ("emitter_name", ">u2"), ("emitter_function", "u1"), ("emitter", "u1"), ("antenna_m", ">f4", 3),
]
_BEAM: list[Any] = [
    ("beam_words", "u1"), ("beam", "u1"), ("beam_parameters", ">u2"),
    ("frequency_hz", ">f4"), ("bandwidth_hz", ">f4"), ("power_dbm", ">f4"), ("prf_hz", ">f4"), ("pulse_us", ">f4"),
    ("azimuth_rad", ">f4"), ("azimuth_half_rad", ">f4"), ("elevation_rad", ">f4"), ("elevation_half_rad", ">f4"),
    ("sweep_share", ">f4"), ("beam_function", "u1"), ("targets", "u1"), ("dense", "u1"), ("beam_status", "u1"),
    ("jamming", ">u4"),
]
EMISSION = np.dtype(
    [
        *_HEADER,
        ("emitting", IDENTITY), ("event", IDENTITY), ("changed", "u1"), ("systems", "u1"), ("spare", ">u2"),
        *_SYSTEM, *_BEAM,
    ]
)
"""Electromagnetic emission, 7.6.2, of one emitter system with one beam, 100 bytes."""

_BEAM_WORDS = np.dtype(_BEAM).itemsize // 4
_SYSTEM_WORDS = np.dtype(_SYSTEM).itemsize // 4 + _BEAM_WORDS

_PLATFORM, _WEAPON, _CULTURAL, _SENSOR = 1, 2, 5, 9  # kinds [siso10, UID 7]
_LAND, _AIR = 1, 2  # domains of a platform [siso10, UID 8]
_ANTI_AIR, _TACTICAL = 1, 11  # domains of a munition [siso10, UID 14]
_GUIDED, _BALLISTIC = 1, 2  # categories of a munition [siso10, UID 15]
_AIR_DEFENCE, _UTILITY_HELICOPTER, _UNMANNED, _RF_ACTIVE = 28, 21, 50, 2  # categories [siso10, UID 9, 10, 28]

_INTERCEPTOR = (_WEAPON, _ANTI_AIR, _GUIDED)
_BY_KIND = {
    ROUND: _INTERCEPTOR,
    BATTERY: (_PLATFORM, _LAND, _AIR_DEFENCE),
    RADAR: (_SENSOR, _LAND, _RF_ACTIVE),
    ASSET: (_CULTURAL, _LAND, 0),
}
_BY_FAMILY = {
    "aircraft": (_PLATFORM, _AIR, 0),
    "helicopter": (_PLATFORM, _AIR, _UTILITY_HELICOPTER),
    "drone": (_PLATFORM, _AIR, _UNMANNED),
    "cruise-missile": (_WEAPON, _TACTICAL, _GUIDED),
    "ballistic-missile": (_WEAPON, _TACTICAL, _BALLISTIC),
}


def kind_of(thing: Thing) -> tuple[int, ...]:
    """Entity type of a thing as KIND: kind, domain, country 0, category, and nothing closer. Source: [siso10]."""
    kind, domain, category = _BY_KIND.get(thing.kind) or _BY_FAMILY.get(thing.family, (_PLATFORM, _AIR, 0))
    return kind, domain, 0, category, 0, 0, 0


def blank(layout: np.dtype[Any], message_type: int, count: int, exercise: int) -> Rows:
    """Messages of one layout with their headers filled in but for the time; everything else is zero."""
    rows = np.zeros(count, layout)
    rows["version"], rows["exercise"] = VERSION, exercise
    rows["type"], rows["family"], rows["length"] = message_type, FAMILIES_OF[message_type], layout.itemsize
    if layout is EMISSION:
        rows["systems"], rows["beams"], rows["emitter"], rows["beam"] = 1, 1, 1, 1
        rows["system_words"], rows["beam_words"] = _SYSTEM_WORDS, _BEAM_WORDS
    elif layout in (FIRE, DETONATED):
        kind, domain, category = _INTERCEPTOR
        rows["descriptor"]["type"], rows["descriptor"]["quantity"] = (kind, domain, 0, category, 0, 0, 0), 1
    return rows
