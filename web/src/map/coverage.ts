// What a defence can see, as the server tells it (console/coverage.py): for each radar, by azimuth and range, the heights
// above ground between which a target is seen. A picture for one height is drawn here, so that a slider needs no server.

import { EARTH_KM, type Spot } from "./plane";

/** A class of the raid, and the height above ground at which it usually flies. */
export interface RaidClass { class: string; label: string; count: number; height_m: number; rcs_m2: number }
/** low_m, high_m: [azimuth, range]; seen from low to high; azimuths clockwise from north, ranges from one step on. */
export interface SeenBy extends Spot {
  name: string; azimuths: number; ranges: number; step_m: number; low_m: Uint16Array; high_m: Uint16Array;
}
export interface Claimed extends Spot { label: string; battery: string; range_m: number; printed: string }
export interface Coverage {
  /** Of a mere cross-section, class and label are empty. */
  target: { class: string; label: string; rcs_m2: number }; pd: number;
  classes: RaidClass[]; radars: SeenBy[]; claimed: Claimed | null;
}

/** What is looked for: a class of the catalogue, or anything of a radar cross-section. */
export type Wish = { target: string } | { rcs_m2: number };

export function unpackCoverage(data: ArrayBuffer): Coverage {
  const size = new DataView(data).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size)));
  let at = 4 + size;
  const columns = (header.columns as [string, string, number][]).map(([, , count]) => {
    const column = new Uint16Array(data, at, count);
    at += 2 * count;
    return column;
  });
  const radars = (header.radars as SeenBy[]).map((radar, k) => ({ ...radar, low_m: columns[2 * k]!, high_m: columns[2 * k + 1]! }));
  return { ...header, radars } as Coverage;
}

/** Whether a radar sees a target at a height above ground: u1[azimuth, range], without gaps of one or two ranges. */
export function seenAt({ azimuths, ranges, low_m, high_m }: SeenBy, height_m: number): Uint8Array {
  const seen = new Uint8Array(azimuths * ranges);
  for (let i = 0; i < seen.length; i++) seen[i] = height_m >= low_m[i]! && height_m <= high_m[i]! ? 1 : 0;
  const closed = seen.slice(); // as the report's figure (report/sights.py): gaps come about where the lowest stretch jumps
  for (let row = 0; row < azimuths; row++) {
    for (let k = 2, i = row * ranges + 2; k < ranges - 2; k++, i++) {
      const before2 = seen[i - 2]!, before = seen[i - 1]!, after = seen[i + 1]!, after2 = seen[i + 2]!;
      if ((before && (after || after2)) || (before2 && after)) closed[i] = 1;
    }
  }
  return closed;
}

/** A square about all radars, north up, azimuthal equidistant, of `size` pixels; null where nothing is ever seen. */
export interface Frame extends Spot { size: number; metres_per_pixel: number; cellOf: Int32Array[] }

export function framed({ radars }: Coverage, size: number): Frame | null {
  const able = radars.filter((radar) => radar.ranges > 0);
  if (!able.length) return null;
  const middle = {
    lat_deg: able.reduce((sum, one) => sum + one.lat_deg, 0) / able.length,
    lon_deg: middleLon(able),
  };
  const reach_m = Math.max(...able.map((one) => awayOf(middle, one) + one.step_m * (one.ranges + 1)));
  const metres_per_pixel = (2 * reach_m) / size, pixels = unitsOf(size, metres_per_pixel);
  return { ...middle, size, metres_per_pixel, cellOf: radars.map((radar) => cellsOf(radar, middle, pixels)) };
}

function middleLon(spots: readonly Spot[]): number {
  const first = spots[0]?.lon_deg ?? 0, around = (lon: number) => ((((lon - first + 180) % 360) + 360) % 360) - 180;
  return first + spots.reduce((sum, one) => sum + around(one.lon_deg), 0) / spots.length;
}

const TURN = Math.PI / 180, EARTH_M = EARTH_KM * 1000;
type Vector = readonly [east: number, north: number, up: number];

/** Of each pixel of a frame, the unit vector from the middle of the earth, as seen from the middle of the frame. */
function unitsOf(size: number, metres_per_pixel: number): Float64Array {
  const units = new Float64Array(3 * size * size);
  for (let row = 0, i = 0; row < size; row++) {
    for (let column = 0; column < size; column++, i += 3) {
      const x_m = (column + 0.5 - size / 2) * metres_per_pixel, y_m = (size / 2 - row - 0.5) * metres_per_pixel;
      const away_m = Math.hypot(x_m, y_m), share = away_m > 1e-6 ? Math.sin(away_m / EARTH_M) / away_m : 1 / EARTH_M;
      units[i] = x_m * share; units[i + 1] = y_m * share; units[i + 2] = Math.cos(away_m / EARTH_M);
    }
  }
  return units;
}

/** East, north and up at a place, as seen from another. Source: Snyder (as plane.ts): rotations by longitude and latitude. */
function axesAt({ lat_deg, lon_deg }: Spot, from: Spot): [Vector, Vector, Vector] {
  const sin0 = Math.sin(from.lat_deg * TURN), cos0 = Math.cos(from.lat_deg * TURN), ahead = (lon_deg - from.lon_deg) * TURN;
  const sin = Math.sin(lat_deg * TURN), cos = Math.cos(lat_deg * TURN), side = Math.sin(ahead), along = Math.cos(ahead);
  return [
    [along, sin0 * side, -cos0 * side],
    [-sin * side, cos0 * cos + sin0 * sin * along, sin0 * cos - cos0 * sin * along],
    [cos * side, cos0 * sin - sin0 * cos * along, sin0 * sin + cos0 * cos * along],
  ];
}

/** Great-circle distance of a place from another, m. */
function awayOf(from: Spot, to: Spot): number {
  const [, , [east, north, up]] = axesAt(to, from);
  return EARTH_M * Math.atan2(Math.hypot(east, north), up);
}

/** For each pixel of a frame, the nearest place of a radar's heights; -1 for none. */
function cellsOf(radar: SeenBy, middle: Spot, units: Float64Array): Int32Array {
  const cells = new Int32Array(units.length / 3).fill(-1), { azimuths, ranges, step_m } = radar;
  if (!ranges) return cells;
  const [e, n, u] = axesAt(radar, middle), farthest = Math.cos(Math.min(Math.PI, (step_m * (ranges + 1)) / EARTH_M));
  for (let i = 0, k = 0; i < cells.length; i++, k += 3) {
    const x = units[k]!, y = units[k + 1]!, z = units[k + 2]!, up = u[0] * x + u[1] * y + u[2] * z;
    if (up < farthest) continue;
    const east = e[0] * x + e[1] * y + e[2] * z, north = n[0] * x + n[1] * y + n[2] * z;
    const ring = Math.max(Math.round((EARTH_M * Math.atan2(Math.hypot(east, north), up)) / step_m) - 1, 0);
    if (ring >= ranges) continue;
    const azimuth = Math.round((Math.atan2(east, north) / (2 * Math.PI)) * azimuths);
    cells[i] = ((azimuth + azimuths) % azimuths) * ranges + ring;
  }
  return cells;
}

/** Pixels of a frame in which any of some radars sees a target at a height above ground; 2 where a pixel beside is unseen. */
export function shadeOf({ radars }: Coverage, { size, cellOf }: Frame, height_m: number, only = ""): Uint8Array {
  const seen = new Uint8Array(size * size);
  radars.forEach((radar, k) => {
    if (!radar.ranges || (only && radar.name !== only)) return;
    const at = seenAt(radar, height_m), cells = cellOf[k]!;
    for (let i = 0; i < seen.length; i++) if (cells[i]! >= 0 && at[cells[i]!]) seen[i] = 1;
  });
  for (let i = 0; i < seen.length; i++) {
    const column = i % size, row = (i - column) / size;
    if (seen[i] && (!column || !row || column === size - 1 || row === size - 1
      || !seen[i - 1] || !seen[i + 1] || !seen[i - size] || !seen[i + size])) seen[i] = 2;
  }
  return seen;
}

/** Alike in light and dark: a blue that is told from red and from sand by those who see few colours too. */
const BLUE = [38, 110, 190], INSIDE = 92, EDGE = 205;

/** The shade as a picture. */
export function painted(shade: Uint8Array, size: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = canvas.height = size;
  if (!pen) return canvas;
  const image = pen.createImageData(size, size), { data } = image;
  for (let i = 0; i < shade.length; i++) {
    if (!shade[i]) continue;
    data[4 * i] = BLUE[0]!; data[4 * i + 1] = BLUE[1]!; data[4 * i + 2] = BLUE[2]!;
    data[4 * i + 3] = shade[i] === 2 ? EDGE : INSIDE;
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

/** What is looked for: `a one-way attack drone`, `a target of 0.1 m²`. */
export function lookedFor({ target: { label, rcs_m2 } }: Coverage): string {
  if (!label) return `a target of ${cleanly(rcs_m2)} m²`;
  return `${/^(?!one)[aeio]/i.test(label) ? "an" : "a"} ${label[0]!.toLowerCase()}${label.slice(1)}`;
}

/** What the shade means, in a sentence. */
export function meaning(coverage: Coverage, height_m: number, only = ""): string {
  const what = lookedFor(coverage), { pd } = coverage, by = only ? `the radar ${only}` : "a radar of the defence";
  return `Blue: ${by} detects ${what}, coming head-on ${heightText(height_m)} above ground, with a chance of at least `
    + `${Math.round(pd * 100)} % each time it looks. Elsewhere the ground or the curve of the earth hides it, or its echo is too weak.`;
}

export const cleanly = (value: number): string => String(Number(value.toPrecision(3)));
export const heightText = (height_m: number): string => (height_m >= 1000 ? `${cleanly(height_m / 1000)} km` : `${cleanly(height_m)} m`);

/** Heights above ground that a slider of 0 to 100 stands for: by equal ratios, so that low ones have room. */
const LOWEST_M = 30, HIGHEST_M = 20_000;
export const heightAt = (share: number): number => Number((LOWEST_M * (HIGHEST_M / LOWEST_M) ** (share / 100)).toPrecision(2));
export const shareOf = (height_m: number): number =>
  Math.max(0, Math.min(100, (100 * Math.log(height_m / LOWEST_M)) / Math.log(HIGHEST_M / LOWEST_M)));
