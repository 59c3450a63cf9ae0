import { describe, expect, it } from "vitest";
import type { Thing } from "../lib/scene";
import { Crowds, groupOf } from "./crowd";

const thing = (key: string, side = "hostile"): Thing =>
  ({ key, kind: "target", side, family: "", class: "", fate: "", of: "", first: 0, count: 2 });
const THINGS = [thing("north/1"), thing("north/2"), thing("north/3"), thing("south/1"), thing("traffic/1", "neutral"), thing("traffic/2", "neutral")];
const HERE = [0, 0, 0, 0, 0, 0], Y = HERE;

describe("objects over one another", () => {
  const names = (crowds: Crowds, row = HERE): (string | null)[] =>
    THINGS.map((_, i) => (crowds.leaderOf(i, row) === i ? crowds.nameOf(i) : null));
  it("are shown as one of their group, with how many; others and neutral ones stay", () => {
    const crowds = new Crowds(THINGS);
    crowds.gather([0, 5, 40, 0, 0, 1], Y, HERE, -1);
    expect(names(crowds)).toEqual(["north ×2", null, "north/3", "south/1", "traffic/1", "traffic/2"]);
  });
  it("let the selected one stand alone, and count only what is there", () => {
    const crowds = new Crowds(THINGS);
    crowds.gather([0, 5, 6, 0, 0, 0], Y, HERE, 1);
    expect(names(crowds).slice(0, 3)).toEqual(["north ×2", "north/2", null]);
    crowds.gather([0, 5, 6, 0, 0, 0], Y, [0, -1, 0, 0, 0, 0], -1);
    expect(crowds.nameOf(0)).toBe("north ×2");
  });
  it("do not flicker at the edge: who has joined stays until farther off", () => {
    const crowds = new Crowds(THINGS);
    crowds.gather([0, 16, 90, 0, 0, 0], Y, HERE, -1);
    expect(crowds.nameOf(0)).toBe("north/1");
    crowds.gather([0, 10, 90, 0, 0, 0], Y, HERE, -1);
    crowds.gather([0, 16, 90, 0, 0, 0], Y, HERE, -1);
    expect(crowds.nameOf(0)).toBe("north ×2");
  });
  it("stand for themselves as soon as their leader has gone", () => {
    const crowds = new Crowds(THINGS);
    crowds.gather([0, 5, 40, 0, 0, 0], Y, HERE, -1);
    expect(names(crowds, [-1, 0, 0, 0, 0, 0])[1]).toBe("north/2");
  });
  it("belong to the group before the last stroke of their name", () => {
    expect(["north/1", "a/b/3", "lone"].map(groupOf)).toEqual(["north", "a/b", "lone"]);
  });
});
