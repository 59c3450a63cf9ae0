// A cut through the air along a line: what is near it, how far along, how high.

import type { Thing } from "../lib/scene";
import { placed } from "./labels";
import type { Layers } from "./layers";
import type { Palette } from "./palette";
import type { Point } from "./plane";
import { whereIs, type Stage } from "./stage";
import type { Bitmap } from "./symbols";
import { rounded } from "./view";

export type Line = [from: Point, to: Point];

/** Heights of the ground (m) at even steps along a line, first and last point included; null: not known. */
export type GroundOf = (stage: Stage, line: Line) => Promise<Float32Array | null>;

export interface Near { index: number; along_km: number; off_km: number; height_m: number }

export const lengthOf = ([from, to]: Line): number => Math.hypot(to[0] - from[0], to[1] - from[1]);

/** What is within a distance of a line at a time, and abreast of it. */
export function near(stage: Stage, line: Line, time_s: number, within_km: number, layers: Layers): Near[] {
  const [[x, y]] = line, length = lengthOf(line);
  if (length <= 0) return [];
  const east = (line[1][0] - x) / length, north = (line[1][1] - y) / length;
  const found: Near[] = [];
  stage.scene.things.forEach((thing, index) => {
    const on = thing.kind === "target" ? layers.objects : thing.kind === "track" ? layers.tracks && !layers.objects
      : thing.kind === "round" ? layers.rounds : thing.kind !== "radar" && layers.sites;
    const where = on ? whereIs(stage, thing, time_s) : null;
    if (!where) return;
    const dx = where.x_km - x, dy = where.y_km - y;
    const along_km = dx * east + dy * north, off_km = dx * north - dy * east;
    if (along_km < 0 || along_km > length || Math.abs(off_km) > within_km) return;
    found.push({ index, along_km, off_km, height_m: where.height_m });
  });
  return found;
}

export interface Cut {
  stage: Stage; line: Line; found: Near[]; ground: Float32Array | null; selected: number;
  width: number; height: number; dots: number; palette: Palette;
  bitmapOf: ((thing: Thing, size: number, dots: number) => Bitmap) | null;
}

const LEFT = 56, RIGHT = 14, TOP = 12, LOW = 24;

export function drawCut(pen: CanvasRenderingContext2D, cut: Cut): void {
  const { stage, line, found, ground, width, height, dots, palette } = cut, length = lengthOf(line);
  const highest = Math.max(2000, ...found.map((one) => one.height_m), ...(ground ?? [])) * 1.15;
  const across = (km: number): number => LEFT + (km / length) * (width - LEFT - RIGHT);
  const down = (m: number): number => height - LOW - (Math.max(0, m) / highest) * (height - LOW - TOP);
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "11px system-ui, sans-serif";
  drawAxes(pen, cut, across, down, highest);
  if (ground && ground.length > 1) {
    pen.fillStyle = palette.line;
    pen.beginPath();
    pen.moveTo(across(0), height - LOW);
    ground.forEach((m, k) => pen.lineTo(across((k / (ground.length - 1)) * length), down(m)));
    pen.lineTo(across(length), height - LOW);
    pen.fill();
  }
  for (const { index, along_km, height_m } of found) {
    const thing = stage.scene.things[index] as Thing, x = across(along_km), y = down(height_m);
    pen.strokeStyle = palette.line;
    pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x, height - LOW); pen.stroke();
    if (thing.kind === "round" || !cut.bitmapOf) {
      pen.fillStyle = palette.friend;
      pen.fillRect(x - 2.5, y - 2.5, 5, 5);
    } else {
      const bitmap = cut.bitmapOf(thing, 13, dots);
      pen.drawImage(bitmap.image, Math.round(x - bitmap.x), Math.round(y - bitmap.y), bitmap.width, bitmap.height);
    }
  }
  drawNames(pen, cut, across, down);
}

/** Names and heights that fit: of what is selected, then of sites and the hostile. */
function drawNames(pen: CanvasRenderingContext2D, { stage, found, selected, palette, width }: Cut, across: Scale, down: Scale): void {
  const { things } = stage.scene, texts = new Map<number, string>();
  const wishes = found.map(({ index, along_km, height_m }) => {
    const thing = things[index] as Thing, text = `${thing.key}, ${Math.round(height_m)} m`;
    texts.set(index, text);
    const priority = index === selected ? 9 : thing.kind === "round" ? 0 : thing.side === "hostile" ? 3 : 2;
    return { index, x: across(along_km), y: down(height_m), width: pen.measureText(text).width, priority };
  });
  const edges = [[-500, 0], [width, width + 500]].map(([left = 0, right = 0]) => ({ left, top: 0, right, bottom: 1000 }));
  pen.textAlign = "left";
  pen.fillStyle = palette.ink;
  const at = new Map(wishes.map((one) => [one.index, one]));
  for (const { index, right_px, down_px } of placed(wishes, 13, 24, edges)) {
    const wish = at.get(index);
    if (wish) pen.fillText(texts.get(index) ?? "", wish.x + right_px, wish.y + down_px + 6.5);
  }
}

type Scale = (value: number) => number;

function drawAxes(pen: CanvasRenderingContext2D, cut: Cut, across: Scale, down: Scale, highest: number): void {
  const { width, height, palette, line } = cut, length = lengthOf(line);
  pen.strokeStyle = palette.line;
  pen.fillStyle = palette.quiet;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  const up = rounded(highest / 2.5);
  for (let m = 0; m <= highest; m += up) {
    pen.beginPath(); pen.moveTo(LEFT, down(m)); pen.lineTo(width - RIGHT, down(m)); pen.stroke();
    pen.fillText(up >= 1000 ? `${m / 1000} km` : `${m} m`, LEFT - 6, down(m));
  }
  pen.textAlign = "center";
  const on = rounded(length / 4);
  for (let km = on; km < length * 0.97; km += on) pen.fillText(`${+km.toFixed(3)} km`, across(km), height - LOW + 12);
  pen.font = "bold 12px system-ui, sans-serif";
  pen.fillStyle = palette.link;
  pen.fillText("A", across(0), height - LOW + 12);
  pen.fillText("B", across(length), height - LOW + 12);
  pen.font = "11px system-ui, sans-serif";
}
