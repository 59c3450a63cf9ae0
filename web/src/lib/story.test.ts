import { describe, expect, it } from "vitest";
import type { Happening, Scene, Thing } from "./scene";
import { begins_s, far, leakers, line, scoreAt, shotsOf, storyOf } from "./story";

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
  const lines = storyOf(scene(THINGS, TOLD), "drones/3", "In reach, but no round was left.");
  const said = lines.map((one) => one.text);
  it("begins with how it ended, and why", () => {
    expect(lines[0]).toEqual({ time_s: null, text: "Got through. In reach, but no round was left.", what: "outcome" });
    expect(storyOf(scene(THINGS, TOLD), "drones/4")[0]?.text).toBe("Killed by round 2, 29 km from alpha.");
    expect(storyOf(scene(THINGS, TOLD), "drones/5").map((one) => one.text)).not.toContain("Got through.");
  });
  it("says by which radar it was seen, when, and how far", () => {
    expect(lines.find((one) => one.what === "seen")).toEqual({ time_s: 842, text: "seen by alpha/96l6e at 45 km", what: "seen" });
  });
  it("says when it came above the horizon, where that is known", () => {
    expect(lines.find((one) => one.what === "horizon")?.time_s).toBe(800);
    expect(storyOf(scene(THINGS, TOLD), "drones/4").some((one) => one.what === "horizon")).toBe(false);
  });
  it("tells each shot once, with its result and what was wrongly believed of it, and nobody else's", () => {
    expect(lines.map((one) => one.what)).toEqual(["outcome", "start", "horizon", "seen", "confirmed", "hostile", "miss", "leak"]);
    const shot = lines.find((one) => one.what === "miss");
    expect(shot).toMatchObject({ time_s: 900, fired_s: 870 });
    expect(shot?.text).toBe("round 1 (9m96e2), fired 14:30, missed, 30 km from alpha; taken for dead, wrongly");
    expect(said.join()).not.toContain("round 2");
    expect(storyOf(scene(THINGS, TOLD), "drones/4").find((one) => one.what === "kill")?.text)
      .toBe("round 2, fired 14:31, killed it, 29 km from alpha; taken for alive, wrongly");
  });
  it("tells of rounds that met another than they were fired at, on both sides", () => {
    const told = [happening(800, "launch", "alpha", "drones/3", "round 1", 900), happening(900, "kill", "alpha", "drones/4", "round 1", 30_000)];
    expect(storyOf(scene(THINGS, told), "drones/3").map((one) => one.text))
      .toContain("round 1 (9m96e2), fired 13:20, killed drones/4 instead, 30 km from alpha");
    expect(storyOf(scene(THINGS, told), "drones/4").map((one) => one.text))
      .toContain("round 1 (9m96e2), fired 13:20 at drones/3, killed it, 30 km from alpha");
  });
  it("says of a round that never came to an end that it was still flying", () => {
    expect(storyOf(scene(THINGS, TOLD.slice(0, 4)), "drones/3").find((one) => one.what === "launch"))
      .toMatchObject({ time_s: 870, text: "round 1 (9m96e2), fired 14:30, was still flying at the end" });
  });
  it("tells which other radars saw it and when its track was lost, and does not repeat itself", () => {
    const column = Float32Array.from([0, 100, 10, 20, 60, 70]);
    const columns = new Proxy({}, { get: () => column }) as Scene["columns"];
    const things = [thing("drones/3", "target", { count: 2, seen: [["alpha/96l6e", 5, 45_000], ["alpha/92n6e", 8, 40_000]] }),
      thing("track 1", "track", { of: "drones/3", first: 2, count: 2, fate: "dropped", updated_s: 14 }),
      thing("track 2", "track", { of: "drones/3", first: 4, count: 2 })];
    const twice = [happening(10, "confirmed", "", "drones/3"), happening(11, "hostile", "", "drones/3"), happening(60, "confirmed", "", "drones/3"),
      happening(61, "hostile", "", "drones/3"), happening(62, "neutral", "", "drones/3")];
    expect(storyOf({ ...scene(things, twice), columns }, "drones/3").filter((one) => one.time_s !== null).map((one) => [one.time_s, one.what])).toEqual([
      [0, "start"], [8, "seen-too"], [10, "confirmed"], [11, "hostile"], [20, "unheld"], [60, "found"], [62, "neutral"],
    ]);
  });
  it("ends with the leak and what was reached", () => {
    expect(lines.at(-1)?.text).toBe("leaked to depot");
  });
  it("says what never happened", () => {
    const never = storyOf(scene(THINGS, TOLD), "drones/5").map((one) => one.text);
    expect(never).toContain("never seen by a radar");
    expect(never).toContain("never fired at");
  });
  it("says of who was no enemy that it was a mistake, and nothing of an end that is none", () => {
    const airliners = [thing("traffic/1", "target", { side: "neutral" }), thing("traffic/2", "target", { side: "neutral" })];
    const told = scene([...THINGS, ...airliners], [happening(1, "launch", "alpha", "traffic/1", "round 9"), happening(9, "kill", "alpha", "traffic/1", "round 9", 40_000)]);
    expect(storyOf(told, "traffic/1")[0]).toMatchObject({ what: "outcome", text: "Shot down by mistake by round 9, 40 km from alpha." });
    expect(storyOf(told, "traffic/2").some((one) => one.what === "outcome")).toBe(false);
  });
  it("is empty for a name that is not there", () => {
    expect(storyOf(scene(THINGS, TOLD), "nobody")).toEqual([]);
  });
});

describe("other stories", () => {
  it("tells a round from launch to result", () => {
    expect(storyOf(scene(THINGS, TOLD), "round 1").map((one) => one.what)).toEqual(["launch", "miss", "assessed-kill", "none"]);
  });
  it("counts a battery's rounds, and tells each once", () => {
    const told = storyOf(scene(THINGS, TOLD), "alpha").map((one) => one.text);
    expect(told[0]).toBe("fires 2 rounds: 1 killed, 1 missed, 0 found nothing");
    expect(told).toHaveLength(3);
    expect(told[1]).toBe("round 1 (9m96e2), fired 14:30 at drones/3, missed, 30 km away; taken for dead, wrongly");
  });
  it("says what a track truly is, and where it was wrong", () => {
    const text = storyOf(scene(THINGS, TOLD), "track 7").map((one) => one.text);
    expect(text).toContain("in truth drones/3, a one-way-drone");
    expect(text).toContain("believed to be a small-quadcopter: wrong");
  });
  it("says what reached an asset", () => {
    expect(storyOf(scene(THINGS, TOLD), "depot").map((one) => one.text)).toEqual(["drones/3 leaked to depot"]);
  });
  it("names whose story can be told beside it", () => {
    expect(storyOf(scene(THINGS, TOLD), "track 7").find((one) => one.key)?.key).toBe("drones/3");
    expect(storyOf(scene(THINGS, TOLD), "alpha").map((one) => one.key)).toEqual([undefined, "drones/3", "drones/4"]);
    expect(storyOf(scene(THINGS, TOLD), "drones/3").some((one) => one.key)).toBe(false);
  });
  it("passes on a kind of event it does not know", () => {
    expect(line(scene(THINGS, TOLD), happening(1, "refuel")).text).toBe("refuel");
  });
  it("names everybody in a list of events", () => {
    expect(line(scene(THINGS, TOLD), TOLD[3] as Happening).text).toBe("alpha fires round 1 (9m96e2) at drones/3");
    expect(line(scene(THINGS, TOLD), TOLD[5] as Happening).text).toBe("round 1 misses drones/3");
  });
});

describe("the trial as a whole", () => {
  it("stands as its events up to a time say", () => {
    expect(scoreAt(scene(THINGS, TOLD), 904)).toMatchObject({ launched: 2, killed: 0, leaked: 0, flying: 1, hostile: 3 });
    expect(scoreAt(scene(THINGS, TOLD), 950)).toMatchObject({ launched: 2, killed: 1, leaked: 1, flying: 0 });
  });
  it("counts what else was shot down by itself", () => {
    const shot = [happening(1, "launch", "alpha", "traffic/1", "round 1"), happening(2, "kill", "alpha", "traffic/1", "round 1")];
    expect(scoreAt(scene([...THINGS, thing("traffic/1", "target", { side: "neutral" })], shot), 9)).toMatchObject({ killed: 0, wrongly: 1, flying: 0 });
  });
  it("lists what got through", () => {
    expect(leakers(scene(THINGS, TOLD))).toEqual([{ time_s: 950, key: "drones/3" }]);
  });
  it("writes lengths for people", () => {
    expect([far(181.4), far(3210), far(9960), far(45_200), far(NaN)]).toEqual(["181 m", "3.2 km", "10 km", "45 km", "an unknown distance"]);
  });
  it("begins just before something hostile is seen, not some airliner", () => {
    const airliner = thing("traffic/1", "target", { side: "neutral" });
    expect(begins_s(scene([airliner, ...THINGS], [happening(1, "seen", "", "traffic/1"), ...TOLD]))).toBe(837);
    expect(begins_s(scene(THINGS, [happening(500, "launch", "alpha", "drones/3")]))).toBe(495);
    expect(begins_s(scene(THINGS, []))).toBe(0);
  });
  it("knows the result of each shot", () => {
    expect(shotsOf(scene(THINGS, TOLD)).map((one) => [one.round, one.at, one.result?.[1]])).toEqual([["round 1", "drones/3", "miss"], ["round 2", "drones/4", "kill"]]);
  });
});
