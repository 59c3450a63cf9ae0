import { describe, expect, test } from "vitest";
import { isWide, labeller, lineLabels, picture, range, type Spot } from "./shape";
import type { Plan } from "./told";

const GRID = { scenarios: {}, vary: { design: "grid", fields: {} } } satisfies Plan;

function spot(number: number, scenario: string, changes: Record<string, unknown>, value = number): Spot {
  const settings = Object.fromEntries(Object.entries(changes).map(([path, it]) => [path, `${path.split(".").at(-1)} ${String(it)}`]));
  return { number, scenario, changes, settings, estimate: { value, low: value - 1, high: value + 1 }, said: String(value) };
}
/** Every scenario at every combination. */
function grid(scenarios: string[], fields: Record<string, unknown[]>): Spot[] {
  const combinations = Object.entries(fields).reduce<Record<string, unknown>[]>(
    (rows, [path, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [path]: value }))), [{}]);
  return scenarios.flatMap((scenario, k) => combinations.map((changes, j) => spot(k * combinations.length + j, scenario, changes)));
}

describe("how estimates are drawn", () => {
  test("a number that is varied makes a curve for each scenario, its places in order", () => {
    const found = picture(grid(["alone", "layered"], { "raid.drones.count": [40, 10, 20] }), GRID);
    if (found.kind !== "curves") throw new Error(found.kind);
    expect(found.panels).toHaveLength(1);
    expect(found.panels[0]).toMatchObject({ field: "raid.drones.count", at: [10, 20, 40], joined: true });
    expect(lineLabels(found)).toEqual(["alone", "layered"]);
    expect(found.panels[0]?.lines[1]?.spots.map((one) => one?.number)).toEqual([4, 5, 3]);
  });

  test("a point that is not played yet leaves a gap", () => {
    const found = picture(grid(["alone", "layered"], { count: [1, 2, 3] }).slice(0, 5), GRID);
    if (found.kind !== "curves") throw new Error(found.kind);
    expect(found.panels[0]?.lines[1]?.spots.map((one) => one?.number ?? null)).toEqual([3, 4, null]);
  });

  test("while the first points are played, the picture is the one of the whole plan", () => {
    const plan: Plan = { scenarios: { alone: "", layered: "" }, vary: { design: "grid", fields: { count: [40, 10, 20], rain: [0, 1] } } };
    const found = picture(grid(["alone"], { count: [40], rain: [0, 1] }), plan);
    expect(found).toMatchObject({ kind: "curves", panels: [{ field: "count", at: [10, 20, 40], lines: [{ label: "alone: rain 0" }, { label: "alone: rain 1" }] }] });
  });

  test("the field whose saturation is asked for is the axis, though another has more values", () => {
    const spots = grid(["one"], { count: [1, 2, 3], "weather.rain": [0, 1, 2, 3] });
    const plan = { ...GRID, saturation: { field: "count", measure: "leaked" } };
    expect(picture(spots, plan)).toMatchObject({ panels: [{ field: "count", lines: [{ label: "rain 0" }, {}, {}, {}] }] });
    expect(picture(spots, GRID)).toMatchObject({ panels: [{ field: "weather.rain" }] });
  });

  test("too many lines become a panel for each scenario, or a table", () => {
    const panels = picture(grid(["a", "b"], { x: [1, 2, 3, 4], y: [0, 1, 2, 3] }), GRID);
    expect(panels).toMatchObject({ kind: "curves", panels: [{ label: "a", lines: { length: 4 } }, { label: "b" }] });
    expect(isWide(panels)).toBe(true);
    const table = picture(grid(["a"], { x: [1, 2, 3, 4, 5, 6, 7, 8], y: [0, 1, 2, 3, 4, 5, 6] }), GRID);
    expect(table).toMatchObject({ kind: "heat", field: "x", at: { length: 8 }, rows: { length: 7 } });
  });

  test("words, and numbers of two values, make rows of dots without what is the same everywhere", () => {
    const spots = grid(["site"], { "doctrine.shots": ["salvo", "look"], rain: [3] });
    expect(picture(spots, GRID)).toMatchObject({ kind: "dots", rows: [{ label: "shots salvo" }, { label: "shots look" }] });
    expect(picture(grid(["a", "b"], { shots: [1, 2] }), GRID).kind).toBe("dots");
    expect(labeller([spot(0, "site", {})], GRID)(spot(0, "site", {}))).toBe("");
  });

  test("points that are spread over several fields make a scatter over each, scenarios apart", () => {
    const spots = ["a", "b"].flatMap((scenario, k) => [[3, 0.5], [1, 0.1], [2, 0.9]].map(([x, y], j) => spot(3 * k + j, scenario, { x, y })));
    const found = picture(spots, { scenarios: {}, vary: { design: "latin-hypercube", fields: {} } });
    if (found.kind !== "curves") throw new Error(found.kind);
    expect(found.panels.map((panel) => [panel.field, panel.joined])).toEqual([["x", false], ["y", false]]);
    expect(found.panels[0]?.at).toEqual([1, 1, 2, 2, 3, 3]);
    expect(found.panels[0]?.lines.map((line) => line.spots.map((one) => one?.number ?? null)))
      .toEqual([[1, null, 2, null, 0, null], [null, 4, null, 5, null, 3]]);
  });
});

test("the range holds every interval and nought; an end that is not known does not count", () => {
  const open = { ...spot(0, "a", {}, 5), estimate: { value: 5, low: null, high: null } };
  expect(range([spot(1, "a", {}, 3), null, open])).toEqual([0, 5]);
  expect(range([spot(1, "a", {}, -3)], [1])).toEqual([-4, 1]);
  expect(range([])).toEqual([0, 1]);
});
