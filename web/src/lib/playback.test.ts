import { describe, expect, it } from "vitest";
import { advanced, clamped, clockText, countUntil, queryOf, speedAfter, stepTo, toldBy } from "./playback";
import { rowAt } from "./scene";

describe("the clock", () => {
  it("goes on by its speed, and stops at the end", () => {
    expect(advanced(10, 500, 60, 1000)).toBe(40);
    expect(advanced(990, 500, 60, 1000)).toBe(1000);
    expect(advanced(10, -500, 60, 1000)).toBe(10);
  });
  it("stays within the trial, whatever it is set to", () => {
    expect([clamped(-3, 9), clamped(12, 9), clamped(NaN, 9), clamped(4, 9)]).toEqual([0, 9, 0, 4]);
  });
  it("knows its speeds, and their ends", () => {
    expect([speedAfter(60, 1), speedAfter(60, -1), speedAfter(600, 1), speedAfter(1, -1)]).toEqual([120, 30, 600, 1]);
  });
  it("is written in minutes and seconds, from an hour on in hours too", () => {
    expect([clockText(842), clockText(0), clockText(3599.9995), clockText(3951.2)]).toEqual(["14:02", "00:00", "1:00:00", "1:05:51"]);
  });
});

describe("steps", () => {
  const times = [5, 5, 9.25, 30];
  it("go to the next event and to the one before, over several at one time", () => {
    expect(stepTo(times, 5, 1)).toBe(9.25);
    expect(stepTo(times, 9.25, -1)).toBe(5);
    expect(stepTo(times, 9.25, 1)).toBe(30);
  });
  it("end at the ends", () => {
    expect(stepTo(times, 30, 1)).toBeNull();
    expect(stepTo(times, 5, -1)).toBeNull();
    expect(stepTo([], 5, 1)).toBeNull();
  });
  it("count what has come", () => {
    expect([0, 5, 9, 9.25, 99].map((time_s) => countUntil(times, time_s))).toEqual([0, 2, 2, 3, 4]);
  });
});

describe("the address", () => {
  it("keeps time, selection and the other run", () => {
    const told = { time_s: 842.3, selected: "drones-north/3", other: "more-rounds" };
    expect(queryOf(told)).toBe("?with=more-rounds&t=842.3&s=drones-north/3");
    expect(toldBy(queryOf(told))).toEqual(told);
  });
  it("carries any name there and back", () => {
    const told = { time_s: 1, selected: "a & b=c/ü #4", other: "" };
    expect(toldBy(queryOf(told))).toEqual(told);
  });
  it("has no time where none is given or it is nonsense, and keeps the very start", () => {
    expect(queryOf({ time_s: null, selected: "", other: "" })).toBe("");
    expect(toldBy(queryOf({ time_s: 0, selected: "", other: "" })).time_s).toBe(0);
    expect(["?t=-4", "?t=soon", "?t=", ""].map((query) => toldBy(query).time_s)).toEqual([null, null, null, null]);
  });
});

describe("the row of a time", () => {
  const times = Float32Array.from([99, 0, 2, 4, 6, 99]);
  it("is the last one at or before it, within the thing's own rows", () => {
    expect([0, 1.9, 2, 5, 6, 50].map((time_s) => rowAt(times, 1, 4, time_s))).toEqual([1, 1, 2, 3, 4, 4]);
  });
  it("is none before the first, or where there are no rows", () => {
    expect(rowAt(times, 1, 4, -0.1)).toBe(-1);
    expect(rowAt(times, 1, 0, 3)).toBe(-1);
  });
});
