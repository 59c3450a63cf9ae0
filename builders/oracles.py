"""Make build/oracles, an environment of other people's decoders and readers that judge what farwatch writes.

    python3 builders/oracles.py

They are never imported by farwatch, and run as processes of their own: some are under the GPL, some need old packages.
Their list is the dependency group `oracles` of pyproject.toml. What cannot be installed here is named and left out.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
PLACE = HOME / "build" / "oracles"


def main() -> None:
    groups = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
    python = PLACE / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip = [python, "-m", "pip", "-q", "--disable-pip-version-check", "install"]
    install(pip, groups["oracles"])
    install([*pip, "--no-deps"], groups["oracles-alone"])


def install(pip, wanted):
    """All at once, or, where that fails, one by one: the tests of those that fail are skipped."""
    if subprocess.run([*pip, *wanted], check=False).returncode == 0:
        return
    for one in wanted:
        if subprocess.run([*pip, one], check=False).returncode:
            print(f"could not be installed: {one}")


if __name__ == "__main__":
    main()
