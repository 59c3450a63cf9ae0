// How fast a campaign is played, and what is left of it, as far as that can be told.

import type { Answers, Plan, Status } from "./told";

export interface Look { at_s: number; done: number }

const WINDOW_S = 120, SHORTEST_S = 5;
const FIRST = 192, GROWTH = 1.5, BLOCK = 8;

/** Keeps the looks of the last two minutes, from the first finished trial on; with fewer trials than before it begins anew. */
export function remembered(looks: Look[], now: Look): Look[] {
  const before = looks.at(-1);
  if (before && (now.done < before.done || before.done === 0)) return [now];
  return [...looks.filter((one) => now.at_s - one.at_s <= WINDOW_S), now];
}

/** Trials a second, from the first of these looks to the last; null where they are too near to each other to tell. */
export function perSecond(looks: Look[]): number | null {
  const first = looks[0], last = looks.at(-1);
  if (!first || !last || last.at_s - first.at_s < SHORTEST_S || last.done <= first.done) return null;
  return (last.done - first.done) / (last.at_s - first.at_s);
}

/** Trials that `until` will ask for beyond the goals so far, if intervals go on narrowing with the root of the trials. */
export function yetToAsk(answers: Answers | null | undefined, status: Status, plan: Plan | null | undefined): number {
  if (!answers || !plan?.until || !Object.keys(plan.until).length) return 0;
  const needed = new Map<string, number>();
  const ask = (label: string, trials: number, it: { low: number | null; high: number | null }, wanted: number | null, met: boolean) => {
    if (met || wanted === null || it.low === null || it.high === null) return;
    const ratio = (0.5 * (it.high - it.low)) / wanted;
    needed.set(label, Math.max(needed.get(label) ?? 0, nextLook(Math.max(trials * ratio * ratio, trials + 1))));
  };
  for (const row of answers.points) for (const one of row.measures) ask(row.label, row.trials, one.estimate, one.wanted, one.met);
  for (const row of answers.differences) ask(row.label, row.trials, row.difference, row.wanted, row.met);
  let more = 0;
  for (const point of status.points) more += Math.max(0, (needed.get(point.label) ?? 0) - point.goal) * (answers.differences.length ? 2 : 1);
  return Math.min(more, Math.max(0, (plan.budget?.trials ?? Infinity) - status.goal));
}

function nextLook(trials: number): number {
  let look = FIRST;
  while (look < trials) look = Math.ceil(Math.floor(GROWTH * look) / BLOCK) * BLOCK;
  return look;
}

/** Seconds in words: `40 s`, `3 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
