"""What nanoarrow, which is not pyarrow, finds in an Arrow file: its columns as JSON, with null for what is missing."""

import json
import struct
import sys
from pathlib import Path

import nanoarrow
from nanoarrow.ipc import InputStream

data = Path(sys.argv[1]).read_bytes()
# nanoarrow reads streams: those of a file begin after its magic and end before its footer
footer = struct.unpack("<i", data[-10:-6])[0]
stream = InputStream.from_readable(data[8 : len(data) - 10 - footer])
table = nanoarrow.ArrayStream(stream).read_all()
names = [field.name for field in table.schema.fields]
rows = table.to_pylist()
sys.stdout.write(json.dumps({name: [row[name] for row in rows] for name in names}))
