"""How other people's programs are asked about a file of ours: in a process of their own, with JSON as the answer."""

import json
import subprocess
from pathlib import Path


def said_by(python, script, path):
    """What a script of `oracles` prints about a file."""
    words = [python, Path(__file__).parent / "oracles" / f"{script}.py", path]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
