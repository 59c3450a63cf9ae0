"""Write a GPX file with gpxpy: two tracks with times, one without, a route, a waypoint."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gpxpy.gpx as g

document = g.GPX()
document.name = "a <day> out & back"
for name, north in (("first & only", 0.0), ("second", 1.0)):
    track = g.GPXTrack(name=name)
    for part in range(2):
        segment = g.GPXTrackSegment()
        for k in range(5):
            moment = datetime(2026, 3, 1, 23, 59, 50, 250000, tzinfo=UTC) + timedelta(seconds=10 * (5 * part + k))
            segment.points.append(g.GPXTrackPoint(46.0 + north + 0.01 * k, 7.0 + 0.1 * part, 1000.5 + k, moment))
        track.segments.append(segment)
    document.tracks.append(track)
plain = g.GPXTrack(name="no times")
plain.segments.append(g.GPXTrackSegment([g.GPXTrackPoint(45.0, 8.0), g.GPXTrackPoint(45.5, 8.5, 300.0)]))
document.tracks.append(plain)
route = g.GPXRoute(name="via the pass")
route.points = [g.GPXRoutePoint(46.0, 7.0, 500.0), g.GPXRoutePoint(46.5, 7.5, 2500.0), g.GPXRoutePoint(47.0, 7.6)]
document.routes.append(route)
document.waypoints.append(g.GPXWaypoint(46.1, 7.1, name="hut"))
Path(sys.argv[1]).write_text(document.to_xml(version=sys.argv[2]), encoding="utf-8")
