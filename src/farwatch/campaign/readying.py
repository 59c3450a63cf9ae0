"""A scenario made ready to play; on the first run of a machine, two processes share the compiling."""

import subprocess
import sys
from threading import Lock
from typing import TYPE_CHECKING

from farwatch.scenario import Scenario

if TYPE_CHECKING:
    from farwatch.mission import Mission

_COMPILING = Lock()


def made_ready(scenario: Scenario) -> "Mission":
    """The scenario made ready. Where nothing is compiled yet, two processes share the compiling.

    Where no process can be started this one compiles everything itself, later. Raises InputError for a scenario that
    cannot be played.
    """
    from farwatch import mission
    from farwatch.compiled import is_warm

    if is_warm("mission.play"):
        return mission.prepare(scenario)
    with _COMPILING:
        return _compiled_with_help(scenario)


def _compiled_with_help(scenario: Scenario) -> "Mission":
    from farwatch import mission

    try:
        other = subprocess.Popen(
            [sys.executable, "-m", "farwatch.track.compiling"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return mission.prepare(scenario)
    try:
        prepared = mission.prepare(scenario)
        mission.rehearse(prepared)
    except BaseException:
        other.kill()
        raise
    finally:
        other.wait()
    return prepared
