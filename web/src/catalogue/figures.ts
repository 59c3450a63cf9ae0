// The catalogue as the server tells it, put in order for its pages: each figure with what else was published for it.

import { csv, number } from "../lib/answer";

export interface Row { kind: string; name: string; title: string; gist: string; figures: number; assumed: number }
export interface Line {
  path: string; meaning: string; value: number; low: number; high: number; unit: string; printed: string; kind: string;
  source: string; url: string; date: string; condition: string; remark: string; assumed: boolean; alternative: boolean; drawn: boolean;
}
export interface Named { name: string; title: string }
export interface Section { title: string; facts: [string, string][]; lines: Line[] }
export interface Page {
  name: string; kind: string; title: string; sections: Section[]; radars: Named[]; rounds: Named[]; systems: Named[];
}
export interface Reach { name: string; range_m: number; low_m: number; high_m: number; assumed: boolean; ready?: number; rcs_m2?: number | null }
export interface Contents { rows: Row[]; reach: Record<string, { rounds: Reach[]; radars: Reach[] }> }

/** A figure: the line that trials use, and the other published numbers for the same thing. */
export interface Figure { used: Line; others: Line[] }
export interface Group { title: string; note: string; figures: Figure[] }

export const KINDS: Record<string, { many: string; one: string; says: string }> = {
  systems: { many: "Systems", one: "System", says: "fire units, with their radars, rounds and pace" },
  radars: { many: "Radars", one: "Radar", says: "what sees" },
  rounds: { many: "Rounds", one: "Round", says: "interceptors: reach, speed, price, chance of a kill" },
  classes: { many: "Target classes", one: "Target class", says: "what flies in, and what it does when it arrives" },
};

const PARTS: Record<string, [string, string]> = {
  "": ["Figures", ""],
  claim: ["Claimed detection range", "How strong the radar is taken to be."],
  parameters: ["Public parameters", ""],
  antenna: ["Antenna", ""],
  waveform: ["Clutter and rain", ""],
  dwells: ["How its time is shared", ""],
  kill_probability: ["Chance that one shot kills", "By the kind of target."],
  claims: ["Said of the whole system", "For context: no trial uses these."],
};

export function figuresOf(lines: readonly Line[]): Figure[] {
  const found: Figure[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.alternative && last) last.others.push(line);
    else found.push({ used: line, others: [] });
  }
  return found;
}

/** Figures under the headings of the part that they belong to, in the catalogue's order. */
export function grouped(lines: readonly Line[]): Group[] {
  const groups = new Map<string, Group>();
  for (const figure of figuresOf(lines)) {
    const part = partOf(figure.used.path);
    const [title, note] = PARTS[part] ?? [sentenced(spoken(part)), ""];
    const group = groups.get(part) ?? { title, note, figures: [] };
    group.figures.push(figure);
    groups.set(part, group);
  }
  return [...groups.values()];
}

const partOf = (path: string) => (path.includes(".") ? path.slice(0, path.indexOf(".")) : "");

// ---- words ----

const FACTS: Record<string, string> = {
  maker_country: "Country of maker", ready: "Usual load", structure: "Where plain numbers come from", pulses: "Pulses summed in one look",
  pfa: "Chance of a false alarm, by cell and look", claim: "How the claim is read", antenna: "Antenna pattern", swerling: "Fluctuation case (Swerling)",
  interrogator: "Asks transponders", per_launcher: "Rounds on one launcher",
};

export function factLabel(name: string): string { return FACTS[name] ?? sentenced(name.replaceAll("_", " ")); }

/** What a figure is, as a heading: its meaning, without what is said of a figure that is not given. */
export function figureLabel({ path, meaning }: Line): string {
  const part = partOf(path), rest = path.slice(path.indexOf(".") + 1);
  if (part === "claims") return sentenced(spoken(rest));
  if (part === "kill_probability") return sentenced(rest.replaceAll("-", " "));
  return sentenced(meaning.split(";")[0]!.replace(/\b[a-z]+(_[a-z0-9]+)+\b/g, spoken));
}

const ENDINGS = /(_m_s2|_m_s|_m2|_deg|_dbi|_db|_hz|_usd|_km|_m|_s|_w)$/;

/** A field's name in words, without its unit: `range_max_m` is the greatest range. */
export function spoken(name: string): string {
  const words = name.replace(ENDINGS, "").split("_");
  const extreme = { max: "greatest", min: "least" }[words.at(-1) ?? ""];
  return extreme ? `${extreme} ${words.slice(0, -1).join(" ")}` : words.join(" ");
}

const sentenced = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const UNITS: Record<string, string> = {
  m2: "m²", "m/s2": "m/s²", us: "µs", deg: "°", count: "", ratio: "", prob: "%", "M USD": "million USD", "k USD": "thousand USD",
};

export function unitWord(unit: string): string { return UNITS[unit] ?? unit; }
/** Words of the server with units as they are written by hand. */
export function proper(text: string): string {
  return text.replace(/\bm2\b/g, "m²").replace(/\bm\/s2\b/g, "m/s²").replaceAll("`", "").replace(/^1e-0?(\d+)$/, (_, power: string) => `10${[...`-${power}`].map((one) => RAISED[one]).join("")}`);
}
const RAISED = Object.fromEntries([..."-0123456789"].map((one, k) => [one, [..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹"][k]]));

const scaled = (value: number, unit: string) => number(unit === "prob" ? value * 100 : value);
const joined = (text: string, word: string) => (word ? `${text}${word === "°" ? "" : "\u00a0"}${word}` : text);

/** "10 s (8–20)"; a figure without a range is the number alone. */
export function figureText({ value, low, high, unit }: Pick<Line, "value" | "low" | "high" | "unit">): string {
  const said = joined(scaled(value, unit), unitWord(unit));
  return low === high ? said : `${said} (${rangeText(low, high, unit)})`;
}
function rangeText(low: number, high: number, unit: string): string {
  const dash = low < 0 || high < 0 ? " to " : "–";
  return scaled(low, unit) + dash + scaled(high, unit);
}

/** Whether another published number lies within the range that trials draw from. */
export function isCovered(other: Line, used: Line): boolean { return other.value >= used.low && other.value <= used.high; }

/** What becomes of another published number. */
export function standing(other: Line, used: Line): string {
  if (other.value === used.value) return " (the same)";
  return isCovered(other, used) ? " (within the range that is used)" : " (not used)";
}

export function fromWhom(line: Line): string {
  return line.assumed ? "assumed" : line.kind;
}

/** Where low, value and high stand on a scale from 0 (or the least) to the greatest of some numbers, 0 to 1. */
export function scale(lines: readonly Pick<Line, "low" | "value" | "high">[]): (value: number) => number {
  const all = lines.flatMap(({ low, value, high }) => [low, value, high]);
  const least = Math.min(0, ...all), most = Math.max(0, ...all);
  return (value) => (most > least ? (value - least) / (most - least) : 0);
}

// ---- to take along ----

const HEAD = ["entry", "figure", "meaning", "value", "low", "high", "unit", "standing", "kind", "source", "address", "date", "condition", "remark", "as published", "varied in trials"];

export function tableOf(pages: readonly { name: string; lines: readonly Line[] }[]): string {
  return csv(HEAD, pages.flatMap(({ name, lines }) => lines.map((line) => [
    name, line.path, line.meaning, line.value, line.low, line.high, line.unit, line.alternative ? "also published" : "used", fromWhom(line),
    line.source, line.url, line.date, line.condition, line.remark, line.printed, line.drawn && !line.alternative ? "yes" : "no",
  ])));
}

export function contentsTable(rows: readonly Row[]): string {
  return csv(["kind", "name", "title", "holds", "figures", "assumed"], rows.map((row) => [row.kind, row.name, row.title, proper(row.gist), row.figures, row.assumed]));
}

/** Figures of two entries beside each other, in the order of the first; what only one has stands alone. */
export function beside(a: readonly Line[], b: readonly Line[]): { label: string; path: string; one: Figure | null; other: Figure | null }[] {
  const mine = figuresOf(a), theirs = figuresOf(b);
  const find = (list: Figure[], path: string) => list.find((figure) => figure.used.path === path) ?? null;
  const paths = [...new Set([...mine, ...theirs].map((figure) => figure.used.path))];
  return paths.map((path) => {
    const one = find(mine, path), other = find(theirs, path);
    return { path, one, other, label: labelBeside((one ?? other)!.used) };
  });
}

/** Beside each other the part is said with the label: no heading stands over it. */
function labelBeside(line: Line): string {
  const part = partOf(line.path);
  if (part === "claims") return `${figureLabel(line)}, said of the whole system`;
  return part === "kill_probability" ? `Chance that one shot kills: ${figureLabel(line).toLowerCase()}` : figureLabel(line);
}

/** Two lines in one unit, so that their numbers can be set beside each other: that of the first. */
export function inOneUnit(line: Line, unit: string): Line {
  const factor = (FACTORS[line.unit] ?? 1) / (FACTORS[unit] ?? 1);
  return line.unit === unit ? line : { ...line, unit, value: line.value * factor, low: line.low * factor, high: line.high * factor };
}
const FACTORS: Record<string, number> = {
  km: 1e3, min: 60, ms: 1e-3, us: 1e-6, "M USD": 1e6, "k USD": 1e3, GHz: 1e9, MHz: 1e6, MW: 1e6, kW: 1e3,
};
