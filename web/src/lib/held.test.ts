import { describe, expect, it } from "vitest";
import { endLine, heldStory, whyEnded } from "./held";
import { heldSpans, type Scene, type Thing } from "./scene";

/** Things from [kind, key, of, fate, from_s, until_s]: two rows each. */
function scene(rows: [string, string, string, string, number, number][], more: Record<string, Partial<Thing>> = {}): Scene {
  const things = rows.map(([kind, key, of, fate], k) =>
    ({ key, kind, side: "hostile", family: "", class: "", fate, of, first: 2 * k, count: 2, ...more[key] }));
  const time_s = Float32Array.from(rows.flatMap((row) => [row[4], row[5]]));
  const columns = new Proxy({}, { get: () => time_s }) as Scene["columns"];
  return { title: "", source: "", trial: 0, end_s: 900, things, happenings: [], radars: [], columns };
}

const LOST = scene([
  ["target", "drones/3", "", "leaked", 0, 800],
  ["track", "track 1", "drones/3", "dropped", 100, 200],
  ["track", "track 2", "drones/3", "dropped", 180, 300],
  ["track", "track 5", "drones/3", "dropped", 400, 830],
  ["track", "track 9", "drones/4", "", 100, 900],
], { "drones/3": { seen: [["alpha/96l6e", 90, 45_000], ["alpha/92n6e", 130, 30_000]] }, "track 2": { updates: 20, updated_s: 240 } });
const thing = (key: string): Thing => LOST.things.find((one) => one.key === key) as Thing;

describe("what the defence held", () => {
  it("joins tracks that follow each other, and no others'", () => {
    expect(heldSpans(LOST, "drones/3").map(({ from_s, until_s, first, last }) => [from_s, until_s, first.key, last.key]))
      .toEqual([[100, 300, "track 1", "track 2"], [400, 830, "track 5", "track 5"]]);
    expect(heldSpans(LOST, "drones/5")).toEqual([]);
  });
  it("says which other radars came to see it, and when it was lost and found again", () => {
    const lines = heldStory(LOST, thing("drones/3")).sort((a, b) => (a.time_s ?? 0) - (b.time_s ?? 0));
    expect(lines.map(({ time_s, text }) => [time_s, text])).toEqual([
      [130, "seen by alpha/92n6e too, at 30 km"], [300, "track lost: no radar had seen it for 60 s"], [400, "found again, as track 5"],
    ]);
  });
  it("says why a track ended", () => {
    expect(whyEnded(LOST, thing("track 1"))).toBe("track 2 went on with the same object");
    expect(whyEnded(LOST, thing("track 2"))).toBe("no radar had seen it for 60 s");
    expect(whyEnded(LOST, thing("track 5"))).toBe("drones/3 got through at 13:20");
    expect(whyEnded(LOST, { ...thing("track 1"), of: "" })).toBe("it was of no real object");
    expect(endLine(LOST, thing("track 9")).text).toBe("held to the end of the trial");
    expect(endLine(LOST, thing("track 5"))).toMatchObject({ time_s: 830, text: "dropped: drones/3 got through at 13:20" });
  });
});
