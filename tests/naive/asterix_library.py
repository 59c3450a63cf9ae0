"""ASTERIX of any category made by libasterix, for tests of what reads it."""

from functools import cache
from importlib import import_module

NAMES = {1: "1_4", 2: "1_2", 10: "1_1", 20: "1_11", 21: "2_7", 34: "1_29", 48: "1_32", 62: "1_21", 65: "1_6"}


@cache
def generated():
    """The library's tables."""
    return import_module("asterix.generated")


def spec(category, edition=""):
    """The library's class of a category."""
    return getattr(generated(), f"Cat_{category:03d}_{edition or NAMES[category]}")


def block(category, *records, edition=""):
    """One data block of records, each a dict of items; of CAT001, pairs of the profile's name and a dict."""
    made = spec(category, edition)
    profile = made.cv_uap
    if category == 1:
        rows = [profile.cv_uaps[kind].create(items) for kind, items in records]
    else:
        rows = [profile.cv_record.create(items) for items in records]
    return made.create(rows).unparse().to_bytes()


def broadcast(time_s, lat_deg, lon_deg, address, **more):
    """A CAT021 record: a fine position with the time for which it holds."""
    items = {
        "010": (25, 7), "040": [0], "071": float(time_s), "131": (float(lat_deg), float(lon_deg)), "080": address,
    }
    return {**items, **{name.removeprefix("i"): value for name, value in more.items()}}


def track(time_s, lat_deg, lon_deg, number, **more):
    """A CAT062 record."""
    items = {
        "010": (25, 1), "070": float(time_s), "105": (float(lat_deg), float(lon_deg)), "040": number, "080": [0],
    }
    return {**items, **{name.removeprefix("i"): value for name, value in more.items()}}
