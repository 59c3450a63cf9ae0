import { describe, expect, it } from "vitest";
import type { Radar, Scene, Thing } from "../lib/scene";
import { usual } from "./layers";
import { near, wayOf } from "./profile";
import { beamAt, glowing, ownerOf, plotText, reached_km, scopePlace } from "./scope";
import { floorAlong, radarsAt } from "./sight";
import { isTracked, staged, whereIs } from "./stage";

const thing = (key: string, kind: string, first: number, count: number, of = ""): Thing =>
  ({ key, kind, side: "hostile", family: "", class: "", fate: "", of, first, count });
const radar: Radar = {
  name: "alpha-eye", revisit_s: 10, phase_s: 3, max_range_m: 200_000, heading_deg: 0, sector_deg: 360, rotating: true,
  at: { lat_deg: 0, lon_deg: 0, height_m: 0 },
};
const f = (...values: number[]): Float32Array => Float32Array.from(values);

/** A battery at 0, 0; an object that flies east along the equator; its track, with one update, and its end; four plots. */
function scene(): Scene {
  const rows = 5;
  return {
    title: "", source: "", trial: 0, end_s: 100, happenings: [], radars: [radar],
    things: [thing("alpha", "battery", 0, 1), thing("drone", "target", 1, 2), thing("track 1", "track", 3, 2, "drone")],
    columns: {
      time_s: f(0, 0, 100, 40, 50), lat_deg: f(0, 0, 0, 0, 0), lon_deg: f(0, 0, 1, 0.4, 0.49), height_m: f(0, 100, 300, 200, 200),
      speed_m_s: f(NaN, 1112, 1112, 1000, 1000), course_rad: f(NaN, Math.PI / 2, Math.PI / 2, Math.PI / 2, Math.PI / 2),
      major_m: f(...Array<number>(rows).fill(0)), minor_m: f(...Array<number>(rows).fill(0)), bearing_rad: f(...Array<number>(rows).fill(0)),
      plot_time_s: f(20, 10, 30, 31), plot_range_m: f(50_000, 40_000, 60_000, 90_000),
      plot_azimuth_rad: f(0, 0, Math.PI / 2, 0), plot_elevation_rad: f(0, 0, 0, 0),
      plot_radar: Int32Array.from([0, 0, 0, 0]), plot_false: Int32Array.from([0, 0, 0, 1]),
    },
  };
}
const stage = staged(scene()), [, drone, track] = stage.scene.things as [Thing, Thing, Thing];

describe("a scene on the stage", () => {
  it("has objects between their rows, and nowhere before and after", () => {
    expect(whereIs(stage, drone, 50)?.x_km).toBeCloseTo(111.19 / 2, 1);
    expect(whereIs(stage, drone, 50)?.height_m).toBeCloseTo(200, 3);
    expect(whereIs(stage, drone, -1)).toBeNull();
    expect(whereIs(stage, drone, 101)).toBeNull();
  });
  it("moves tracks on from their last update, to where they were dropped", () => {
    const at40 = whereIs(stage, track, 40)?.x_km ?? NaN;
    expect((whereIs(stage, track, 46)?.x_km ?? NaN) - at40).toBeCloseTo(6, 3);
    expect(whereIs(stage, track, 39)).toBeNull();
    expect(whereIs(stage, track, 51)).toBeNull();
  });
  it("knows while an object is tracked", () => {
    expect([39, 40, 50, 51].map((time_s) => isTracked(stage, 1, time_s))).toEqual([false, true, true, false]);
  });
  it("keeps sites for good", () => {
    expect(whereIs(stage, stage.scene.things[0] as Thing, 1e6)?.x_km).toBeCloseTo(0, 6);
  });
  it("puts plots where the radar measured them", () => {
    expect(stage.plot_x_km[2]).toBeCloseTo(60, 1);
    expect(stage.plot_y_km[0]).toBeCloseTo(50, 1);
  });
});

describe("the scope", () => {
  it("points north at the phase, and east a quarter turn later", () => {
    expect(beamAt(radar, 3)).toBeCloseTo(0, 9);
    expect(beamAt(radar, 5.5)).toBeCloseTo(Math.PI / 2, 9);
    expect(beamAt(radar, -4.5)).toBeCloseTo(Math.PI / 2, 9);
    expect(beamAt({ ...radar, rotating: false }, 3)).toBeNull();
  });
  it("shows plots that have come and still glow, the newest first, with their age in turns", () => {
    expect(glowing(stage, 0, 30, 4).map((one) => [one.plot, one.age])).toEqual([[2, 0], [0, 1], [1, 2]]);
    expect(glowing(stage, 0, 55, 4).map((one) => one.plot)).toEqual([3, 2, 0]);
    expect(glowing(stage, 0, 5, 4)).toEqual([]);
    expect(glowing(stage, 7, 30, 4)).toEqual([]);
    expect(glowing(stage, 0, 30, 1).map((one) => one.plot)).toEqual([2, 0]);
  });
  it("finds what a plot is of by where that was, and of a false one or far from everything nothing", () => {
    const near = staged({ ...scene(), columns: { ...scene().columns, plot_azimuth_rad: f(Math.PI / 2, 0, Math.PI / 2, Math.PI / 2),
      plot_range_m: f(22_400, 40_000, 50_000, 34_500) } });
    expect([0, 1, 2, 3].map((plot) => ownerOf(near, plot)?.key)).toEqual(["drone", undefined, undefined, undefined]);
  });
  it("says what a plot measured", () => {
    expect(plotText(stage, 2)).toBe("00:30: 60 km away at 090°, 0.0° up");
  });
  it("puts the same place at the same pixel, whether measured or on the chart", () => {
    const { ofPlot, ofChart } = scopePlace({ stage, index: 0, far_km: 100, side: 444 });
    expect(ofPlot(2)[0]).toBeCloseTo(120, 3);
    expect(ofChart(60, 0)[0]).toBeCloseTo(120, 3);
    expect(ofPlot(0)[1]).toBeCloseTo(-100, 3);
  });
  it("reaches as far as nine in ten of its true plots", () => {
    expect(reached_km(stage, 0)).toBeCloseTo(60, 6);
  });
});

describe("a cut along a line", () => {
  const layers = { ...usual(), sites: false };
  it("finds what is near the line and abreast of it, how far along and on which side", () => {
    const found = near(stage, [[0, 10], [100, 10]], 50, 20, layers);
    expect(found).toHaveLength(1);
    expect(found[0]?.along_km).toBeCloseTo(55.6, 1);
    expect(found[0]?.off_km).toBeCloseTo(10, 3);
    expect(found[0]?.height_m).toBeCloseTo(200, 2);
  });
  it("leaves out what is farther off, beyond the ends, or switched off", () => {
    expect(near(stage, [[0, 30], [100, 30]], 50, 20, layers)).toEqual([]);
    expect(near(stage, [[0, 0], [40, 0]], 50, 20, layers)).toEqual([]);
    expect(near(stage, [[0, 0], [100, 0]], 50, 20, { ...layers, objects: false, tracks: false })).toEqual([]);
  });
  it("finds nothing along a line of no length", () => {
    expect(near(stage, [[5, 5], [5, 5]], 50, 20, layers)).toEqual([]);
  });
});

describe("the way of what is near a line", () => {
  it("is where it came from, in kilometres along the line", () => {
    const ask = { time_s: 100, past_s: Infinity, within_km: 20 };
    const [way] = wayOf(stage, [[0, 0], [200, 0]], 1, ask);
    expect(way?.map(({ along_km, height_m }) => [Math.round(along_km), height_m])).toEqual([[0, 100], [111, 300]]);
    expect(wayOf(stage, [[0, 30], [200, 30]], 1, ask)).toEqual([]);
    expect(wayOf(stage, [[0, 0], [200, 0]], 1, { ...ask, time_s: 50 })).toEqual([]);
  });
});

describe("what a radar sees along a line", () => {
  it("is everything to its horizon, and beyond that less and less", () => {
    const floor_m = floorAlong([[0, 0], [100, 0]], 100, null);
    expect(floor_m[80]).toBeCloseTo(0, 0); // 40 km: the horizon of 100 m over a bent earth is at 41 km
    expect(floor_m[200]).toBeCloseTo((100_000 - Math.sqrt(2 * 8_494_667 * 100)) ** 2 / (2 * 8_494_667), -1);
  });
  it("is less behind a hill", () => {
    const ground = new Float32Array(101);
    ground[20] = 300;
    const floor_m = floorAlong([[0, 0], [50, 0]], 100, ground);
    expect(floor_m[20]).toBeCloseTo(300, 3);
    expect(floor_m[40]).toBeCloseTo(100 + 2 * (200 + 10_000 ** 2 / (2 * 8_494_667) * -1) + 20_000 ** 2 / (2 * 8_494_667), 0);
    expect(floor_m[10]).toBeCloseTo(0, 0);
  });
  it("is asked of the radars that stand where the line begins", () => {
    expect(radarsAt(stage, [[0.5, 0], [100, 0]]).map((one) => one.name)).toEqual(["alpha-eye"]);
    expect(radarsAt(stage, [[50, 0], [0, 0]])).toEqual([]);
  });
});
