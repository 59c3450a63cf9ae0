// From the points of a campaign to what can be drawn: curves over a number that is varied, a table of two, or rows of dots.

import type { Estimate } from "../lib/answer";
import type { Changes, Plan } from "./told";

/** One estimate at one point; `settings`: its values in words. `clear`: of a difference, whether it is told apart from none. */
export interface Spot {
  number: number; scenario: string; changes: Changes; settings: Record<string, string>; estimate: Estimate; said: string; clear?: boolean;
}
export interface Line { label: string; spots: (Spot | null)[] }
/** Lines over `at`; each has a spot or nothing at each of its places. `joined`: nothing else varies along a line. */
export interface Panel { label: string; field: string; at: number[]; lines: Line[]; joined: boolean }
export type Picture =
  | { kind: "curves"; panels: Panel[] }
  | { kind: "heat"; field: string; at: number[]; rows: Line[] }
  | { kind: "dots"; rows: { label: string; spot: Spot }[] };

/** More lines in one chart cannot be told apart. */
export const MOST_LINES = 6;
const FEWEST_PLACES = 3;
const MOST_PANELS = 6;

/** Values of the fields that have more than one, by path, in the order of the plan. */
export function varied(spots: Spot[]): Map<string, unknown[]> {
  const found = new Map<string, Map<string, unknown>>();
  for (const { changes } of spots) {
    for (const [path, value] of Object.entries(changes)) {
      if (!found.has(path)) found.set(path, new Map());
      found.get(path)?.set(JSON.stringify(value), value);
    }
  }
  return new Map([...found].filter(([, values]) => values.size > 1).map(([path, values]) => [path, [...values.values()]]));
}

/** What tells a spot from the others, in few words: its scenario and its values, where there are several. */
export function label(spot: Spot, all: Spot[], without: string[] = []): string {
  const fields = varied(all), named = new Set(all.map((one) => one.scenario)).size > 1;
  const values = [...fields.keys()].filter((path) => !without.includes(path) && path in spot.changes)
    .map((path) => spot.settings[path] ?? String(spot.changes[path])).join(", ");
  return named && values ? `${spot.scenario}: ${values}` : values || (named ? spot.scenario : "");
}

/** How these estimates are best drawn. */
export function picture(spots: Spot[], plan: Plan | null | undefined): Picture {
  const fields = varied(spots);
  const numeric = [...fields].filter(([, values]) => values.every((one) => typeof one === "number"));
  const grid = (plan?.vary?.design ?? "grid") === "grid";
  const long = numeric.filter(([, values]) => values.length >= FEWEST_PLACES);
  if (!long.length) return dots(spots);
  if (!grid && fields.size > 1) {
    return { kind: "curves", panels: long.slice(0, MOST_PANELS).map(([path]) => scatter(spots, path, [...fields.keys()])) };
  }
  const asked = [plan?.saturation?.field, plan?.break_even?.field].find((path) => long.some(([one]) => one === path));
  const most = Math.max(...long.map(([, values]) => values.length));
  const field = asked ?? long.find(([, values]) => values.length === most)?.[0] ?? "";
  return along(spots, field);
}

/** Whether a picture needs the whole width of the page: several panels, or a table of many columns. */
export function isWide(drawn: Picture): boolean {
  return drawn.kind === "curves" ? drawn.panels.length > 1 : drawn.kind === "heat" && drawn.at.length > 5;
}

/** Labels of the lines of a picture, so that others can give them the same look. */
export function lineLabels(drawn: Picture): string[] {
  return drawn.kind === "curves" ? [...new Set(drawn.panels.flatMap((panel) => panel.lines.map((line) => line.label)))] : [];
}

function dots(spots: Spot[]): Picture {
  return { kind: "dots", rows: spots.map((spot) => ({ label: label(spot, spots), spot })) };
}

/** One line for each scenario and each combination of the other fields; where those are too many, panels or a table. */
function along(spots: Spot[], field: string): Picture {
  const at = places(spots, field);
  const rows = lines(spots, at, field, (spot) => label(spot, spots, [field]));
  if (rows.length <= MOST_LINES) return { kind: "curves", panels: [{ label: "", field, at, lines: rows, joined: true }] };
  const scenarios = [...new Set(spots.map((spot) => spot.scenario))];
  const each = Math.max(...scenarios.map((one) => new Set(rows.filter((row) => row.spots.some((spot) => spot?.scenario === one))).size));
  if (scenarios.length < 2 || each > MOST_LINES || scenarios.length > MOST_PANELS) return { kind: "heat", field, at, rows };
  const panels = scenarios.map((scenario) => {
    const own = spots.filter((spot) => spot.scenario === scenario);
    return { label: scenario, field, at, lines: lines(own, at, field, (spot) => label(spot, own, [field])), joined: true };
  });
  return { kind: "curves", panels };
}

function lines(spots: Spot[], at: number[], field: string, called: (spot: Spot) => string): Line[] {
  const found = new Map<string, Line>();
  for (const spot of spots) {
    const name = called(spot);
    if (!found.has(name)) found.set(name, { label: name, spots: at.map(() => null) });
    const row = found.get(name);
    if (row) row.spots[at.indexOf(Number(spot.changes[field]))] = spot;
  }
  return [...found.values()];
}

/** Every point over one field, while the others vary as they will; a colour for each scenario or word. */
function scatter(spots: Spot[], field: string, paths: string[]): Panel {
  const sorted = [...spots].sort((a, b) => Number(a.changes[field]) - Number(b.changes[field]));
  const numbers = paths.filter((path) => sorted.every((spot) => typeof spot.changes[path] === "number"));
  const names = new Map<string, Line>();
  for (const spot of spots) names.set(label(spot, spots, numbers), { label: label(spot, spots, numbers), spots: [] });
  for (const spot of sorted) {
    const own = label(spot, spots, numbers);
    for (const line of names.values()) line.spots.push(line.label === own ? spot : null);
  }
  return { label: "", field, at: sorted.map((spot) => Number(spot.changes[field])), lines: [...names.values()].slice(0, MOST_LINES), joined: false };
}

function places(spots: Spot[], field: string): number[] {
  return [...new Set(spots.map((spot) => Number(spot.changes[field])))].sort((a, b) => a - b);
}

/** The least and the greatest of all bounds, nought among them. */
export function range(spots: Iterable<Spot | null>, also: number[] = []): [number, number] {
  let low = Math.min(0, ...also), high = Math.max(0, ...also);
  for (const spot of spots) {
    if (!spot) continue;
    for (const end of [spot.estimate.value, spot.estimate.low, spot.estimate.high]) {
      if (end === null) continue;
      low = Math.min(low, end);
      high = Math.max(high, end);
    }
  }
  return high > low ? [low, high] : [low, low + 1];
}
