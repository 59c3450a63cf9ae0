import { expect, test } from "vitest";
import { chartOf } from "./chart";
import { countries, countryAt, namesIn } from "./countries";

const all = await countries();

test("a place is found in its country, also where that crosses the date line, and the sea is none", () => {
  const at = (lat_deg: number, lon_deg: number) => countryAt(all, { lat_deg, lon_deg })?.name;
  expect([at(48.2, 16.4), at(23.6, 45.1), at(66, -175), at(30, -40)]).toEqual(["Austria", "Saudi Arabia", "Russia", undefined]);
});

test("names of the countries in view stand inside them", () => {
  const anchor = { lat_deg: 48.2, lon_deg: 16.8 }, chart = chartOf(anchor, { x_km: 0, y_km: 0, px_per_km: 2 }, { width: 680, height: 480 });
  const names = namesIn(all, chart);
  expect(names.map((one) => one.name).sort()).toEqual(["Austria", "Czechia", "Hungary", "Slovakia"]);
  for (const one of names) expect(countryAt(all, one)?.name).toBe(one.name);
});
