"""What pyacmi reads in a Tacview recording, as JSON."""

import contextlib
import json
import sys

with contextlib.redirect_stdout(sys.stderr):  # it prints what it does not know
    from pyacmi import Acmi

    recording = Acmi()
    recording.load_acmi(sys.argv[1])

WORDS = ("Type", "Name", "CallSign", "Coalition", "Color", "ICAO24", "Squawk", "Parent", "LockedTarget")


def told(thing):
    """Words, end and positions of one object; pyacmi keeps tags apart from other words."""
    times = sorted({t for name in ("Longitude", "Latitude", "Altitude") for t in thing.data.get(name, {})})
    places = [[t, thing.longitude(t), thing.latitude(t), thing.altitude(t)] for t in times]
    words = {word: thing.get_value(word) for word in WORDS[1:]}
    return {"Type": thing.tags, "removed_s": thing.removed_at, "places": places, **words}


json.dump(
    {
        "version": recording.file_version,
        "title": recording.title,
        "reference": recording.reference_time.isoformat(),
        "objects": {number: told(thing) for number, thing in recording.objects.items()},
    },
    sys.stdout,
)
