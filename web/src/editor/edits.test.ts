import { expect, test } from "vitest";
import TEXT from "../../../src/farwatch/scenario/files/desert-battery.yaml?raw";
import { applied, at, flowText, remove, set, valuesOf } from "./edits";
import type { Path } from "./schema";

const comments = (text: string) => text.match(/(^|\s)#.*$/gm)?.map((one) => one.trim()).sort() ?? [];

/** Lines of the one that are not in the other, counted as often as they stand there. */
function differing(a: string, b: string): string[] {
  const left = b.split("\n");
  return a.split("\n").filter((line) => {
    const found = left.indexOf(line);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
}
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, Array.isArray(value) ? Number(key) : key]));
}
function changedBy(text: string, path: Path, value: unknown): string {
  const change = set(text, path, value);
  if (change === null) throw new Error(`no change at ${path.join(".")}`);
  return applied(text, change);
}

test("every value of a shipped scenario can be replaced: one line changes and every comment stays", () => {
  const all = leaves(valuesOf(TEXT));
  expect(all.length).toBeGreaterThan(100);
  for (const path of all) {
    const after = changedBy(TEXT, path, "other");
    expect(at(valuesOf(after), path)).toBe("other");
    expect(differing(after, TEXT), path.join(".")).toHaveLength(1);
    expect(comments(after)).toEqual(comments(TEXT));
  }
});

test("every value of a shipped scenario can be taken out: no other line changes", () => {
  for (const path of leaves(valuesOf(TEXT))) {
    const change = remove(TEXT, path);
    const after = applied(TEXT, change as NonNullable<typeof change>);
    expect(at(valuesOf(after), path.slice(0, -1)), path.join(".")).not.toHaveProperty([path[path.length - 1] as string]);
    expect(differing(after, TEXT).length, path.join(".")).toBeLessThanOrEqual(1);
    expect(TEXT.split("\n").length - after.split("\n").length).toBeLessThanOrEqual(1);
  }
});

test("every group of the raid can be taken out: only its own lines go", () => {
  for (let index = 0; index < 9; index += 1) {
    const change = remove(TEXT, ["raid", index]);
    const after = applied(TEXT, change as NonNullable<typeof change>);
    expect((at(valuesOf(after), ["raid"]) as unknown[]).length).toBe(8);
    expect(differing(after, TEXT)).toEqual([]);
  }
});

test("a field that was not given is added in the manner of its neighbours", () => {
  expect(changedBy("ground: {clutter: desert}  # sand\n", ["ground", "sea_state"], 4)).toBe("ground: {clutter: desert, sea_state: 4}  # sand\n");
  expect(changedBy("doctrine:\n  shots: in-depth   # why\n\n# end\n", ["doctrine", "max_shots"], 4))
    .toBe("doctrine:\n  shots: in-depth   # why\n  max_shots: 4\n\n# end\n");
  expect(changedBy("raid:\n  - name: a\n    count: 1\nseed: 1\n", ["raid", 0, "at_s"], 60)).toBe("raid:\n  - name: a\n    count: 1\n    at_s: 60\nseed: 1\n");
});

test("groups above a field that are missing are made with it", () => {
  expect(changedBy("seed: 1\n", ["doctrine", "assessment", "delay_s"], 5)).toBe("seed: 1\ndoctrine:\n  assessment: {delay_s: 5}\n");
  expect(changedBy("weather:\nseed: 1\n", ["weather", "rain_mm_h"], 5)).toBe("weather:\n  rain_mm_h: 5\nseed: 1\n");
});

test("an item is added after the last one, and into an empty list", () => {
  const item = { name: "b", at: { lat_deg: 1, lon_deg: 2 } };
  expect(changedBy("defended:\n  - {name: a}  # one\nseed: 1\n", ["defended", 1], item))
    .toBe("defended:\n  - {name: a}  # one\n  - {name: b, at: {lat_deg: 1, lon_deg: 2}}\nseed: 1\n");
  expect(changedBy("defended:\n  - name: a  # one\nseed: 1\n", ["defended", 1], item))
    .toBe("defended:\n  - name: a  # one\n  - name: b\n    at: {lat_deg: 1, lon_deg: 2}\nseed: 1\n");
  expect(changedBy("defended: []\nseed: 1\n", ["defended", 0], { name: "b" })).toBe("defended:\n  - {name: b}\nseed: 1\n");
  expect(changedBy("seed: 1\n", ["defended", 0], { name: "b" })).toBe("seed: 1\ndefended:\n  - {name: b}\n");
});

test("the last item leaves an empty list, and a map on its own lines can become another", () => {
  expect(applied("raid:\n  - name: a\n    to: b\nseed: 1\n", remove("raid:\n  - name: a\n    to: b\nseed: 1\n", ["raid", 0]) as never)).toBe("raid: []\nseed: 1\n");
  expect(changedBy("from:\n  bearing_deg: 1\n  range_km: 2\nseed: 1\n", ["from"], { lat_deg: 1, lon_deg: 2 })).toBe("from: {lat_deg: 1, lon_deg: 2}\nseed: 1\n");
});

test("words that YAML would read as something else are quoted", () => {
  for (const word of ["yes: no", "12", "true", "a, b", "[x]", "# no comment", "two\nlines", "", "null", "- a", "'"]) {
    expect(valuesOf(changedBy(TEXT, ["title"], word))?.["title"]).toBe(word);
    expect(valuesOf(`a: {b: ${flowText(word)}}`)).toEqual({ a: { b: word } });
  }
});

test("what the splice cannot do is written anew by the parser, or refused", () => {
  expect(at(valuesOf(changedBy("? title\n: x  # why\nseed: 1\n", ["title"], "y")), ["title"])).toBe("y");
  expect(set("a: &x 1\nb: *x\n", ["b"], 2)).not.toBeNull();
  expect(set("a: [", ["b"], 2)).toBeNull();
  expect(set("- 1\n", ["b"], 2)).toBeNull();
});

test("Windows line ends are kept", () => {
  expect(changedBy("seed: 1\r\ntitle: x\r\n", ["seed"], 2)).toBe("seed: 2\r\ntitle: x\r\n");
});

test("a section that is added stands apart where the others do", () => {
  expect(changedBy("farwatch: 1\n\ndefence:\n  - {name: a}\n", ["zones", 0], { name: "z", radius_km: 1, weapons: "free" })).toContain("{name: a}\n\nzones:\n");
  expect(changedBy("farwatch: 1\ndefence:\n  - {name: a}\n", ["zones", 0], { name: "z", radius_km: 1, weapons: "free" })).toContain("{name: a}\nzones:\n");
});
