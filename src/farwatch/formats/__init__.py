"""Other people's bytes, read and written so that other programs agree, and nothing else.

`cog.write_cog` writes rasters on a sheet as Cloud-Optimised GeoTIFF; `geojson` turns them, points and lines into
RFC 7946 features; `asterix.read` reads recorded radar data.
"""
