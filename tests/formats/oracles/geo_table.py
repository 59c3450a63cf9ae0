"""What geopandas finds in a GeoParquet file: its system, the shapes as text, and one column, as JSON."""

import json
import sys

import geopandas

found = geopandas.read_parquet(sys.argv[1])
sys.stdout.write(
    json.dumps(
        {
            "crs": found.crs.to_string(),
            "shapes": found.geometry.to_wkt(rounding_precision=4).tolist(),
            "bounds": found.total_bounds.tolist(),
            "flight": found["flight"].tolist(),
            "columns": found.columns.tolist(),
        }
    )
)
