// What lies under the things that are placed: land, borders and a grid of degrees.

import { geoAzimuthalEquidistant, geoGraticule, geoPath, type GeoPermissibleObjects, type GeoProjection } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
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
