import { expect, test } from "vitest";
import { at, valuesOf } from "./edits";
import { begun } from "./template";

test("a new scenario is titled as its file is called, whatever that is called", () => {
  const title = (file: string) => at(valuesOf(begun(file)), ["title"]);
  expect(title("forty-drones_s-400.yaml")).toBe("Forty drones s 400");
  expect(title("12.yaml")).toBe("12");
  expect(title("yes.yml")).toBe("Yes");
  expect(title("$& x.yaml")).toBe("$& x");
});
