"""What a process is made of, as far as it can change a bit of a result: compared between machines."""

import platform
from collections.abc import Mapping
from functools import cache

from farwatch.campaign.plan import PACKAGES, package_version


@cache
def makeup() -> Mapping[str, str]:
    """Version, kernels, packages, and the machine's arithmetic: processor family, system and its C library."""
    from farwatch import __version__
    from farwatch.compiled import source_hash

    return {
        "farwatch": __version__,
        "kernels": source_hash(),
        **{name: package_version(name) for name in PACKAGES},
        "machine": platform.machine(),
        "system": platform.system(),
        "C library": " ".join(platform.libc_ver()).strip() or "unknown",
    }


def clashes(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """One line for each thing in which two make-ups differ, both named."""
    names = dict.fromkeys([*here, *there])
    return [
        f"{name}: {here.get(name, 'absent')} here, {there.get(name, 'absent')} there"
        for name in names
        if here.get(name) != there.get(name)
    ]
