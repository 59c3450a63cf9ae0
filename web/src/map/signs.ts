// The signs that are not symbols of a standard: what was killed, missed or got through, rounds, outlines of tracks.

import type { Thing } from "../lib/scene";
import type { Palette } from "./palette";

export type Side = "hostile" | "friend" | "neutral" | "unknown";
export const SIDES: Side[] = ["neutral", "unknown", "friend", "hostile"];
export const sideOf = (thing: Thing): Side => (SIDES.includes(thing.side as Side) ? (thing.side as Side) : "unknown");

/** Shapes of the frames of MIL-STD-2525: colour is never alone. */
export function outline(pen: CanvasRenderingContext2D, x: number, y: number, side: Side): void {
  if (side === "hostile") {
    pen.moveTo(x, y - 7); pen.lineTo(x + 7, y); pen.lineTo(x, y + 7); pen.lineTo(x - 7, y); pen.closePath();
  } else if (side === "neutral") pen.rect(x - 5, y - 5, 10, 10);
  else { pen.moveTo(x + 6, y); pen.arc(x, y, 6, 0, 2 * Math.PI); if (side === "unknown") { pen.moveTo(x - 3, y); pen.lineTo(x + 3, y); } }
}

export function drawKill(pen: CanvasRenderingContext2D, x: number, y: number, palette: Palette, r: number): void {
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x - r, y - r); pen.lineTo(x + r, y + r); pen.moveTo(x + r, y - r); pen.lineTo(x - r, y + r);
  pen.stroke();
}

export function drawMiss(pen: CanvasRenderingContext2D, x: number, y: number, palette: Palette): void {
  pen.strokeStyle = palette.quiet;
  pen.lineWidth = 1.5;
  pen.beginPath(); pen.arc(x, y, 4, 0, 2 * Math.PI); pen.stroke();
}

export function drawLeak(pen: CanvasRenderingContext2D, x: number, y: number, palette: Palette): void {
  pen.fillStyle = palette.hostile;
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.5;
  pen.beginPath(); pen.moveTo(x, y + 9); pen.lineTo(x - 9, y - 8); pen.lineTo(x + 9, y - 8); pen.closePath();
  pen.fill(); pen.stroke();
}

export function drawHead(pen: CanvasRenderingContext2D, x: number, y: number, turned_rad: number): void {
  const cos = Math.cos(turned_rad), sin = Math.sin(turned_rad);
  pen.beginPath();
  pen.moveTo(x + 4 * cos, y + 4 * sin);
  pen.lineTo(x - 5 * cos + 3 * sin, y - 5 * sin - 3 * cos);
  pen.lineTo(x - 5 * cos - 3 * sin, y - 5 * sin + 3 * cos);
  pen.fill();
}

/** An ellipse of a track, as in a legend. */
export function drawEllipse(pen: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.beginPath(); pen.ellipse(x, y, 10, 4, -0.4, 0, 2 * Math.PI); pen.stroke();
}
