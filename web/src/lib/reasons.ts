// Why what got through did: the reason that the run's table of targets gives, in the words of its summary.

import { ask } from "./api";

interface Leaker { name: string; reason: string }
interface Trials { leakers: Record<string, Leaker[]> }
interface Run { answer?: { summary: { reasons: { shares: { name: string; sentence: string }[] } } } }

/** A sentence for each leaker of a trial, by its name; empty where the run cannot tell, as before it has finished. */
export async function reasonsOf(run: string, trial: number): Promise<Map<string, string>> {
  const address = `/runs/${encodeURIComponent(run)}`;
  const [told, { leakers }] = await Promise.all([ask<Run>(address), ask<Trials>(`${address}/trials`)]);
  const sentences = new Map(told.answer?.summary.reasons.shares.map((one) => [one.name, one.sentence]));
  return new Map((leakers[String(trial)] ?? []).map(({ name, reason }) => [name, sentences.get(reason) ?? reason]));
}
