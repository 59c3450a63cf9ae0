"""What is believed: plots become tracks, tracks get an identity, and both can be scored.

`track` is the whole of it as one verb, over recorded plots: `fw.track("plots.csv", "alpha.yaml")`. `follow` is the
tracker over arrays; inside a mission `prepare` makes a picture and `advance` moves it.
"""

import sys
from types import ModuleType
from typing import Any

from farwatch.records import STATE
from farwatch.track.follow import follow
from farwatch.track.picture import Picture, advance, clear
from farwatch.track.prepare import new_picture, prepare, settings
from farwatch.track.score import gospa, ospa
from farwatch.track.sensors import Sensor, read_sensors
from farwatch.track.tracking import TrackOptions, Tracks, track

__all__ = [
    "STATE",
    "Picture",
    "Sensor",
    "TrackOptions",
    "Tracks",
    "advance",
    "clear",
    "follow",
    "gospa",
    "new_picture",
    "ospa",
    "prepare",
    "read_sensors",
    "settings",
    "track",
]


class _Room(ModuleType):
    """The room as a module that can be called.

    The room and the verb share a name. Importing anything below `farwatch.track` makes Python set `farwatch.track` to
    this module, whatever stood there; so that `fw.track(plots, sensors)` works before and after, the module itself
    passes a call on to the verb.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Tracks:
        """Track recorded plots: `farwatch.track.tracking.track`."""
        return track(*args, **kwargs)


sys.modules[__name__].__class__ = _Room
