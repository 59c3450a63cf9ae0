// A text of the folder while it is changed here: what the server has, what it thinks of this one, and how it is saved.

import { ask, type Overview } from "../lib/api";
import { choices, spotAt, type Catalogue } from "./complete";
import { Desk } from "./desk.svelte";
import { valuesOf, type Change } from "./edits";
import { helpAt } from "./help";
import { found, keep } from "./kept";
import type { Placed } from "./problems";
import type { Schema } from "./schema";

interface Told { name: string; text: string; problems: Placed[]; kind: "scenario" | "plan"; version: string }
/** The box that holds the text; it is the truth. */
export interface Box { change: (change: Change) => void; replace: (text: string) => void }

const CHECK_MS = 350;

/** With the ends of lines that the box has: places in the text are counted with them, and Windows writes two characters. */
async function read(address: string): Promise<Told> {
  const told = await ask<Told>(address);
  return { ...told, text: told.text.replace(/\r\n?/g, "\n") };
}

export class Draft {
  readonly desk: Desk;
  readonly schema: Schema = {};
  readonly address: string;
  kind = $state<"scenario" | "plan">("scenario");
  /** What the text began as on this page; null until it is read. */
  start = $state<string | null>(null);
  /** What this text was made from, what lies on the server, and that one's version. */
  base = $state("");
  stored = $state("");
  private version = "";
  shipped = $state(false);
  overview = $state.raw<Overview | null>(null);
  problems = $state.raw<Placed[]>([]);
  checked = $state<"checking" | "checked" | "failed">("checking");
  wrong = $state("");
  news = $state("");
  busy = $state(false);
  /** Another version lies on the server than the one that this text was made from. */
  overtaken = $state(false);
  box: Box | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(readonly name: string) {
    this.address = `/scenarios/${encodeURIComponent(name)}`;
    this.desk = new Desk(this.schema, (change) => { this.box?.change(change); this.refresh(); });
  }

  get isDirty(): boolean { return this.start !== null && this.desk.text !== this.base; }
  /** The ground that the server knows of: that of the file as it is stored. */
  get storedTerrain(): unknown { return valuesOf(this.stored)?.["terrain"]; }

  async load(): Promise<void> {
    try {
      const [told, catalogue, contents] = await Promise.all([read(this.address), ask<Catalogue>("/catalogue"), ask<Overview>("/")]);
      Object.assign(this.schema, await ask<Schema>(`/schema?kind=${told.kind}`));
      this.kind = told.kind;
      this.version = told.version;
      this.overview = contents;
      this.shipped = contents.shipped.includes(this.name) && !contents.scenarios.includes(this.name);
      this.desk.catalogue = { ...catalogue, scenarios: [...contents.shipped, ...contents.scenarios] };
      const before = found(this.name);
      this.stored = told.text;
      this.base = before?.base ?? told.text;
      if (before) this.news = "Your changes from before are back; they are not saved yet.";
      this.overtaken = this.base !== told.text;
      this.desk.text = before?.text ?? told.text;
      this.refresh();
      this.check(0);
      this.start = this.desk.text;
    } catch (error) { this.wrong = (error as Error).message; }
  }

  typed(now: string): void {
    this.desk.text = now;
    this.news = "";
    this.check(CHECK_MS);
  }

  private refresh(): void {
    const values = valuesOf(this.desk.text);
    this.desk.broken = values === null;
    if (values !== null) this.desk.values = values;
  }

  private check(delay_ms: number): void {
    clearTimeout(this.waiting);
    this.checked = "checking";
    this.waiting = setTimeout(async () => {
      const mine = ++this.turn, now = this.desk.text;
      this.refresh();
      this.keep();
      try {
        const said = await ask<{ problems: Placed[] }>("/check", "POST", { text: now });
        if (mine !== this.turn || now !== this.desk.text) return;
        this.problems = this.desk.problems = said.problems;
        this.checked = "checked";
      } catch { if (mine === this.turn) this.checked = "failed"; }
    }, delay_ms);
  }

  /** The browser may be left between two checks: what was typed is kept all the same. */
  keep(): void { if (this.start !== null) keep(this.name, this.isDirty ? { text: this.desk.text, base: this.base } : null); }
  close(): void { clearTimeout(this.waiting); this.keep(); }

  offered(now: string, position: number) {
    const spot = spotAt(now, position);
    return spot && { from: spot.from, to: spot.to, choices: choices(this.schema, spot, this.desk.catalogue, this.desk.values) };
  }
  helped(now: string, position: number) { return helpAt(this.schema, this.desk.catalogue, now, position); }

  /** Write the text under a name; its own file only where that is still what this text was made from, unless `force`. */
  async write(to: string, force = false): Promise<boolean> {
    this.busy = true;
    try {
      const saved = this.desk.text, own = to === this.name;
      const said = await ask<Told>(`/scenarios/${encodeURIComponent(to)}`, "PUT", { text: saved, ...(own && !force ? { version: this.version } : {}) });
      this.wrong = "";
      keep(this.name, null);
      if (own) { this.version = said.version; this.stored = saved; this.overtaken = false; }
      this.base = saved;
      this.news = `Saved as ${to}.`;
      return true;
    } catch (error) {
      await this.lookAgain();
      if (!this.overtaken) this.wrong = (error as Error).message;
      return false;
    } finally { this.busy = false; }
  }

  /** Whether the file is still what this text was made from; where nothing was changed here, what is there now is shown. */
  async lookAgain(): Promise<void> {
    if (this.start === null || this.shipped) return;
    const there = await read(this.address).catch(() => null);
    if (there === null || there.text === this.stored) return;
    this.stored = there.text;
    this.version = there.version;
    if (there.text === this.desk.text) { this.base = there.text; this.overtaken = false; return; }
    if (this.isDirty) { this.overtaken = true; return; }
    this.takeTheirs();
    this.news = "The file was changed elsewhere: this is what it says now.";
  }

  /** Go back to what lies on the server; what was typed here can still be had with undo. */
  takeTheirs(): void {
    this.base = this.stored;
    this.overtaken = false;
    this.box?.replace(this.stored);
    keep(this.name, null);
    this.news = "";
  }

  /** Lines that are not the same here and there. */
  get differing(): number {
    const theirs = new Set(this.stored.split("\n")), mine = new Set(this.desk.text.split("\n"));
    return [...mine].filter((line) => !theirs.has(line)).length + [...theirs].filter((line) => !mine.has(line)).length;
  }
}
