import { describe, expect, it } from "vitest";
import { overviewOf } from "./overview";
import type { Happening, Scene, Thing } from "./scene";

const thing = (key: string, side: string): Thing => ({ key, kind: "target", side, family: "", class: "", fate: "", of: "", first: 0, count: 1 });
const happening = (time_s: number, what: string, whom: string): Happening => [time_s, what, "alpha", whom, "", 0, 0, 0, 0];
const TOLD = [happening(5, "seen", "airliner"), happening(9, "seen", "a"), happening(20, "launch", "airliner"), happening(30, "kill", "airliner"),
  happening(31, "launch", "a"), happening(40, "kill", "a"), happening(50, "leak", "b"), happening(60, "leak", "c"), happening(70, "leak", "d")];
const scene = { things: [...["a", "b", "c", "d"].map((key) => thing(key, "hostile")), thing("airliner", "neutral")], happenings: TOLD } as unknown as Scene;
const found = overviewOf(scene, (key) => (key === "b" ? "Missed." : "No rounds."));

describe("a trial in a breath", () => {
  it("counts the raid alone, and names what was shot down by mistake", () => {
    expect(found).toMatchObject({ hostile: 4, killed: 1, leaked: 3, rounds: 2, wrongly: ["airliner"] });
  });
  it("knows when what happened first, of the raid", () => {
    expect(found.moments.map(({ time_s, text }) => [time_s, text])).toEqual([
      [9, "first of the raid seen"], [20, "first round fired"], [31, "last round fired"], [40, "first of the raid killed"], [50, "first got through"],
    ]);
    expect(overviewOf({ ...scene, happenings: [] }, () => "").moments).toEqual([]);
  });
  it("gathers what got through by its reason, the commonest first", () => {
    expect(found.reasons).toEqual([{ sentence: "No rounds.", keys: ["c", "d"] }, { sentence: "Missed.", keys: ["b"] }]);
  });
});
