"""Write a KML or KMZ file with simplekml: a track, several tracks in one, points with and without time, a line."""

import sys

import simplekml

document = simplekml.Kml(name="made & written")
folder = document.newfolder(name="flights")
track = folder.newgxtrack(name="a <b> & c", altitudemode=simplekml.AltitudeMode.absolute)
track.newwhen([f"2026-03-01T23:59:{50 + k}Z" for k in range(5)])
track.newgxcoord([(7.0 + 0.01 * k, 46.0, 1000.0 + k) for k in range(5)])
many = folder.newgxmultitrack(name="two parts")
for part in range(2):
    one = many.newgxtrack()
    one.newwhen([f"2026-03-02T00:0{part}:0{k}Z" for k in range(3)])
    one.newgxcoord([(8.0, 46.0 + 0.1 * k + part, 500.0) for k in range(3)])
point = document.newpoint(name="site", coords=[(7.5, 46.5, 300.0)])
point.timespan.begin = "2026-03-02T01:00:00+02:00"
document.newpoint(name="always", coords=[(7.6, 46.6)])
document.newlinestring(name="way", coords=[(7.0, 46.0, 100.0), (8.0, 46.5, 200.0), (9.0, 47.0, 300.0)])
document.newlinestring(name="flat", coords=[(179.5, 10.0), (-179.5, 10.5)])
document.newpolygon(name="area", outerboundaryis=[(0, 0), (1, 0), (1, 1), (0, 0)])
(document.savekmz if sys.argv[1].endswith("kmz") else document.save)(sys.argv[1])
