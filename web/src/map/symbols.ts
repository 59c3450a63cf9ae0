// Symbols as bitmaps: each is drawn by milsymbol once per kind and size, then only copied.

import ms from "milsymbol";
import type { Thing } from "../lib/scene";
import { sidcOf } from "./sidc";

export interface Bitmap { image: HTMLCanvasElement; width: number; height: number; x: number; y: number }

const kept = new Map<string, Bitmap>();

/** The bitmap of a thing; width, height and the symbol's middle (x, y) in CSS pixels. */
export function bitmapOf(thing: Thing, size: number, dots: number): Bitmap {
  const name = `${thing.kind}|${thing.side}|${thing.family}|${thing.class}|${size}|${dots}`;
  const known = kept.get(name);
  if (known) return known;
  const symbol = new ms.Symbol(sidcOf(thing), { size, civilianColor: false, outlineWidth: 2, outlineColor: "rgba(255,255,255,0.75)" });
  const { width, height } = symbol.getSize(), { x, y } = symbol.getAnchor();
  const made = { image: inMemory(symbol.asCanvas(dots)), width, height, x, y };
  kept.set(name, made);
  return made;
}

/** A copy that the CPU holds: the map is drawn by the CPU, and to read a canvas back from a GPU takes longer than a frame. */
function inMemory(from: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = from.width;
  copy.height = from.height;
  const pixels = from.getContext("2d")?.getImageData(0, 0, from.width, from.height);
  if (pixels) copy.getContext("2d", { willReadFrequently: true })?.putImageData(pixels, 0, 0);
  return copy;
}
