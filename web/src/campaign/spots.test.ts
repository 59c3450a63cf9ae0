import { expect, test } from "vitest";
import { amount, halfWidth } from "./amounts";
import { clearest, known, ofDifferences, ofQuantiles, reached } from "./spots";
import type { Answers, Difference, PointAnswer } from "./told";

const point = (number: number, label: string, met: boolean): PointAnswer => ({
  number, label, scenario: "s", changes: { x: number }, settings: { x: `x ${number}` }, trials: 8, raid: 10,
  measures: [{ name: "leaked", estimate: { value: 3, low: 2, high: 5 }, wanted: 1, met, said: "3 (2 to 5)" }],
  quantiles: [{ level: 0.9, leakers: { value: 6, low: 5, high: null }, said: "6" }],
});
const gap = (label: string, scenario: string, value: number, half: number, clear: boolean): Difference => ({
  scenario, label, base: "a", measure: "leaked", trials: 8, difference: { value, low: value - half, high: value + half },
  wanted: null, met: false, said: "", sentence: `${label} differs`, clear,
});

test("differences stand at the point that is compared, and keep whether they are told apart", () => {
  const answers = { points: [point(0, "a", true), point(1, "b", false)], differences: [gap("b", "s", 2, 1, true), gap("gone", "s", 2, 1, true)] } as Answers;
  expect(ofDifferences(answers, "leaked").map(({ spot }) => [spot.number, spot.changes, spot.clear])).toEqual([[1, { x: 1 }, true]]);
  expect(ofDifferences(answers, "killed")).toEqual([]);
});

test("the clearest difference of each scenario is told, the clearest of all first, and none that is not clear", () => {
  const rows = [gap("one", "p", 2, 1, true), gap("two", "p", 9, 1, true), gap("three", "q", -10, 1, true), gap("four", "r", 0.5, 1, false)];
  expect(clearest(rows).map((row) => row.label)).toEqual(["three", "two"]);
});

test("how many points are known as well as asked for, and how wide each is", () => {
  const answers = { points: [point(0, "a", true), point(1, "b", false)], differences: [] as Difference[] } as Answers;
  expect(reached(answers)).toEqual([1, 2]);
  expect(known(answers, "leaked").get("b")).toEqual({ halfWidth: 1.5, wanted: 1, met: false });
  const free = { points: [{ ...point(0, "a", false), measures: [] }], differences: [] as Difference[] } as unknown as Answers;
  expect(reached(free)).toBeNull();
});

test("quantiles are drawn as lines of their own", () => {
  expect(ofQuantiles([point(4, "a", true)])).toMatchObject([{ number: 4, scenario: "90 % of trials", estimate: { value: 6 } }]);
});

test("axes write shares, dollars and points", () => {
  expect([amount("share", 0.5), amount("points", -0.05), amount("usd", 2.5e6), amount("usd", -4e4), amount("", 12.345), amount("", null)])
    .toEqual(["50 %", "\u22125", "$2.5 M", "\u2212$40 k", "12.3", "–"]);
  expect(halfWidth("share", 0.021)).toBe("±2.1 points");
});
