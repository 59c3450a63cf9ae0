"""Compile the tracker by itself, so that another process can do it while this one compiles the rest."""

import numpy as np

from farwatch.records import CLASS, PLOT, RADAR
from farwatch.track.picture import advance
from farwatch.track.prepare import new_picture, settings


def compile_tracker() -> None:
    """Advance an empty picture once: its machine code is in the cache afterwards, for the types a mission uses."""
    radars = np.zeros(1, RADAR)
    radars["period_s"] = 1.0
    picture = new_picture(settings(), 1, np.zeros(1, CLASS), (8, 8))
    advance(picture, radars, 0, 1.0, np.zeros(1, PLOT), 0)


if __name__ == "__main__":
    compile_tracker()
