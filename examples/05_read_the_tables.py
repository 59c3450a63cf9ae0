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

print("\nHow long does each group stay hidden, and by what? Medians, seconds.")
print(
    duckdb.sql(f"""
        SELECT "group",
               count(*) AS flights,
               round(median(unmasked_s - above_horizon_s)) AS behind_terrain_s,
               round(median(seen_s - unmasked_s)) AS in_view_unseen_s,
               round(median(coalesce(killed_s, leaked_s) - seen_s)) AS seen_until_end_s
        FROM '{folder}/targets.parquet'
        WHERE raid
        GROUP BY "group"
        ORDER BY behind_terrain_s DESC
    """)
)

print("\nDo trials in which the radar was drawn stronger leak less?")
print(
    duckdb.sql(f"""
        SELECT figure, round(corr(value, leaked), 2) AS correlation_with_leakers
        FROM '{folder}/figures.parquet' JOIN '{folder}/trials.parquet' USING (trial)
        GROUP BY figure
        HAVING isfinite(correlation_with_leakers)
        ORDER BY abs(correlation_with_leakers) DESC, figure
        LIMIT 6
    """)
)

if find_spec("pandas"):
    events = result.events.to_pandas()
    print("\nThe traced trial, its last events:")
    print(events[["time_s", "kind", "who", "name"]].tail(8).to_string(index=False))
