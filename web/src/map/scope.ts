// One radar's plan position indicator: north up, its plots glowing for some turns, and the beam where it points.

import { clockText } from "../lib/playback";
import { rowAt, type Radar, type Thing } from "../lib/scene";
import { far } from "../lib/story";
import { placed, type Wish } from "./labels";
import type { Palette } from "./palette";
import { planeOf, type Point } from "./plane";
import { outline, sideOf } from "./signs";
import { whereIs, type Stage } from "./stage";
import { rounded } from "./view";

/** For how many turns a plot is seen, as chosen. */
export const GLOW_TURNS = [1, 4, 12] as const;

/** Where the beam of a turning radar points (rad, from north), or null: it scans without turning. */
export function beamAt(radar: Pick<Radar, "rotating" | "revisit_s" | "phase_s">, time_s: number): number | null {
  if (!radar.rotating || !(radar.revisit_s > 0)) return null;
  const turns = (time_s - radar.phase_s) / radar.revisit_s;
  return (turns - Math.floor(turns)) * 2 * Math.PI;
}

export interface Glow { plot: number; age: number }

/** Plots of a radar that still glow at a time, and how old each is in turns. */
export function glowing(stage: Stage, index: number, time_s: number, turns: number): Glow[] {
  const of = stage.plotsOf[index], radar = stage.scene.radars[index];
  if (!of || !radar) return [];
  const found: Glow[] = [];
  for (let k = rowAt(of.times_s, 0, of.rows.length, time_s); k >= 0; k--) {
    const age = (time_s - (of.times_s[k] as number)) / radar.revisit_s;
    if (age > turns) break;
    found.push({ plot: of.rows[k] as number, age });
  }
  return found;
}

/** The object nearest to where a plot was measured, within the radar's errors and some; null: none, or a false plot. */
export function ownerOf(stage: Stage, plot: number): Thing | null {
  const { columns, things } = stage.scene;
  if (columns.plot_false[plot]) return null;
  const x = stage.plot_x_km[plot] as number, y = stage.plot_y_km[plot] as number;
  let best: Thing | null = null, least_km = 1 + 0.01 * ((columns.plot_range_m[plot] as number) / 1000);
  for (const thing of things) {
    const where = thing.kind === "target" ? whereIs(stage, thing, columns.plot_time_s[plot] as number) : null;
    const away_km = where ? Math.hypot(where.x_km - x, where.y_km - y) : Infinity;
    if (away_km < least_km) { least_km = away_km; best = thing; }
  }
  return best;
}

/** What a plot measured, in words. */
export function plotText({ scene }: Stage, plot: number): string {
  const { columns } = scene, turn = 180 / Math.PI;
  const bearing = Math.round((((columns.plot_azimuth_rad[plot] as number) * turn) % 360 + 360) % 360) % 360;
  const up = columns.plot_elevation_rad[plot] as number;
  const high = Number.isFinite(up) ? `, ${(up * turn).toFixed(1).replace("-", "\u2212")}\u00b0 up` : "";
  return `${clockText(columns.plot_time_s[plot] as number)}: ${far(columns.plot_range_m[plot] as number)} away at ${String(bearing).padStart(3, "0")}\u00b0${high}`;
}

/** Within which range nine in ten true plots of a radar lie, over the whole trial (km). */
export function reached_km(stage: Stage, index: number): number {
  const { plot_range_m, plot_false } = stage.scene.columns, rows = stage.plotsOf[index]?.rows ?? new Int32Array();
  const ranges_m = Float32Array.from(rows.filter((plot) => !plot_false[plot]), (plot) => plot_range_m[plot] as number).sort();
  return (ranges_m[Math.ceil(ranges_m.length * 0.9) - 1] ?? 0) / 1000;
}

export interface Shown {
  stage: Stage; index: number; time_s: number; far_km: number; side: number; dots: number; palette: Palette;
  turns: number; tracks: boolean; labels: boolean;
  /** A plot, and a thing, that are selected; -1: none. */
  plot: number; selected: number;
}

/** Where plots and tracks of a radar lie on its scope, in pixels from the middle. */
export function scopePlace({ stage, index, far_km, side }: Pick<Shown, "stage" | "index" | "far_km" | "side">): {
  radius: number; ofPlot: (plot: number) => Point; ofChart: (x_km: number, y_km: number) => Point;
} {
  const radius = side / 2 - 22, px_per_km = radius / far_km, { columns, radars } = stage.scene, at = (radars[index] as Radar).at;
  const [x0, y0] = planeOf(stage.site)(at.lat_deg, at.lon_deg);
  return {
    radius,
    ofPlot: (plot) => {
      const range = ((columns.plot_range_m[plot] as number) / 1000) * px_per_km, azimuth = columns.plot_azimuth_rad[plot] as number;
      return [range * Math.sin(azimuth), -range * Math.cos(azimuth)];
    },
    ofChart: (x_km, y_km) => [(x_km - x0) * px_per_km, (y0 - y_km) * px_per_km],
  };
}

export function drawScope(pen: CanvasRenderingContext2D, shown: Shown): void {
  const { stage, index, side, dots, palette, far_km } = shown, radar = stage.scene.radars[index];
  if (!radar) return;
  const { radius } = scopePlace(shown);
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, side, side);
  pen.save();
  pen.translate(side / 2, side / 2);
  drawFace(pen, radius, far_km, palette);
  pen.beginPath(); pen.arc(0, 0, radius, 0, 2 * Math.PI); pen.clip();
  drawBeam(pen, radar, shown.time_s, radius, palette);
  drawPlots(pen, shown);
  pen.globalAlpha = 1;
  if (shown.tracks) drawTracks(pen, shown);
  drawChosen(pen, shown);
  pen.restore();
}

function drawPlots(pen: CanvasRenderingContext2D, shown: Shown): void {
  const { stage, index, palette, turns } = shown, { plot_false } = stage.scene.columns, { ofPlot } = scopePlace(shown);
  for (const { plot, age } of glowing(stage, index, shown.time_s, turns)) {
    const [x, y] = ofPlot(plot);
    pen.globalAlpha = Math.max(0.15, 1 - age / turns);
    if (plot_false[plot]) {
      pen.strokeStyle = palette.quiet;
      pen.strokeRect(x - 2, y - 2, 4, 4);
    } else {
      pen.fillStyle = palette.ink;
      pen.beginPath(); pen.arc(x, y, age < 0.25 ? 3 : 2.2, 0, 2 * Math.PI); pen.fill();
    }
  }
}

/** Tracks of the whole defence as outlines of their sides, with where they will be in a minute. */
function drawTracks(pen: CanvasRenderingContext2D, shown: Shown): void {
  const { stage, time_s, palette, labels } = shown, { things, columns } = stage.scene, { ofChart, radius } = scopePlace(shown);
  pen.lineWidth = 1.3;
  pen.textAlign = "left";
  const wishes: Wish[] = [];
  things.forEach((thing, i) => {
    const where = thing.kind === "track" ? whereIs(stage, thing, time_s) : null;
    if (!where) return;
    const [x, y] = ofChart(where.x_km, where.y_km);
    if (Math.hypot(x, y) > radius) return;
    pen.strokeStyle = palette[sideOf(thing)];
    pen.beginPath();
    outline(pen, x, y, sideOf(thing));
    const gone_km = ((columns.speed_m_s[where.row] as number) * 60) / 1000, course = columns.course_rad[where.row] as number;
    if (gone_km > 0) { pen.moveTo(x, y); pen.lineTo(...ofChart(where.x_km + gone_km * Math.sin(course), where.y_km + gone_km * Math.cos(course))); }
    pen.stroke();
    wishes.push({ index: i, x, y, width: pen.measureText(thing.key).width, priority: i === shown.selected ? 9 : thing.side === "hostile" ? 3 : 0 });
  });
  if (!labels) return;
  const at = new Map(wishes.map((one) => [one.index, one]));
  for (const { index, right_px, down_px } of placed(wishes, 12, 40)) {
    const wish = at.get(index) as Wish, thing = things[index] as Thing;
    pen.fillStyle = palette[sideOf(thing)];
    pen.fillText(thing.key, wish.x + right_px, wish.y + down_px + 6);
  }
}

function drawChosen(pen: CanvasRenderingContext2D, shown: Shown): void {
  const { stage, plot, selected, palette, time_s } = shown, { ofPlot, ofChart } = scopePlace(shown);
  pen.strokeStyle = palette.link;
  pen.lineWidth = 2;
  if (plot >= 0) {
    const [x, y] = ofPlot(plot);
    pen.strokeRect(x - 6, y - 6, 12, 12);
  }
  const thing = stage.scene.things[selected], where = thing && thing.count > 1 ? whereIs(stage, thing, time_s) : null;
  if (!where) return;
  pen.beginPath(); pen.arc(...ofChart(where.x_km, where.y_km), 10, 0, 2 * Math.PI); pen.stroke();
}

function drawFace(pen: CanvasRenderingContext2D, radius: number, far_km: number, palette: Palette): void {
  pen.fillStyle = palette.land;
  pen.beginPath(); pen.arc(0, 0, radius, 0, 2 * Math.PI); pen.fill();
  pen.strokeStyle = palette.line;
  pen.lineWidth = 1;
  pen.font = "11px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const step_km = rounded(far_km / 2.5);
  for (let range_km = step_km; range_km <= far_km; range_km += step_km) {
    pen.beginPath(); pen.arc(0, 0, (range_km / far_km) * radius, 0, 2 * Math.PI); pen.stroke();
  }
  pen.beginPath(); pen.arc(0, 0, radius, 0, 2 * Math.PI); pen.stroke();
  for (let bearing = 0; bearing < 360; bearing += 30) {
    const turn = (bearing * Math.PI) / 180, sin = Math.sin(turn), cos = Math.cos(turn);
    pen.beginPath(); pen.moveTo(0, 0); pen.lineTo(radius * sin, -radius * cos); pen.stroke();
    pen.fillStyle = palette.quiet;
    pen.fillText(bearing ? String(bearing).padStart(3, "0") : "N", (radius + 11) * sin, -(radius + 9) * cos);
  }
  pen.fillStyle = palette.quiet;
  for (let range_km = step_km; range_km <= far_km; range_km += step_km) {
    pen.fillText(`${range_km} km`, 0, -(range_km / far_km) * radius + 8);
  }
}

function drawBeam(pen: CanvasRenderingContext2D, radar: Radar, time_s: number, radius: number, palette: Palette): void {
  pen.strokeStyle = pen.fillStyle = palette.friend;
  const beam = beamAt(radar, time_s);
  if (beam === null) {
    const middle = ((radar.heading_deg - 90) * Math.PI) / 180, half = (radar.sector_deg * Math.PI) / 360;
    pen.globalAlpha = 0.1;
    pen.beginPath(); pen.moveTo(0, 0); pen.arc(0, 0, radius, middle - half, middle + half); pen.fill();
    pen.globalAlpha = 1;
    return;
  }
  const at = beam - Math.PI / 2, steps = 12, tail = 0.5;
  for (let k = 0; k < steps; k++) {
    pen.globalAlpha = 0.28 * (1 - k / steps);
    pen.beginPath(); pen.moveTo(0, 0); pen.arc(0, 0, radius, at - (tail * (k + 1)) / steps, at - (tail * k) / steps); pen.fill();
  }
  pen.globalAlpha = 1;
  pen.lineWidth = 1.5;
  pen.beginPath(); pen.moveTo(0, 0); pen.lineTo(radius * Math.cos(at), radius * Math.sin(at)); pen.stroke();
  pen.lineWidth = 1;
}
