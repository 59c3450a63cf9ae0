import { expect, test } from "vitest";
import { columns, csv, examples, interval, number, sentence, type Answer, type Told } from "./answer";

test("numbers have three significant digits", () => {
  expect([15.43, 0.01234, 87059745, 0, null].map(number)).toEqual(["15.4", "0.0123", "87,059,745", "0", "–"]);
});

test("an interval says value and bounds, or that nothing is known", () => {
  expect(interval({ value: 0.69, low: 0.68, high: 0.7 }, 100)).toBe("69 (68–70)");
  expect(interval({ value: -2.5, low: -3.67, high: -1.3 })).toBe("\u22122.5 (\u22123.67 to \u22121.3)");
  expect(interval({ value: null, low: null, high: null })).toBe("–");
});

test("columns hold the trials of every number from none to the most", () => {
  expect(columns([2, 0, 2], [8, 9, 11])).toEqual([
    { first: 0, last: 0, trials: [9] }, { first: 1, last: 1, trials: [] }, { first: 2, last: 2, trials: [8, 11] },
  ]);
  expect(columns([], [])).toEqual([{ first: 0, last: 0, trials: [] }]);
});

test("of a large raid several numbers share a column, and no trial is lost", () => {
  const leaked = Array.from({ length: 200 }, (_, k) => k), found = columns(leaked, leaked);
  expect(found.length).toBeLessThanOrEqual(40);
  expect(found[1]).toEqual({ first: 5, last: 9, trials: [5, 6, 7, 8, 9] });
  expect(found.flatMap((column) => column.trials)).toEqual(leaked);
});

test("a usual trial and the worst are named by their own numbers", () => {
  const answer = { leaked_by_trial: [3, 9, 5, 9], trial_numbers: [0, 1, 2, 16] } as Answer;
  expect(examples(answer).map(({ words, trial, said }) => [words, trial, said])).toEqual([
    ["Replay the worst", 1, "trial 1, 9 got through"], ["Replay a usual one", 2, "trial 2, 5 got through"]]);
  expect(examples({ leaked_by_trial: [], trial_numbers: [] } as unknown as Answer)).toEqual([]);
});

test("where all trials end alike none is called the worst", () => {
  expect(examples({ leaked_by_trial: [0, 0, 0], trial_numbers: [0, 1, 7] } as Answer)).toEqual([{ words: "Replay a trial", trial: 1, said: "trial 1" }]);
  expect(examples({ leaked_by_trial: [5], trial_numbers: [0] } as Answer)).toHaveLength(1);
});

test("sentences are found by their titles", () => {
  const told = { sentences: [{ title: "Who pays", text: "The defence." }] } as Told;
  expect([sentence(told, "Who pays"), sentence(told, "Decoys")]).toEqual(["The defence.", ""]);
});

test("CSV quotes what needs it, and defuses what a spreadsheet would compute", () => {
  expect(csv(["a", "b"], [["x,\"y\"", 1.5], ["=1+1", null]])).toBe("a,b\r\n\"x,\"\"y\"\"\",1.5\r\n'=1+1,\r\n");
});
