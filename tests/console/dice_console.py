"""A console for tests of its pages: jobs play dice, trials are made up, the ground is flat. Nothing is compiled.

`python -c "from console.dice_console import main; main()" PAUSE_S console --folder FOLDER ...`, `tests` on the path.
"""

import importlib.util
import struct
import sys
import zlib
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


def coverage_floor(*_asked: object) -> bytes:
    """In the place of `console.ground.coverage_floor`: nothing is seen anywhere."""
    import numpy as np

    from farwatch.console.told import packed

    header = {"lat_deg": 23.6, "lon_deg": 45.2, "metres_per_pixel": 1e4, "width": 16, "height": 16}
    return packed(header, {"floor_m": np.full(256, np.nan, "<f4")})


def relief(*_asked: object) -> bytes:
    """In the place of `console.ground.relief`: one grey pixel."""
    return GREY


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


def _png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


GREY = _png()


def main() -> None:
    """Serve, as `farwatch console` does."""
    from console.conftest import DICE
    from farwatch.cli import main as command
    from farwatch.console import maps, runs, work

    work.PROGRAM = DICE.replace("PAUSE_S", sys.argv.pop(1))
    runs.told, runs.exported = told, exported
    maps.coverage_floor, maps.relief = coverage_floor, relief
    command()
