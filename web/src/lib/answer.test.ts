import { expect, test } from "vitest";
import { csv, headline, histogram, interval, number, type Answer } from "./answer";

test("numbers have three significant digits", () => {
  expect([15.43, 0.01234, 87059745, 0, null].map(number)).toEqual(["15.4", "0.0123", "87,059,745", "0", "–"]);
});

test("an interval says value and bounds, or that nothing is known", () => {
  expect(interval({ value: 0.69, low: 0.68, high: 0.7 }, 100)).toBe("69 (68–70)");
  expect(interval({ value: -2.5, low: -3.67, high: -1.3 })).toBe("\u22122.5 (\u22123.67 to \u22121.3)");
  expect(interval({ value: null, low: null, high: null })).toBe("–");
});

test("a histogram counts every number from none to the most", () => {
  expect(histogram([2, 0, 2])).toEqual([[0, 1, 2], [1, 0, 2]]);
});

test("CSV quotes what needs it, and defuses what a spreadsheet would compute", () => {
  expect(csv(["a", "b"], [["x,\"y\"", 1.5], ["=1+1", null]])).toBe("a,b\r\n\"x,\"\"y\"\"\",1.5\r\n'=1+1,\r\n");
});

test("the headline says mean, interval and the middle four fifths", () => {
  const leakers = { mean: { value: 15.43, low: 14.99, high: 15.87 }, median: 15, low: 12, high: 20, most: 25 };
  const answer = { summary: { leakers, raid: { per_trial: 50 }, trials: 200, confidence: 0.95 } } as unknown as Answer;
  expect(headline(answer)).toBe(
    "15.4 (15–15.9) of 50 get through on average (95 % interval, 200 trials); in four trials out of five 12 to 20.");
});
