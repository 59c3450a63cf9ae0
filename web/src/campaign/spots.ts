// The estimates that are drawn, each with the place of its point in the plan.

import type { Spot } from "./shape";
import type { Answers, Difference, Measured, PointAnswer } from "./told";

const at = (point: PointAnswer) => ({ number: point.number, scenario: point.scenario, changes: point.changes, settings: point.settings });

/** A measure, by its place in the plan, at every point. */
export function ofMeasure(answers: Answers, place: number): Spot[] {
  return answers.points.flatMap((point) => {
    const it = point.measures[place];
    return it ? [{ ...at(point), estimate: it.estimate, said: it.said }] : [];
  });
}

/** Every difference in a measure, at the point that is compared with another. */
export function ofDifferences(answers: Answers, measure: string): { spot: Spot; row: Difference }[] {
  const points = new Map(answers.points.map((point) => [point.label, point]));
  return answers.differences.filter((row) => row.measure === measure).flatMap((row) => {
    const point = points.get(row.label);
    return point ? [{ row, spot: { ...at(point), estimate: row.difference, said: row.said, clear: row.clear } }] : [];
  });
}

/** How many times the raid's price the defence spends, at every point. */
export function ofExchange(answers: Answers): Spot[] {
  return (answers.money?.exchanges ?? []).flatMap((row, k) => {
    const point = answers.points[k];
    return point ? [{ ...at(point), estimate: row.ratio, said: row.said.ratio }] : [];
  });
}

/** The leakers that are not exceeded in each of these shares of trials: as if each share were a scenario of its own. */
export function ofQuantiles(points: PointAnswer[]): Spot[] {
  return points.flatMap((point) => point.quantiles.map((one) => ({
    ...at(point), scenario: `${Math.round(100 * one.level)} % of trials`, estimate: one.leakers, said: one.said,
  })));
}

/** The clearest difference of each scenario that is compared, in half-widths away from none; the clearest of all first. */
export function clearest(rows: Difference[], most = 3): Difference[] {
  const clear = rows.filter((row) => row.clear).sort((a, b) => clearness(b) - clearness(a));
  return clear.filter((row, k) => clear.findIndex((one) => one.scenario === row.scenario) === k).slice(0, most);
}

function clearness({ difference: { value, low, high } }: Difference): number {
  return value === null || low === null || high === null || high <= low ? 0 : (2 * Math.abs(value)) / (high - low);
}

/** How well one point is known of what is looked at: by its own measure, or by its difference from another point. */
export interface Known { halfWidth: number | null; wanted: number | null; met: boolean }

export function known(answers: Answers, measure: string): Map<string, Known> {
  const found = new Map<string, Known>();
  const add = (label: string, { low, high }: { low: number | null; high: number | null }, wanted: number | null, met: boolean) =>
    found.set(label, { halfWidth: low === null || high === null ? null : 0.5 * (high - low), wanted, met });
  for (const point of answers.points) {
    const it: Measured | undefined = point.measures.find((one) => one.name === measure);
    if (it) add(point.label, it.estimate, it.wanted, it.met);
  }
  for (const row of answers.differences) if (row.measure === measure) add(row.label, row.difference, row.wanted, row.met);
  return found;
}

/** How many of the things that `until` asks for are known well enough: [reached, all]; null where nothing is asked for. */
export function reached(answers: Answers): [number, number] | null {
  const labels = new Map<string, boolean>();
  const add = (label: string, wanted: number | null, met: boolean) => {
    if (wanted !== null) labels.set(label, met && (labels.get(label) ?? true));
  };
  for (const point of answers.points) for (const one of point.measures) add(point.label, one.wanted, one.met);
  for (const row of answers.differences) add(row.label, row.wanted, row.met);
  return labels.size ? [[...labels.values()].filter(Boolean).length, labels.size] : null;
}
