import { expect, test } from "vitest";
import { chartOf, placeIn, placeText, viewOf } from "./chart";
import { reached, seen } from "./places";

const SIZE = { width: 600, height: 500 }, SITE = { lat_deg: 23.6, lon_deg: 45.1 };

test("a place goes to a pixel and back, also over the date line", () => {
  for (const anchor of [SITE, { lat_deg: -17, lon_deg: 179.5 }]) {
    const chart = chartOf(anchor, { x_km: 20, y_km: -30, px_per_km: 0.7 }, SIZE);
    const place = reached(anchor, 60, 250), back = chart.placeAt(...chart.pixelOf(place));
    expect(seen(place, back).range_km).toBeLessThan(1e-6);
    expect(Math.abs(back.lon_deg)).toBeLessThanOrEqual(180);
  }
});

test("distances from the anchor are true on the chart", () => {
  const chart = chartOf(SITE, { x_km: 0, y_km: 0, px_per_km: 2 }, SIZE);
  const [x, y] = chart.pixelOf(reached(SITE, 137, 80));
  expect(Math.hypot(x - 300, y - 250)).toBeCloseTo(160, 6);
});

test("the view holds every place, and one place alone has room around it", () => {
  const places = [SITE, reached(SITE, 10, 300), reached(SITE, 200, 120)];
  const chart = chartOf(SITE, viewOf(SITE, places, SIZE), SIZE);
  for (const place of places) {
    const [x, y] = chart.pixelOf(place);
    expect(x > 0 && x < 600 && y > 0 && y < 500).toBe(true);
  }
  expect(1 / viewOf(SITE, [SITE], SIZE).px_per_km).toBeCloseTo(0.8);
});

test("a place is read as people write it, and nothing else is", () => {
  expect(placeIn("23.655, 45.12")).toEqual({ lat_deg: 23.655, lon_deg: 45.12 });
  expect(placeIn("33.9° S 18.4° E")).toEqual({ lat_deg: -33.9, lon_deg: 18.4 });
  expect(placeIn("-33.9 18.4")).toEqual({ lat_deg: -33.9, lon_deg: 18.4 });
  for (const wrong of ["", "Vienna", "95, 10", "10", "10, 200", "1e3, 4"]) expect(placeIn(wrong), wrong).toBeNull();
  expect(placeText({ lat_deg: -33.9, lon_deg: 18.4 })).toBe("33.9° S, 18.4° E");
});
