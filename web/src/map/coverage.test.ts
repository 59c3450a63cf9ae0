import { describe, expect, it } from "vitest";
import { placeOf, planeOf } from "./plane";
import { framed, heightAt, heightText, meaning, seenAt, shadeOf, shareOf, unpackCoverage, type Coverage } from "./coverage";

const NEVER = 65535;

/** A radar that sees from `low` m up to 10 km, out to `ranges` km, in all of four directions but the west. */
function coverage(ranges: number, low: number): Coverage {
  const low_m = new Uint16Array(4 * ranges).fill(low), high_m = new Uint16Array(4 * ranges).fill(10_000);
  low_m.fill(NEVER, 3 * ranges);
  high_m.fill(0, 3 * ranges);
  const radar = { name: "alpha/a", lat_deg: 23, lon_deg: 45, azimuths: 4, ranges, step_m: 1000, low_m, high_m };
  return { target: { class: "", label: "One-way attack drone", rcs_m2: 0.05 }, pd: 0.8, classes: [], radars: [radar], claimed: null };
}

describe("coverage", () => {
  it("is read by its own description", () => {
    const radars = [{ name: "a", lat_deg: 1, lon_deg: 2, azimuths: 1, ranges: 3, step_m: 100 }];
    const header = { target: { class: "", label: "", rcs_m2: 1 }, pd: 0.8, classes: [], claimed: null, radars, columns: [["low_0", "u2", 3], ["high_0", "u2", 3]] };
    let text = JSON.stringify(header);
    text += " ".repeat((8 - ((text.length + 4) % 8)) % 8);
    const data = new ArrayBuffer(4 + text.length + 12), bytes = new Uint8Array(data);
    new DataView(data).setUint32(0, text.length, true);
    bytes.set(new TextEncoder().encode(text), 4);
    new Uint16Array(data, 4 + text.length).set([10, 20, NEVER, 900, 800, 0]);
    const [radar] = unpackCoverage(data).radars;
    expect(radar).toMatchObject({ name: "a", low_m: Uint16Array.from([10, 20, NEVER]), high_m: Uint16Array.from([900, 800, 0]) });
  });
  it("is seen between its heights and nowhere else, but for gaps of one or two ranges", () => {
    const one = { ...coverage(6, 100).radars[0]!, azimuths: 1, low_m: Uint16Array.from([0, 0, 50, 0, NEVER, 0]), high_m: new Uint16Array(6).fill(500) };
    expect([...seenAt(one, 60)]).toEqual([1, 1, 1, 1, 0, 1]);
    expect([...seenAt(one, 40)]).toEqual([1, 1, 1, 1, 0, 1]); // the gap at 3 is closed; that at the edge is not looked at
    expect([...seenAt(one, 501)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
  it("is drawn where it belongs: north up, as far as it reaches", () => {
    const told = coverage(50, 100), frame = framed(told, 101)!;
    expect(frame.metres_per_pixel * 101).toBeCloseTo(102_000, -2);
    const at = (height_m: number, east_km: number, north_km: number): number => {
      const pixel = (km: number): number => Math.round(50 + (km * 1000) / frame.metres_per_pixel);
      return shadeOf(told, frame, height_m)[pixel(-north_km) * 101 + pixel(east_km)]!;
    };
    expect([at(200, 0, 30), at(200, 30, 0), at(200, 0, -30), at(200, -30, 0)]).toEqual([1, 1, 1, 0]);
    expect([at(50, 0, 30), at(200, 40, 40)]).toEqual([0, 0]);
    expect(shadeOf(told, frame, 200, "bravo").some(Boolean)).toBe(false);
    expect(shadeOf(told, frame, 200).includes(2)).toBe(true);
    expect(framed({ ...told, radars: told.radars.map((one) => ({ ...one, ranges: 0 })) }, 10)).toBeNull();
  });
  it("finds the place of each pixel about radars that do not stand in the middle", () => {
    const told = coverage(50, 100), [radar] = told.radars as [Coverage["radars"][0]];
    const apart = { ...told, radars: [{ ...radar, azimuths: 200, low_m: new Uint16Array(1e4), high_m: new Uint16Array(1e4) },
      { ...radar, name: "b", lat_deg: 60, lon_deg: 44.5 }] };
    const frame = framed(apart, 400)!, back = placeOf(frame), forth = planeOf(radar);
    expect(frame.lat_deg).toBeCloseTo(41.5, 9);
    let found = 0;
    for (let i = 0; i < 400 * 400; i += 7) {
      const column = i % 400, row = (i - column) / 400, km = frame.metres_per_pixel / 1000;
      const there = back((column - 199.5) * km, (199.5 - row) * km), [x, y] = forth(there.lat_deg, there.lon_deg);
      const ring = Math.max(Math.round(Math.hypot(x, y)) - 1, 0), turn = Math.round((Math.atan2(x, y) / (2 * Math.PI)) * 200);
      expect(frame.cellOf[0]![i]).toBe(ring < 50 ? ((turn + 200) % 200) * 50 + ring : -1);
      found += ring < 50 ? 1 : 0;
    }
    expect(found).toBeGreaterThan(5);
  });
  it("has a slider by equal ratios, and words for what it means", () => {
    expect([heightAt(0), heightAt(100)]).toEqual([30, 20_000]);
    expect(heightAt(shareOf(120))).toBe(120);
    expect(shareOf(43_000)).toBe(100);
    expect(heightText(8292)).toBe("8.29 km");
    expect(meaning(coverage(5, 1), 121)).toContain("detects a one-way attack drone, coming head-on 121 m above ground, with a chance of at least 80 %");
  });
});
