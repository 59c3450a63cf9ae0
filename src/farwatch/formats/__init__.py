"""Other people's bytes: results written so that other programs read them, and nothing else.

`cog.write_cog` writes rasters on a sheet as Cloud-Optimised GeoTIFF; `geojson` turns them, points and lines into
RFC 7946 features.
"""
