"""What pyModeS makes of messages and compact positions; run in the environment of oracles, JSON in and out."""

import json
import sys
from pathlib import Path

from pyModeS import decode
from pyModeS.position import airborne_position_pair, airborne_position_with_ref

FIELDS = (
    "df", "icao", "crc_valid", "typecode", "callsign", "altitude", "cpr_format", "cpr_lat", "cpr_lon", "subtype",
    "groundspeed", "track", "vertical_rate", "airspeed", "heading", "squawk",
)

asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
told = [{name: answer.get(name) for name in FIELDS} for answer in map(decode, asked["messages"])]
pairs = [airborne_position_pair(*sent, even_is_newer=newer) for *sent, newer in asked["pairs"]]
local = [airborne_position_with_ref(*one) for one in asked["local"]]
json.dump({"messages": told, "pairs": pairs, "local": local}, sys.stdout)
