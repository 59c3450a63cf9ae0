"""What is believed: plots become tracks, tracks get an identity, and both can be scored.

`follow` runs the tracker over recorded plots; inside a mission `prepare` makes a picture and `advance` moves it.
"""

from farwatch.records import STATE
from farwatch.track.follow import follow
from farwatch.track.picture import Picture, advance, clear
from farwatch.track.prepare import new_picture, prepare, settings
from farwatch.track.score import gospa, ospa

__all__ = [
    "STATE",
    "Picture",
    "advance",
    "clear",
    "follow",
    "gospa",
    "new_picture",
    "ospa",
    "prepare",
    "settings",
]
