// One radar's plan position indicator: north up, its plots glowing for some turns, and the beam where it points.

import { rowAt, type Radar } from "../lib/scene";
import type { Palette } from "./palette";
import type { Stage } from "./stage";
import { rounded } from "./view";

/** For how many turns a plot is seen. */
export const GLOW_TURNS = 4;

/** Where the beam of a turning radar points (rad, from north), or null: it scans without turning. */
export function beamAt(radar: Pick<Radar, "rotating" | "revisit_s" | "phase_s">, time_s: number): number | null {
  if (!radar.rotating || !(radar.revisit_s > 0)) return null;
  const turns = (time_s - radar.phase_s) / radar.revisit_s;
  return (turns - Math.floor(turns)) * 2 * Math.PI;
}

export interface Glow { plot: number; age: number }

/** Plots of a radar that still glow at a time, and how old each is in turns. */
export function glowing(stage: Stage, index: number, time_s: number): Glow[] {
  const of = stage.plotsOf[index], radar = stage.scene.radars[index];
  if (!of || !radar) return [];
  const found: Glow[] = [];
  for (let k = rowAt(of.times_s, 0, of.rows.length, time_s); k >= 0; k--) {
    const age = (time_s - (of.times_s[k] as number)) / radar.revisit_s;
    if (age > GLOW_TURNS) break;
    found.push({ plot: of.rows[k] as number, age });
  }
  return found;
}

/** The farthest true plot of a radar in the whole trial (km). */
export function reached_km(stage: Stage, index: number): number {
  const { plot_range_m, plot_false } = stage.scene.columns;
  let most_m = 0;
  for (const plot of stage.plotsOf[index]?.rows ?? []) {
    if (!plot_false[plot]) most_m = Math.max(most_m, plot_range_m[plot] as number);
  }
  return most_m / 1000;
}

export interface Shown { stage: Stage; index: number; time_s: number; far_km: number; side: number; dots: number; palette: Palette }

export function drawScope(pen: CanvasRenderingContext2D, shown: Shown): void {
  const { stage, index, side, dots, palette, far_km } = shown, radar = stage.scene.radars[index];
  if (!radar) return;
  const middle = side / 2, radius = middle - 22, px_per_km = radius / far_km;
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, side, side);
  pen.save();
  pen.translate(middle, middle);
  drawFace(pen, radius, far_km, palette);
  pen.beginPath(); pen.arc(0, 0, radius, 0, 2 * Math.PI); pen.clip();
  drawBeam(pen, radar, shown.time_s, radius, palette);
  const { columns } = stage.scene;
  for (const { plot, age } of glowing(stage, index, shown.time_s)) {
    const range_km = (columns.plot_range_m[plot] as number) / 1000, azimuth = columns.plot_azimuth_rad[plot] as number;
    if (range_km > far_km) continue;
    const x = range_km * px_per_km * Math.sin(azimuth), y = -range_km * px_per_km * Math.cos(azimuth);
    pen.globalAlpha = Math.max(0.12, 1 - age / GLOW_TURNS);
    if (columns.plot_false[plot]) {
      pen.strokeStyle = palette.quiet;
      pen.strokeRect(x - 2, y - 2, 4, 4);
    } else {
      pen.fillStyle = palette.ink;
      pen.beginPath(); pen.arc(x, y, age < 0.25 ? 3 : 2.2, 0, 2 * Math.PI); pen.fill();
    }
  }
  pen.restore();
}

function drawFace(pen: CanvasRenderingContext2D, radius: number, far_km: number, palette: Palette): void {
  pen.fillStyle = palette.land;
  pen.beginPath(); pen.arc(0, 0, radius, 0, 2 * Math.PI); pen.fill();
  pen.strokeStyle = palette.line;
  pen.lineWidth = 1;
  pen.font = "10px system-ui, sans-serif";
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
