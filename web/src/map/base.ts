// The ground under everything: land, borders, graticule, rings, scale and north; drawn once a view on a canvas of its own.

import { geoAzimuthalEquidistant, geoGraticule, geoPath, type GeoPermissibleObjects } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { Layers } from "./layers";
import type { Palette } from "./palette";
import { drawOver, type Over } from "./pictures";
import { EARTH_KM, placeOf, planeOf, type Spot } from "./plane";
import { across, down, pointAt, rounded, type Size, type View } from "./view";

/** Land and borders about a site, as paths in kilometres of the chart, y down. */
export interface Ground { land: Path2D; borders: Path2D }

const REACH_DEG = 45;

/** Land and borders, loaded when first asked for: the file is larger than all the rest. */
export async function groundOf(site: Spot): Promise<Ground> {
  const { default: world } = await import("world-atlas/countries-50m.json");
  const topology = world as unknown as Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
  return {
    land: pathOf(feature(topology, topology.objects.land), site),
    borders: pathOf(mesh(topology, topology.objects.countries, (a, b) => a !== b), site),
  };
}

function pathOf(shape: GeoPermissibleObjects, site: Spot): Path2D {
  const path = new Path2D();
  const projection = geoAzimuthalEquidistant()
    .rotate([-site.lon_deg, -site.lat_deg]).translate([0, 0]).scale(EARTH_KM).clipAngle(REACH_DEG).precision(1);
  geoPath(projection, path as unknown as CanvasRenderingContext2D)(shape);
  return path;
}

export interface Base {
  site: Spot; view: View; size: Size; dots: number; layers: Layers; palette: Palette; ground: Ground | null;
  /** Laid over the land, in this order. */
  pictures: Over[];
}

export function drawBase(pen: CanvasRenderingContext2D, base: Base): void {
  const { size, dots, layers, palette, ground } = base;
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.fillStyle = ground ? palette.sea : palette.land;
  pen.fillRect(0, 0, size.width, size.height);
  if (ground) drawLand(pen, base, ground);
  drawOver(pen, base.pictures, base.site, base.view, size, palette);
  if (ground) drawBorders(pen, base, ground);
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  if (layers.grid) drawGrid(pen, base);
  if (layers.rings) drawRings(pen, base);
}

export type Margin = Pick<Base, "site" | "view" | "size" | "palette">;

/** Scale and north, over everything that moves. */
export function drawMargin(pen: CanvasRenderingContext2D, margin: Margin): void {
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  drawScale(pen, margin);
  drawNorth(pen, margin);
}

/** Draws in kilometres of the chart, y down; lines are given in pixels. */
function onChart(pen: CanvasRenderingContext2D, { view, size, dots }: Base, draw: (px: number) => void): void {
  const scale = view.px_per_km;
  pen.save();
  pen.setTransform(dots * scale, 0, 0, dots * scale,
    dots * (size.width / 2 - view.x_km * scale), dots * (size.height / 2 + view.y_km * scale));
  draw(1 / scale);
  pen.restore();
}

function drawLand(pen: CanvasRenderingContext2D, base: Base, ground: Ground): void {
  onChart(pen, base, () => {
    pen.fillStyle = base.palette.land;
    pen.fill(ground.land);
  });
}

function drawBorders(pen: CanvasRenderingContext2D, base: Base, ground: Ground): void {
  onChart(pen, base, (px) => {
    pen.strokeStyle = base.palette.coast;
    pen.lineWidth = px;
    pen.stroke(ground.land);
    if (!base.layers.borders) return;
    pen.strokeStyle = base.palette.border;
    pen.setLineDash([6 * px, 3 * px]);
    pen.stroke(ground.borders);
  });
}

function drawGrid(pen: CanvasRenderingContext2D, { site, view, size, palette }: Base): void {
  const back = placeOf(site), project = planeOf(site);
  const corners = [[0, 0], [0.5, 0], [1, 0], [0, 1], [0.5, 1], [1, 1], [0, 0.5], [1, 0.5]].map(([u = 0, v = 0]) =>
    back(...pointAt(view, size, u * size.width, v * size.height)));
  const lats = corners.map((one) => one.lat_deg), lons = corners.map((one) => one.lon_deg);
  const step = stepOf_deg(Math.max(Math.max(...lats) - Math.min(...lats), 0.45 * (Math.max(...lons) - Math.min(...lons))));
  const south = Math.max(-90, Math.min(...lats) - step), north = Math.min(90, Math.max(...lats) + step);
  const west = Math.min(...lons) - step, east = Math.max(...lons) + step;
  const lines = geoGraticule().extent([[west, south], [east, north]]).step([step, step]).precision(step / 4).lines();
  pen.strokeStyle = palette.grid;
  pen.fillStyle = palette.quiet;
  pen.lineWidth = 0.5;
  pen.beginPath();
  for (const { coordinates } of lines) {
    coordinates.forEach(([lon = 0, lat = 0], k) => {
      const [x, y] = project(lat, lon);
      if (k) pen.lineTo(across(view, size, x), down(view, size, y));
      else pen.moveTo(across(view, size, x), down(view, size, y));
    });
  }
  pen.stroke();
  const middle = back(view.x_km, view.y_km);
  pen.textAlign = "left";
  for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
    const leftLon = back(...pointAt(view, size, 4, size.height / 2)).lon_deg;
    const y = down(view, size, project(lat, leftLon)[1]);
    if (y > 60 && y < size.height - 50) pen.fillText(degrees(lat, "N", "S", step), 4, y - 7);
  }
  pen.textAlign = "center";
  for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) {
    const topLat = back(...pointAt(view, size, size.width / 2, 8)).lat_deg;
    const x = across(view, size, project(topLat, lon)[0]);
    if (Math.abs(lon - middle.lon_deg) < 90 && x > 60 && x < size.width - 60) {
      pen.fillText(degrees(lon, "E", "W", step), x, 8);
    }
  }
}

function stepOf_deg(span_deg: number): number {
  return [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10].find((step) => span_deg / step <= 7) ?? 20;
}

function degrees(value: number, plus: string, minus: string, step: number): string {
  const places = step >= 1 ? 0 : step >= 0.5 || step === 0.1 ? 1 : 2;
  return `${Math.abs(value).toFixed(places)}° ${value < 0 ? minus : plus}`;
}

function drawRings(pen: CanvasRenderingContext2D, { view, size, palette }: Base): void {
  const x = across(view, size, 0), y = down(view, size, 0);
  const step_km = rounded(size.height / view.px_per_km / 2.2);
  const farthest = Math.hypot(Math.max(x, size.width - x), Math.max(y, size.height - y)) / view.px_per_km;
  const aside = Math.hypot(x - size.width / 2, y - size.height / 2) > size.height / 3; // then labels stand before us
  const along = aside ? Math.atan2(size.height / 2 - y, size.width / 2 - x) : -Math.PI / 4;
  pen.strokeStyle = palette.quiet;
  pen.lineWidth = 1;
  pen.textAlign = "center";
  pen.setLineDash([2, 4]);
  const nearest = aside ? Math.hypot(x - size.width / 2, y - size.height / 2) - Math.hypot(size.width, size.height) / 2 : 0;
  const begin_km = Math.max(1, Math.floor(nearest / view.px_per_km / step_km)) * step_km;
  for (let range_km = begin_km, n = 0; range_km <= farthest && n < 40; range_km += step_km, n++) {
    const radius = range_km * view.px_per_km;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.stroke();
    const label = `${+range_km.toFixed(3)} km`, wide = pen.measureText(label).width;
    const at = [x + radius * Math.cos(along), y + radius * Math.sin(along)] as const;
    if (at[1] < 24) continue; // longitudes stand there
    pen.fillStyle = palette.land;
    pen.fillRect(at[0] - wide / 2 - 2, at[1] - 7, wide + 4, 14);
    pen.fillStyle = palette.quiet;
    pen.fillText(label, ...at);
  }
  pen.setLineDash([]);
}

function drawScale(pen: CanvasRenderingContext2D, { view, size, palette }: Margin): void {
  const long_km = rounded(140 / view.px_per_km), long = long_km * view.px_per_km;
  const left = 12, low = size.height - 14;
  pen.fillStyle = palette.panel;
  pen.fillRect(left - 6, low - 20, Math.max(long, 60) + 12, 28);
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(left, low - 5); pen.lineTo(left, low); pen.lineTo(left + long, low); pen.lineTo(left + long, low - 5);
  pen.stroke();
  pen.fillStyle = palette.ink;
  pen.textAlign = "left";
  pen.fillText(long_km >= 1 ? `${long_km} km` : `${long_km * 1000} m`, left, low - 11);
}

/** An arrow to true north at the middle of the view: away from the site that is not quite up. */
function drawNorth(pen: CanvasRenderingContext2D, { site, view, size, palette }: Margin): void {
  const here = placeOf(site)(view.x_km, view.y_km);
  const [x, y] = planeOf(site)(Math.min(89.9, here.lat_deg + 0.05), here.lon_deg);
  pen.save();
  pen.translate(size.width - 22, 26);
  pen.fillStyle = palette.panel;
  pen.beginPath(); pen.arc(0, 0, 17, 0, 2 * Math.PI); pen.fill();
  pen.rotate(Math.atan2(x - view.x_km, y - view.y_km));
  pen.fillStyle = palette.ink;
  pen.beginPath(); pen.moveTo(0, -14); pen.lineTo(4, -3); pen.lineTo(-4, -3); pen.fill();
  pen.textAlign = "center";
  pen.font = "bold 11px system-ui, sans-serif";
  pen.fillText("N", 0, 5);
  pen.restore();
}
