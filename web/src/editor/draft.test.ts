// The server is played: what lies there, and what it was asked.

import { beforeEach, expect, test, vi } from "vitest";
import type { Change } from "./edits";
import { applied } from "./edits";
import { Draft } from "./draft.svelte";

const MINE = "farwatch: 1\ntitle: mine\n";
let there: { text: string; version: string };
let written: { text: string; version?: string }[];
const kept = new Map<string, string>();

vi.stubGlobal("sessionStorage", {
  getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key),
});
vi.stubGlobal("fetch", async (address: string, { method, body }: { method: string; body?: string }) => {
  const answer = (said: unknown, ok = true) => ({ ok, statusText: "", json: async () => said });
  const told = () => ({ name: "a.yaml", kind: "scenario", problems: [], ...there });
  if (address.startsWith("/schema")) return answer({});
  if (address === "/catalogue") return answer({ systems: [], radars: [], rounds: [], classes: [] });
  if (address === "/") return answer({ shipped: [], scenarios: ["a.yaml"], plans: [], runs: [], campaigns: [], jobs: [] });
  if (address === "/check") return answer({ problems: [] });
  if (method !== "PUT") return answer(told());
  const sent = JSON.parse(body ?? "{}") as { text: string; version?: string };
  if (sent.version !== undefined && sent.version !== there.version) return answer({ error: "a.yaml was changed elsewhere" }, false);
  written.push(sent);
  there = { text: sent.text, version: `${there.version}+` };
  return answer(told());
});

async function opened(): Promise<Draft> {
  const draft = new Draft("a.yaml");
  draft.box = {
    change: (change: Change) => draft.typed(applied(draft.desk.text, change)),
    replace: (text: string) => draft.typed(text),
  };
  await draft.load();
  return draft;
}

beforeEach(() => {
  there = { text: MINE, version: "1" };
  written = [];
  kept.clear();
});

test("what is typed is kept by the browser until it is saved, and comes back", async () => {
  const draft = await opened();
  draft.typed(`${MINE}# more\n`);
  draft.close();
  const again = await opened();
  expect([again.desk.text, again.isDirty, again.overtaken]).toEqual([`${MINE}# more\n`, true, false]);
  expect(await again.write("a.yaml")).toBe(true);
  expect([again.isDirty, kept.size, there.text]).toEqual([false, 0, `${MINE}# more\n`]);
});

test("a file that was changed elsewhere is shown as it is, where nothing was changed here", async () => {
  const draft = await opened();
  there = { text: `${MINE}# theirs\n`, version: "2" };
  await draft.lookAgain();
  expect([draft.desk.text, draft.isDirty, draft.overtaken]).toEqual([there.text, false, false]);
});

test("where both were changed nothing is overwritten: mine, theirs, or another name", async () => {
  const draft = await opened();
  draft.typed(`${MINE}# mine\n`);
  there = { text: `${MINE}# theirs\n`, version: "2" };
  expect(await draft.write("a.yaml")).toBe(false);
  expect([draft.overtaken, draft.wrong, written, draft.differing]).toEqual([true, "", [], 2]);
  expect(await draft.write("b.yaml", true)).toBe(true);
  there = { text: `${MINE}# theirs\n`, version: "2" };
  expect(await draft.write("a.yaml", true)).toBe(true);
  expect([there.text, draft.overtaken]).toEqual([`${MINE}# mine\n`, false]);
});

test("a file from Windows has the ends of lines that the box has, so a change lands where it should", async () => {
  there = { text: MINE.replaceAll("\n", "\r\n"), version: "1" };
  const draft = await opened();
  expect([draft.desk.text, draft.isDirty]).toEqual([MINE, false]);
  await draft.lookAgain();
  expect([draft.desk.text, draft.news]).toEqual([MINE, ""]);
});

test("to take theirs changes the text as typing does, so it can be undone", async () => {
  const draft = await opened();
  draft.typed(`${MINE}# mine\n`);
  there = { text: `${MINE}# theirs\n`, version: "2" };
  await draft.lookAgain();
  expect(draft.overtaken).toBe(true);
  draft.takeTheirs();
  expect([draft.desk.text, draft.isDirty, draft.overtaken]).toEqual([there.text, false, false]);
  draft.typed(`${MINE}# mine\n`);
  expect(await draft.write("a.yaml")).toBe(true);
});
