"""A console for tests of its pages: jobs play dice, trials are made up, the ground is flat. Nothing is compiled.

`python -c "from console.dice_console import main; main()" PAUSE_S console --folder FOLDER ...`, `tests` on the path.
"""

import importlib.util
import sys
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
SMALL, CROWD, HOSTILE = 0, 1001, 1002
"""Trials: two drones, as in all that are not named here; a thousand objects; names that are markup."""

EVIL = '"><img src=x onerror="caught=1"><svg/onload="caught=2"></script><script>caught=3</script>&lt;'
"""What a page shows as it is, letter by letter, or is caught."""


def told(_folder: str, trial: int) -> bytes:
    """In the place of `console.told.told`: a trial that is made up, packed."""
    return crowd() if trial == CROWD else renamed() if trial == HOSTILE else small()


def exported(_folder: str, trial: int, suffix: str) -> bytes:
    """In the place of `console.told.exported`."""
    return f"trial {trial} as {suffix}\n".encode()


def coverage(*_asked: object) -> bytes:
    """In the place of `console.coverage.coverage`: nothing is seen anywhere, of something whose name is markup."""
    import numpy as np

    from farwatch.console.told import packed

    place = {"lat_deg": 23.6, "lon_deg": 45.2}
    header = {
        "target": {"class": "one-way-drone", "label": EVIL, "rcs_m2": 0.05}, "pd": 0.8,
        "classes": [{"class": "one-way-drone", "label": EVIL, "count": 2, "height_m": 120.0, "rcs_m2": 0.05}],
        "radars": [{"name": f"alpha/{EVIL}", **place, "azimuths": 4, "ranges": 2, "step_m": 1e3}],
        "claimed": {"label": EVIL, "battery": "alpha", "range_m": 4e5, "printed": EVIL, **place},
    }  # fmt: skip
    return packed(header, {"low_0": np.full(8, 65535, "<u2"), "high_0": np.zeros(8, "<u2")})


def relief(*_asked: object) -> bytes:
    """In the place of `console.ground.relief`: one grey pixel."""
    import numpy as np

    from farwatch.console.ground import png

    return png(np.full((1, 1, 3), 128, np.uint8), np.ones((1, 1), bool))


def small() -> bytes:
    """A battery and two drones: one is killed, one leaks."""
    from console.test_trial_page import trial

    return trial()


def renamed() -> bytes:
    """The same with names that are markup."""
    import json

    data = small()
    size = int.from_bytes(data[:4], "little")
    text = json.dumps(json.loads(data[4 : 4 + size]))
    names = ("alpha-96l6e", "alpha/96l6e", "drones/2", "drones/1", "round 1", "depot", "one-way-drone", "two drones")
    for name in names:
        text = text.replace(json.dumps(name), json.dumps(f"{name} {EVIL}"))
    head = text.encode()
    head += b" " * (-(len(head) + 4) % 8)
    return len(head).to_bytes(4, "little") + head + data[4 + size :]


@cache
def crowd() -> bytes:
    """A thousand objects that fly for ten minutes: those of the benchmark of frames."""
    path = TESTS.parent / "web" / "bench" / "frames.py"
    spec = importlib.util.spec_from_file_location("frames", path)
    frames = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(frames)
    return frames.scene(1000)


def main() -> None:
    """Serve, as `farwatch console` does."""
    from console.conftest import DICE
    from farwatch.cli import main as command
    from farwatch.console import maps, runs, work

    work.PROGRAM = DICE.replace("PAUSE_S", sys.argv.pop(1))
    for room, stand_in in ((runs, told), (runs, exported), (maps, coverage), (maps, relief)):
        getattr(room, stand_in.__name__)  # an error where it goes by another name now
        setattr(room, stand_in.__name__, stand_in)
    command()
