"""Every field of DIS messages as opendis reads them: hexadecimal lines of a file in, JSON out."""

import json
import sys
from io import BytesIO
from pathlib import Path

from opendis.DataInputStream import DataInputStream
from opendis.PduFactory import createPdu, getPdu
from opendis.RangeCoordinates import GPS


def fields(thing):
    """An object as nested dictionaries."""
    if isinstance(thing, list | tuple):
        return [fields(one) for one in thing]
    return {k: fields(v) for k, v in vars(thing).items()} if hasattr(thing, "__dict__") else thing


def read(data):
    """One message, with how many bytes it took, and where opendis says that it is and how it is turned."""
    stream = DataInputStream(BytesIO(data))
    pdu = getPdu(stream)
    told = {"class": type(pdu).__name__, "taken": stream.stream.tell(), **fields(pdu)}
    assert fields(createPdu(data)) == fields(pdu)
    if told["class"] == "EntityStatePdu":
        at, turn = pdu.entityLocation, pdu.entityOrientation
        told["llarpy"] = list(GPS().ecef2llarpy(at.x, at.y, at.z, turn.psi, turn.theta, turn.phi))
    return told


sys.stdout.write(json.dumps([read(bytes.fromhex(line)) for line in Path(sys.argv[1]).read_text().split()]))
