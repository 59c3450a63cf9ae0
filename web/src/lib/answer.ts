// What a run's answer holds (farwatch.outcomes.summary as JSON), and how its numbers are said.

export interface Estimate { value: number | null; low: number | null; high: number | null }
export interface Spread { median: number | null; low: number | null; high: number | null; count: number }
export interface ByClass {
  name: string; per_trial: number; seen: Estimate; confirmed: Estimate; hostile: Estimate; engaged: Estimate;
  killed: Estimate; leaked: Estimate; seen_range_m: Spread; killed_range_m: Spread;
}
export interface Share { name: string; stage: string; sentence: string; count: number; share: Estimate }
export interface Summary {
  trials: number; confidence: number; raid: ByClass; classes: ByClass[];
  leakers: { mean: Estimate; none: Estimate; median: number; low: number; high: number; most: number };
  reasons: { leakers: number; shares: Share[] };
  assets: { name: string; worth: number; destroyed: Estimate; arrivals: Estimate }[];
  rounds: { battery: string; name: string; carried: number; fired: Estimate; cost: { mean: Estimate } }[];
  costs: { defence: { mean: Estimate }; raid: { mean: Estimate }; ratio: number | null };
  split: { unknown: Estimate; figures: { name: string; share: Estimate }[]; drawn: number } | null;
}
export interface Answer { title: string; seed: number; trials: number; summary: Summary; leaked_by_trial: number[]; notices: string[] }

/** Three significant digits, thousands apart. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 6) }).replace("-", "\u2212");
}

export function interval(it: Estimate, scale = 1): string {
  if (it.value === null) return "–";
  if (it.low === null || it.high === null) return number(it.value * scale);
  const dash = it.low < 0 ? " to " : "–";
  return `${number(it.value * scale)} (${number(it.low * scale)}${dash}${number(it.high * scale)})`;
}

export function percent(it: Estimate): string {
  return it.value === null ? "–" : `${interval(it, 100)} %`;
}

export function money(usd: number | null): string {
  if (usd === null) return "–";
  return usd >= 1e6 ? `$${number(usd / 1e6)} M` : `$${number(usd / 1e3)} k`;
}

/** The answer in a sentence, with its interval. */
export function headline(answer: Answer): string {
  const { leakers, raid, trials, confidence } = answer.summary;
  const sure = Math.round(100 * confidence);
  return `${interval(leakers.mean)} of ${raid.per_trial} get through on average (${sure} % interval, ${trials} trials); `
    + `in four trials out of five ${leakers.low} to ${leakers.high}.`;
}

/** How many trials had how many leakers: [leakers, trials], from 0 to the most. */
export function histogram(leaked: number[]): [number[], number[]] {
  const most = Math.max(0, ...leaked);
  const counts = new Array<number>(most + 1).fill(0);
  for (const each of leaked) counts[each] = (counts[each] ?? 0) + 1;
  return [counts.map((_, k) => k), counts];
}

/** Rows as CSV; texts with commas, quotes or line ends are quoted, and such as a spreadsheet would compute are not. */
export function csv(head: string[], rows: (string | number | null)[][]): string {
  const cell = (value: string | number | null) => {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
