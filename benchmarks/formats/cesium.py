"""CZML in Cesium itself: a scene is written, loaded by CesiumJS in a headless Chromium, and every position compared.

    npm install cesium milsymbol                          # in any folder
    python benchmarks/formats/cesium.py FOLDER/node_modules [--shot PICTURE.png] [--czml FILE]

Needs Playwright and Chromium (`apt install chromium`; another place: --chromium). Cesium says how many entities it
made, where its clock begins and ends, and where each thing is, halfway between samples too; the greatest distance from
where the scene has it is printed. With --czml a file is loaded and shown, and nothing compared. Nothing is fetched from
elsewhere: pages, Cesium and its picture of the earth are served from the folder named, over loopback.
"""

import argparse
import functools
import http.server
import json
import tempfile
import threading
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from farwatch.formats import czml
from farwatch.formats.scene import ASSET, BATTERY, MOVE, RADAR, ROUND, TRACK, Happening, Scene, Thing, ordered
from farwatch.world.earth import to_ecef

PAGE = """<!doctype html><html><head><link rel="icon" href="data:,">
<script>window.CESIUM_BASE_URL = "/cesium/Build/Cesium/";</script>
<script src="/cesium/Build/Cesium/Cesium.js"></script>
<link rel="stylesheet" href="/cesium/Build/Cesium/Widgets/widgets.css">
<style>html, body, #globe { width: 100%; height: 100%; margin: 0 }</style></head>
<body><div id="globe"></div></body></html>"""

LOAD = """async text => {
  const errors = [];
  const viewer = new Cesium.Viewer("globe", {
    baseLayer: Cesium.ImageryLayer.fromProviderAsync(Cesium.TileMapServiceImageryProvider.fromUrl(
      Cesium.buildModuleUrl("Assets/Textures/NaturalEarthII"))),
    baseLayerPicker: false, geocoder: false, infoBox: false });
  viewer.scene.renderError.addEventListener((_, error) => errors.push(String(error)));
  const source = await viewer.dataSources.add(Cesium.CzmlDataSource.load(JSON.parse(text)));
  window.viewer = viewer; window.source = source; window.errors = errors;
  return { name: source.name, entities: source.entities.values.length,
    from: Cesium.JulianDate.toIso8601(source.clock.startTime), to: Cesium.JulianDate.toIso8601(source.clock.stopTime) };
}"""

WHERE = """asked => asked.map(([id, when]) => {
  const time = Cesium.JulianDate.fromIso8601(when), entity = source.entities.getById(id);
  const place = entity && entity.isAvailable(time) ? entity.position.getValue(time) : undefined;
  return place ? [place.x, place.y, place.z] : null; })"""

SHOW = """async when => {
  viewer.useDefaultRenderLoop = false;
  viewer.clock.shouldAnimate = false; viewer.clock.currentTime = Cesium.JulianDate.fromIso8601(when);
  const look = viewer.zoomTo(source, new Cesium.HeadingPitchRange(0.3, -0.7, 0));
  for (let k = 0; k < 40; k++) { viewer.render(); await new Promise(done => setTimeout(done, 50)); }
  await look;
  for (let k = 0; k < 40; k++) { viewer.render(); await new Promise(done => setTimeout(done, 50)); }
  viewer.render();
  return [viewer.canvas.toDataURL("image/png"), errors]; }"""


def rows(thing: int, time_s, lat_deg, lon_deg, height_m, rates=(np.nan, np.nan, np.nan)) -> np.ndarray:
    found = np.zeros(np.size(time_s), MOVE)
    names = ("lat_deg", "lon_deg", "height_m", "east_m_s", "north_m_s", "up_m_s")
    for name, value in zip(names, (lat_deg, lon_deg, height_m, *rates), strict=True):
        found[name] = value
    found["time_s"], found["thing"], found["sigma_m"] = time_s, thing, np.nan
    return found


def scene() -> Scene:
    """A drone that is shot down, a missile that gets through, an airliner, a site: at notional places."""
    things = (
        Thing(key="drones/1", side="hostile", family="drone", fate="killed"),
        Thing(key="cruise/1", side="hostile", family="cruise-missile", fate="leaked"),
        Thing(key="airliner", side="neutral", family="aircraft", callsign="TEST <1> & 2"),
        Thing(key="alpha", kind=BATTERY, side="friend"),
        Thing(key="alpha radar", kind=RADAR, side="friend", of="alpha"),
        Thing(key="depot", kind=ASSET, side="friend"),
        Thing(key="round 1", kind=ROUND, side="friend", of="drones/1", fate="hit"),
        Thing(key="track 1", kind=TRACK, side="hostile", of="drones/1"),
    )
    t = np.arange(0.0, 601.0, 10.0)
    m_deg = 110_850.0  # of latitude, about
    dive = np.where(t > 500, 1.0, 0.0)
    moves = [
        rows(0, t[:41], 23.9 - t[:41] * 50 / m_deg, 45.2, 800.0, (0.0, -50.0, 0.0)),
        rows(1, t, 23.62, 46.7 - t * 240 / (m_deg * np.cos(np.radians(23.62))), 60.0, (-240.0, 0.0, 0.0)),
        rows(2, t, 23.0 + t * 1.5e-3, 44.7, 10_000.0 - dive * (t - 500.0) * 8.0),
        rows(3, 0.0, 23.6, 45.2, 600.0),
        rows(4, 0.0, 23.603, 45.203, 615.0),
        rows(5, 0.0, 23.62, 45.25, 590.0),
        rows(6, [380.0, 400.0], [23.6, 23.9 - 400 * 50 / m_deg], 45.2, [600.0, 800.0]),
        rows(7, t[6:41:2], 23.9 - t[6:41:2] * 50 / m_deg, 45.2005, 830.0, (0.0, -50.0, 0.0)),
    ]
    happened = (
        Happening(time_s=400.0, what="kill", who="round 1", whom="drones/1", lat_deg=23.72, lon_deg=45.2, height_m=800),
        Happening(time_s=600.0, what="leak", who="depot", whom="cruise/1", lat_deg=23.62, lon_deg=45.25, height_m=590),
    )
    return Scene(source="cesium.py", title="A <small> raid", epoch=datetime(2026, 5, 1, tzinfo=UTC), things=things,
                 moves=ordered(np.concatenate(moves)), happenings=happened)  # fmt: skip


def questions(shown: Scene) -> tuple[list[list[str]], np.ndarray, np.ndarray]:
    """Whom to ask about, when; where a straight line between samples has them (n, 3); and which are samples."""
    asked, places, sampled = [], [], []
    for k, thing in enumerate(shown.things):
        of = shown.of(k)
        ecef = to_ecef(of["lat_deg"], of["lon_deg"], of["height_m"])
        times = of["time_s"] if of.size == 1 else np.union1d(of["time_s"], (of["time_s"][1:] + of["time_s"][:-1]) / 2)
        asked += [[thing.key, czml.told(shown.when(float(time_s)))] for time_s in times]
        places.append(np.column_stack([np.interp(times, of["time_s"], axis) for axis in ecef.T]))
        sampled.append(np.isin(times, of["time_s"]))
    return asked, np.concatenate(places), np.concatenate(sampled)


def compare(page, shown: Scene) -> None:
    """Where Cesium has each thing, at samples and between them."""
    asked, expected, sampled = questions(shown)
    answers = page.evaluate(WHERE, asked)
    missing = [question for question, answer in zip(asked, answers, strict=True) if answer is None]
    print(f"asked {len(asked)}, not there: {len(missing)} {missing[:3]}")
    off_m = np.linalg.norm(np.array([a or [np.nan] * 3 for a in answers]) - expected, axis=1)
    at_m, between_m = np.nanmax(off_m[sampled]), np.nanmax(off_m[~sampled])
    print(f"greatest distance at samples {at_m:.2f} m, between them {between_m:.2f} m")
    early, late = (czml.told(shown.when(time_s)) for time_s in (370.0, 410.0))
    outside = page.evaluate(WHERE, [["round 1", early], ["drones/1", late]])
    print("before its launch, after its end:", "not shown" if outside == [None, None] else outside)


def served(modules: Path, folder: Path):
    """A server on loopback: the page at /index.html, Cesium under /cesium."""
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "cesium").symlink_to(modules / "cesium", target_is_directory=True)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", type=Path)
    parser.add_argument("--shot", type=Path)
    parser.add_argument("--czml", type=Path)
    parser.add_argument("--at-s", type=float, default=405.0, help="time of the picture, seconds after midnight")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    told = parser.parse_args()
    shown = scene()
    text = told.czml.read_text(encoding="utf-8") if told.czml else b"".join(czml.encode(shown)).decode()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        server = served(told.modules.resolve(), Path(folder))
        arguments = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
        browser = play.chromium.launch(executable_path=told.chromium, args=arguments)
        page = browser.new_page(viewport={"width": 1200, "height": 750})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        print(json.dumps(page.evaluate(LOAD, text)))
        if not told.czml:
            compare(page, shown)
        if told.shot:
            picture, wrong = page.evaluate(SHOW, czml.told(shown.when(told.at_s)))
            told.shot.write_bytes(b64decode(picture.partition(",")[2]))
            print("render errors:", wrong)
        print("errors in the console:", said)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
