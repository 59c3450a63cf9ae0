import { expect, test } from "vitest";
import type { Catalogue } from "./complete";
import { laid, type Mark } from "./places";
import { ringsOf, ringText } from "./reach";

const CATALOGUE: Catalogue = {
  systems: ["s-400"], radars: [], rounds: [], classes: [],
  reach: { "s-400": {
    rounds: [{ name: "48n6e3", ready: 16, range_m: 250e3, assumed: false }, { name: "40n6e", ready: 4, range_m: 400e3, assumed: false }, { name: "48n6e2", ready: 0, range_m: 200e3, assumed: true }],
    radars: [{ name: "92n6e", range_m: 290e3, assumed: true }, { name: "91n6e", range_m: 390e3, assumed: true }],
  } },
};
const battery = (more: object) => ({ defence: [{ name: "a", system: "s-400", at: { lat_deg: 1, lon_deg: 2 }, ...more }] });
const rings = (more: object, all: boolean) => {
  const values = battery(more);
  return ringsOf(laid(values).marks[0] as Mark, values, CATALOGUE, all).map((one) => one.label);
};

test("the farthest round that is really on the launchers makes the ring", () => {
  expect(rings({}, false)).toEqual(["40n6e"]);
  expect(rings({ ready: { "48n6e3": 8, "40n6e": 0 } }, false)).toEqual(["48n6e3"]);
  expect(rings({ ready: { "48n6e2": 8 } }, false)).toEqual(["48n6e2"]);
});

test("a chosen battery shows each of its rounds and its farthest radar", () => {
  expect(rings({}, true)).toEqual(["40n6e", "48n6e3", "91n6e"]);
  expect(ringText({ label: "91n6e", range_km: 390, assumed: true, radar: true })).toBe("91n6e sees 390 km, assumed");
});

test("of a system that the catalogue does not have, nothing is drawn", () => {
  expect(rings({ system: "s-40" }, true)).toEqual([]);
});
