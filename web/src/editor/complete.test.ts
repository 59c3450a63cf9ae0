import { expect, test } from "vitest";
import { choices, closed, spotAt, suggestions } from "./complete";
import { CATALOGUE, SCHEMA } from "./told.testing";
import { valuesOf } from "./edits";

/** Labels offered where `|` stands in a text. */
function offered(marked: string): string[] {
  const text = marked.replace("|", "");
  const spot = spotAt(text, marked.indexOf("|"));
  return spot ? choices(SCHEMA, spot, CATALOGUE, valuesOf(text) ?? valuesOf(text.replace(/^\s*\w*$/gm, ""))).map((one) => one.label) : [];
}

test("field names are offered at the left edge, but for those already given", () => {
  const found = offered("farwatch: 1\ntitle: x\nwe|\n");
  expect(found).toContain("weather");
  expect(found).not.toContain("title");
});

test("field names are offered inside a group, in any style", () => {
  expect(offered("doctrine:\n  |\n")).toContain("shots_per_look");
  expect(offered("doctrine:\n  shots: in-depth\n  pre|\n")).toContain("prefer");
  expect(offered("doctrine:\n  shots: in-depth\n  pre|\ntracker: {confirm: 3-of-5}\n")).toContain("prefer");
  expect(offered("weather: {ra|}\n")).toContain("rain_mm_h");
  expect(offered("weather: {rain_mm_h: 2, |}\n")).toEqual(["fog_g_m3", "fog_top_msl_m"]);
  expect(offered("raid:\n  - name: a\n    fr|\n")).toContain("from");
  expect(offered("raid:\n  - na|\n")).toContain("name");
  expect(offered("raid:\n  - name: a\n    co|\n    to: b\n")).toContain("count");
  expect(offered("raid:\n  - name: a\n    |\n    to: b\n")).not.toContain("to");
});

test("a place may be written in two ways, so the fields of both are offered", () => {
  expect(offered("raid:\n  - {name: a, from: {|}}\n")).toEqual(["lat_deg", "lon_deg", "bearing_deg", "range_km"]);
});

test("on the line of its key a whole group is offered", () => {
  expect(offered("defence:\n  - name: a\n    at: |\n")).toEqual(["{lat_deg, lon_deg}"]);
  expect(offered("raid:\n  - {name: a, from: |}\n")).toEqual(["{lat_deg, lon_deg}", "{bearing_deg, range_km}"]);
});

test("enumerated values are offered, the default said", () => {
  expect(offered("doctrine:\n  shots: |\n")).toEqual(["shoot-look-shoot", "shoot-shoot", "in-depth"]);
  expect(offered("ground: {clutter: de|}")).toContain("desert");
  expect(offered("raid:\n  - {name: a, transponder: |}")).toEqual(["true", "false"]);
});

test("names of the catalogue are offered where a name of it may stand", () => {
  expect(offered("defence:\n  - name: alpha\n    system: s-|\n")).toEqual(CATALOGUE.systems);
  expect(offered("defence:\n  - name: alpha\n    ready: {|}\n")).toEqual(CATALOGUE.rounds);
  expect(offered("defence:\n  - name: alpha\n    ready: {40n6e: 4, |}\n")).not.toContain("40n6e");
  expect(offered("raid:\n  - name: a\n    class: one-w|\n")).toEqual(CATALOGUE.classes);
  expect(offered("terrain: |\n")).toEqual(["alps-3s", "arabia-30s"]);
});

test("names of the scenario itself are offered where they are meant", () => {
  expect(offered("defended:\n  - {name: depot}\n  - {name: port}\nraid:\n  - {name: a, to: |}\n")).toEqual(["depot", "port"]);
  expect(suggestions(SCHEMA, ["outages", 0, "what"], CATALOGUE, { defence: [{ name: "alpha" }] })).toEqual(["alpha", "alpha/link"]);
});

test("in a long text only the part around the cursor is read, and the same is offered", () => {
  const many = Array.from({ length: 1000 }, (_, k) => `  - name: g${k}\n    class: fighter\n    to: depot\n    from: {bearing_deg: 1, range_km: 5}\n`);
  const head = "farwatch: 1\ndefended:\n  - {name: depot}\nraid:\n", tail = "weather: {rain_mm_h: 1}\n";
  const whole = (middle: string) => head + many.slice(0, 500).join("") + middle + many.slice(500).join("") + tail;
  expect(offered(whole("  - name: x\n    class: one|\n"))).toEqual(CATALOGUE.classes);
  const inItem = offered(whole("  - name: x\n    hei|\n    class: srbm\n"));
  expect(inItem).toContain("height_agl_m");
  expect(inItem).not.toContain("class");
  const atRoot = offered(`${whole("")}gr|`);
  expect(atRoot).toContain("ground");
  expect(atRoot).not.toContain("raid");
  expect(offered(`${whole("")}`.replace("rain_mm_h: 1}", "rain_mm_h: 1, |}"))).toEqual(["fog_g_m3", "fog_top_msl_m"]);
});

test("a form offers a closed list where one of the names must stand", () => {
  const values = { defended: [{ name: "depot" }], raid: [{ to: "x" }] };
  expect(closed(["raid", 0, "to"], CATALOGUE, values)).toEqual(["depot"]);
  expect(closed(["defence", 0, "radars", 1], CATALOGUE, values)).toEqual(CATALOGUE.radars);
  expect(closed(["outages", 0, "what"], CATALOGUE, values)).toEqual([]);
  expect(closed(["terrain"], CATALOGUE, values)).toEqual([]);
});

test("nothing is offered in a comment, in a title, or under a field that does not exist", () => {
  expect(offered("# we|")).toEqual([]);
  expect(offered("title: a we|\n")).toEqual([]);
  expect(offered("nothing:\n  a|: 1\n")).toEqual([]);
});
