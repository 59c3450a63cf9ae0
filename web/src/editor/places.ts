// What a scenario puts on the map, and how a place is written when it is moved.
//
// Great circles on a sphere of 6371 km (the server's earth is an ellipsoid: this is for placing, not for results).

import { at } from "./edits";
import type { Path } from "./schema";

export interface Place { lat_deg: number; lon_deg: number }
export type MarkKind = "battery" | "asset" | "origin" | "waypoint" | "zone" | "jammer" | "traffic";
export interface Mark extends Place { kind: MarkKind; name: string; path: Path; from: Place | null; radius_km: number }
export interface Route { name: string; points: Place[]; friendly: boolean }
export interface Laid { marks: Mark[]; routes: Route[]; left: number }

const EARTH_KM = 6371;
const MOST = 400;
const radians = (degrees: number) => (degrees * Math.PI) / 180;
const degrees = (angle: number) => (angle * 180) / Math.PI;
const wrapped = (angle: number) => ((angle % 360) + 360) % 360;

/** The place in a direction and at a distance along the ground (Sinnott 1984, solved forward). */
export function reached(from: Place, bearing_deg: number, range_km: number): Place {
  const along = range_km / EARTH_KM, course = radians(bearing_deg), lat = radians(from.lat_deg);
  const sine = Math.sin(lat) * Math.cos(along) + Math.cos(lat) * Math.sin(along) * Math.cos(course);
  const east = Math.atan2(Math.sin(course) * Math.sin(along) * Math.cos(lat), Math.cos(along) - Math.sin(lat) * sine);
  return { lat_deg: degrees(Math.asin(Math.min(1, Math.max(-1, sine)))), lon_deg: wrapped(from.lon_deg + degrees(east) + 180) - 180 };
}

/** Direction and distance along the ground from one place to another. */
export function seen(from: Place, to: Place): { bearing_deg: number; range_km: number } {
  const a = radians(from.lat_deg), b = radians(to.lat_deg), east = radians(to.lon_deg - from.lon_deg);
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(east / 2) ** 2;
  const course = Math.atan2(Math.sin(east) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east));
  return { bearing_deg: wrapped(degrees(course)), range_km: 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half))) };
}

function number(value: unknown, most: number): number | null {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= most ? value : null;
}

/** A place as it is written: itself, or seen from another. Null where it is not complete. */
export function placeOf(value: unknown, from: Place | null): Place | null {
  const lat_deg = number(at(value, ["lat_deg"]), 90), lon_deg = number(at(value, ["lon_deg"]), 180);
  if (lat_deg !== null && lon_deg !== null) return { lat_deg, lon_deg };
  const bearing = number(at(value, ["bearing_deg"]), 360), range = number(at(value, ["range_km"]), 3000);
  return from !== null && bearing !== null && range !== null ? reached(from, bearing, range) : null;
}

function listed(values: unknown, name: string): unknown[] {
  const found = at(values, [name]);
  return Array.isArray(found) ? (found as unknown[]) : [];
}
const nameOf = (value: unknown, index: number, kind: string) => String(at(value, ["name"]) ?? `${kind} ${index + 1}`);

/** Everything of a scenario that has a place. */
export function laid(values: unknown): Laid {
  const marks: Mark[] = [], routes: Route[] = [];
  for (const [list, kind, key] of [["zones", "zone", "at"], ["defence", "battery", "at"], ["defended", "asset", "at"],
    ["jammers", "jammer", "at"], ["traffic", "traffic", "moved_to"]] as const) {
    listed(values, list).forEach((one, index) => {
      const place = placeOf(at(one, [key]), null);
      const radius_km = kind === "zone" ? (number(at(one, ["radius_km"]), 1000) ?? 0) : 0;
      const name = kind === "traffic" ? `traffic ${String(at(one, ["recorded"]) ?? index + 1)}` : nameOf(one, index, kind);
      if (place) marks.push({ ...place, kind, name, path: [list, index, key], from: null, radius_km });
    });
  }
  listed(values, "raid").forEach((group, index) => routed(values, group, index, marks, routes));
  return { marks: marks.slice(0, MOST), routes, left: Math.max(0, marks.length - MOST) };
}

/** Where the asset stands that a group flies to. */
export function assetOf(values: unknown, group: unknown): Place | null {
  const to = at(group, ["to"]);
  const asset = listed(values, "defended").find((one) => at(one, ["name"]) === to);
  return asset === undefined ? null : placeOf(at(asset, ["at"]), null);
}

function routed(values: unknown, group: unknown, index: number, marks: Mark[], routes: Route[]): void {
  const goal = assetOf(values, group), name = nameOf(group, index, "group");
  const points: Place[] = [];
  const put = (value: unknown, kind: MarkKind, label: string, path: Path) => {
    const place = placeOf(value, goal);
    if (!place) return;
    points.push(place);
    const seenFrom = at(value, ["bearing_deg"]) === undefined ? null : goal;
    marks.push({ ...place, kind, name: label, path, from: seenFrom, radius_km: 0 });
  };
  put(at(group, ["from"]), "origin", name, ["raid", index, "from"]);
  listed(group, "via").forEach((one, step) => put(one, "waypoint", `${name}, point ${step + 1}`, ["raid", index, "via", step]));
  if (goal && points.length) routes.push({ name, points: [...points, goal], friendly: at(group, ["side"]) === "friendly" });
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/** The values to write when a mark is moved to a place: in the way in which it was written. */
export function moved(mark: Mark, to: Place): [Path, number][] {
  if (mark.from === null) {
    return [[[...mark.path, "lat_deg"], rounded(to.lat_deg, 4)], [[...mark.path, "lon_deg"], rounded(to.lon_deg, 4)]];
  }
  const { bearing_deg, range_km } = seen(mark.from, to);
  return [[[...mark.path, "bearing_deg"], rounded(bearing_deg, 1) % 360], [[...mark.path, "range_km"], Math.max(0.1, rounded(range_km, 1))]];
}

/** The same place written in the other way; null where that cannot be said. What else stands beside it is kept. */
export function otherWay(values: unknown, path: Path): Record<string, unknown> | null {
  const value = at(values, path);
  const goal = path[0] === "raid" ? assetOf(values, at(values, path.slice(0, 2))) : null;
  const place = placeOf(value, goal);
  if (place === null || goal === null || value === null || typeof value !== "object") return null;
  const { lat_deg, lon_deg, bearing_deg, range_km, ...beside } = value as Record<string, unknown>;
  if (bearing_deg !== undefined || range_km !== undefined) {
    return { lat_deg: rounded(place.lat_deg, 4), lon_deg: rounded(place.lon_deg, 4), ...beside };
  }
  const { bearing_deg: bearing, range_km: range } = seen(goal, place);
  return { bearing_deg: rounded(bearing, 1), range_km: Math.max(0.1, rounded(range, 1)), ...beside };
}

/** What else says the name of a site or a battery, and would be left behind when that gets another. */
export function renamed(values: unknown, path: Path, name: unknown): [Path, string][] {
  const [list, , field] = path, old = at(values, path);
  if (path.length !== 3 || field !== "name" || typeof name !== "string" || typeof old !== "string") return [];
  if (listed(values, String(list)).filter((one) => at(one, ["name"]) === old).length > 1) return []; // which one is meant, nobody knows
  const said = (holder: string, key: string, after: (word: string) => string) => listed(values, holder).flatMap((one, index): [Path, string][] => {
    const word = at(one, [key]);
    return typeof word === "string" && after(word) !== word ? [[[holder, index, key], after(word)]] : [];
  });
  if (list === "defended") return said("raid", "to", (word) => (word === old ? name : word));
  if (list === "defence") return said("outages", "what", (word) => (word === old || word.startsWith(`${old}/`) ? name + word.slice(old.length) : word));
  return [];
}

/** Batteries are named as they are spelled, one after the other. */
const SPELLED = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"];
/** The first group of a raid, where nothing says what comes: what is asked about most. */
const USUAL_CLASS = "one-way-drone";
/** A zone that is seen on the map of a whole raid. */
const USUAL_RADIUS_KM = 10;

/** Something that is added, made to fit the scenario: a name of its own, an asset that exists, a place near the others. */
export function fresh(skeleton: unknown, path: Path, values: unknown): unknown {
  if (skeleton === null || typeof skeleton !== "object" || Array.isArray(skeleton)) return skeleton;
  const found = { ...(skeleton as Record<string, unknown>) };
  const list = at(values, path);
  const taken = new Set(Array.isArray(list) ? list.map((one: unknown) => at(one, ["name"])) : []);
  if (typeof found["name"] === "string") {
    const stem = found["name"], next = SPELLED.includes(stem) ? SPELLED.find((one) => !taken.has(one)) : undefined;
    if (next) found["name"] = next;
    for (let count = 2; taken.has(found["name"]); count += 1) found["name"] = `${stem}-${count}`;
  }
  // As the one before it: the first name of the catalogue is seldom meant.
  const before: unknown = Array.isArray(list) ? list.at(-1) : undefined;
  if ("class" in found) found["class"] = USUAL_CLASS;
  for (const key of ["class", "system"]) if (key in found && typeof at(before, [key]) === "string") found[key] = at(before, [key]);
  if ("radius_km" in found) found["radius_km"] = USUAL_RADIUS_KM;
  const asset = listed(values, "defended").map((one) => at(one, ["name"])).find((name) => typeof name === "string");
  if ("to" in found && asset) found["to"] = asset;
  const first = laid(values).marks.find((mark) => mark.kind === "battery" || mark.kind === "asset");
  const beside = first ? reached(first, 90, 15) : null;
  const near = beside && { lat_deg: rounded(beside.lat_deg, 3), lon_deg: rounded(beside.lon_deg, 3) };
  if ("at" in found && near) found["at"] = near;
  if (path[path.length - 1] === "via") return { bearing_deg: 0, range_km: 50 };
  if ("rounds" in found || "what" in found) return withNames(found, values);
  return found;
}

function withNames(found: Record<string, unknown>, values: unknown): Record<string, unknown> {
  const battery = listed(values, "defence")[0];
  if ("what" in found) found["what"] = String(at(battery, ["name"]) ?? "alpha");
  const ready = Object.keys((at(battery, ["ready"]) ?? {}) as object)[0];
  if ("rounds" in found && ready) found["rounds"] = { [ready]: 8 };
  return found;
}
