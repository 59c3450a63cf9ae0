// What happened in a whole trial, in a breath: how many of the raid got through and why, and when what happened first.

import type { Scene } from "./scene";

export interface Moment { time_s: number; text: string; key: string }
export interface Overview {
  hostile: number; killed: number; leaked: number; rounds: number;
  /** Names of what was shot down and was not hostile. */
  wrongly: string[];
  moments: Moment[];
  /** Why what got through did, by sentence, commonest first; the empty sentence where nobody knows. */
  reasons: { sentence: string; keys: string[] }[];
}

export function overviewOf(scene: Scene, why: (key: string) => string): Overview {
  const hostile = new Set(scene.things.filter((one) => one.kind === "target" && one.side === "hostile").map((one) => one.key));
  const of = (what: string) => scene.happenings.filter((one) => one[1] === what);
  const killed = of("kill").map((one) => one[3]), leaked = of("leak").map((one) => one[3]), shots = of("launch");
  const byReason = new Map<string, string[]>();
  for (const key of leaked) byReason.set(why(key), [...(byReason.get(why(key)) ?? []), key]);
  const moment = (text: string, one: Scene["happenings"][number] | undefined): Moment[] => (one ? [{ time_s: one[0], text, key: one[3] }] : []);
  return {
    hostile: hostile.size, killed: killed.filter((key) => hostile.has(key)).length, leaked: leaked.length, rounds: shots.length,
    wrongly: killed.filter((key) => key && !hostile.has(key)),
    moments: [
      ...moment("first of the raid seen", of("seen").find((one) => hostile.has(one[3]))), ...moment("first round fired", shots[0]),
      ...moment("first of the raid killed", of("kill").find((one) => hostile.has(one[3]))),
      ...(shots.length > 1 ? moment("last round fired", shots[shots.length - 1]) : []), ...moment("first got through", of("leak")[0]),
    ].sort((a, b) => a.time_s - b.time_s),
    reasons: [...byReason].map(([sentence, keys]) => ({ sentence, keys })).sort((a, b) => b.keys.length - a.keys.length),
  };
}
