// How the things of a scenario look on the map: a shape and a colour for each kind, and where their labels go.

import type { Palette } from "../map/palette";
import type { MarkKind } from "./places";

export const LOOKS: Record<MarkKind, { colour: keyof Palette; word: string; over: number }> = {
  battery: { colour: "friend", word: "Battery", over: 7 },
  asset: { colour: "friend", word: "Defended site", over: 6 },
  origin: { colour: "hostile", word: "Raid group", over: 5 },
  waypoint: { colour: "hostile", word: "Route point", over: 4 },
  zone: { colour: "unknown", word: "Zone", over: 2 },
  jammer: { colour: "hostile", word: "Jammer", over: 3 },
  traffic: { colour: "neutral", word: "Traffic", over: 1 },
};

/** Draw a mark's shape around a point. */
export function shape(pen: CanvasRenderingContext2D, kind: MarkKind, x: number, y: number, size: number): void {
  pen.beginPath();
  if (kind === "battery") pen.rect(x - size, y - size, 2 * size, 2 * size);
  else if (kind === "origin") corners(pen, [[x, y - size * 1.3], [x + size * 1.3, y], [x, y + size * 1.3], [x - size * 1.3, y]]);
  else if (kind === "jammer") corners(pen, [[x, y - size * 1.2], [x + size * 1.2, y + size], [x - size * 1.2, y + size]]);
  else if (kind === "zone") { pen.moveTo(x - size, y); pen.lineTo(x + size, y); pen.moveTo(x, y - size); pen.lineTo(x, y + size); }
  else pen.arc(x, y, kind === "waypoint" ? size * 0.6 : size, 0, 2 * Math.PI);
}

function corners(pen: CanvasRenderingContext2D, points: [number, number][]): void {
  points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

export interface Spot { x: number; y: number; label: string }
export interface LabelBox { x: number; y: number; wide: number; index: number }

/** Where labels go so that none covers another or a mark; a label that finds no room is left out. */
export function labelled(spots: readonly Spot[], wide: (label: string) => number, height: number): LabelBox[] {
  const taken: [number, number, number, number][] = spots.map(({ x, y }) => [x - 7, y - 7, x + 7, y + 7]);
  const found: LabelBox[] = [];
  spots.forEach(({ x, y, label }, index) => {
    if (!label) return;
    const width = wide(label);
    const tries: [number, number][] = [[x + 16, y - height / 2], [x - 16 - width, y - height / 2], [x - width / 2, y - 16 - height], [x - width / 2, y + 16]];
    for (const [left, top] of tries) {
      const box: [number, number, number, number] = [left, top, left + width, top + height];
      if (taken.some((one) => box[0] < one[2] && one[0] < box[2] && box[1] < one[3] && one[1] < box[3])) continue;
      taken.push(box);
      found.push({ x: left, y: top, wide: width, index });
      return;
    }
  });
  return found;
}
