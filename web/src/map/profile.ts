// A cut through the air along a line: what is near it, how far along, how high.

import { rowAt, type Thing } from "../lib/scene";
import { far } from "../lib/story";
import { placed } from "./labels";
import type { Layers } from "./layers";
import type { Palette } from "./palette";
import type { Point } from "./plane";
import { sideOf } from "./signs";
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

/** Where a thing came from, as far as that is near the line: pieces of its way of so many seconds, all it has flown at most. */
export function wayOf(stage: Stage, line: Line, index: number, { time_s, past_s, within_km }: { time_s: number; past_s: number; within_km: number }): Way[] {
  const { columns, things } = stage.scene, { first, count } = things[index] as Thing, [[x, y]] = line, length = lengthOf(line);
  const east = (line[1][0] - x) / length, north = (line[1][1] - y) / length;
  const from = Math.max(first, rowAt(columns.time_s, first, count, time_s - past_s)), now = rowAt(columns.time_s, first, count, time_s);
  const pieces: Way[] = [[]];
  for (let row = from; row <= now; row++) {
    const dx = (stage.x_km[row] as number) - x, dy = (stage.y_km[row] as number) - y;
    const along_km = dx * east + dy * north, off_km = dx * north - dy * east;
    if (along_km < 0 || along_km > length || Math.abs(off_km) > within_km) { if (pieces.at(-1)?.length) pieces.push([]); }
    else pieces.at(-1)?.push({ along_km, height_m: columns.height_m[row] as number });
  }
  return pieces.filter((one) => one.length > 1);
}

export type Way = { along_km: number; height_m: number }[];

export interface Cut {
  stage: Stage; line: Line; found: Near[]; ways: Way[];
  /** The way of what is selected. */
  whole: Way[]; ground: Float32Array | null; selected: number;
  /** The lowest height that a radar at A sees, at even steps; null: no radar stands there. */
  floor: Float32Array | null;
  /** The greatest height drawn (m); 0: as what is selected, or else all that is there, asks for. */
  top_m: number;
  width: number; height: number; dots: number; palette: Palette;
  bitmapOf: ((thing: Thing, size: number, dots: number) => Bitmap) | null;
}

const LEFT = 56, RIGHT = 14, TOP = 8, LOW = 22;

export function drawCut(pen: CanvasRenderingContext2D, cut: Cut): void {
  const { line, found, ground, width, height, dots, palette } = cut, length = lengthOf(line);
  const lowest = ground ? Math.max(0, Math.floor((Math.min(...ground) - 50) / 100) * 100) : 0;
  const there = (cut.whole.length ? cut.whole.flat() : found).map((one) => one.height_m);
  const highest = Math.max(lowest + 500, cut.top_m || Math.max(lowest + 1000, ...there, ...(ground ?? [])) * 1.05);
  const across = (km: number): number => LEFT + (km / length) * (width - LEFT - RIGHT);
  const down = (m: number): number => height - LOW - ((Math.max(lowest, m) - lowest) / (highest - lowest)) * (height - LOW - TOP);
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "11px system-ui, sans-serif";
  drawAxes(pen, cut, across, down, [lowest, highest]);
  pen.save();
  pen.beginPath(); pen.rect(LEFT, 0, width - LEFT - RIGHT, height - LOW); pen.clip();
  if (cut.floor) fillUnder(pen, cut.floor, palette.unknown, 0.16, (share) => across(share * length), down);
  if (ground) fillUnder(pen, ground, palette.line, 1, (share) => across(share * length), down);
  if (cut.floor) drawFloor(pen, cut.floor, palette, (share) => across(share * length), down);
  drawWays(pen, cut, across, down);
  for (const one of found) if (one.height_m <= highest) drawNear(pen, cut, one, across(one.along_km), down(one.height_m));
  pen.restore();
  drawNames(pen, { ...cut, found: found.filter((one) => one.height_m <= highest) }, across, down);
}

function fillUnder(pen: CanvasRenderingContext2D, heights: Float32Array, colour: string, alpha: number, across: Scale, down: Scale): void {
  pen.fillStyle = colour;
  pen.globalAlpha = alpha;
  pen.beginPath();
  pen.moveTo(across(0), down(-Infinity));
  heights.forEach((m, k) => pen.lineTo(across(k / (heights.length - 1)), down(m)));
  pen.lineTo(across(1), down(-Infinity));
  pen.fill();
  pen.globalAlpha = 1;
}

/** The edge of what is hidden, dashed. */
function drawFloor(pen: CanvasRenderingContext2D, floor: Float32Array, palette: Palette, across: Scale, down: Scale): void {
  pen.strokeStyle = palette.unknown;
  pen.lineWidth = 1.5;
  pen.setLineDash([6, 4]);
  pen.beginPath();
  floor.forEach((m, k) => pen.lineTo(across(k / (floor.length - 1)), down(m)));
  pen.stroke();
  pen.setLineDash([]);
  pen.lineWidth = 1;
}

function drawWays(pen: CanvasRenderingContext2D, { ways, whole, palette }: Cut, across: Scale, down: Scale): void {
  for (const [drawn, colour, wide] of [[ways, palette.quiet, 0.7], [whole, palette.ink, 1.3]] as const) {
    pen.strokeStyle = colour;
    pen.lineWidth = wide;
    pen.beginPath();
    for (const way of drawn) {
      way.forEach(({ along_km, height_m }, k) => (k ? pen.lineTo(across(along_km), down(height_m)) : pen.moveTo(across(along_km), down(height_m))));
    }
    pen.stroke();
  }
}

/** Rounds as dots, others as their symbols; a ring about what is selected. */
function drawNear(pen: CanvasRenderingContext2D, { stage, palette, bitmapOf, dots, selected }: Cut, { index }: Near, x: number, y: number): void {
  const thing = stage.scene.things[index] as Thing;
  if (thing.kind === "round" || !bitmapOf) {
    pen.fillStyle = palette.friend;
    pen.beginPath(); pen.arc(x, y, 3, 0, 2 * Math.PI); pen.fill();
  } else {
    const bitmap = bitmapOf(thing, 12, dots);
    pen.drawImage(bitmap.image, Math.round(x - bitmap.x), Math.round(y - bitmap.y), bitmap.width, bitmap.height);
  }
  if (index !== selected) return;
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 2;
  pen.beginPath(); pen.arc(x, y, 11, 0, 2 * Math.PI); pen.stroke();
}

/** Names and heights that fit beside the symbols: of what is selected, then of the hostile and of sites; of rounds none. */
function drawNames(pen: CanvasRenderingContext2D, { stage, found, selected, palette, width, height }: Cut, across: Scale, down: Scale): void {
  const { things } = stage.scene, texts = new Map<number, string>();
  const named = found.filter(({ index }) => index === selected || ((things[index] as Thing).kind !== "round" && (things[index] as Thing).side !== "neutral"));
  const wishes = named.map(({ index, along_km, height_m }) => {
    const thing = things[index] as Thing, text = thing.count > 1 ? `${thing.key}, ${far(height_m)}` : thing.key;
    texts.set(index, text);
    const priority = index === selected ? 9 : thing.side === "hostile" ? 3 : 2;
    return { index, x: across(along_km), y: down(height_m), width: pen.measureText(text).width + 2, priority };
  });
  const symbols = wishes.map(({ x, y }) => ({ left: x - 8, top: y - 7, right: x + 8, bottom: y + 7 }));
  const edges = [{ left: -500, top: 0, right: LEFT, bottom: 1000 }, { left: width, top: 0, right: width + 500, bottom: 1000 },
    { left: -500, top: height - LOW, right: width + 500, bottom: 1000 }, { left: -500, top: -100, right: width + 500, bottom: 0 }];
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  const at = new Map(wishes.map((one) => [one.index, one]));
  for (const { index, right_px, down_px } of placed(wishes, 13, 10, [...edges, ...symbols])) {
    const wish = at.get(index);
    if (!wish) continue;
    pen.fillStyle = palette[sideOf(things[index] as Thing)];
    pen.fillText(texts.get(index) ?? "", wish.x + right_px, wish.y + down_px + 6.5);
  }
}

type Scale = (value: number) => number;

function drawAxes(pen: CanvasRenderingContext2D, cut: Cut, across: Scale, down: Scale, [lowest, highest]: [number, number]): void {
  const { width, height, palette, line } = cut, length = lengthOf(line);
  pen.strokeStyle = palette.line;
  pen.fillStyle = palette.quiet;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  const up = rounded((highest - lowest) / 2.5);
  for (let m = Math.ceil(lowest / up) * up; m <= highest; m += up) {
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
