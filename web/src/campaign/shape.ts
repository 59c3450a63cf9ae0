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

/** Values of the fields that have more than one, by path: those of the plan where it lists them, else those played. */
export function varied(spots: Spot[], plan: Plan | null | undefined): Map<string, unknown[]> {
  const found = new Map<string, Map<string, unknown>>();
  for (const { changes } of spots) {
    for (const [path, value] of Object.entries(changes)) {
      if (!found.has(path)) found.set(path, new Map());
      found.get(path)?.set(JSON.stringify(value), value);
    }
  }
  const planned = (path: string, played: unknown[]) => {
    const values = plan?.vary?.fields[path];
    return Array.isArray(values) && values.length > played.length ? values : played;
  };
  const all = [...found].map(([path, values]): [string, unknown[]] => [path, planned(path, [...values.values()])]);
  return new Map(all.filter(([path, values]) => values.length > 1 || isRange(plan?.vary?.fields[path])));
}

const isRange = (values: unknown) => typeof values === "object" && values !== null && !Array.isArray(values);

/** Tells what sets a spot apart from the others, in few words: its scenario and its values, where there are several. */
export function labeller(all: Spot[], plan: Plan | null | undefined, without: string[] = []): (spot: Spot) => string {
  const paths = [...varied(all, plan).keys()].filter((path) => !without.includes(path));
  const named = new Set([...all.map((one) => one.scenario), ...Object.keys(plan?.scenarios ?? {})]).size > 1;
  return ({ scenario, changes, settings }) => {
    const values = paths.filter((path) => path in changes).map((path) => settings[path] ?? String(changes[path])).join(", ");
    return named && values ? `${scenario}: ${values}` : values || (named ? scenario : "");
  };
}

/** How these estimates are best drawn. */
export function picture(spots: Spot[], plan: Plan | null | undefined): Picture {
  const fields = varied(spots, plan);
  const numeric = [...fields].filter(([, values]) => values.every((one) => typeof one === "number"));
  const grid = (plan?.vary?.design ?? "grid") === "grid";
  const long = numeric.filter(([path, values]) => values.length >= FEWEST_PLACES || isRange(plan?.vary?.fields[path]));
  if (!long.length) return dots(spots, plan);
  if (!grid && fields.size > 1) {
    return { kind: "curves", panels: long.slice(0, MOST_PANELS).map(([path]) => scatter(spots, path, plan)) };
  }
  const asked = [plan?.saturation?.field, plan?.break_even?.field].find((path) => long.some(([one]) => one === path));
  const most = Math.max(...long.map(([, values]) => values.length));
  const field = asked ?? long.find(([, values]) => values.length === most)?.[0] ?? "";
  return along(spots, field, plan);
}

/** Whether a picture needs the whole width of the page: several panels, or a table of many columns. */
export function isWide(drawn: Picture): boolean {
  return drawn.kind === "curves" ? drawn.panels.length > 1 : drawn.kind === "heat" && drawn.at.length > 5;
}

/** Labels of the lines of a picture, so that others can give them the same look. */
export function lineLabels(drawn: Picture): string[] {
  return drawn.kind === "curves" ? [...new Set(drawn.panels.flatMap((panel) => panel.lines.map((line) => line.label)))] : [];
}

function dots(spots: Spot[], plan: Plan | null | undefined): Picture {
  const label = labeller(spots, plan);
  return { kind: "dots", rows: spots.map((spot) => ({ label: label(spot), spot })) };
}

/** One line for each scenario and each combination of the other fields; where those are too many, panels or a table. */
function along(spots: Spot[], field: string, plan: Plan | null | undefined): Picture {
  const at = places(spots, field, plan);
  const rows = lines(spots, at, field, labeller(spots, plan, [field]));
  if (rows.length <= MOST_LINES) return { kind: "curves", panels: [{ label: "", field, at, lines: rows, joined: true }] };
  const scenarios = [...new Set(spots.map((spot) => spot.scenario))];
  const each = Math.max(...scenarios.map((one) => new Set(rows.filter((row) => row.spots.some((spot) => spot?.scenario === one))).size));
  if (scenarios.length < 2 || each > MOST_LINES || scenarios.length > MOST_PANELS) return { kind: "heat", field, at, rows };
  const panels = scenarios.map((scenario) => {
    const own = spots.filter((spot) => spot.scenario === scenario), alone = plan && { ...plan, scenarios: {} };
    return { label: scenario, field, at, lines: lines(own, at, field, labeller(own, alone, [field])), joined: true };
  });
  return { kind: "curves", panels };
}

function lines(spots: Spot[], at: number[], field: string, called: (spot: Spot) => string): Line[] {
  const found = new Map<string, Line>(), order = new Map(at.map((x, k) => [x, k]));
  for (const spot of spots) {
    const name = called(spot);
    if (!found.has(name)) found.set(name, { label: name, spots: at.map(() => null) });
    const row = found.get(name);
    if (row) row.spots[order.get(Number(spot.changes[field])) ?? 0] = spot;
  }
  return [...found.values()];
}

/** Every point over one field, while the others vary as they will; a colour for each scenario or word. */
function scatter(spots: Spot[], field: string, plan: Plan | null | undefined): Panel {
  const sorted = [...spots].sort((a, b) => Number(a.changes[field]) - Number(b.changes[field]));
  const numbers = [...varied(spots, plan)].filter(([, values]) => values.every((one) => typeof one === "number")).map(([path]) => path);
  const label = labeller(spots, plan, numbers);
  const names = [...new Set(spots.map(label))].slice(0, MOST_LINES);
  const found = names.map((name) => ({ label: name, spots: sorted.map((spot) => (label(spot) === name ? spot : null)) }));
  return { label: "", field, at: sorted.map((spot) => Number(spot.changes[field])), lines: found, joined: false };
}

function places(spots: Spot[], field: string, plan: Plan | null | undefined): number[] {
  const planned = varied(spots, plan).get(field) ?? [];
  return [...new Set([...planned, ...spots.map((spot) => spot.changes[field])].map(Number))].sort((a, b) => a - b);
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
