// How one trial went otherwise in another run: what got through in one only, and when they first part.

import type { Happening, Scene } from "./scene";
import { leakers, scoreAt, type Score } from "./story";

export interface Difference {
  /** Got through in the one and not in the other, and in both, by name. */
  onlyFirst: string[]; onlySecond: string[]; both: string[];
  /** The first happening that has no like in the other; null: there is none. */
  parts: { time_s: number; happening: Happening; inFirst: boolean } | null;
  scores: [Score, Score];
}

const SAME_S = 0.05;

export function differenceOf(first: Scene, second: Scene): Difference {
  const [one, other] = [first, second].map((scene) => leakers(scene).map(({ key }) => key)) as [string[], string[]];
  const a = unlike(first, second), b = unlike(second, first);
  const inFirst = a !== null && (b === null || a[0] <= b[0]), happening = inFirst ? a : b;
  return {
    onlyFirst: one.filter((key) => !other.includes(key)),
    onlySecond: other.filter((key) => !one.includes(key)),
    both: one.filter((key) => other.includes(key)),
    parts: happening ? { time_s: happening[0], happening, inFirst } : null,
    scores: [scoreAt(first, Infinity), scoreAt(second, Infinity)],
  };
}

/** The first happening of a scene that another has not: the same between the same, at the same time. Rounds are numbered
 * as they are fired, so their names say nothing. */
function unlike(scene: Scene, other: Scene): Happening | null {
  const name = ([, what, who, whom]: Happening): string => `${what}|${who}|${whom}`;
  const times_s = new Map<string, number[]>();
  for (const one of other.happenings) times_s.set(name(one), [...(times_s.get(name(one)) ?? []), one[0]]);
  return scene.happenings.find((one) => !times_s.get(name(one))?.some((time_s) => Math.abs(time_s - one[0]) < SAME_S)) ?? null;
}
