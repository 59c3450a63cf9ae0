// A value in a few words, for the heading of a section that is closed.

import { kindOf, labelOf, unitOf, type Field } from "./schema";

const MOST = 3;

/** What a closed section holds: how many, or its first values. */
export function summary(field: Field, value: unknown): string {
  const kind = kindOf(field.schema);
  if (kind === "list") return Array.isArray(value) && value.length ? counted(value.length) : "none";
  if (value === undefined || value === null) return field.required ? "missing" : kind === "group" ? "as by default" : "none";
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "none";
  const shown = entries.slice(0, MOST).map(([name, one]) => `${kind === "table" ? name : labelOf(name)} ${worded(name, one)}`);
  return shown.join(", ") + (entries.length > MOST ? ", …" : "");
}

function worded(name: string, value: unknown): string {
  if (value === null || typeof value !== "object") return [String(value), unitOf(name)].filter(Boolean).join(" ").replace(" °", "°");
  return Array.isArray(value) ? `(${value.length})` : "…";
}

const counted = (count: number) => `${count}`;

/** An item of a list: its name, and what is said of it in single words. */
export function title(value: unknown, index: number): { name: string; rest: string } {
  if (value === null || typeof value !== "object") return { name: `${index + 1}`, rest: String(value ?? "") };
  const { name, ...others } = value as Record<string, unknown>;
  const words = Object.entries(others).filter(([, one]) => one !== null && typeof one !== "object").slice(0, MOST);
  return { name: typeof name === "string" ? name : `${index + 1}`, rest: words.map(([key, one]) => said(key, one)).join(", ") };
}

function said(key: string, value: unknown): string {
  if (key === "to") return `to ${String(value)}`;
  return typeof value === "string" ? value : `${labelOf(key).toLowerCase()} ${worded(key, value)}`;
}
