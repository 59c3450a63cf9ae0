import { expect, test } from "vitest";
import TEXT from "../../../src/farwatch/scenario/files/desert-battery.yaml?raw";
import { valuesOf } from "./edits";
import { fieldsOf } from "./schema";
import { summary, title } from "./summary";
import { SCHEMA } from "./told.testing";

const values = valuesOf(TEXT)!;
const field = (name: string) => fieldsOf(SCHEMA, SCHEMA).find((one) => one.name === name)!;
const said = (name: string, value: unknown = values[name]) => summary(field(name), value);

test("a closed section says what it holds: one item with its place, several by name", () => {
  expect(said("defence")).toBe("alpha: s-400, at 23.66° N, 45.12° E, heading 45°");
  expect(said("defended")).toBe("2: depot, airstrip");
  expect(said("raid")).toMatch(/^9: drones-north, .*, …$/);
  expect(said("ground")).toMatch(/^clutter /);
});

test("an empty section says what it would be for", () => {
  expect(said("outages", undefined)).toBe("none: what is out of action, and when");
  expect(said("zones", [])).toBe("none: where another weapons control status holds");
  expect(said("tracker", null)).toBe("as by default: how plots become tracks");
  expect(said("defence", null)).toBe("missing");
});

test("a raid group is told with its class, its number, its target and where it comes from", () => {
  expect(title({ name: "drones", class: "one-way-drone", to: "depot", from: { bearing_deg: 40, range_km: 90 }, count: 5 }, 0))
    .toEqual({ name: "drones", rest: "one-way-drone, to depot, from 40°, 90 km, count 5" });
  expect(title({ at_s: 5 }, 2)).toEqual({ name: "3", rest: "at 5 s" });
});
