import { describe, expect, it } from "vitest";
import { differenceOf } from "./differ";
import type { Happening, Scene } from "./scene";

const happening = (time_s: number, what: string, whom: string, round = ""): Happening => [time_s, what, "alpha", whom, round, 0, 0, 0, 0];
const scene = (...happenings: Happening[]): Scene =>
  ({ title: "", source: "", trial: 0, end_s: 900, things: [{ key: "b", kind: "target", side: "hostile" }] as Scene["things"], happenings, radars: [], columns: {} as Scene["columns"] });
const COMMON = [happening(10, "seen", "a"), happening(20, "launch", "a", "round 1")];

describe("two trials", () => {
  const few = scene(...COMMON, happening(80, "leak", "a"), happening(90, "leak", "b"), happening(95, "leak", "c"));
  const more = scene(...COMMON, happening(50, "launch", "b", "round 2"), happening(80, "leak", "a"), happening(85, "kill", "b", "round 2"), happening(99, "leak", "d"));
  it("say what got through in one only", () => {
    expect(differenceOf(few, more)).toMatchObject({ onlyFirst: ["b", "c"], onlySecond: ["d"], both: ["a"] });
  });
  it("part at the first happening that one of them has alone", () => {
    expect(differenceOf(few, more).parts).toMatchObject({ time_s: 50, inFirst: false });
    expect(differenceOf(more, few).parts).toMatchObject({ time_s: 50, inFirst: true });
    expect(differenceOf(scene(happening(9, "seen", "a")), scene(happening(8, "seen", "a"))).parts?.time_s).toBe(8);
  });
  it("are the same whatever the numbers of rounds, and the order within a moment", () => {
    const again = scene(happening(20, "launch", "a", "round 7"), happening(10, "seen", "a"));
    expect(differenceOf(scene(...COMMON), again).parts).toBeNull();
  });
  it("are counted to their ends", () => {
    expect(differenceOf(few, more).scores.map((one) => [one.launched, one.killed, one.leaked])).toEqual([[1, 0, 3], [2, 1, 2]]);
  });
});
