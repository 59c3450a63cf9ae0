"""How long scenes take to be written and read as Tacview, CZML and KML files.

    python benchmarks/formats/scenes.py

Written: a thousand things for an hour, a position each second (3,600,000). Read: 140,000 positions of 140 things.
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from farwatch.formats import acmi, acmi_reading, czml, czml_reading, gpx, kml, kml_reading
from farwatch.formats.scene import MOVE, Scene, Thing

FORMATS = {"acmi": (acmi, acmi_reading), "czml": (czml, czml_reading), "kml": (kml, kml_reading)}


def scene(things: int, seconds: int, velocities: bool) -> Scene:
    """Things that fly north-east side by side, and rock a little."""
    t = np.arange(float(seconds))
    moves = np.zeros(things * seconds, MOVE)
    moves["thing"] = np.repeat(np.arange(things), seconds)
    moves["time_s"] = np.tile(t + 36_000.0, things)
    moves["lat_deg"] = 24.0 + np.tile(t, things) * 1e-5 + moves["thing"] * 1e-3
    moves["lon_deg"] = 45.0 + np.tile(t, things) * 1.3e-5
    moves["height_m"] = 1000.0 + 10.0 * np.sin(moves["time_s"] + moves["thing"])
    for name in ("east_m_s", "north_m_s", "up_m_s"):
        moves[name] = 1.1 if velocities else np.nan
    named = tuple(Thing(key=f"drones/{k}", side="hostile", family="drone") for k in range(things))
    return Scene(source="made", epoch=datetime(2026, 1, 2, tzinfo=UTC), things=named, moves=moves)


def gpx_of(shown: Scene) -> bytes:
    """The same scene as GPX, which farwatch only reads."""
    parts = []
    for k, thing in enumerate(shown.things):
        points = "".join(
            f'<trkpt lat="{row["lat_deg"]:.7f}" lon="{row["lon_deg"]:.7f}"><ele>{row["height_m"]:.1f}</ele>'
            f"<time>{shown.when(float(row['time_s'])):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
            for row in shown.of(k)
        )
        parts.append(f"<trk><name>{thing.key}</name><trkseg>{points}</trkseg></trk>")
    return f"<gpx>{''.join(parts)}</gpx>".encode()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for velocities in (True, False):
            large = scene(1000, 3600, velocities)
            for name, (writing, _) in FORMATS.items():
                path = Path(folder) / f"large.{name}"
                start = time.perf_counter()
                writing.write(path, large)
                took_s = time.perf_counter() - start
                told = "with" if velocities else "without"
                print(f"written {name} {told} velocities: {took_s:.1f} s, {path.stat().st_size / 2**20:.0f} MiB")
        small = scene(140, 1000, velocities=True)
        for name, (writing, reading) in FORMATS.items():
            data = b"".join(writing.encode(small))
            start = time.perf_counter()
            size = reading.decode(data).moves.size
            print(f"read {name}: {size} positions in {time.perf_counter() - start:.2f} s")
        data = gpx_of(small)
        start = time.perf_counter()
        size = gpx.decode(data).moves.size
        print(f"read gpx: {size} positions in {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
