// A value in a few words, for the heading of a section that is closed.

import { placeText } from "./chart";
import { at } from "./edits";
import { placeOf } from "./places";
import { helpOf, kindOf, labelOf, unitOf, type Field } from "./schema";

const MOST = 3;

/** What a closed section holds: its items by name, its first values, or what it would be for. */
export function summary(field: Field, value: unknown): string {
  const kind = kindOf(field.schema);
  if (kind === "list" && Array.isArray(value) && value.length) return listed(value);
  if (value === undefined || value === null || kind === "list") return field.required ? "missing" : absent(field, kind === "group");
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return absent(field, false);
  const shown = entries.slice(0, MOST).map(([name, one]) => `${kind === "table" ? name : labelOf(name).toLowerCase()} ${worded(name, one)}`);
  return shown.join(", ") + (entries.length > MOST ? ", …" : "");
}

function absent(field: Field, group: boolean): string {
  const use = helpOf(field.schema).split(". ")[0]!.replace(/\.$/, "");
  return `${group ? "as by default" : "none"}${use ? `: ${use.charAt(0).toLowerCase()}${use.slice(1)}` : ""}`;
}

/** One item with what is said of it; of several their names. */
function listed(items: readonly unknown[]): string {
  const titles = items.map(title);
  const [only] = titles;
  if (titles.length === 1 && only) return only.rest ? `${only.name}: ${only.rest}` : only.name;
  const names = titles.slice(0, 4).map((one) => (/^\d+$/.test(one.name) ? one.rest : one.name)).filter(Boolean);
  return `${titles.length}: ${names.join(", ")}${titles.length > 4 ? ", …" : ""}`;
}

function worded(name: string, value: unknown): string {
  if (value === null || typeof value !== "object") return [String(value), unitOf(name)].filter(Boolean).join(" ").replace(" °", "°");
  return Array.isArray(value) ? `(${value.length})` : Object.keys(value).slice(0, MOST).join(", ");
}

/** An item of a list: its name, and what is said of it in single words. */
export function title(value: unknown, index: number): { name: string; rest: string } {
  if (value === null || typeof value !== "object") return { name: `${index + 1}`, rest: String(value ?? "") };
  const { name, ...others } = value as Record<string, unknown>;
  const words = Object.entries(others).map(([key, one]) => said(key, one)).filter(Boolean).slice(0, MOST + 1);
  return { name: typeof name === "string" ? name : `${index + 1}`, rest: words.join(", ") };
}

/** A place in a few words; empty of anything else that is not single. */
function placed(key: string, value: unknown): string {
  const place = placeOf(value, null);
  const bearing = at(value, ["bearing_deg"]), range = at(value, ["range_km"]);
  const words = place ? placeText(place, 2) : typeof bearing === "number" && typeof range === "number" ? `${bearing}°, ${range} km` : "";
  return words && `${key === "moved_to" ? "moved to" : key} ${words}`;
}

function said(key: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return placed(key, value);
  if (key === "to") return `to ${String(value)}`;
  return typeof value === "string" ? value : `${labelOf(key).toLowerCase()} ${worded(key, value)}`;
}
