// What lies under the things that are placed: land, borders and a grid of degrees.

import { geoAzimuthalEquidistant, geoGraticule, geoPath, type GeoPermissibleObjects, type GeoProjection } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { framed, painted, shadeOf, unpackCoverage, type Coverage, type Wish } from "../map/coverage";
import { seen, type Place } from "./places";

export interface View extends Place { across_km: number }
export interface Land { land: GeoPermissibleObjects; borders: GeoPermissibleObjects }
export interface Sheet { pen: CanvasRenderingContext2D; view: View; width: number; height: number; colour: (name: string) => string }

const EARTH_KM = 6371;
const STEPS_DEG = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];

/** Land and borders: loaded when they are first asked for, as they are larger than all the rest. */
export async function landOf(): Promise<Land> {
  const { default: world } = await import("world-atlas/countries-50m.json");
  const topology = world as unknown as Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
  return { land: feature(topology, topology.objects.land), borders: mesh(topology, topology.objects.countries, (a, b) => a !== b) };
}

/** Azimuthal, equidistant from the middle of the view: ranges and bearings from there are true. */
export function projectionOf(view: View, width: number, height: number): GeoProjection {
  return geoAzimuthalEquidistant()
    .rotate([-view.lon_deg, -view.lat_deg])
    .translate([width / 2, height / 2])
    .scale((Math.min(width, height) / view.across_km) * EARTH_KM)
    .clipAngle(Math.min(170, Math.max(3, ((view.across_km / EARTH_KM) * 57.3 * Math.hypot(width, height)) / Math.min(width, height))));
}

export function drawGround({ pen, view, width, height, colour }: Sheet, found: Land | null): void {
  const projection = projectionOf(view, width, height), draw = geoPath(projection, pen);
  pen.fillStyle = colour("var(--sea, var(--ground))");
  pen.fillRect(0, 0, width, height);
  if (found) {
    pen.beginPath(); draw(found.land);
    pen.fillStyle = colour("var(--land, var(--panel))"); pen.fill();
    pen.strokeStyle = colour("var(--coast, var(--quiet))"); pen.lineWidth = 1; pen.stroke();
    pen.beginPath(); draw(found.borders); pen.setLineDash([6, 3]); pen.stroke(); pen.setLineDash([]);
  }
  drawGrid({ pen, view, width, height, colour }, projection);
}

function drawGrid({ pen, view, width, height, colour }: Sheet, projection: GeoProjection): void {
  const tall_deg = ((view.across_km * height) / Math.min(width, height) / EARTH_KM) * 57.3;
  const step = STEPS_DEG.find((one) => tall_deg / one <= 6) ?? 20;
  const graticule = geoGraticule().step([step, step]).precision(Math.min(2.5, step));
  if (tall_deg < 60) graticule.extent(extentOf(view, tall_deg * Math.max(1, width / height), step));
  pen.beginPath();
  geoPath(projection, pen)(graticule());
  pen.strokeStyle = colour("var(--line)"); pen.lineWidth = 0.8; pen.stroke();
  if (tall_deg >= 60) return;
  pen.fillStyle = colour("var(--quiet)"); pen.font = "11px system-ui, sans-serif"; pen.textBaseline = "middle";
  label(view, step, (lat, lon, text, upright) => {
    const at = projection([lon, lat]);
    if (!at) return;
    if (upright && at[1] > 20 && at[1] < height - 40) pen.fillText(text, 5, at[1] - 8);
    if (!upright && at[0] > 60 && at[0] < width - 50) pen.fillText(text, at[0] + 3, 9);
  }, projection);
}

function extentOf(view: View, span_deg: number, step: number): [[number, number], [number, number]] {
  const wide = Math.min(180, span_deg / Math.max(0.2, Math.cos((view.lat_deg * Math.PI) / 180)));
  const down = (value: number) => Math.floor(value / step) * step, up = (value: number) => Math.ceil(value / step) * step;
  return [[down(view.lon_deg - wide), Math.max(-90, down(view.lat_deg - span_deg))], [up(view.lon_deg + wide), Math.min(90, up(view.lat_deg + span_deg))]];
}

/** Names of the lines of the grid: parallels where they meet the left edge, meridians where they meet the upper one. */
function label(view: View, step: number, put: (lat: number, lon: number, text: string, upright: boolean) => void, projection: GeoProjection): void {
  const places = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  const left = projection.invert?.([0, projection.translate()[1]]), top = projection.invert?.([projection.translate()[0], 0]);
  if (!left || !top) return;
  const middle = { lat: Math.round(view.lat_deg / step), lon: Math.round(view.lon_deg / step) };
  for (let count = -8; count <= 8; count += 1) {
    const lat = (middle.lat + count) * step, lon = (((middle.lon + count) * step + 540) % 360) - 180;
    if (Math.abs(lat) <= 90) put(lat, left[0], `${Math.abs(lat).toFixed(places)}° ${lat < 0 ? "S" : "N"}`, true);
    put(top[1], lon, `${Math.abs(lon).toFixed(places)}° ${lon < 0 ? "W" : "E"}`, false);
  }
}

/** A view in which all of some places are seen. */
export function viewOf(places: readonly (Place & { radius_km?: number })[], first: Place): View {
  const wrap = (lon: number) => ((((lon + 180) % 360) + 360) % 360) - 180;
  const lats = places.map((one) => one.lat_deg), easts = places.map((one) => wrap(one.lon_deg - first.lon_deg));
  const middle = {
    lat_deg: (Math.min(...lats) + Math.max(...lats)) / 2,
    lon_deg: wrap(first.lon_deg + (Math.min(...easts) + Math.max(...easts)) / 2),
  };
  const far = Math.max(10, ...places.map((one) => seen(middle, one).range_km + (one.radius_km ?? 0)));
  return { ...middle, across_km: Math.min(30_000, far * 2.15) };
}

// What the radars of a draft see ---------------------------------------------------------------------------------

/**
 * Asks the server what the radars of a draft see, again and again while something is dragged: one question at a time,
 * and after it only the newest. `found` is told each answer; `failed` why there is none (the last answer then stands).
 *
 *     const radars = new DraftCoverage((found) => (coverage = found), (why) => (said = why));
 *     radars.want(text, { target: "one-way-drone" });   // or { rcs_m2: 1 }; at each move, and when the map opens
 *     drawCoverage(pen, project, coverage, height_m);   // at each frame: a height above ground costs no question
 */
export class DraftCoverage {
  private waiting: { text: string; wish: Wish } | null = null;
  private asking = false;
  private readonly tab = String(Math.random());

  constructor(private readonly found: (coverage: Coverage) => void, private readonly failed: (why: string) => void) {}

  want(text: string, wish: Wish): void {
    this.waiting = { text, wish };
    if (!this.asking) void this.ask();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    while (this.waiting) {
      const { text, wish } = this.waiting;
      this.waiting = null;
      await this.once(JSON.stringify({ text, ...wish, tab: this.tab })).catch((error: Error) => this.failed(error.message));
    }
    this.asking = false;
  }

  private async once(body: string): Promise<void> {
    const answer = await fetch("/coverage", { method: "POST", headers: { "content-type": "application/json" }, body });
    if (answer.ok) return this.found(unpackCoverage(await answer.arrayBuffer()));
    const said = (await answer.json().catch(() => ({}))) as { error?: string };
    if (answer.status !== 409) throw new Error(said.error ?? answer.statusText);
  }
}

const COVERAGE_PX = 400;
let last: { coverage: Coverage; height_m: number; image: HTMLCanvasElement; middle: Place; across_m: number } | null = null;

/** Shade where a target at a height above ground is seen by any radar; nothing where it never is. */
export function drawCoverage(pen: CanvasRenderingContext2D, project: GeoProjection, coverage: Coverage, height_m: number): void {
  if (last?.coverage !== coverage || last.height_m !== height_m) {
    const frame = framed(coverage, COVERAGE_PX);
    if (!frame) return;
    last = { coverage, height_m, image: painted(shadeOf(coverage, frame, height_m), COVERAGE_PX), middle: frame, across_m: frame.metres_per_pixel * COVERAGE_PX };
  }
  const { image, middle, across_m } = last, north_deg = 0.1;
  const at = project([middle.lon_deg, middle.lat_deg]), up = project([middle.lon_deg, middle.lat_deg + north_deg]);
  if (!at || !up) return;
  const long = Math.hypot(up[0] - at[0], up[1] - at[1]), wide = (long * across_m) / (north_deg * (Math.PI / 180) * EARTH_KM * 1000);
  pen.save();
  pen.translate(...at);
  pen.rotate(Math.atan2(up[0] - at[0], at[1] - up[1]));
  pen.drawImage(image, -wide / 2, -wide / 2, wide, wide);
  pen.restore();
}
