// How axes and half-widths write their numbers; estimates bring the words of the report.

import { number } from "../lib/answer";
import type { Unit } from "./told";

/** A number of a measure on an axis: per cent, dollars, or as it is. */
export function amount(unit: Unit, value: number | null): string {
  if (value === null) return "–";
  if (unit === "share") return `${number(100 * value)} %`;
  if (unit === "points") return number(100 * value);
  if (unit !== "usd" || value === 0) return number(value);
  const size = Math.abs(value), sign = value < 0 ? "\u2212" : "";
  if (size >= 1e6) return `${sign}$${number(size / 1e6)} M`;
  return size >= 1e3 ? `${sign}$${number(size / 1e3)} k` : `${sign}$${number(size)}`;
}

/** A half-width: of shares in points of a hundred. */
export function halfWidth(unit: Unit, value: number): string {
  return unit === "share" ? `±${number(100 * value)} points` : `±${amount(unit, value)}`;
}
