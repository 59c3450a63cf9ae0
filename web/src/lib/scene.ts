// A trial as the server packs it (console/told.py): a header of JSON, then columns of numbers, little-endian.

export interface Thing {
  key: string; kind: string; side: string; family: string; class: string; fate: string; of: string;
  first: number; count: number;
  /** First look at which the round earth, and then terrain too, did not hide it; absent where the server does not tell. */
  above_horizon_s?: number | null; unmasked_s?: number | null;
  /** Of a target: when each radar first had a plot of it, in order of time. */
  seen?: Sighting[];
  /** Of a track: how often it was updated, and when last; its last row is its end, and no update. */
  updates?: number; updated_s?: number;
}
export type Sighting = [radar: string, time_s: number, range_m: number];
export type Happening = [time_s: number, what: string, who: string, whom: string, round: string,
  lat_deg: number, lon_deg: number, height_m: number, value: number];
export interface Radar {
  name: string; revisit_s: number; phase_s: number; max_range_m: number; heading_deg: number; sector_deg: number;
  rotating: boolean; at: { lat_deg: number; lon_deg: number; height_m: number };
}
export interface Columns {
  time_s: Float32Array; lat_deg: Float32Array; lon_deg: Float32Array; height_m: Float32Array;
  speed_m_s: Float32Array; course_rad: Float32Array;
  major_m: Float32Array; minor_m: Float32Array; bearing_rad: Float32Array;
  plot_time_s: Float32Array; plot_range_m: Float32Array; plot_azimuth_rad: Float32Array;
  plot_elevation_rad: Float32Array; plot_radar: Int32Array; plot_false: Int32Array;
}
export interface Scene {
  title: string; source: string; trial: number; end_s: number;
  things: Thing[]; happenings: Happening[]; radars: Radar[]; columns: Columns;
}

export function unpack(data: ArrayBuffer): Scene {
  const size = new DataView(data).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size)));
  const columns: Record<string, Float32Array | Int32Array> = {};
  let at = 4 + size;
  for (const [name, kind, count] of header.columns as [string, string, number][]) {
    columns[name] = kind === "i4" ? new Int32Array(data, at, count) : new Float32Array(data, at, count);
    at += 4 * count;
  }
  return { ...header, columns } as Scene;
}

/** From when to when a track lives: to where it was dropped, or the trial ended. */
export function lifeOf({ columns }: Scene, track: Thing): [from_s: number, until_s: number] {
  return [columns.time_s[track.first] as number, columns.time_s[track.first + track.count - 1] as number];
}

/** Stretches of time in which a target was held, by any track of it, in order; touching ones are one. */
export function heldSpans(scene: Scene, key: string): { from_s: number; until_s: number; first: Thing; last: Thing }[] {
  const tracks = scene.things.filter((one) => one.kind === "track" && one.of === key && one.count > 0)
    .map((track) => ({ track, life: lifeOf(scene, track) })).sort((a, b) => a.life[0] - b.life[0]);
  const spans: { from_s: number; until_s: number; first: Thing; last: Thing }[] = [];
  for (const { track, life: [from_s, until_s] } of tracks) {
    const open = spans[spans.length - 1];
    if (!open || from_s > open.until_s) spans.push({ from_s, until_s, first: track, last: track });
    else if (until_s > open.until_s) { open.until_s = until_s; open.last = track; }
  }
  return spans;
}

/** Row of `times` at or before a time, between first and first + count; -1 before the first. Binary search. */
export function rowAt(times: Float32Array, first: number, count: number, time_s: number): number {
  let low = first, high = first + count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= time_s) low = middle + 1; else high = middle;
  }
  return low > first ? low - 1 : -1;
}
