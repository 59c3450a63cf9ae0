"""How the service is: what came in, what became of it, how busy it is and how far behind."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One look at the service; counts are since it began.

    received: datagrams, bytes, and what was dropped where; records: by category; damaged: blocks, records and datagrams
    that could not be read; left_out: records that are no plot, by reason; plots: what became of them; off: by how many
    seconds the clocks of sensors are off; unready: sensors whose place or period is not known.
    """

    running_s: float
    received: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    damaged: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    plots: Mapping[str, int] = field(default_factory=dict)
    sensors: tuple[str, ...] = ()
    unready: tuple[str, ...] = ()
    off: Mapping[str, float] = field(default_factory=dict)
    tracks: int = 0
    tentative: int = 0
    ended: int = 0
    pictures: int = 1
    """Times that the picture began: once, and whenever the data's time went back."""
    not_sent: int = 0
    picture_s: float = nan
    """The picture's time: seconds since the midnight before its first data."""
    behind_utc_s: float = nan
    """Time of day by the wall less the picture's, from minus to plus half a day."""
    lag_s: float = 0.0
    """For how long the oldest datagram of the last step had waited to be read."""
    decode_share: float = 0.0
    track_share: float = 0.0
    """Of the time since the last look: how much of it went into reading and sorting, and into tracking."""
    memory_bytes: int = 0

    @property
    def dropped(self) -> int:
        """Datagrams that were lost for want of room."""
        return self.received.get("dropped by the system", 0) + self.received.get("dropped in the ring", 0)

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it; what is not known is null."""
        names = [name for name in type(self).__dataclass_fields__ if name not in {"sensors", "unready"}]
        found = {name: _plain(getattr(self, name)) for name in names}
        return {**found, "sensors": list(self.sensors), "unready": list(self.unready)}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3) if value == value else None  # noqa: PLR0124
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, Mapping) else value


def memory_bytes() -> int:
    """Memory that this process holds now; where the system does not tell, the most that it ever held."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
