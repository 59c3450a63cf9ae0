"""From nothing to the first trial: imports, help, machine code from the cache, machine code made anew.

    python benchmarks/start.py           with the cache of this user
    python benchmarks/start.py --cold    with an empty one: how long the very first run compiles

Wall time of whole processes, the least of three, since that is what a user waits for.
"""

import os
import subprocess
import sys
import tempfile
import time

REPEATS = 3

FIRST_TRIAL = """
import farwatch as fw
from farwatch import mission
mission.play(mission.prepare(fw.load("desert-battery")), seed=1, first_trial=0, count=1)
"""
COLD = "from farwatch.campaign.execute import warm; warm()"
"""As `farwatch run` does it: two processes share the compiling."""


def wall_s(arguments, **environment):
    """Wall seconds of one process."""
    start = time.perf_counter()
    settings = {**os.environ, **environment}
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=settings)
    return time.perf_counter() - start


def least_s(*arguments):
    """Least wall seconds over the repeats, after one run that fills the disk's cache."""
    wall_s(arguments)
    return min(wall_s(arguments) for _ in range(REPEATS))


def report():
    """Print one line per way to start."""
    print("start, wall seconds of a whole process")
    bare = least_s("-c", "pass")
    print(f"  python that does nothing        {bare:6.2f}")
    print(f"  import farwatch, beyond that    {least_s('-c', 'import farwatch') - bare:6.2f}   (goal: below 0.2)")
    print(f"  farwatch --help                 {least_s('-m', 'farwatch.cli', '--help'):6.2f}   (goal: below 0.3)")
    print(f"  one trial, machine code cached  {least_s('-c', FIRST_TRIAL):6.2f}   (goal: 3 or less)")


def report_cold():
    """Print how long the first run ever takes."""
    with tempfile.TemporaryDirectory() as folder:
        spent_s = wall_s(["-c", COLD], XDG_CACHE_HOME=folder)
        print(f"first run ever, nothing compiled  {spent_s:6.1f} s   (goal: below 60)")


if __name__ == "__main__":
    report_cold() if "--cold" in sys.argv[1:] else report()
