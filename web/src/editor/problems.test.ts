import { expect, test } from "vitest";
import { applied, valuesOf } from "./edits";
import { fileName, FILE, free } from "./kept";
import { mended, offers, sentence, spanOf, whereOf, within } from "./problems";
import { labelled } from "./symbols";

const TEXT = "farwatch: 1\ndefence:\n  - {name: alpha, system: s-40}  # the only one\n";
const PROBLEM = { where: "defence.alpha.system", value: "s-40", rule: "is not a system of the catalogue", hint: "did you mean s-400 or s-500?", line: 3, column: 27 };

test("a problem is marked at its word, and its hint mends it", () => {
  const { from, to } = spanOf(TEXT, PROBLEM);
  expect(TEXT.slice(from, to)).toBe("s-40");
  expect(offers(PROBLEM)).toEqual(["s-400", "s-500"]);
  expect(applied(TEXT, mended(TEXT, PROBLEM, "s-400"))).toContain("system: s-400}  # the only one");
});

test("of a dotted path only the wrong step is mended", () => {
  const text = "vary:\n  fields:\n    raid.dronez.count: [1, 2]\n";
  const problem = { where: "vary.fields.raid.dronez.count", value: "", rule: "is not a path of this scenario: no dronez in raid", hint: "did you mean drones?", line: 3, column: 5 };
  expect(applied(text, mended(text, problem, "drones"))).toBe(text.replace("dronez", "drones"));
});

test("what is wrong with the whole file is a sentence too", () => {
  const of = (value: string, rule: string) => sentence({ ...PROBLEM, where: "file", value, rule });
  expect(of("", "is empty")).toBe("The file is empty");
  expect(of("", "a key must be a word")).toBe("The file: a key must be a word");
  expect(of("*n", "refers to an anchor that is not complete before it")).toBe("*n refers to an anchor that is not complete before it");
  expect(of("---", "only one document in a file")).toBe("---: only one document in a file");
});

test("a problem without a place, or with one outside the text, is still somewhere in it", () => {
  for (const line of [null, 0, 99]) {
    const { from, to } = spanOf(TEXT, { ...PROBLEM, line, column: 500 });
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(TEXT.length);
    expect(from).toBeLessThanOrEqual(to);
  }
  expect(offers({ ...PROBLEM, hint: "one of alps-3s" })).toEqual([]);
});

test("a field finds its problems by the name that the server gives it", () => {
  const where = whereOf(["defence", 0, "system"], valuesOf(TEXT));
  expect(where).toBe("defence.alpha.system");
  expect(within([PROBLEM], "defence.alpha")).toHaveLength(1);
  expect(within([PROBLEM], "defence.alp")).toHaveLength(0);
});

test("labels never cover one another", () => {
  const spots = Array.from({ length: 60 }, (_, k) => ({ x: 50 + (k % 8) * 30, y: 50 + Math.floor(k / 8) * 14, label: `thing ${k}` }));
  const boxes = labelled(spots, (text) => text.length * 7, 15);
  expect(boxes.length).toBeGreaterThan(4);
  for (const a of boxes) for (const b of boxes) {
    if (a !== b) expect(a.x < b.x + b.wide && b.x < a.x + a.wide && a.y < b.y + 15 && b.y < a.y + 15).toBe(false);
  }
});

test("names of files get the ending of a scenario, and those that are taken a number", () => {
  expect(fileName(" mine ")).toBe("mine.yaml");
  expect(fileName("mine.yml")).toBe("mine.yml");
  expect(FILE.test("../x.yaml")).toBe(false);
  expect(free("run", ["run", "run-2"])).toBe("run-3");
});
