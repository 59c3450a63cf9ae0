import { expect, test } from "vitest";
import { csv, histogram, interval, number } from "./answer";

test("numbers have three significant digits", () => {
  expect([15.43, 0.01234, 87059745, 0, null].map(number)).toEqual(["15.4", "0.0123", "87,059,745", "0", "–"]);
});

test("an interval says value and bounds, or that nothing is known", () => {
  expect(interval({ value: 0.69, low: 0.68, high: 0.7 }, 100)).toBe("69 (68–70)");
  expect(interval({ value: null, low: null, high: null })).toBe("–");
});

test("a histogram counts every number from none to the most", () => {
  expect(histogram([2, 0, 2])).toEqual([[0, 1, 2], [1, 0, 2]]);
});

test("CSV quotes what needs it, and defuses what a spreadsheet would compute", () => {
  expect(csv(["a", "b"], [["x,\"y\"", 1.5], ["=1+1", null]])).toBe("a,b\r\n\"x,\"\"y\"\"\",1.5\r\n'=1+1,\r\n");
});
