"""Run by a Python with asterix-decoder: prints what it reads in a file of raw ASTERIX, as JSON."""

import json
import sys
from pathlib import Path

import asterix

print(json.dumps(asterix.parse(Path(sys.argv[1]).read_bytes(), verbose=False)))  # noqa: T201
