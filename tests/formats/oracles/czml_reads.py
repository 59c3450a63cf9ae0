"""What czml3's models make of a CZML document, as JSON; it ends with an error where they refuse it."""

import json
import sys

from czml3 import Document

document = Document.from_file(sys.argv[1]) if hasattr(Document, "from_file") else None
if document is None:
    with open(sys.argv[1], encoding="utf-8") as stream:  # noqa: PTH123
        document = Document.model_validate_json(stream.read())
packets = [json.loads(packet.model_dump_json(exclude_none=True)) for packet in document.packets]
json.dump(packets, sys.stdout)
