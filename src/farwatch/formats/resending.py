"""A recording of ASTERIX as the datagrams it would have been, each with its time, to be sent once more.

Blocks stay as they were recorded, whatever their category. A block takes the time of its first record that tells one
(CAT048 and CAT034, read here), else that of the block before it.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from farwatch.formats.asterix import found_in, recording_of
from farwatch.formats.asterix_frames import HEADER_BYTES
from farwatch.formats.opening import opened


def recorded_datagrams(path: str | Path) -> Iterator[tuple[float, bytes]]:
    """Time (s, of the recording's clock) and bytes of each block of a recording, in the file's order.

    Times never fall. Raises InputError where the file cannot be read or holds no block.
    """
    data = opened(path)
    frames = found_in(data, str(path))
    found = recording_of(data, frames, source=str(path))
    places = np.concatenate([found.reports["place"], found.marks["place"]])
    times_s = np.concatenate([found.reports["time_s"], found.marks["time_s"]])
    known = np.isfinite(times_s)
    order = np.argsort(places[known], kind="stable")
    places, times_s = places[known][order], times_s[known][order]
    now_s = float(times_s[0]) if times_s.size else 0.0
    for _, first, end in frames.blocks:
        at = int(np.searchsorted(places, first))
        if at < places.size and places[at] < end:
            now_s = max(now_s, float(times_s[at]))
        yield now_s, data[first - HEADER_BYTES : end]
