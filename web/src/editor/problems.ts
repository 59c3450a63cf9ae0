// Problems of a scenario's text as the server tells them: where each one stands, and what would mend it.

import type { Problem } from "../lib/api";
import { at, type Change } from "./edits";
import type { Path } from "./schema";

export type Placed = Problem & { column?: number | null };

/** Where a problem stands in the text: the word at its line and column. */
export function spanOf(text: string, problem: Placed): { from: number; to: number } {
  const lines = text.split("\n");
  const row = Math.min(Math.max((problem.line ?? 1) - 1, 0), lines.length - 1);
  const start = lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, 0);
  const line = lines[row] ?? "";
  const column = Math.min(Math.max((problem.column ?? 1) - 1, 0), line.length);
  const rest = line.slice(column);
  const word = problem.value && rest.startsWith(problem.value) ? problem.value : (/^[^\s,:{}[\]#]+/.exec(rest)?.[0] ?? "");
  if (word) return { from: start + column, to: start + column + word.length };
  const blank = (/^\s*/.exec(line) as RegExpExecArray)[0].length;
  return { from: start + Math.min(blank, column), to: start + line.trimEnd().length };
}

/** Words that a hint offers instead of the wrong one: "did you mean s-400 or s-500?". */
export function offers(problem: Problem): string[] {
  const said = /^did you mean (.+)\?$/.exec(problem.hint)?.[1];
  return said ? said.split(/, | or /).filter((word) => /^[\w.+/-]+$/.test(word)) : [];
}

export function mended(text: string, problem: Placed, word: string): Change {
  const { from, to } = spanOf(text, problem), step = / no (\S+) in /.exec(problem.rule)?.[1];
  // Of a dotted path only the step that is wrong: "no dronez in raid".
  const steps = text.slice(from, to).split(".");
  return { from, to, insert: step !== undefined && steps.includes(step) ? steps.map((one) => (one === step ? word : one)).join(".") : word };
}

/** The name that the server gives a path: items of lists go by their names where they have one. */
export function whereOf(path: Path, values: unknown): string {
  return path.map((step, index) => {
    const name = typeof step === "number" ? at(values, [...path.slice(0, index + 1), "name"]) : undefined;
    return typeof name === "string" ? name : String(step);
  }).join(".");
}

/** Problems of what stands at a place, and below it. */
export function within(problems: readonly Problem[], where: string): Problem[] {
  return problems.filter((one) => one.where === where || one.where.startsWith(`${where}.`));
}

/** One problem as a sentence. */
export function sentence(problem: Problem): string {
  if (problem.where !== "file") return `${problem.where}:${problem.value ? ` ${problem.value}` : ""} ${problem.rule}`;
  return `${problem.value || "The file"}${/^(is|must|has|refers)\b/.test(problem.rule) ? "" : ":"} ${problem.rule}`;
}
