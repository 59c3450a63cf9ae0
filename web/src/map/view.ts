// What part of the chart a canvas shows, and how it is moved.

import type { Point } from "./plane";

export interface View { x_km: number; y_km: number; px_per_km: number }
export interface Size { width: number; height: number }

const LEAST_PX_PER_KM = 0.04, MOST_PX_PER_KM = 200;

export const across = (view: View, size: Size, x_km: number): number => size.width / 2 + (x_km - view.x_km) * view.px_per_km;
export const down = (view: View, size: Size, y_km: number): number => size.height / 2 - (y_km - view.y_km) * view.px_per_km;

export function pointAt(view: View, size: Size, x_px: number, y_px: number): Point {
  return [view.x_km + (x_px - size.width / 2) / view.px_per_km, view.y_km - (y_px - size.height / 2) / view.px_per_km];
}

export function panned(view: View, right_px: number, down_px: number): View {
  return { ...view, x_km: view.x_km - right_px / view.px_per_km, y_km: view.y_km + down_px / view.px_per_km };
}

/** Nearer by a factor, so that what is under a pixel stays there. */
export function zoomed(view: View, size: Size, factor: number, x_px = size.width / 2, y_px = size.height / 2): View {
  const [x_km, y_km] = pointAt(view, size, x_px, y_px);
  const px_per_km = Math.min(MOST_PX_PER_KM, Math.max(LEAST_PX_PER_KM, view.px_per_km * factor));
  return {
    x_km: x_km - (x_px - size.width / 2) / px_per_km,
    y_km: y_km + (y_px - size.height / 2) / px_per_km,
    px_per_km,
  };
}

/** The view that holds all points, with a margin. */
export function fitted(points: Iterable<Point>, size: Size): View {
  let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity;
  for (const [x, y] of points) {
    west = Math.min(west, x); east = Math.max(east, x);
    south = Math.min(south, y); north = Math.max(north, y);
  }
  if (west > east) return { x_km: 0, y_km: 0, px_per_km: Math.min(size.width, size.height) / 700 };
  const wide = Math.max(east - west, 20) * 1.12, tall = Math.max(north - south, 20) * 1.12;
  const px_per_km = Math.max(LEAST_PX_PER_KM, Math.min(size.width / wide, size.height / tall));
  return { x_km: (west + east) / 2, y_km: (south + north) / 2, px_per_km };
}

/** The largest of 1, 2 or 5 times a power of ten that is no more than a number. */
export function rounded(most: number): number {
  const ten = 10 ** Math.floor(Math.log10(most));
  return most >= 5 * ten ? 5 * ten : most >= 2 * ten ? 2 * ten : ten;
}
