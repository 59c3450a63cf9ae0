import { expect, test } from "vitest";
import TEXT from "../../../src/farwatch/scenario/files/desert-battery.yaml?raw";
import { addition, copyOf, hindrance, movedTo } from "./adding";
import { applied, at, set, setAll, valuesOf } from "./edits";
import { laid, seen, type Mark } from "./places";
import { SCHEMA } from "./told.testing";

const PLACE = { lat_deg: 48.2, lon_deg: 16.4 };
const start = "farwatch: 1\ntitle: mine\n";
const put = (text: string, { path, value }: { path: readonly (string | number)[]; value: unknown }) => applied(text, set(text, path, value)!);

test("from nothing a battery, a site, a raid and a route point are added where one points", () => {
  let text = start;
  for (const kind of ["battery", "asset", "origin"] as const) text = put(text, addition(kind, PLACE, valuesOf(text), SCHEMA, null));
  const values = valuesOf(text);
  expect(at(values, ["defence", 0, "at"])).toEqual(PLACE);
  expect(at(values, ["raid", 0, "to"])).toBe("depot");
  const away = { lat_deg: 49.5, lon_deg: 18 };
  const group = laid(values).marks.find((mark) => mark.kind === "origin") as Mark;
  text = put(text, addition("waypoint", away, values, SCHEMA, group));
  const point = laid(valuesOf(text)).marks.find((mark) => mark.kind === "waypoint")!;
  expect(seen(point, away).range_km).toBeLessThan(0.2);
});

test("a second battery has another name and the same system; the comments of the file stay", () => {
  const { path, value } = addition("battery", PLACE, valuesOf(TEXT), SCHEMA, null);
  expect(path).toEqual(["defence", 1]);
  expect(value).toMatchObject({ name: "bravo", system: "s-400", at: PLACE });
  expect(put(TEXT, { path, value })).toContain("# high ground: what a battery would look for");
});

test("it is told why a raid or a route point cannot be added yet", () => {
  expect(hindrance("origin", valuesOf(start), null)).toContain("site first");
  expect(hindrance("waypoint", valuesOf(TEXT), null)).toContain("raid group first");
  expect(hindrance("waypoint", valuesOf(TEXT), laid(valuesOf(TEXT)).marks.find((mark) => mark.kind === "origin")!)).toBe("");
});

test("a copy has a name of its own and stands beside the first", () => {
  const values = valuesOf(TEXT);
  const battery = copyOf(at(values, ["defence", 0]), ["defence"], values) as Record<string, unknown>;
  expect(battery["name"]).toBe("bravo");
  expect(battery["ready"]).toEqual(at(values, ["defence", 0, "ready"]));
  expect(at(battery, ["at", "lon_deg"])).toBeGreaterThan(45.12);
  expect(at(values, ["defence", 0, "at", "lon_deg"])).toBe(45.12);
  const group = at(values, ["raid", 0]) as { name: string; from: { bearing_deg: number } };
  const copy = copyOf(group, ["raid"], values) as typeof group;
  expect(copy.name).toBe(`${group.name}-2`);
  expect(copy.from.bearing_deg).toBe(group.from.bearing_deg + 10);
});

test("a whole scenario is moved elsewhere in one change, and distances stay", () => {
  const before = laid(valuesOf(TEXT)).marks;
  const after = laid(valuesOf(applied(TEXT, setAll(TEXT, movedTo(valuesOf(TEXT), PLACE))!))).marks;
  expect(after[0]).toMatchObject(PLACE);
  const distances = (marks: Mark[]) => marks.map((mark) => seen(marks[0]!, mark).range_km);
  distances(after).forEach((range_km, index) => expect(range_km).toBeCloseTo(distances(before)[index]!, 0));
});
