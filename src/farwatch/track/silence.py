"""What a radar that is off does to the picture: it sees nothing, misses nothing, and in the end lets go of its tracks.

It lets go of a track when it would have missed it often enough had it looked, so that a stale track does not live
for ever; a track that no other radar holds then ends. Nothing is learned of the radar meanwhile.
"""

from typing import Any

from farwatch.compiled import kernel
from farwatch.records import FREE
from farwatch.track.life import NOT_HELD, end
from farwatch.track.picture import DROPPED, EXTENT

SILENT_LOOKS = 5
"""Looks without news after which a radar lets go where the tracker goes by existence alone."""


@kernel
def fall_silent(picture: Any, radar: Any, r: int, time_s: float) -> None:
    """Let radar `r`, a RADAR that is off at `time_s`, go of the tracks of which it has had no news for too long."""
    tracks, looks, streaks, counters = picture.tracks, picture.looks, picture.streaks, picture.counters
    most = picture.tracker[0]["drop_misses"]
    if most == 0:
        most = SILENT_LOOKS
    for i in range(counters[EXTENT]):
        if streaks[i, r] == NOT_HELD or tracks[i]["status"] == FREE or time_s - looks[i, r] < most * radar["period_s"]:
            continue
        streaks[i, r] = NOT_HELD
        held = False
        for q in range(streaks.shape[1]):
            held = held or streaks[i, q] != NOT_HELD
        if not held:
            end(picture.hypotheses, tracks[i], i, picture.outlines)
            counters[DROPPED] += 1
