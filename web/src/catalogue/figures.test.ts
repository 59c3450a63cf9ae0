import { expect, test } from "vitest";
import { beside, factLabel, figureLabel, figuresOf, figureText, grouped, inOneUnit, isCovered, proper, scale, spoken, standing, tableOf, type Line } from "./figures";

const line = (given: Partial<Line>): Line => ({
  path: "launchers", meaning: "launchers of one fire unit", value: 8, low: 8, high: 8, unit: "count", printed: "8", kind: "press", source: "A",
  url: "https://a.org", date: "2012", condition: "", remark: "", assumed: false, alternative: false, drawn: false, ...given,
});

test("another published number goes with the figure that it disputes", () => {
  const lines = [line({}), line({ value: 4, low: 4, high: 4, alternative: true }), line({ path: "reaction_s" })];
  expect(figuresOf(lines).map((one) => [one.used.path, one.others.length])).toEqual([["launchers", 1], ["reaction_s", 0]]);
  expect(isCovered(lines[1]!, lines[0]!)).toBe(false);
  expect(standing(line({}), line({}))).toBe(" (the same)");
  expect(isCovered(line({ value: 7 }), line({ low: 6, high: 8 }))).toBe(true);
});

test("figures stand under the part that they belong to", () => {
  const groups = grouped([line({}), line({ path: "claim.range_m" }), line({ path: "claims.tracked" }), line({ path: "claim.rcs_m2" })]);
  expect(groups.map((group) => [group.title, group.figures.length])).toEqual([
    ["Figures", 1], ["Claimed detection range", 2], ["Said of the whole system", 1],
  ]);
});

test("headings are words, without underscores, units or what a missing figure would mean", () => {
  expect(figureLabel(line({ path: "speed_mean_m_s", meaning: "mean speed from launch to intercept at range_max_m" })))
    .toBe("Mean speed from launch to intercept at greatest range");
  expect(figureLabel(line({ path: "range_max_ballistic_m", meaning: "farthest intercept of a ballistic missile; none: it cannot" })))
    .toBe("Farthest intercept of a ballistic missile");
  expect(figureLabel(line({ path: "kill_probability.cruise-missile", meaning: "chance, by target family" }))).toBe("Cruise missile");
  expect(figureLabel(line({ path: "claims.ready_from_march_s", meaning: "for context" }))).toBe("Ready from march");
  expect(factLabel("maker_country")).toBe("Country of maker");
  expect(factLabel("command_post")).toBe("Command post");
  expect(spoken("height_min_m")).toBe("least height");
});

test("a number is said with its unit and its range, and a fixed one without", () => {
  expect(figureText(line({}))).toBe("8");
  expect(figureText(line({ value: 10, low: 8, high: 20, unit: "s" }))).toBe("10\u00a0s (8–20)");
  expect(figureText(line({ value: 0.7, low: 0.4, high: 0.9, unit: "prob" }))).toBe("70\u00a0% (40–90)");
  expect(figureText(line({ value: 4, low: 4, high: 4, unit: "m2" }))).toBe("4\u00a0m²");
  expect(figureText(line({ value: -35, low: -42, high: -28, unit: "dB" }))).toBe("−35\u00a0dB (−42 to −28)");
  expect(figureText(line({ value: 360, low: 360, high: 360, unit: "deg" }))).toBe("360°");
  expect(proper("1e-07")).toBe("10⁻⁷");
  expect(proper("390 km at 4 m2, set `ready`")).toBe("390 km at 4 m², set ready");
});

test("a scale holds all its numbers, from nought", () => {
  const at = scale([line({ low: 5, value: 10, high: 20 }), line({ value: 40, low: 40, high: 40 })]);
  expect([at(0), at(10), at(40)]).toEqual([0, 0.25, 1]);
  expect(scale([line({ low: -10, value: 0, high: 10 })])(0)).toBe(0.5);
  expect(scale([line({ low: 0, value: 0, high: 0 })])(0)).toBe(0);
});

test("two entries stand beside each other in one unit, also where one of them has no such figure", () => {
  const rows = beside([line({}), line({ path: "price_usd" })], [line({ path: "price_usd" }), line({ path: "reload_s" })]);
  expect(rows.map((row) => [row.path, row.one !== null, row.other !== null])).toEqual([
    ["launchers", true, false], ["price_usd", true, true], ["reload_s", false, true],
  ]);
  expect(inOneUnit(line({ value: 1.5, low: 1, high: 2, unit: "M USD" }), "k USD")).toMatchObject({ value: 1500, low: 1000, high: 2000, unit: "k USD" });
  expect(inOneUnit(line({ value: 900, low: 900, high: 900, unit: "m" }), "km").value).toBeCloseTo(0.9);
});

test("the table to take along holds every line, says which is used, and no formula", () => {
  const rows = tableOf([{ name: "s-400", lines: [line({ source: "=cmd()" }), line({ alternative: true })] }]).trim().split("\r\n");
  expect(rows).toHaveLength(3);
  expect(rows[1]).toContain(",used,press,'=cmd(),");
  expect(rows[2]).toContain(",also published,");
});
