// What the server tells of a campaign: farwatch.campaign.answers as JSON, with the report's words beside each estimate.

import type { Estimate } from "../lib/answer";
import type { Job } from "../lib/api";

/** How a measure writes its numbers; differences of shares are points of a hundred. */
export type Unit = "" | "share" | "usd" | "points";
export type Changes = Record<string, unknown>;

export interface Measured { name: string; estimate: Estimate; wanted: number | null; met: boolean; said: string }
export interface Quantile { level: number; leakers: Estimate; said: string }
export interface PointAnswer {
  number: number; label: string; scenario: string; changes: Changes; settings: Record<string, string>; trials: number; raid: number;
  measures: Measured[]; quantiles: Quantile[];
}
export interface Difference {
  scenario: string; label: string; base: string; measure: string; trials: number; difference: Estimate;
  wanted: number | null; met: boolean; said: string; sentence: string; clear: boolean;
}
export interface Knee { found: boolean; at: Estimate }
export interface Curve { label: string; field: string; measure: string; knee: Knee | null; sentence: string }
export interface Exchange { label: string; trials: number; ratio: Estimate; said: Record<"spent_usd" | "span_usd" | "flown_usd" | "ratio" | "per_kill_usd", string> }
export interface Turn { label: string; field: string; at: Estimate; sentence: string }
export interface Money { exchanges: Exchange[]; worths: { label: string; sentence: string }[]; turns: Turn[] }
export interface Sensitivity {
  method: "morris" | "sobol"; scenario: string; title: string; sentence: string; trials: number; inputs: number; others: number;
  rows: { name: string; shown: Estimate; said: string[] }[];
}
export interface MeasureName { name: string; title: string; meaning: string; unit: Unit }
export interface Answers {
  title: string; confidence: number; seed: number; trials: number; finished: boolean; short: string[];
  headlines: string[]; ending: string; remarks: string[]; doubts: string[]; measures: MeasureName[];
  points: PointAnswer[]; differences: Difference[]; curves: Curve[]; money: Money | null; sensitivity: Sensitivity | null;
}
export interface PointStatus { number: number; label: string; scenario: string; done: number; goal: number }
export interface Status { points: PointStatus[]; rounds: number; finished: boolean; done: number; goal: number }
export interface Trace {
  measure: string; title: string; of_differences: boolean; wanted: number | null;
  rows: { trials: number; widest: number; middle: number }[];
}
export interface Plan {
  scenarios: Record<string, string>; vary?: { design: string; fields: Record<string, unknown> }; until?: Record<string, number>; budget?: { trials: number };
  saturation?: { field: string; measure: string }; break_even?: { field?: string };
  draws?: string; rare?: unknown;
}
export interface Said {
  name: string; line?: { title: string; state: string }; job: Job | null; plan_file: string | null; elapsed_s: number | null;
  report: boolean; status?: Status; plan?: Plan | null; measured?: number | null;
  fields?: Record<string, string>; names?: Record<string, string>; answers?: Answers | null; trace?: Trace | null;
}

/** What every picture of a campaign needs: its plan, what fields are called, and which line has which look. */
export interface Frame {
  plan: Plan | null; scenarios: string[]; fields: Record<string, string>; order: string[]; called: (label: string) => string;
}
