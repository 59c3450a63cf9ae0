"""Ask the tables what no report was written for.

A result folder holds Parquet tables with declared columns (docs/results.md), which any tool can read. Here: DuckDB,
which comes with farwatch, and pandas, where it is installed.

    python 05_read_the_tables.py [TRIALS [FOLDER]]
"""

import sys
import tempfile
from importlib.util import find_spec

import duckdb

import farwatch as fw

trials = int(sys.argv[1]) if len(sys.argv) > 1 else 50
folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="farwatch-")

result = fw.run(fw.load("alpine-site"), trials=trials, out=folder)
print(f"tables in {folder}")

# DuckDB finds these by their names in the queries below.
targets = duckdb.read_parquet(f"{folder}/targets.parquet")
runs = duckdb.read_parquet(f"{folder}/trials.parquet")

print("\nWhat hides each group, and for how long is it in view? Medians, seconds; NULL: it never came that far.")
print(
    duckdb.sql("""
        SELECT "group",
               count(*) AS flights,
               round(median(unmasked_s - above_horizon_s)) AS behind_terrain_s,
               round(median(seen_s - unmasked_s)) AS in_view_unseen_s,
               round(median(coalesce(killed_s, leaked_s) - seen_s)) AS seen_until_end_s
        FROM targets
        WHERE raid
        GROUP BY "group"
        ORDER BY behind_terrain_s DESC
    """)
)

print("\nWhat do trials have in common in which nothing, one or two of the defended assets were lost?")
print(
    duckdb.sql("""
        SELECT assets_destroyed, count(*) AS trials, round(avg(leaked), 1) AS leakers, round(avg(shots), 1) AS shots
        FROM runs
        GROUP BY assets_destroyed
        ORDER BY assets_destroyed
    """)
)

if find_spec("pandas"):
    events = result.events.to_pandas()
    print("\nThe first launches of the traced trial:")
    launches = events[events["kind"] == "launch"]
    print(launches[["time_s", "who", "name"]].head(8).to_string(index=False))
