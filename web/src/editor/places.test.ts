import { geoDistance, geoInterpolate } from "d3-geo";
import { expect, test } from "vitest";
import { set, setAll, applied, at, valuesOf } from "./edits";
import { fresh, laid, moved, otherWay, reached, renamed, seen } from "./places";
import { skeleton, schemaAt } from "./schema";
import { SCHEMA } from "./told.testing";
import TEXT from "../../../src/farwatch/scenario/files/desert-battery.yaml?raw";

test("distances and ways along the ground agree with d3-geo, which is somebody else's", () => {
  for (const [a, b] of [[[45.12, 23.655], [48, 21]], [[-0.1, 51.5], [179.5, -41]], [[10, 80], [-170, 85]]] as [[number, number], [number, number]][]) {
    const from = { lon_deg: a[0], lat_deg: a[1] }, to = { lon_deg: b[0], lat_deg: b[1] };
    const { bearing_deg, range_km } = seen(from, to);
    expect(range_km).toBeCloseTo(geoDistance(a, b) * 6371, 6);
    const half = geoInterpolate(a, b)(0.5);
    expect(reached(from, bearing_deg, range_km / 2).lat_deg).toBeCloseTo(half[1], 6);
    expect(reached(from, bearing_deg, range_km / 2).lon_deg).toBeCloseTo(half[0], 6);
  }
});

test("everything of a shipped scenario that has a place is laid on the map", () => {
  const { marks, routes } = laid(valuesOf(TEXT));
  const count = (kind: string) => marks.filter((mark) => mark.kind === kind).length;
  expect([count("battery"), count("asset"), count("origin"), count("waypoint"), count("traffic")]).toEqual([1, 2, 9, 1, 1]);
  expect(routes).toHaveLength(9);
  expect(routes.find((route) => route.name === "cruise-south")?.points).toHaveLength(3);
});

test("what is moved is written in the way it was written: a place as a place, a bearing as a bearing", () => {
  const { marks } = laid(valuesOf(TEXT));
  const to = { lat_deg: 24.5, lon_deg: 46 };
  for (const mark of marks) {
    const change = setAll(TEXT, moved(mark, to));
    const after = applied(TEXT, change as NonNullable<typeof change>);
    const now = laid(valuesOf(after)).marks.find((one) => one.path.join() === mark.path.join());
    expect(Math.abs((now?.lat_deg ?? 0) - to.lat_deg)).toBeLessThan(0.002);
    expect(Math.abs((now?.lon_deg ?? 0) - to.lon_deg)).toBeLessThan(0.002);
    expect(Object.keys(at(valuesOf(after), mark.path) as object)).toEqual(Object.keys(at(valuesOf(TEXT), mark.path) as object));
  }
});

test("a place written the other way is the same place", () => {
  const values = valuesOf(TEXT);
  const change = set(TEXT, ["raid", 0, "from"], otherWay(values, ["raid", 0, "from"]));
  const after = valuesOf(applied(TEXT, change as NonNullable<typeof change>));
  expect(Object.keys(at(after, ["raid", 0, "from"]) as object)).toEqual(["lat_deg", "lon_deg"]);
  const back = otherWay(after, ["raid", 0, "from"]) as Record<string, number>;
  expect(back["bearing_deg"]).toBeCloseTo(20, 1);
  expect(back["range_km"]).toBeCloseTo(110, 1);
});

test("what is added gets a name of its own, an asset that exists and a place beside the battery", () => {
  const values = valuesOf(TEXT);
  const battery = fresh(skeleton(SCHEMA, schemaAt(SCHEMA, ["defence", 0]) ?? {}), ["defence"], values) as Record<string, unknown>;
  expect(battery["name"]).toBe("bravo");
  expect(seen(laid(values).marks[0] as never, battery["at"] as never).range_km).toBeCloseTo(15, 0);
  expect(fresh(skeleton(SCHEMA, schemaAt(SCHEMA, ["raid", 0]) ?? {}), ["raid"], values)).toMatchObject({ name: "drones", to: "depot", class: "srbm" });
});

test("a site, or a battery, that gets another name keeps those that fly to it, and its outages", () => {
  const values = { defence: [{ name: "alpha" }], defended: [{ name: "depot" }, { name: "dock" }], raid: [{ to: "dock" }, { to: "depot" }], outages: [{ what: "alpha/link" }, { what: "alphabet" }] };
  expect(renamed(values, ["defended", 0, "name"], "store")).toEqual([[["raid", 1, "to"], "store"]]);
  expect(renamed(values, ["defence", 0, "name"], "bravo")).toEqual([[["outages", 0, "what"], "bravo/link"]]);
  expect(renamed(values, ["raid", 0, "to"], "depot")).toEqual([]);
  expect(renamed({ ...values, defended: [{ name: "dock" }, { name: "dock" }] }, ["defended", 0, "name"], "store")).toEqual([]);
});

test("places that make no sense are left out, whatever stands there", () => {
  const nonsense = { defence: [{ at: { lat_deg: 200, lon_deg: 0 } }, { at: "x" }, null, 3], defended: "x", raid: [{ from: { bearing_deg: 1, range_km: 5 }, to: "nobody", via: 4 }] };
  expect(laid(nonsense)).toEqual({ marks: [], routes: [], left: 0 });
  expect(laid(null).marks).toEqual([]);
});
