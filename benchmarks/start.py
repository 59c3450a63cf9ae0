"""From nothing to the first trial: imports, help, machine code from the cache, machine code made anew.

    python benchmarks/start.py           with the cache of this user
    python benchmarks/start.py --cold    with an empty one: how long the very first run compiles

Wall time of whole processes, the least of three, since that is what a user waits for; CPU time beside it, for when
the machine is busy. Compiled Python files are kept in a folder of their own, as an installation has them.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

REPEATS = 3

FIRST_TRIAL = """
import farwatch as fw
from farwatch import mission
mission.play(mission.prepare(fw.load("desert-battery")), seed=1, first_trial=0, count=1)
"""
HELP = "import sys; sys.argv[1:] = ['--help']; from farwatch.cli import main; main()"
COMMANDS = {
    "farwatch claim": ("claim", "s-400", "402km"),
    "farwatch coverage, line of sight": (
        "coverage", "--at", "46.80,8.30", "--antenna-m", "20", "--radius-km", "40", "--terrain", "alps-3s",
        "--line-of-sight", "--out", "{folder}/floor.tif",
    ),
    "farwatch coverage, with a radar": (
        "coverage", "--at", "46.80,8.30", "--radar", "asr-9", "--terrain", "alps-3s", "--out", "{folder}/map.png",
    ),
}  # fmt: skip
COLD = "from farwatch.campaign.execute import warm; warm()"
"""As `farwatch run` does it: two processes share the compiling."""


def spent_s(arguments, pycache, **environment):
    """Wall and CPU seconds of one process and its children."""
    settings = {**os.environ, "PYTHONPYCACHEPREFIX": pycache, **environment}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=settings)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def command(words, folder):
    """Arguments of Python that run one command of ours and leave its files in `folder`."""
    words = [word.format(folder=folder) for word in words]
    return "-c", f"import sys; sys.argv[1:] = {words!r}; from farwatch.cli import main; main()"


def report():
    """Print one line per way to start."""
    with tempfile.TemporaryDirectory() as pycache:

        def least(*arguments):
            spent_s(arguments, pycache)
            return np.min([spent_s(arguments, pycache) for _ in range(REPEATS)], axis=0)

        nothing = least("-c", "pass")
        rows = (
            ("import farwatch, beyond python", least("-c", "import farwatch") - nothing, "below 0.2"),
            ("farwatch --help", least("-c", HELP), "below 0.3"),
            ("one trial, machine code cached", least("-c", FIRST_TRIAL), "3 or less"),
            *((name, least(*command(words, pycache)), "none") for name, words in COMMANDS.items()),
        )
    print("start, seconds of a whole process       wall     CPU")
    for name, (wall, cpu), goal in rows:
        print(f"  {name:36}{wall:6.2f}  {cpu:6.2f}   (goal: {goal})")


def report_cold():
    """Print how long the first run ever takes."""
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = spent_s(["-c", COLD], folder, XDG_CACHE_HOME=folder)
    print(f"first run ever, nothing compiled {wall:6.1f} s wall, {cpu:.1f} s CPU   (goal: below 60 on two free cores)")
    for name, words in COMMANDS.items():
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu = spent_s(command(words, folder), folder, XDG_CACHE_HOME=folder)
        print(f"  {name:36}{wall:6.1f} s wall, {cpu:.1f} s CPU")


if __name__ == "__main__":
    report_cold() if "--cold" in sys.argv[1:] else report()
