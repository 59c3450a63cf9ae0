import { expect, test } from "vitest";
import { alternatives, boundsOf, chosen, fieldsOf, labelOf, resolved, schemaAt, skeleton, unitOf } from "./schema";
import { SCHEMA } from "./told.testing";

test("every field of the schema has a kind, and words of its own or its group's", () => {
  const seen = new Set<string>();
  for (const [name, group] of Object.entries({ root: SCHEMA, ...SCHEMA.$defs })) {
    for (const field of fieldsOf(SCHEMA, group)) {
      seen.add(field.kind);
      expect(field.schema.description, `${name}.${field.name}`).toBeTruthy();
    }
  }
  expect([...seen].sort()).toEqual(["choice", "either", "fixed", "flag", "group", "integer", "list", "number", "table", "text"]);
});

test("null beside a type means that the field may be left out", () => {
  const ground = resolved(SCHEMA, SCHEMA.properties?.["ground"] ?? {});
  const clutter = fieldsOf(SCHEMA, ground).find((field) => field.name === "clutter");
  expect(clutter?.kind).toBe("choice");
  expect(clutter?.required).toBe(false);
  expect(clutter?.schema.enum).toContain("desert");
});

test("units and words come from the names of fields", () => {
  expect(["lat_deg", "rain_mm_h", "speed_m_s", "height_agl_m", "count"].map(unitOf)).toEqual(["°", "mm/h", "m/s", "m", ""]);
  expect(["lat_deg", "height_agl_m", "shots_per_look"].map(labelOf)).toEqual(["Latitude", "Height above ground", "Shots per look"]);
  expect(boundsOf({ minimum: 0, maximum: 5 })).toBe("0 to 5");
  expect(boundsOf({ exclusiveMinimum: 0, maximum: 5 })).toBe("above 0 to 5");
  expect(boundsOf({ minimum: 0, exclusiveMaximum: 9223372036854775808 })).toBe("at least 0");
});

test("a place in two ways is told from its fields", () => {
  const from = schemaAt(SCHEMA, ["raid", 0, "from"]);
  const ways = alternatives(SCHEMA, from ?? {});
  expect(ways.map((way) => way.label)).toEqual(["Latitude and Longitude", "Bearing and Range"]);
  expect(chosen(ways, { bearing_deg: 1, range_km: 2 })).toBe(1);
  const via = alternatives(SCHEMA, schemaAt(SCHEMA, ["raid", 0, "via", 0]) ?? {});
  expect(Object.keys(via[1]?.schema.properties ?? {})).toEqual(["bearing_deg", "range_km", "height_agl_m", "height_msl_m", "speed_m_s"]);
});

test("paths lead to schemas, and nowhere where no field is", () => {
  expect(schemaAt(SCHEMA, ["doctrine", "assessment", "recheck_plots"])?.maximum).toBe(1000);
  expect(schemaAt(SCHEMA, ["doctrine", "keep_for", "48n6e3", "count"])?.type).toBe("integer");
  expect(schemaAt(SCHEMA, ["figures", "48n6e3.range_max_m", "low"])?.type).toBe("number");
  expect(schemaAt(SCHEMA, ["doctrine", "nothing"])).toBeNull();
});

test("what is added has everything that must be given", () => {
  expect(skeleton(SCHEMA, schemaAt(SCHEMA, ["raid", 0]) ?? {})).toEqual({
    name: "drones", class: "airliner", to: "depot", from: { bearing_deg: 40, range_km: 110 },
  });
  expect(skeleton(SCHEMA, schemaAt(SCHEMA, ["raid", 0, "via", 0]) ?? {})).toEqual({ lat_deg: -90, lon_deg: -180 });
});

test("the ways to give a value are called as a reader calls them, not by their types", () => {
  const labels = alternatives({}, { oneOf: [{ type: "string" }, { type: "object" }, { type: "number" }] } as never).map((way) => way.label);
  expect(labels).toEqual(["a word", "names with values", "a number"]);
});
