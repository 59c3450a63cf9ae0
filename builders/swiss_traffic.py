"""Make the shipped recording of real flights from a staged file of The OpenSky Network.

    python builders/swiss_traffic.py ../shared/data/trajectories/switzerland.json.gz

Keeps the busiest 70 minutes. The source was cut along the edges of a box and resampled, which leaves the
first and last rows of each stay in the box on its edge, with times that do not fit: two rows are dropped at
either end. Callsigns and addresses are replaced by f001, f002, ... in order of appearance. Heights are
pressure altitudes, taken as heights above mean sea level.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

DESTINATION = Path(__file__).parents[1] / "src" / "farwatch" / "world" / "data" / "swiss-traffic.parquet"
LENGTH_S = 70 * 60
FOOT_M = 0.3048
EDGE_ROWS = 2
STANDING_DEG = 0.05
GAP_S = 60.0


def main() -> None:
    """Write the recording and say what is in it."""
    rows = pd.read_json(sys.argv[1])
    rows["second"] = (rows.timestamp - rows.timestamp.min()).dt.total_seconds()
    rows["who"] = rows.icao24 + "/" + rows.callsign.fillna("")
    rows = without_edges(moving(rows).sort_values(["who", "second"]))
    starts = np.arange(0, rows.second.max() - LENGTH_S, 600)
    start = max(starts, key=lambda s: rows.who[rows.second.between(s, s + LENGTH_S)].nunique())
    kept = rows[rows.second.between(start, start + LENGTH_S)].sort_values(["second", "who"])
    names = {who: f"f{number:03d}" for number, who in enumerate(kept.who.unique(), start=1)}
    table = pd.DataFrame(
        {
            "time_s": (kept.second - start).astype("float64"),
            "flight": kept.who.map(names),
            "lat_deg": kept.latitude.round(6),
            "lon_deg": kept.longitude.round(6),
            "height_m": (kept.altitude * FOOT_M).round(1),
        }
    ).sort_values(["flight", "time_s"])
    write(table)
    print(f"{len(table)} rows, {len(names)} flights, from second {start:.0f} of the source,", end=" ")
    print(f"{DESTINATION.stat().st_size / 1e6:.2f} MB")


def moving(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of flights that go somewhere; a transponder on a test bench does not."""
    span = rows.groupby("who")[["latitude", "longitude"]].agg(np.ptp).max(axis=1)
    return rows[rows.who.map(span) > STANDING_DEG]


def without_edges(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without the first and last `EDGE_ROWS` of each stay in the source's box."""
    stay = ((rows.who != rows.who.shift()) | (rows.second.diff() > GAP_S)).cumsum()
    place, size = rows.groupby(stay).cumcount(), rows.groupby(stay).second.transform("size")
    return rows[(place >= EDGE_ROWS) & (place < size - EDGE_ROWS)]


def write(table: pd.DataFrame) -> None:
    """One Parquet file of the five columns, by flight and time."""
    connection = duckdb.connect()
    connection.register("recording", table)
    connection.execute(f"COPY recording TO '{DESTINATION}' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
