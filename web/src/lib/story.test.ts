import { describe, expect, it } from "vitest";
import type { Happening, Scene, Thing } from "./scene";
import { far, leakers, line, scoreAt, spoken, storyOf } from "./story";

const thing = (key: string, kind: string, more: Partial<Thing> = {}): Thing => ({
  key, kind, side: "hostile", family: "drone", class: "one-way-drone", fate: "", of: "", first: 0, count: 1, ...more,
});
const happening = (time_s: number, what: string, who = "", whom = "", round = "", value = 0): Happening =>
  [time_s, what, who, whom, round, 23, 45, 100, value];

function scene(things: Thing[], happenings: Happening[]): Scene {
  const column = Float32Array.from([10, 20]);
  const columns = new Proxy({}, { get: () => column }) as Scene["columns"];
  return { title: "", source: "", trial: 0, end_s: 900, things, happenings, radars: [], columns };
}

const TOLD: Happening[] = [
  happening(842, "seen", "alpha/96l6e", "drones/3", "", 45_000),
  happening(850, "confirmed", "", "drones/3", "", 181),
  happening(860, "hostile", "", "drones/3", "", 0.9999),
  happening(870, "launch", "alpha", "drones/3", "round 1", 900),
  happening(871, "launch", "alpha", "drones/4", "round 2", 905),
  happening(900, "miss", "alpha", "drones/3", "round 1", 30_000),
  happening(903, "assessed-kill", "alpha", "drones/3", "round 1", 30_000),
  happening(905, "kill", "alpha", "drones/4", "round 2", 29_000),
  happening(909, "assessed-miss", "alpha", "drones/4", "round 2", 29_000),
  happening(950, "leak", "depot", "drones/3"),
];
const THINGS = [
  thing("alpha", "battery", { side: "friend" }), thing("drones/3", "target", { fate: "leaked", above_horizon_s: 800 }),
  thing("drones/4", "target"), thing("drones/5", "target"), thing("round 1", "round", { class: "9m96e2", of: "drones/3" }),
  thing("depot", "asset"), thing("track 7", "track", { of: "drones/3", class: "small-quadcopter", count: 2 }),
];

describe("the story of an object", () => {
  const lines = storyOf(scene(THINGS, TOLD), "drones/3");
  const said = lines.map(spoken);
  it("says by which radar it was seen, when, and how far", () => {
    expect(said).toContain("seen 14:02 by alpha/96l6e at 45 km");
  });
  it("says when it came above the horizon, where that is known", () => {
    expect(lines.find((one) => one.what === "horizon")?.time_s).toBe(800);
    expect(storyOf(scene(THINGS, TOLD), "drones/4").some((one) => one.what === "horizon")).toBe(false);
  });
  it("names each round fired at it and its result, and nobody else's", () => {
    expect(lines.map((one) => one.what)).toEqual([
      "start", "horizon", "seen", "confirmed", "hostile", "launch", "miss", "assessed-kill", "leak",
    ]);
    expect(said.find((one) => one.startsWith("engaged"))).toBe("engaged 14:30 by alpha with round 1 (9m96e2), to be met at 15:00");
    expect(said.join()).not.toContain("round 2");
  });
  it("marks an assessment that was wrong, either way", () => {
    expect(lines.find((one) => one.what === "assessed-kill")?.text).toContain("wrongly");
    const other = storyOf(scene(THINGS, TOLD), "drones/4").find((one) => one.what === "assessed-miss");
    expect(other?.text).toContain("wrongly");
  });
  it("tells of rounds that met another than they were fired at, on both sides", () => {
    const told = [happening(800, "launch", "alpha", "drones/3", "round 1", 900), happening(900, "kill", "alpha", "drones/4", "round 1", 30_000)];
    expect(storyOf(scene(THINGS, told), "drones/3").map((one) => one.text)).toContain("passed by round 1, which killed drones/4");
    expect(storyOf(scene(THINGS, told), "drones/4").map((one) => one.text)).toContain("killed by round 1 (fired at drones/3), 30 km from alpha");
  });
  it("ends with the leak and what was reached", () => {
    expect(lines.at(-1)?.text).toBe("leaked to depot");
  });
  it("says what never happened", () => {
    const never = storyOf(scene(THINGS, TOLD), "drones/5").map((one) => one.text);
    expect(never).toContain("never seen by a radar");
    expect(never).toContain("never fired at");
  });
  it("is empty for a name that is not there", () => {
    expect(storyOf(scene(THINGS, TOLD), "nobody")).toEqual([]);
  });
});

describe("other stories", () => {
  it("tells a round from launch to result", () => {
    expect(storyOf(scene(THINGS, TOLD), "round 1").map((one) => one.what)).toEqual(["launch", "miss", "assessed-kill", "none"]);
  });
  it("counts a battery's rounds", () => {
    expect(storyOf(scene(THINGS, TOLD), "alpha")[0]?.text).toBe("fires 2 rounds: 1 kill, 1 miss, 0 find nothing");
  });
  it("says what a track truly is, and where it was wrong", () => {
    const text = storyOf(scene(THINGS, TOLD), "track 7").map((one) => one.text);
    expect(text).toContain("in truth drones/3, a one-way-drone");
    expect(text).toContain("believed to be a small-quadcopter: wrong");
  });
  it("says what reached an asset", () => {
    expect(storyOf(scene(THINGS, TOLD), "depot").map((one) => one.text)).toEqual(["drones/3 leaked to depot"]);
  });
  it("passes on a kind of event it does not know", () => {
    expect(line(scene(THINGS, TOLD), happening(1, "refuel")).text).toBe("refuel");
  });
});

describe("the trial as a whole", () => {
  it("stands as its events up to a time say", () => {
    expect(scoreAt(scene(THINGS, TOLD), 904)).toMatchObject({ launched: 2, killed: 0, leaked: 0, flying: 1, hostile: 3 });
    expect(scoreAt(scene(THINGS, TOLD), 950)).toMatchObject({ launched: 2, killed: 1, leaked: 1, flying: 0 });
  });
  it("lists what got through", () => {
    expect(leakers(scene(THINGS, TOLD))).toEqual([{ time_s: 950, key: "drones/3" }]);
  });
  it("writes lengths for people", () => {
    expect([far(181.4), far(3210), far(9960), far(45_200), far(NaN)]).toEqual(["181 m", "3.2 km", "10 km", "45 km", "an unknown distance"]);
  });
});
