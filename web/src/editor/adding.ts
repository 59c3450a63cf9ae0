// What is added on the map, and how: a whole entry at the place that was pointed at, ready to be changed.

import { at } from "./edits";
import { assetOf, fresh, laid, moved, reached, seen, type Mark, type MarkKind, type Place } from "./places";
import { resolved, schemaAt, skeleton, type Path, type Schema } from "./schema";

export type Added = Exclude<MarkKind, "traffic">;

const LISTS: Record<Exclude<Added, "waypoint">, string> = {
  battery: "defence", asset: "defended", origin: "raid", zone: "zones", jammer: "jammers",
};

/** The entry that a mark belongs to: a battery, a group of the raid; a route point is an entry of its own. */
export function entryOf(mark: Mark): Path { return mark.kind === "waypoint" ? mark.path : mark.path.slice(0, 2); }

/** Why something cannot be added now; empty where it can. */
export function hindrance(kind: Added, values: unknown, selected: Mark | null): string {
  const sites = at(values, ["defended"]);
  if (kind === "origin" && !(Array.isArray(sites) && sites.length)) return "A raid flies to a site: add a site first.";
  if (kind === "waypoint" && selected?.path[0] !== "raid") return "Choose a raid group first: the point is added to its route.";
  return "";
}

/** The path and the value of a new entry at a place. */
export function addition(kind: Added, place: Place, values: unknown, schema: Schema, selected: Mark | null): { path: Path; value: unknown } {
  const list: Path = kind === "waypoint" ? ["raid", selected?.path[1] ?? 0, "via"] : [LISTS[kind]];
  const held = at(values, list), path = [...list, Array.isArray(held) ? held.length : 0];
  const item = schemaAt(schema, [...list, 0]) ?? {};
  const value = fresh(skeleton(schema, resolved(schema, item)), list, values) as Record<string, unknown>;
  const goal = kind === "origin" ? assetOf(values, value) : kind === "waypoint" ? assetOf(values, at(values, list.slice(0, 2))) : null;
  const rounded = Object.fromEntries(moved({ path: [], from: goal } as unknown as Mark, place).map(([step, number]) => [step[0], number]));
  if (kind === "waypoint") return { path, value: rounded };
  return { path, value: { ...value, [kind === "origin" ? "from" : "at"]: rounded } };
}

/** A copy of an entry with a name of its own, a little beside it. */
export function copyOf(entry: unknown, list: Path, values: unknown): unknown {
  const copy = structuredClone(entry) as Record<string, unknown>;
  if (copy === null || typeof copy !== "object") return copy;
  const named = fresh({ name: String(copy["name"] ?? "").replace(/-\d+$/, "") }, list, values) as Record<string, unknown>;
  if (typeof copy["name"] === "string") copy["name"] = named["name"];
  const place = copy["at"] as Place | undefined, from = copy["from"] as { bearing_deg?: number } | undefined;
  if (typeof place?.lat_deg === "number" && typeof place.lon_deg === "number") {
    const { lat_deg, lon_deg } = reached(place, 90, 8);
    Object.assign(place, { lat_deg: Number(lat_deg.toFixed(4)), lon_deg: Number(lon_deg.toFixed(4)) });
  }
  if (typeof from?.bearing_deg === "number") from.bearing_deg = (from.bearing_deg + 10) % 360;
  return copy;
}

/** Everything that has a place of its own, moved so that the first battery (or whatever is first) stands at a place. */
export function movedTo(values: unknown, to: Place): [Path, number][] {
  const own = laid(values).marks.filter((mark) => mark.from === null);
  const first = own.find((mark) => mark.kind === "battery") ?? own[0];
  if (!first) return [];
  return own.flatMap((mark) => {
    const { bearing_deg, range_km } = seen(first, mark);
    return moved(mark, mark === first ? to : reached(to, bearing_deg, range_km));
  });
}
