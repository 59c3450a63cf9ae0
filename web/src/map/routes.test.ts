import { describe, expect, it } from "vitest";
import type { Scene, Thing } from "../lib/scene";
import { routesOf, spotsOf } from "./routes";
import type { Stage } from "./stage";

const thing = (key: string, kind: string, first: number, count: number, side = "hostile"): Thing =>
  ({ key, kind, side, family: "", class: "", fate: "", of: "", first, count });
/** A battery in the middle, three of a near group of whom the second flies longest, one far away, an airliner. */
const THINGS = [thing("alpha", "battery", 0, 1, "friend"), thing("near/1", "target", 1, 2), thing("near/2", "target", 3, 3),
  thing("near/3", "target", 6, 1), thing("far/1", "target", 7, 2), thing("traffic/1", "target", 9, 2, "neutral")];
const x_km = Float32Array.from([0, 100, 50, 90, 60, 10, 95, 400, 300, 700, 600]), y_km = new Float32Array(11);
const stage = { scene: { things: THINGS } as Scene, x_km, y_km } as Stage;

describe("the ways of the raid", () => {
  it("are one for each hostile group: the longest that one of it flew, from its first place to its last", () => {
    expect(routesOf(stage)).toEqual([
      { name: "near", points: [[90, 0], [60, 0], [10, 0]] }, { name: "far", points: [[400, 0], [300, 0]] },
    ]);
  });
  const farthest = (all: boolean): number => Math.max(...[...spotsOf(stage, all)].map(([x]) => x));
  it("begin in view for the nearer three quarters of the raid, or for all of it; airliners do not count", () => {
    expect(farthest(false)).toBe(100);
    expect(farthest(true)).toBe(400);
  });
  it("leave room about the sites", () => {
    expect(Math.min(...[...spotsOf(stage, false)].map(([x]) => x))).toBeLessThan(-30);
  });
});
