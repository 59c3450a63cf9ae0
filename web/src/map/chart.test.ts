import { geoAzimuthalEquidistant, geoDistance } from "d3-geo";
import ms from "milsymbol";
import { describe, expect, it } from "vitest";
import { placed, type Placed, type Wish } from "./labels";
import { FULL, MOST, Pace } from "./pace";
import { beyond, EARTH_KM, groundRange_km, placeOf, planeOf } from "./plane";
import { sidcOf } from "./sidc";
import { fitted, pointAt, rounded, zoomed } from "./view";

const site = { lat_deg: 23.655, lon_deg: 45.12 };
const PLACES: [number, number][] = [[23.655, 45.12], [24.5, 46], [0, 0], [60, 100], [23.7, 45.1]];

describe("the chart", () => {
  it("puts places where d3-geo's own projection does", () => {
    const theirs = geoAzimuthalEquidistant().rotate([-site.lon_deg, -site.lat_deg]).translate([0, 0]).scale(EARTH_KM);
    for (const [lat, lon] of PLACES) {
      const [x, y] = planeOf(site)(lat, lon), [east = NaN, south = NaN] = theirs([lon, lat]) ?? [];
      expect(x).toBeCloseTo(east, 3);
      expect(y).toBeCloseTo(-south, 3);
    }
  });
  it("has true ranges from the site", () => {
    for (const [lat, lon] of PLACES) {
      const arc = geoDistance([site.lon_deg, site.lat_deg], [lon, lat]);
      expect(Math.hypot(...planeOf(site)(lat, lon))).toBeCloseTo(arc * EARTH_KM, 3);
    }
  });
  it("goes there and back", () => {
    for (const [lat, lon] of PLACES) {
      const back = placeOf(site)(...planeOf(site)(lat, lon));
      expect(back.lat_deg).toBeCloseTo(lat, 6);
      expect(back.lon_deg).toBeCloseTo(lon, 6);
    }
  });
  it("finds a place by bearing and range", () => {
    const there = beyond(site, Math.PI / 2, 100), [x, y] = planeOf(site)(there.lat_deg, there.lon_deg);
    expect(x).toBeCloseTo(100, 6);
    expect(y).toBeCloseTo(0, 6);
  });
  it("takes the height of what is seen off its slant range", () => {
    expect(groundRange_km(100_000, 0, 0)).toBeCloseTo(99.99, 1);
    expect(groundRange_km(10_000, Math.PI / 2, 0)).toBeCloseTo(0, 6);
  });
});

describe("the view", () => {
  const size = { width: 800, height: 600 }, view = { x_km: 10, y_km: -5, px_per_km: 2 };
  it("keeps what is under the pointer there when zoomed", () => {
    const before = pointAt(view, size, 123, 456), after = pointAt(zoomed(view, size, 1.7, 123, 456), size, 123, 456);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });
  it("holds every point when fitted, and something where there is none", () => {
    const found = fitted([[-300, 20], [100, 200]], size);
    expect(pointAt(found, size, 0, 0)[0]).toBeLessThan(-300);
    expect(pointAt(found, size, 800, 0)[1]).toBeGreaterThan(200);
    expect(fitted([], size).px_per_km).toBeGreaterThan(0);
  });
  it("has round steps", () => {
    expect([0.7, 1, 3, 7, 99, 150].map(rounded)).toEqual([0.5, 1, 2, 5, 50, 100]);
  });
});

describe("labels", () => {
  const wish = (index: number, x: number, y: number, priority = 0): Wish => ({ index, x, y, width: 60, priority });
  const boxes = (wishes: Wish[], found: Placed[]): [number, number, number, number][] => found.map((one) => {
    const { x, y, width } = wishes.find((other) => other.index === one.index) as Wish;
    return [x + one.right_px, y + one.down_px, x + one.right_px + width, y + one.down_px + 15];
  });
  it("never cover one another, nor what is taken", () => {
    const wishes = Array.from({ length: 300 }, (_, i) => wish(i, (i * 37) % 400, (i * 91) % 300));
    const taken = { left: 100, top: 100, right: 160, bottom: 160 };
    const all = [...boxes(wishes, placed(wishes, 15, 300, [taken])), [100, 100, 160, 160] as const];
    expect(all.length).toBeGreaterThan(20);
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => {
      expect(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]).toBe(true);
    }));
  });
  it("go to the most wanted first, and are no more than asked for", () => {
    const wishes = Array.from({ length: 40 }, (_, i) => wish(i, 50, 50, i));
    expect(placed(wishes, 15, 40)[0]?.index).toBe(39);
    expect(placed(wishes.map((one) => ({ ...one, x: one.index * 200 })), 15, 7)).toHaveLength(7);
  });
  it("stay on the side they were on", () => {
    const before = new Map([[1, { index: 1, right_px: -30, down_px: 10 }]]);
    expect(placed([wish(1, 50, 50)], 15, 5, [], before)[0]).toEqual({ index: 1, right_px: -30, down_px: 10 });
  });
});

describe("symbols", () => {
  const things = ["hostile", "friend", "neutral", "unknown"].flatMap((side) => [
    ["target", "drone", "one-way-drone"], ["target", "aircraft", "fighter"], ["target", "aircraft", "airliner"],
    ["target", "helicopter", "helicopter"], ["target", "aircraft", "bomber"], ["target", "cruise-missile", ""],
    ["target", "ballistic-missile", "srbm"], ["track", "", ""], ["track", "", "small-quadcopter"], ["round", "", "40n6e"],
    ["battery", "", "s-400"], ["radar", "", "91n6e"], ["asset", "", ""],
  ].map(([kind = "", family = "", name = ""]) => ({ kind, family, class: name, side })));
  it("are all known to milsymbol, with the frame of their side", () => {
    for (const thing of things) {
      const symbol = new ms.Symbol(sidcOf(thing));
      expect(sidcOf(thing)).toMatch(/^\d{20}$/);
      expect(symbol.isValid(), sidcOf(thing)).toBe(true);
      expect(symbol.getMetadata().affiliation.toLowerCase()).toBe(thing.side);
    }
  });
});

describe("the pace", () => {
  const seconds = (pace: Pace, every_ms: number, s: number): void => {
    for (let spent = 0; spent < s * 1000; spent += every_ms) pace.frame(every_ms);
  };
  it("leaves nothing out at 30 frames a second, more and more below", () => {
    const pace = new Pace();
    seconds(pace, 33, 5);
    expect(pace.level).toBe(FULL);
    pace.restart();
    for (const every_ms of [60, 50, 45]) seconds(pace, every_ms, 1);
    expect(pace.level).toBe(MOST);
    seconds(pace, 40, 5);
    expect([pace.level, pace.slow]).toEqual([MOST, true]);
  });
  it("leaves nothing out where that gains nothing, and says that it is slow", () => {
    const pace = new Pace();
    seconds(pace, 50, 10);
    expect([pace.level, pace.slow]).toEqual([FULL, true]);
    seconds(pace, 50, 70);
    seconds(pace, 16, 2);
    expect(pace.slow).toBe(false);
  });
  it("puts it back after a long calm, and more slowly the second time", () => {
    const pace = new Pace();
    seconds(pace, 50, 1.2);
    expect(pace.level).toBe(1);
    seconds(pace, 16, 10);
    expect(pace.level).toBe(0);
    seconds(pace, 50, 1.2);
    seconds(pace, 16, 10);
    expect(pace.level).toBe(1);
    seconds(pace, 16, 10);
    expect(pace.level).toBe(0);
  });
  it("takes no notice of a single stall", () => {
    const pace = new Pace();
    pace.frame(4000);
    seconds(pace, 16, 3);
    expect(pace.level).toBe(FULL);
  });
});
