import { expect, test } from "vitest";
import { apart, COLOURS, DASHES, lookAt, MARKERS } from "./lines";

test("names of lines keep a distance, their order, and inside", () => {
  expect(apart([10, 50, 90], 15, 0, 100)).toEqual([10, 50, 90]);
  expect(apart([52, 50, 51], 15, 0, 100)).toEqual([80, 50, 65]);
  expect(apart([99, 98], 15, 0, 100)).toEqual([100, 85]);
});

test("no two lines of a chart have the same colour, dash or marker", () => {
  for (const looks of [COLOURS, DASHES.map(String), MARKERS]) expect(new Set(looks).size).toBe(6);
  expect(lookAt(COLOURS, 7)).toBe(COLOURS[1]);
});
