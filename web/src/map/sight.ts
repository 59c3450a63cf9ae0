// What a radar can see along a line that begins at it: over the round earth, and over the ground.

import type { Radar } from "../lib/scene";
import { EARTH_KM, planeOf } from "./plane";
import { lengthOf, type Line } from "./profile";
import type { Stage } from "./stage";

/** Air bends radio waves down: as if the earth were a third larger, and they went straight. */
const BENT_EARTH_M = (EARTH_KM * 1000 * 4) / 3;
const AT_KM = 2, STEPS = 200;
/** Ground nearer than this is left out, as where missions are played: there it is sampled no finer. */
const NEAREST_M = 500;

/** Radars that stand where a line begins. */
export function radarsAt(stage: Stage, [[x, y]]: Line): Radar[] {
  const project = planeOf(stage.site);
  return stage.scene.radars.filter(({ at }) => {
    const [x_km, y_km] = project(at.lat_deg, at.lon_deg);
    return Math.hypot(x_km - x, y_km - y) < AT_KM;
  });
}

/**
 * The lowest height (m above the sea) that is seen from a height at the beginning of a line, at even steps along it, first
 * and last point included. Without ground the earth is smooth, at the height of the sea.
 */
export function floorAlong(line: Line, from_m: number, ground: Float32Array | null): Float32Array {
  const heights = ground ?? new Float32Array(STEPS + 1), steps = heights.length - 1, long_m = lengthOf(line) * 1000;
  const floor_m = new Float32Array(heights.length);
  floor_m[0] = heights[0] as number;
  let steepest = -Infinity;
  for (let k = 1; k <= steps; k++) {
    const away_m = (k / steps) * long_m, sunk_m = away_m ** 2 / (2 * BENT_EARTH_M), height_m = heights[k] as number;
    if (away_m >= NEAREST_M) steepest = Math.max(steepest, (height_m - sunk_m - from_m) / away_m);
    floor_m[k] = Number.isFinite(steepest) ? Math.max(height_m, from_m + steepest * away_m + sunk_m) : height_m;
  }
  return floor_m;
}
