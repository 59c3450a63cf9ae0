// What a run's answer holds (farwatch.report.answer.told as JSON). The server says it all, in the words of the report;
// here its tables are only laid out. Numbers are formatted here for campaigns alone.

export interface Estimate { value: number | null; low: number | null; high: number | null }
export interface Said extends Estimate { text: string }
export interface Step extends Said { name: string; title: string }
export interface ByClass {
  name: string; title: string; per_trial: number; steps: Step[];
  seen_km: string; tracked_km: string; killed_km: string; shots_each: string;
}
export interface Entry {
  name: string; value: string; span: string; unit: string; kind: string; assumed: boolean; source: string; url: string;
  date: string; condition: string; why: string; matters: string;
}
export interface Told {
  headline: string; short: string; explanation: string; cut_short: string;
  tiles: { value: string; what: string; behind: string }[];
  sentences: { title: string; text: string }[];
  classes: ByClass[]; raid: ByClass;
  reasons: { stage: string; sentence: string; share: Said }[];
  reasons_by_class: { name: string; title: string; per_trial: string; sentence: string; share: Said }[];
  assets: { name: string; worth: string; destroyed: Said; arrivals: Said }[];
  rounds: { battery: string; name: string; carried: string; fired: Said; spent: Said; price: string; cost: string }[];
  matters: { name: string; share: Said }[];
  ledger: Entry[];
  command: string; scenario_text: string;
  facts: { term: string; text: string }[]; glossary: { term: string; text: string }[];
}
export interface Answer {
  title: string; seed: number; trials: number; told: Told; trial_numbers: number[]; leaked_by_trial: number[];
  notices: string[]; entries: string[]; tables: string[]; report: boolean; summary: { leakers: { mean: Estimate } };
}

/** A sentence of an answer by its title; empty where it has nothing to say there. */
export function sentence(told: Told, title: string): string {
  return told.sentences.find((one) => one.title === title)?.text ?? "";
}

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

export interface Column { first: number; last: number; trials: number[] }

/** Trials by how many got through, from none to the most, in at most `most` columns of equal width. */
export function columns(leaked: number[], numbers: number[], most = 40): Column[] {
  const highest = Math.max(0, ...leaked);
  const width = Math.ceil((highest + 1) / most);
  const found = Array.from({ length: Math.ceil((highest + 1) / width) },
    (_, k): Column => ({ first: k * width, last: k * width + width - 1, trials: [] }));
  leaked.forEach((each, k) => found[Math.floor(each / width)]?.trials.push(numbers[k] ?? k));
  return found;
}

export interface Example { words: string; trial: number; said: string }

/** Trials worth a look: the worst, and the one in the middle by how many got through; only one where none is worse than another. */
export function examples(answer: Answer): Example[] {
  const byLeakers = answer.leaked_by_trial
    .map((leaked, k) => ({ leaked, trial: answer.trial_numbers[k] ?? k }))
    .sort((a, b) => b.leaked - a.leaked || a.trial - b.trial);
  const worst = byLeakers[0], usual = byLeakers[Math.floor(byLeakers.length / 2)];
  if (!worst || !usual) return [];
  if (worst.leaked === usual.leaked) return [{ words: "Replay a trial", trial: usual.trial, said: `trial ${usual.trial}` }];
  return [
    { words: "Replay the worst", trial: worst.trial, said: `trial ${worst.trial}, ${worst.leaked} got through` },
    { words: "Replay a usual one", trial: usual.trial, said: `trial ${usual.trial}, ${usual.leaked} got through` },
  ];
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
