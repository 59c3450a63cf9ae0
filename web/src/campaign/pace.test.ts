import { expect, test } from "vitest";
import { duration, perSecond, remembered, yetToAsk, type Look } from "./pace";
import type { Answers, Plan, Status } from "./told";

test("the pace is that of the last two minutes, and nothing is said of too short a while", () => {
  let looks: Look[] = [];
  for (const at_s of [1, 50, 100, 150]) looks = remembered(looks, { at_s, done: 4 * at_s });
  expect(looks.map((look) => look.at_s)).toEqual([50, 100, 150]);
  expect(perSecond(looks)).toBe(4);
  expect(perSecond(looks.slice(-1))).toBeNull();
  expect(perSecond([{ at_s: 0, done: 8 }, { at_s: 60, done: 8 }])).toBeNull();
  expect(remembered([{ at_s: 0, done: 0 }], { at_s: 90, done: 8 })).toEqual([{ at_s: 90, done: 8 }]); // it was made ready
  expect(remembered(looks, { at_s: 160, done: 3 })).toEqual([{ at_s: 160, done: 3 }]);
});

const status = { points: [{ number: 0, label: "a", scenario: "s", done: 192, goal: 192 }, { number: 1, label: "b", scenario: "s", done: 192, goal: 192 }], goal: 384, done: 384, rounds: 1, finished: false } satisfies Status;
const plan: Plan = { scenarios: {}, until: { leaked: 1 } };
const point = (label: string, half: number, met: boolean) => ({
  number: 0, label, scenario: "s", changes: {}, settings: {}, trials: 192, raid: 10, quantiles: [],
  measures: [{ name: "leaked", estimate: { value: 5, low: 5 - half, high: 5 + half }, wanted: 1, met, said: "" }],
});
const answers = (...points: ReturnType<typeof point>[]) => ({ points, differences: [] as unknown[] }) as unknown as Answers;

test("what until will ask for goes with the square of the half-width, up to the next look and within the budget", () => {
  expect(yetToAsk(answers(point("a", 0.9, true), point("b", 1.2, false)), status, plan)).toBe(288 - 192);
  expect(yetToAsk(answers(point("a", 0.9, true), point("b", 1.5, false)), status, plan)).toBe(432 - 192);
  expect(yetToAsk(answers(point("b", 0.5, false)), status, plan)).toBe(288 - 192); // narrow, and not believed yet
  expect(yetToAsk(answers(point("b", 9, false)), status, { ...plan, budget: { trials: 400 } })).toBe(16);
  expect(yetToAsk(answers(point("b", 9, false)), status, { scenarios: {} })).toBe(0);
});

test("durations", () => {
  expect([0, 40, 89.6, 150, 7800].map(duration)).toEqual(["1 s", "40 s", "90 s", "3 min", "2 h 10 min"]);
});
