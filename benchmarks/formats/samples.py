"""Small files of the forms that are only read, to fuzz from."""

import json

TRACE = {"icao": "3c6444", "r": "X", "t": "A320", "timestamp": 1738703000.0, "trace": [
    [0.0, 50.1, 8.5, 36000, 450.0, 90.0, 0, 64, {"flight": "TEST1   ", "squawk": "1000", "alt_geom": 36500}, "adsb_icao", 36500,
     0, None, None],
    [10.0, 50.1, 8.52, 36000, 450.0, 90.0, 3, 0, None, "adsb_icao", 36500, 0, None, None],
    [20.0, 50.1, 8.54, "ground", 20.0, 90.0, 0, None, None, "adsb_icao", None, None, None, None],
]}  # fmt: skip
STATES = {"time": 1625061600, "states": [
    ["3c6444", "TEST1   ", "Germany", 1625061598, 1625061600, 8.5, 50.1, 10972.8, False, 230.0, 90.0, 0.0, None, 11125.2, "1000",
     False, 0],
]}  # fmt: skip
COLLECTION = [
    {"timestamp": 1533099600000 + 10000 * k, "icao24": "3c6444", "callsign": "TEST1", "latitude": 46.5, "longitude": 8.0 + k,
     "altitude": 36000.0, "groundspeed": 450.0, "track": 90.0, "vertical_rate": 0.0}
    for k in range(3)
]  # fmt: skip
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>one</name><trkseg><trkpt lat="50.1" lon="8.5"><ele>300</ele><time>2030-05-01T06:00:00Z</time></trkpt>
<trkpt lat="50.2" lon="8.6"><ele>310</ele><time>2030-05-01T06:00:10Z</time></trkpt></trkseg></trk>
<rte><rtept lat="1" lon="2"/><rtept lat="3" lon="4"/></rte></gpx>"""
AVR = "@00000000000A8D40621D58C382D690C8AC2863A7;\n@00000001000A8D40621D58C386435CC412692AD6;\n@00000002000A8D485020994409940838175B284F;\n"
SBS = "MSG,3,1,1,40621D,1,2030/05/01,06:00:00.000,2030/05/01,06:00:00.000,,38000,,,52.2572,3.9194,,,0,0,0,0\n"
BEAST = b"\x1a3" + bytes(6) + b"\x40" + bytes.fromhex("8D40621D58C382D690C8AC2863A7")
CSV = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,baroaltitude,geoaltitude,lastposupdate,lastcontact\n"
CSV += "1625061600,3c6444,50.1,8.5,230,90,0,TEST1,False,False,False,1000,10972.8,11125.2,1625061599,1625061600\n"
TRACKS = "t,track_id,lat_deg,lon_deg,height_m,identity,address\n5.0,1,50.1,8.5,9000,neutral,3c6444\n10.0,1,50.1,8.6,9000,neutral,3c6444\n"

SAMPLES = {
    "gpx": [GPX.encode()],
    "adsb": [AVR.encode(), SBS.encode(), BEAST * 3],
    "readsb": [json.dumps(TRACE).encode()],
    "opensky": [json.dumps(STATES).encode(), CSV.encode()],
    "traffic": [json.dumps(COLLECTION).encode()],
    "tracks": [TRACKS.encode()],
}
"""Bytes by form."""
