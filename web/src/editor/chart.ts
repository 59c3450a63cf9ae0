// The chart that things are placed on: flat about an anchor, as the map of a trial is about its site.

import { placeOf, planeOf } from "../map/plane";
import { across, down, fitted, pointAt, type Size, type View } from "../map/view";
import type { Place } from "./places";

export interface Chart {
  anchor: Place; view: View; size: Size; km_per_px: number;
  pixelOf: (place: Place) => [x_px: number, y_px: number];
  placeAt: (x_px: number, y_px: number) => Place;
}

export function chartOf(anchor: Place, view: View, size: Size): Chart {
  const project = planeOf(anchor), back = placeOf(anchor);
  return {
    anchor, view, size, km_per_px: 1 / view.px_per_km,
    pixelOf: (place) => {
      const [x_km, y_km] = project(place.lat_deg, place.lon_deg);
      return [across(view, size, x_km), down(view, size, y_km)];
    },
    placeAt: (x_px, y_px) => {
      const { lat_deg, lon_deg } = back(...pointAt(view, size, x_px, y_px));
      return { lat_deg, lon_deg: wrapped(lon_deg) };
    },
  };
}

/** The view that holds all of some places. */
export function viewOf(anchor: Place, places: readonly Place[], size: Size): View {
  const project = planeOf(anchor);
  if (places.length === 1) {
    const [x_km, y_km] = project(places[0]!.lat_deg, places[0]!.lon_deg);
    return { x_km, y_km, px_per_km: Math.min(size.width, size.height) / 400 };
  }
  return fitted(places.map((one) => project(one.lat_deg, one.lon_deg)), size);
}

/** How far the middle of the view may be from the anchor before shapes there look wrong, and another is taken. */
export const FAR_KM = 1500;

const wrapped = (lon_deg: number) => ((((lon_deg + 180) % 360) + 360) % 360) - 180;

/** A place as people write it: "23.655, 45.12", or with letters: "23.655 N 45.12 E". Null where it is none. */
export function placeIn(text: string): Place | null {
  const found = /^\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*([NS]?)\s*[,;\s]\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*([EW]?)\s*$/i.exec(text);
  if (!found) return null;
  const lat_deg = Number(found[1]) * (found[2]?.toUpperCase() === "S" ? -1 : 1);
  const lon_deg = Number(found[3]) * (found[4]?.toUpperCase() === "W" ? -1 : 1);
  return Math.abs(lat_deg) <= 85 && Math.abs(lon_deg) <= 180 ? { lat_deg, lon_deg } : null;
}

/** "23.655° N, 45.12° E". */
export function placeText({ lat_deg, lon_deg }: Place, digits = 3): string {
  const part = (value: number, plus: string, minus: string) => `${Number(Math.abs(value).toFixed(digits))}° ${value < 0 ? minus : plus}`;
  return `${part(lat_deg, "N", "S")}, ${part(lon_deg, "E", "W")}`;
}
