// A trial made ready to be drawn: everything that does not change with time is worked out once.

import { rowAt, type Scene, type Thing } from "../lib/scene";
import { beyond, groundRange_km, planeOf, type Point, type Spot } from "./plane";

export type Mark = { what: "kill" | "leak" | "miss"; time_s: number; x_km: number; y_km: number; whom: string };

export interface Stage {
  scene: Scene;
  site: Spot;
  /** Of each row of the scene's columns. */
  x_km: Float32Array; y_km: Float32Array;
  /** Of each plot; and each radar's plots in order of time, with their times. */
  plot_x_km: Float32Array; plot_y_km: Float32Array;
  plotsOf: { rows: Int32Array; times_s: Float32Array }[];
  indexOf: Map<string, number>;
  /** Tracks of each object, by index; and the thing each belongs to, -1 for none. */
  tracksOf: Map<number, number[]>;
  of: Int32Array;
  marks: Mark[];
}

/** A scene made ready; about the site of another where the two are to be shown on one chart. */
export function staged(scene: Scene, site: Spot = siteOf(scene)): Stage {
  const { columns, things } = scene;
  const project = planeOf(site);
  const [x_km, y_km] = projected(columns.lat_deg, columns.lon_deg, project);
  const indexOf = new Map(things.map((thing, i) => [thing.key, i]));
  const of = Int32Array.from(things, (thing) => indexOf.get(thing.of) ?? -1);
  const tracksOf = new Map<number, number[]>();
  things.forEach((thing, i) => {
    const target = of[i] as number;
    if (thing.kind === "track" && target >= 0) tracksOf.set(target, [...(tracksOf.get(target) ?? []), i]);
  });
  return {
    scene, site, x_km, y_km, indexOf, tracksOf, of,
    ...plotted(scene, project),
    marks: marked(scene, project),
  };
}

/** Middle of the chart: the middle of the batteries, or else of whatever there is. */
function siteOf({ things, columns }: Scene): Spot {
  const batteries = things.filter((thing) => thing.kind === "battery" && thing.count > 0);
  const taken = batteries.length ? batteries : things.filter((thing) => thing.count > 0).slice(0, 1);
  let lat_deg = 0, lon_deg = 0;
  for (const { first } of taken) {
    lat_deg += (columns.lat_deg[first] as number) / taken.length;
    lon_deg += (columns.lon_deg[first] as number) / taken.length;
  }
  return { lat_deg, lon_deg };
}

type Project = (lat_deg: number, lon_deg: number) => Point;

function projected(lat_deg: Float32Array, lon_deg: Float32Array, project: Project): [Float32Array, Float32Array] {
  const x_km = new Float32Array(lat_deg.length), y_km = new Float32Array(lat_deg.length);
  for (let row = 0; row < lat_deg.length; row++) {
    [x_km[row], y_km[row]] = project(lat_deg[row] as number, lon_deg[row] as number);
  }
  return [x_km, y_km];
}

function plotted(scene: Scene, project: Project): Pick<Stage, "plot_x_km" | "plot_y_km" | "plotsOf"> {
  const { columns, radars } = scene, count = columns.plot_time_s.length;
  const plot_x_km = new Float32Array(count), plot_y_km = new Float32Array(count);
  const rows: number[][] = radars.map(() => []);
  for (let plot = 0; plot < count; plot++) {
    const index = columns.plot_radar[plot] as number, radar = radars[index];
    if (!radar) continue;
    const range_m = columns.plot_range_m[plot] as number, elevation_rad = columns.plot_elevation_rad[plot] as number;
    const ground_km = groundRange_km(range_m, Number.isFinite(elevation_rad) ? elevation_rad : 0, radar.at.height_m);
    const there = beyond(radar.at, columns.plot_azimuth_rad[plot] as number, ground_km);
    [plot_x_km[plot], plot_y_km[plot]] = project(there.lat_deg, there.lon_deg);
    rows[index]?.push(plot);
  }
  const times_s = columns.plot_time_s;
  const plotsOf = rows.map((of) => {
    const sorted = Int32Array.from(of).sort((a, b) => (times_s[a] as number) - (times_s[b] as number));
    return { rows: sorted, times_s: Float32Array.from(sorted, (row) => times_s[row] as number) };
  });
  return { plot_x_km, plot_y_km, plotsOf };
}

function marked(scene: Scene, project: Project): Mark[] {
  const found: Mark[] = [];
  for (const [time_s, what, , whom, , lat_deg, lon_deg] of scene.happenings) {
    if (what !== "kill" && what !== "leak" && what !== "miss" && what !== "lost") continue;
    const [x_km, y_km] = project(lat_deg, lon_deg);
    found.push({ what: what === "lost" ? "miss" : what, time_s, x_km, y_km, whom });
  }
  return found;
}

/** From when to when a thing is there, as drawn; sites always are. */
export function livesFrom_s({ scene }: Stage, thing: Thing): number {
  return thing.count > 1 || thing.kind === "track" ? (scene.columns.time_s[thing.first] as number) : -Infinity;
}
export function livesUntil_s({ scene }: Stage, thing: Thing): number {
  if (thing.count < 1) return -Infinity;
  const last_s = scene.columns.time_s[thing.first + thing.count - 1] as number;
  return thing.count > 1 || thing.kind === "track" ? last_s : Infinity;
}

/** Whether a radar's plots hold a confirmed track of an object at a time. */
export function isTracked(stage: Stage, index: number, time_s: number): boolean {
  return (stage.tracksOf.get(index) ?? []).some((track) => {
    const thing = stage.scene.things[track] as Thing;
    return livesFrom_s(stage, thing) <= time_s && time_s <= livesUntil_s(stage, thing);
  });
}

export interface Where { row: number; x_km: number; y_km: number; height_m: number }

/**
 * Where a thing is at a time, or null where it is not there: objects and rounds between their rows, tracks ahead of their
 * last update at its speed and course.
 */
export function whereIs(stage: Stage, thing: Thing, time_s: number): Where | null {
  if (thing.count < 1) return null;
  const { columns } = stage.scene, { x_km, y_km } = stage, { first, count } = thing;
  const one = { row: first, x_km: x_km[first] as number, y_km: y_km[first] as number,
    height_m: columns.height_m[first] as number };
  if (count === 1 && thing.kind !== "track") return one;
  const row = rowAt(columns.time_s, first, count, time_s);
  if (row < 0 || time_s > livesUntil_s(stage, thing)) return null;
  const x = x_km[row] as number, y = y_km[row] as number, height_m = columns.height_m[row] as number;
  const since_s = time_s - (columns.time_s[row] as number);
  if (thing.kind === "track") {
    const course = columns.course_rad[row] as number, gone_km = ((columns.speed_m_s[row] as number) * since_s) / 1000;
    if (!Number.isFinite(course) || !Number.isFinite(gone_km)) return { row, x_km: x, y_km: y, height_m };
    return { row, x_km: x + gone_km * Math.sin(course), y_km: y + gone_km * Math.cos(course), height_m };
  }
  if (row + 1 >= first + count) return { row, x_km: x, y_km: y, height_m };
  const share = since_s / ((columns.time_s[row + 1] as number) - (columns.time_s[row] as number));
  return {
    row,
    x_km: x + share * ((x_km[row + 1] as number) - x),
    y_km: y + share * ((y_km[row + 1] as number) - y),
    height_m: height_m + share * ((columns.height_m[row + 1] as number) - height_m),
  };
}
