"""What asterix-decoder (CroatiaControl) makes of a file of raw blocks: a JSON list of records, printed."""

import json
import sys
from pathlib import Path

import asterix

records = asterix.parse(Path(sys.argv[1]).read_bytes(), verbose=False)
sys.stdout.write(json.dumps(records, default=str))
