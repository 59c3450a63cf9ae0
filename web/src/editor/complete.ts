// What may stand at the cursor: names of fields and values, from the schema, the catalogue and the scenario itself.

import { isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import { at, flowText } from "./edits";
import { alternatives, boundsOf, boundsText, entryOf, kindOf, possible, resolved, schemaAt, skeleton, unitOf, type Path, type Schema } from "./schema";

export interface Reached { name: string; range_m: number; assumed: boolean }
export interface Catalogue {
  systems: string[]; radars: string[]; rounds: string[]; classes: string[];
  /** What the names stand for, and how far systems reach; where the server tells it. */
  rows?: { kind: string; name: string; title: string }[];
  reach?: Record<string, { rounds: (Reached & { ready: number })[]; radars: Reached[] }>;
  /** Scenarios that a plan may name. */
  scenarios?: string[];
}
export interface Spot { path: Path; key: boolean; from: number; to: number; beside: string[]; flow: boolean; inline: boolean }
export interface Choice { label: string; insert: string; detail: string; info: string; key: boolean }

const MARK = "zzcursorzz";
const WORD = /[\w.+/-]*$/;
const LARGEST = 2_000_000;
const WHOLE = 20_000;
const AFTER_KEY = /[\w"']:[ \t]+$/;

/** Where the cursor stands in the document: a path, and whether a key or a value is written there. */
export function spotAt(text: string, position: number): Spot | null {
  if (text.length > LARGEST) return null;
  const line = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  if (/(^|\s)#/.test(line)) return null;
  const from = position - (WORD.exec(line)?.[0].length ?? 0);
  const to = position + (/^[\w.+/-]*/.exec(text.slice(position))?.[0].length ?? 0);
  const place = { from, to };
  // Where a line holds one word and more lines of its map follow, the word would be read as part of the next key.
  const alone = /^\s*(- +)*[\w.+/-]*$/.test(line) && /^[ \t]*(\r?\n|$)/.test(text.slice(to));
  return marked(text, place, MARK) ?? (alone ? marked(text, place, `${MARK}:`) : null);
}

function marked(text: string, { from, to }: { from: number; to: number }, mark: string): Spot | null {
  const document = parseDocument(around(text.slice(0, from) + mark + text.slice(to), from), { strict: false });
  let found: Spot | null = null;
  visit(document, {
    Scalar(role, node, above) {
      if (node.value !== MARK) return;
      const map = [...above].reverse().find((one) => isMap(one));
      const holder = above[above.length - 1];
      const inner = isPair(holder) ? above[above.length - 2] : holder;
      const key = role === "key";
      const path = pathOf(above as unknown[], key ? null : node);
      const beside = key && isMap(map) ? map.items.map((one) => String(isScalar(one.key) ? one.key.value : "")) : [];
      if (path.length === 0) beside.push(...[...text.matchAll(/^([\w-]+):/gm)].map((one) => one[1] as string));
      found = { path, key, from, to, flow: Boolean((isMap(inner) || isSeq(inner)) && inner.flow), inline: !key && AFTER_KEY.test(text.slice(0, from)), beside: beside.filter((name) => name !== MARK) };
      return visit.BREAK;
    },
  });
  return found;
}

/** Of a long text only the section and the list item around an offset; so the item's number is not true then, its kind is. */
function around(text: string, offset: number): string {
  if (text.length < WHOLE) return text;
  const end = (pattern: RegExp, within: string, after: number) => {
    pattern.lastIndex = within.indexOf("\n", after);
    return pattern.lastIndex < 0 ? within.length : pattern.exec(within)?.index ?? within.length;
  };
  const begin = (pattern: RegExp, within: string) => [...within.matchAll(pattern)].at(-1)?.index ?? 0;
  const first = begin(/^[^\s#-]/gm, text.slice(0, offset + 1));
  const section = text.slice(first, end(/^[^\s#-]/gm, text, offset));
  const items = /^ *- /m.exec(section);
  if (!items || section.length < WHOLE) return section;
  const item = new RegExp(`^${items[0]}`, "gm");
  const start = begin(item, section.slice(0, offset - first));
  return section.slice(0, section.indexOf("\n") + 1) + section.slice(start || section.indexOf("\n") + 1, end(item, section, offset - first));
}

/** The path of a node below its ancestors; null: of the map that a key stands in. */
function pathOf(above: unknown[], node: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  const chain = node === null ? above.slice(0, -1) : [...above, node];
  chain.forEach((one, index) => {
    if (isSeq(one) && index + 1 < chain.length) path.push(one.items.indexOf(chain[index + 1]));
    if (isPair(one)) path.push(isScalar(one.key) ? String(one.key.value) : "");
  });
  return path;
}

/** What may be written at a spot. */
export function choices(root: Schema, spot: Spot, catalogue: Catalogue | null, values: unknown): Choice[] {
  const schema = schemaAt(root, spot.path);
  if (schema === null) return [];
  const kind = kindOf(schema);
  const inMap = kind === "group" || kind === "table" || (kind === "either" && possible(root, schema).length > 0);
  if (spot.inline && inMap) return wholes(root, schema);
  if (spot.key || inMap) return keysOf(root, schema, spot, names(spot.path, catalogue, values));
  if (kind === "list" && !spot.flow) return [];
  const titles = new Map(catalogue?.rows?.map((row) => [row.name, row.title]));
  return valueChoices(schema, names(spot.path, catalogue, values)).map((one) => ({ ...one, detail: titles.get(one.label) ?? one.detail }));
}

/** A whole map, for the line of its key: with what must be given, in each way that it may be written. */
function wholes(root: Schema, schema: Schema): Choice[] {
  const ways = schema.oneOf ? alternatives(root, schema).map((way) => way.schema) : [schema];
  return ways.map((way) => {
    const fields = Object.keys(skeleton(root, way) as object);
    const insert = schema.examples?.length && ways.length === 1 ? flowText(schema.examples[0]) : flowText(skeleton(root, way));
    return { label: `{${fields.join(", ") || "…"}}`, insert, detail: "", info: schema.description ?? "", key: false };
  }).filter((one) => one.insert !== "{}");
}

function keysOf(root: Schema, schema: Schema, spot: Spot, known: string[]): Choice[] {
  const taken = new Set(spot.beside);
  if (kindOf(schema) === "table") {
    const entry = entryOf(root, schema);
    return known.filter((name) => !taken.has(name))
      .map((name) => ({ label: name, insert: `${name}: `, detail: boundsOf(entry), info: schema.description ?? "", key: true }));
  }
  return possible(root, schema).filter((field) => !taken.has(field.name)).map((field) => {
    const said = [field.required ? "required" : "", boundsText(field.schema, unitOf(field.name))].filter(Boolean).join(", ");
    return { label: field.name, insert: `${field.name}: `, detail: said, info: field.schema.description ?? "", key: true };
  });
}

function valueChoices(schema: Schema, known: string[]): Choice[] {
  const given = [schema.const, ...(schema.enum ?? []), ...(schema.type === "boolean" ? [true, false] : [])];
  const examples = known.length > 0 || given.length > 1 ? [] : (schema.examples ?? []);
  const all = [...given, ...known, ...examples].filter((one) => one !== undefined && (one === null || typeof one !== "object"));
  return [...new Set(all.map(String))].map((label) => ({
    label, insert: label, detail: String(schema.default) === label ? "default" : "", info: schema.description ?? "", key: false,
  }));
}

/** Names that may stand at a path (of a table: as keys), where they are names of something. */
export function names(path: Path, catalogue: Catalogue | null, values: unknown): string[] {
  const words = path.filter((step): step is string => typeof step === "string");
  const last = words[words.length - 1] ?? "";
  const before = words[words.length - 2] ?? "";
  const known = catalogue ?? { systems: [], radars: [], rounds: [], classes: [] };
  if (words[0] === "figures" && words.length === 1) return [];
  if (words[0] === "scenarios") return words.length > 1 ? (known.scenarios ?? []) : [];
  if (last === "with" || (words[0] === "sensitivity" && last === "scenario")) return Object.keys((at(values, ["scenarios"]) ?? {}) as object);
  if (last === "system") return known.systems;
  if (last === "class" || last === "salvo" || (last === "for" && words[0] === "doctrine")) return known.classes;
  if (last === "radars" && before === "defence") return known.radars;
  if (["ready", "reserve", "rounds", "keep_for"].includes(last)) return known.rounds;
  if (last === "to" && before === "raid") return namesIn(values, "defended");
  if (last === "what" && before === "outages") return namesIn(values, "defence").flatMap((one) => [one, `${one}/link`]);
  return [];
}

function namesIn(values: unknown, list: string): string[] {
  const found = at(values, [list]);
  if (!Array.isArray(found)) return [];
  return found.map((one: unknown) => at(one, ["name"])).filter((name): name is string => typeof name === "string");
}

/** Names of which one must be chosen; empty where something else may stand too. */
export function closed(path: Path, catalogue: Catalogue | null, values: unknown): string[] {
  const last = path.filter((step) => typeof step === "string").at(-1);
  return ["system", "class", "to", "radars"].includes(String(last)) ? names(path, catalogue, values) : [];
}

/** Values that a form offers for a field. */
export function suggestions(root: Schema, path: Path, catalogue: Catalogue | null, values: unknown): string[] {
  const schema = schemaAt(root, path);
  if (schema === null) return [];
  const known = names(path, catalogue, values);
  return kindOf(schema) === "table" ? known : valueChoices(resolved(root, schema), known).map((one) => one.label);
}
