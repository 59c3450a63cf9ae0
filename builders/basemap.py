"""Make the shipped outlines of land and states from a staged copy of world-atlas.

    python builders/basemap.py ../shared/data/basemap

Natural Earth is public domain; world-atlas (ISC) packs it as TopoJSON. Kept are the arcs alone, as lines: an arc that
two countries share is a border, any other is a coast. Names and polygons are dropped, and so is the cut along 180
degrees. The file is read back by `farwatch.report.figures.coastlines`.
"""

import gzip
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from farwatch.report.figures.coastlines import SHIPPED, outlines
from farwatch.world.grids import Bounds

SOURCE = "countries-50m.json"


def main() -> None:
    """Write the file and say how large it became."""
    topology = json.loads((Path(sys.argv[1]) / SOURCE).read_text())
    uses = Counter(abs_arc(arc) for country in topology["objects"]["countries"]["geometries"] for arc in arcs(country))
    kept = {
        "type": "Topology",
        "transform": topology["transform"],
        "objects": {
            "coast": lines(arc for arc in sorted(uses) if uses[arc] == 1),
            "border": lines(arc for arc in sorted(uses) if uses[arc] > 1),
        },
        "arcs": topology["arcs"],
    }
    text = json.dumps(kept, separators=(",", ":")).encode()
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_bytes(gzip.compress(text, 9, mtime=0))
    drawn = outlines(Bounds(-90.0, 90.0, -180.0, 180.0))
    points = sum(len(line) for line in (*drawn.coast, *drawn.border))
    print(SHIPPED.name, f"{SHIPPED.stat().st_size / 1e3:.0f} kB,", len(drawn.coast), "coasts,", len(drawn.border),
          "borders,", points, "points")  # fmt: skip


def arcs(geometry: dict[str, Any]) -> list[int]:
    """Every arc of a geometry, flat."""
    found: list[int] = []
    waiting = [geometry.get("arcs", [])]
    while waiting:
        part = waiting.pop()
        if isinstance(part, int):
            found.append(part)
        else:
            waiting.extend(part)
    return found


def abs_arc(arc: int) -> int:
    """The arc itself, whichever way it is run through; TopoJSON writes the reverse of arc k as ~k."""
    return arc if arc >= 0 else ~arc


def lines(chosen: Any) -> dict[str, Any]:
    """A MultiLineString of one arc each."""
    return {"type": "MultiLineString", "arcs": [[arc] for arc in chosen]}


if __name__ == "__main__":
    main()
