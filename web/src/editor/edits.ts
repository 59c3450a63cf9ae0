// Changes of a scenario's text, one value at a time: only the lines concerned change, and comments stay where they are.
//
// The text is the truth. A change is first made as a splice at the place that the YAML parser gives; then the new text
// is read again, and where it does not say what it should, the whole document is written by the parser instead.

import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, parseDocument, stringify } from "yaml";
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import type { Path } from "./schema";

export interface Change { from: number; to: number; insert: string }
type Collection = YAMLMap | YAMLSeq;

const WIDE = 88;

export function applied(text: string, change: Change): string {
  return text.slice(0, change.from) + change.insert + text.slice(change.to);
}

let last: { text: string; values: Record<string, unknown> | null } = { text: "", values: null };

/** The document's values; null while the text is no YAML mapping. The last answer is kept: the same text is asked for often. */
export function valuesOf(text: string): Record<string, unknown> | null {
  if (last.text !== text) last = { text, values: valuesIn(parseDocument(text)) };
  return last.values;
}

function valuesIn(document: Document): Record<string, unknown> | null {
  if (document.errors.length > 0) return null;
  try {
    const found: unknown = document.toJS({ maxAliasCount: 100 });
    return found !== null && typeof found === "object" && !Array.isArray(found) ? (found as Record<string, unknown>) : null;
  } catch { return null; }
}

export function at(values: unknown, path: Path): unknown {
  let here = values;
  for (const step of path) {
    if (here === null || typeof here !== "object") return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** Give what stands at a path a value; what does not stand there yet is added. Null where that must be done by hand. */
export function set(text: string, path: Path, value: unknown): Change | null {
  return checked(text, path, value, (document) => splicedIn(text, document, path, value));
}

/** Take out what stands at a path, with the comment on its line. Null where that must be done by hand. */
export function remove(text: string, path: Path): Change | null {
  return checked(text, path, undefined, (document) => cutOut(text, document, path));
}

/** Several values at once, as one change. */
export function setAll(text: string, entries: readonly [Path, unknown][]): Change | null {
  let after = text;
  for (const [path, value] of entries) {
    const change = set(after, path, value);
    if (change === null) return null;
    after = applied(after, change);
  }
  return difference(text, after);
}

function checked(text: string, path: Path, value: unknown, make: (document: Document) => Change | null): Change | null {
  const document = parseDocument(text);
  const before = valuesIn(document);
  if (before === null) return null;
  const wanted = JSON.stringify(sorted(changed(before, path, value)));
  const says = (change: Change | null) =>
    change !== null && JSON.stringify(sorted(valuesOf(applied(text, change)))) === wanted;
  const splice = make(document);
  if (says(splice)) return splice;
  if (value === undefined) document.deleteIn(path); else document.setIn(path, document.createNode(value));
  const whole = difference(text, document.toString({ lineWidth: 0 }));
  return says(whole) ? whole : null;
}

/** The values as they should be after a change. */
function changed(values: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const fresh = typeof step === "number" ? [] : {};
  const copy = (Array.isArray(values) ? [...values] : { ...((values ?? fresh) as object) }) as Record<string | number, unknown>;
  if (Array.isArray(fresh) && !Array.isArray(copy)) return changed([], path, value);
  if (rest.length === 0 && value === undefined) {
    if (Array.isArray(copy)) copy.splice(step as number, 1); else delete copy[step];
  } else copy[step] = changed(copy[step], rest, value);
  return copy;
}

/** With the keys of maps in one order: their order says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

function difference(before: string, after: string): Change {
  let from = 0, end = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before[from] === after[from]) from += 1;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

// ---- what is written ----

/** A value on one line. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value).map(([name, one]) => `${flowText(name)}: ${flowText(one)}`).join(", ")}}`;
  }
  const plain = stringify(value, { lineWidth: 0 }).trimEnd();
  return typeof value === "string" && /[\n,[\]{}]/.test(plain) ? JSON.stringify(value) : plain;
}

/** What follows `key:` or `-`, in the style of the shipped scenarios: small maps on one line, others on lines of their own. */
function afterKey(value: unknown, indent: string, deep: boolean): string {
  const flow = flowText(value);
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) return ` ${flow}`;
  const leaf = Object.values(value).every((one) => one === null || typeof one !== "object");
  if (leaf && deep && flow.length + indent.length < WIDE) return ` ${flow}`;
  return `\n${indent}${blockText(value, indent)}`;
}

/** A map or list on lines of its own; the first line is without its indent. */
function blockText(value: object, indent: string): string {
  const lines = Array.isArray(value)
    ? value.map((one: unknown) => itemText(one, indent))
    : Object.entries(value).map(([name, one]) => `${flowText(name)}:${afterKey(one, `${indent}  `, true)}`);
  return lines.join(`\n${indent}`);
}

/** An item of a list: a map of more than two fields goes on lines of its own, unless the item before is on one line. */
function itemText(value: unknown, indent: string, before?: unknown): string {
  const fields = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value).length : 0;
  const flow = flowText(value);
  const most = isCollection(before) && before.flow ? Infinity : isCollection(before) ? 0 : 2;
  const fits = fields <= most && flow.length + indent.length + 2 < WIDE;
  return fields > 0 && !fits ? `- ${blockText(value as object, `${indent}  `)}` : `- ${flow}`;
}

// ---- where it is written ----

function splicedIn(text: string, document: Document, path: Path, value: unknown): Change | null {
  let here: unknown = document.contents, depth = 0;
  let holder: Collection | null = null;
  while (depth < path.length && isCollection(here)) {
    const next = nodeIn(here as Collection, path[depth] as string | number);
    if (next === undefined) return added(text, here as Collection, path[depth] as string | number, nested(path.slice(depth + 1), value));
    holder = here as Collection;
    here = next;
    depth += 1;
  }
  if (holder === null || (depth < path.length && !(isScalar(here) && here.value === null))) return null;
  return replaced(text, holder, path[depth - 1] as string | number, here as Node | null, nested(path.slice(depth), value));
}

function nested(path: Path, value: unknown): unknown {
  return [...path].reverse().reduce((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), value);
}

function nodeIn(collection: Collection, step: string | number): Node | null | undefined {
  if (isSeq(collection)) return typeof step === "number" ? (collection.items[step] as Node | undefined) : undefined;
  const pair = pairOf(collection, step);
  return pair === undefined ? undefined : (pair.value as Node | null);
}

function pairOf(map: Collection, step: string | number): Pair | undefined {
  return (map.items as unknown[]).find(
    (one): one is Pair => isPair(one) && isScalar(one.key) && String(one.key.value) === String(step),
  );
}

/** After the colon of a key, or after the dash of an item. */
function afterMark(text: string, holder: Collection, step: string | number): number {
  if (isSeq(holder)) return startOf(holder.items[step as number] as Node);
  return text.indexOf(":", endOf((pairOf(holder, step) as Pair).key as Node)) + 1;
}

function replaced(text: string, holder: Collection, step: string | number, old: Node | null, value: unknown): Change | null {
  if (isAlias(old)) return null;
  const mark = afterMark(text, holder, step);
  if (old === null || old.range === null || old.range === undefined || startOf(old) === endOf(old)) {
    if (isSeq(holder)) return null;
    const indent = " ".repeat(columnOf(text, startOf((pairOf(holder, step) as Pair).key as Node)) + 2);
    return { from: mark, to: mark, insert: holder.flow ? ` ${flowText(value)}` : afterKey(value, indent, false) };
  }
  const block = isCollection(old) && !old.flow;
  const from = block && !isSeq(holder) ? mark : startOf(old);
  return { from, to: leafEnd(text, old), insert: (from === mark && !isSeq(holder) ? " " : "") + flowText(value) };
}

function added(text: string, holder: Collection, step: string | number, value: unknown): Change | null {
  if (isSeq(holder) !== (typeof step === "number") || (isSeq(holder) && step !== holder.items.length)) return null;
  const entry = isSeq(holder) ? flowText(value) : `${flowText(step)}: ${flowText(value)}`;
  const last = holder.items[holder.items.length - 1];
  if (holder.flow && last === undefined) return opened(text, holder, step, value, entry);
  if (last === undefined) return null;
  const end = leafEnd(text, isPair(last) ? ((last.value as Node | null) ?? (last.key as Node)) : (last as Node));
  if (holder.flow) return { from: end, to: end, insert: `, ${entry}` };
  const indent = " ".repeat(columnOf(text, startOf(holder)));
  const written = isSeq(holder) ? itemText(value, indent, last) : `${flowText(step)}:${afterKey(value, `${indent}  `, indent !== "")}`;
  const line = lineEnd(text, end);
  const apart = indent === "" && /\n[ \t]*\r?\n[\w-]+:/.test(text) && written.includes("\n") ? "\n" : ""; // sections stand apart where others do
  return { from: line, to: line, insert: `${apart}\n${indent}${written}` };
}

/** Put a first entry into `[]` or `{}`; on a line of its own where that stands at the end of a line `key: []`. */
function opened(text: string, holder: Collection, step: string | number, value: unknown, entry: string): Change {
  const from = startOf(holder), to = endOf(holder);
  const key = /^( *)[\w-]+: *$/.exec(text.slice(text.lastIndexOf("\n", from - 1) + 1, from));
  if (!key || typeof step !== "number" || !/^[ \t]*$/.test(text.slice(to, lineEnd(text, to)))) {
    return { from, to, insert: isSeq(holder) ? `[${entry}]` : `{${entry}}` };
  }
  const indent = `${key[1] as string}  `;
  return { from: text.lastIndexOf(":", from) + 1, to, insert: `\n${indent}${itemText(value, indent)}` };
}

function cutOut(text: string, document: Document, path: Path): Change | null {
  const step = path[path.length - 1] as string | number;
  const above = path.slice(0, -1);
  const holder = above.length ? document.getIn(above, true) : document.contents;
  if (!isCollection(holder)) return null;
  const collection = holder as Collection;
  const index = isSeq(collection) ? (step as number) : collection.items.indexOf(pairOf(collection, step) as Pair);
  if (index < 0 || index >= collection.items.length) return null;
  const [from, to] = spanOf(text, collection, index);
  if (collection.items.length === 1) return above.length ? emptied(text, document, above, collection) : null;
  if (collection.flow) {
    const first = index === 0;
    return { from: first ? from : spanOf(text, collection, index - 1)[1], to: first ? spanOf(text, collection, 1)[0] : to, insert: "" };
  }
  const dash = isSeq(collection) ? text.lastIndexOf("-", from - 1) : from;
  const start = lineStart(text, dash), after = Math.min(lineEnd(text, to) + 1, text.length);
  if (/^ *$/.test(text.slice(start, dash))) return { from: start, to: after, insert: "" };
  return { from: dash, to: after + (/^ */.exec(text.slice(after)) as RegExpExecArray)[0].length, insert: "" };
}

/** The last entry is gone: `key: []` or `key: {}` stays. */
function emptied(text: string, document: Document, path: Path, collection: Collection): Change | null {
  const holder = (path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents) as Collection;
  return replaced(text, holder, path[path.length - 1] as string | number, collection, isSeq(collection) ? [] : {});
}

function spanOf(text: string, collection: Collection, index: number): [number, number] {
  const item = collection.items[index];
  if (!isPair(item)) return [startOf(item as Node), leafEnd(text, item as Node)];
  return [startOf(item.key as Node), leafEnd(text, (item.value as Node | null) ?? (item.key as Node))];
}

function startOf(node: Node): number { return node.range?.[0] ?? 0; }
function endOf(node: Node): number { return node.range?.[1] ?? 0; }

/** The end of the last thing written in a node, without the blanks and comments after it. */
function leafEnd(text: string, node: Node): number {
  if (isCollection(node) && !node.flow) {
    const last = node.items[node.items.length - 1];
    if (isPair(last)) return leafEnd(text, (last.value as Node | null) ?? (last.key as Node));
    if (last) return leafEnd(text, last as Node);
  }
  let end = endOf(node);
  while (end > startOf(node) && /\s/.test(text[end - 1] as string)) end -= 1;
  return end;
}

function lineStart(text: string, offset: number): number { return text.lastIndexOf("\n", offset - 1) + 1; }
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}
function columnOf(text: string, offset: number): number { return offset - lineStart(text, offset); }
