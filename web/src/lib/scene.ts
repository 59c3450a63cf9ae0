// A trial as the server packs it (console/told.py): a header of JSON, then columns of numbers, little-endian.

export interface Thing {
  key: string; kind: string; side: string; family: string; class: string; fate: string; of: string;
  first: number; count: number;
  /** First look at which the round earth, and then terrain too, did not hide it; absent where the server does not tell. */
  above_horizon_s?: number | null; unmasked_s?: number | null;
}
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

/** Row of `times` at or before a time, between first and first + count; -1 before the first. Binary search. */
export function rowAt(times: Float32Array, first: number, count: number, time_s: number): number {
  let low = first, high = first + count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= time_s) low = middle + 1; else high = middle;
  }
  return low > first ? low - 1 : -1;
}
