// What the parts of the scenario page share: the values in the text, and the ways to change them.

import { getContext, setContext } from "svelte";
import type { Problem } from "../lib/api";
import { closed, suggestions, type Catalogue } from "./complete";
import { remove, setAll, type Change } from "./edits";
import { renamed } from "./places";
import { whereOf, within } from "./problems";
import type { Path, Schema } from "./schema";

const KEY = Symbol("scenario desk");

export class Desk {
  text = $state("");
  values = $state.raw<Record<string, unknown>>({});
  broken = $state(false);
  problems = $state.raw<Problem[]>([]);
  catalogue = $state.raw<Catalogue | null>(null);
  refused = $state("");
  /** What is chosen on the map, by the path of its place; what the form opens at. */
  selected = $state("");
  opened = $state.raw<Path>([]);

  constructor(readonly schema: Schema, private readonly write: (change: Change) => void) {}

  /** A name is changed where it is used too. */
  set(path: Path, value: unknown): void { this.setAll([[path, value], ...renamed(this.values, path, value)]); }
  setAll(entries: [Path, unknown][]): void { this.change(setAll(this.text, entries), entries[0]?.[0] ?? []); }
  remove(path: Path): void { this.change(remove(this.text, path), path); }
  where(path: Path): string { return whereOf(path, this.values); }
  within(path: Path): Problem[] { return within(this.problems, this.where(path)); }
  closed(path: Path): string[] { return closed(path, this.catalogue, this.values); }
  /** Whether the way to what the form opens at leads through a path. */
  leadsTo(path: Path): boolean { return this.opened.length >= path.length && path.every((step, index) => step === this.opened[index]); }
  isOpened(path: Path): boolean { return this.opened.length === path.length && this.leadsTo(path); }
  /** What a name of the catalogue stands for; empty of any other name. */
  titleOf(name: string): string { return this.catalogue?.rows?.find((row) => row.name === name)?.title ?? ""; }
  suggestions(path: Path): string[] { return suggestions(this.schema, path, this.catalogue, this.values); }

  private change(change: Change | null, path: Path): void {
    this.refused = change === null ? `${this.where(path)} cannot be changed here as it is written; change it in the text.` : "";
    if (change !== null) this.write(change);
  }
}

export function share(desk: Desk): Desk { return setContext(KEY, desk); }
export function desk(): Desk { return getContext<Desk>(KEY); }
