import { expect, test } from "vitest";
import { helpAt } from "./help";
import { CATALOGUE, SCHEMA } from "./told.testing";

const TITLED = { ...CATALOGUE, rows: [{ kind: "systems", name: "s-400", title: "S-400 Triumf, one fire unit" }] };

/** Help where `|` stands in a text. */
function help(marked: string) { return helpAt(SCHEMA, TITLED, marked.replace("|", ""), marked.indexOf("|")); }

test("a field is explained as the schema explains it, with bounds, unit and default", () => {
  expect(help("defence:\n  - name: a\n    head|ing_deg: 40\n")).toMatchObject({ title: "Heading, °", facts: "−360° to 360°; default 0" });
  expect(help("raid:\n  - {name: a, from: {bear|ing_deg: 4, range_km: 5}}\n")?.text).toContain("clockwise from true north");
  expect(help("doctrine:\n  sho|ts: in-depth\n")?.facts).toContain("one of shoot-look-shoot");
});

test("a name of the catalogue is told with its title, a value as its field", () => {
  expect(help("defence:\n  - system: s-4|00\n")).toMatchObject({ title: "S-400 Triumf, one fire unit", from: 21, to: 26 });
  expect(help("weather:\n  rain_mm_h: 1|2\n")?.title).toBe("Rain, mm/h");
});

test("nothing is said of a comment, of blanks and of what is no field", () => {
  for (const text of ["# we|ather\n", "weather:|  {}\n", "nonsen|se: 1\n"]) expect(help(text), text).toBeNull();
});
