// What the JSON Schema of scenarios says about a field, in the words that the form and the completion need.

export interface Schema {
  $ref?: string; $defs?: Record<string, Schema>;
  type?: string; title?: string; description?: string; default?: unknown; examples?: unknown[];
  properties?: Record<string, Schema>; patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema; required?: string[]; propertyNames?: Schema;
  items?: Schema; anyOf?: Schema[]; oneOf?: Schema[]; enum?: unknown[]; const?: unknown;
  minimum?: number; maximum?: number; exclusiveMinimum?: number; exclusiveMaximum?: number;
  minItems?: number; maxItems?: number; maxLength?: number; pattern?: string;
}
export type Path = readonly (string | number)[];
export type Kind = "number" | "integer" | "text" | "flag" | "choice" | "fixed" | "group" | "list" | "table" | "either";

export interface Field { name: string; schema: Schema; kind: Kind; required: boolean }
export interface Alternative { label: string; schema: Schema }

/** A schema with its reference followed and `null` taken out of its choices; what stands beside a reference wins. */
export function resolved(root: Schema, schema: Schema): Schema {
  let found = schema;
  for (let turns = 0; turns < 20; turns += 1) {
    if (found.$ref) {
      const { $ref, ...beside } = found;
      found = { ...(root.$defs?.[$ref.replace("#/$defs/", "")] ?? {}), ...beside };
    } else if (found.anyOf) {
      const { anyOf, ...beside } = found;
      const real = anyOf.filter((one) => one.type !== "null");
      if (real.length !== 1) return found;
      found = { ...(real[0] as Schema), ...beside };
    } else return found;
  }
  return found;
}

export function kindOf(schema: Schema): Kind {
  if (schema.const !== undefined) return "fixed";
  if (schema.enum) return "choice";
  if (schema.oneOf || schema.anyOf) return "either";
  if (schema.type === "object") return schema.properties ? "group" : "table";
  if (schema.type === "array") return "list";
  if (schema.type === "boolean") return "flag";
  return schema.type === "number" || schema.type === "integer" ? schema.type : "text";
}

/** The fields of a group, in the schema's order. */
export function fieldsOf(root: Schema, group: Schema): Field[] {
  const required = new Set(group.required ?? []);
  return Object.entries(group.properties ?? {}).map(([name, one]) => {
    const schema = resolved(root, one);
    return { name, schema, kind: kindOf(schema), required: required.has(name) };
  });
}

/** What the values of a table look like. */
export function entryOf(root: Schema, table: Schema): Schema {
  const open = typeof table.additionalProperties === "object" ? table.additionalProperties : {};
  return resolved(root, Object.values(table.patternProperties ?? {})[0] ?? open);
}

/** The ways in which a value may be written; of a group that wants one set of fields or another, one group for each. */
export function alternatives(root: Schema, schema: Schema): Alternative[] {
  const ways = schema.oneOf ?? schema.anyOf ?? [];
  const every = new Set(ways.flatMap((way) => way.required ?? []));
  return ways.map((way) => {
    const { oneOf: _oneOf, anyOf: _anyOf, ...beside } = schema;
    const whole = schema.properties ? { ...beside, ...only(schema, way.required ?? [], every) } : resolved(root, way);
    return { label: wayLabel(whole), schema: whole };
  });
}

function only(schema: Schema, wanted: string[], every: Set<string>): Schema {
  const kept = Object.entries(schema.properties ?? {}).filter(([name]) => wanted.includes(name) || !every.has(name));
  return { properties: Object.fromEntries(kept), required: wanted };
}

/** Types as a reader calls them. */
const TYPES: Record<string, string> = { number: "a number", integer: "a whole number", string: "a word", boolean: "yes or no", object: "names with values", array: "a list" };

function wayLabel(schema: Schema): string {
  if (!schema.required?.length) return TYPES[schema.type ?? ""] ?? "a value";
  return schema.required.map(labelOf).join(" and ").replace(/ and (?=.* and )/g, ", ");
}

/** Which of the alternatives a value is written in. */
export function chosen(ways: Alternative[], value: unknown): number {
  const score = ({ schema }: Alternative): number => {
    if (value === null || typeof value !== "object") return schema.type === typeof value ? 1 : 0;
    return (schema.required ?? []).filter((name) => name in value).length;
  };
  const scores = ways.map(score);
  return Math.max(0, scores.indexOf(Math.max(...scores)));
}

/** The schema of what stands at a path of the document; null where no field may stand. */
export function schemaAt(root: Schema, path: Path): Schema | null {
  let here = resolved(root, root);
  for (const step of path) {
    const next = stepInto(root, here, step);
    if (next === null) return null;
    here = resolved(root, next);
  }
  return here;
}

function stepInto(root: Schema, schema: Schema, step: string | number): Schema | null {
  if (schema.type === "array") return typeof step === "number" ? (schema.items ?? null) : null;
  const own = schema.properties?.[step];
  if (own) return own;
  if (kindOf(schema) === "table" && typeof step === "string") return entryOf(root, schema);
  for (const way of schema.oneOf ?? schema.anyOf ?? []) {
    const found = resolved(root, way).properties?.[step];
    if (found) return found;
  }
  return null;
}

/** Every field that may stand in a map: of a group, or of any of the groups that it may be. */
export function possible(root: Schema, schema: Schema): Field[] {
  if (schema.properties) return fieldsOf(root, schema);
  const found = new Map<string, Field>();
  for (const way of schema.oneOf ?? schema.anyOf ?? []) {
    for (const field of fieldsOf(root, resolved(root, way))) found.set(field.name, field);
  }
  return [...found.values()];
}

const UNITS: [string, string][] = [
  ["_mm_h", "mm/h"], ["_g_m3", "g/m³"], ["_m_s2", "m/s²"], ["_w_hz", "W/Hz"], ["_m_s", "m/s"],
  ["_deg", "°"], ["_km", "km"], ["_m", "m"], ["_s", "s"],
];
const WORDS: Record<string, string> = { lat: "latitude", lon: "longitude", agl: "above ground", msl: "above sea level" };

/** The unit that a field's name carries; empty where it carries none. */
export function unitOf(name: string): string {
  return UNITS.find(([ending]) => name.endsWith(ending))?.[1] ?? "";
}

/** A field's name in words, without its unit. */
export function labelOf(name: string): string {
  const ending = UNITS.find(([one]) => name.endsWith(one))?.[0] ?? "";
  const words = name.slice(0, name.length - ending.length).split("_").map((word) => WORDS[word] ?? word).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The bounds of a number in words. */
export function boundsOf(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const low = minimum !== undefined ? `${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : "";
  const high = maximum !== undefined ? `${maximum}` : exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : "";
  const vast = Math.abs(maximum ?? exclusiveMaximum ?? 0) > 1e12;
  if (low && high && !vast) return `${low} to ${high}`;
  return low ? (low.startsWith("above") ? low : `at least ${low}`) : high && !vast ? `at most ${high}` : "";
}

/** The bounds with their unit: "-90° to 90°", "at least 0 km". */
export function boundsText(schema: Schema, unit: string): string {
  const said = boundsOf(schema).replace(/-(?=\d)/g, "−").replace(/\d{5,}/g, (digits) => Number(digits).toLocaleString("en"));
  return !said || !unit ? said : unit === "°" ? said.replace(/\d+/g, "$&°") : `${said} ${unit}`;
}

/** What the schema says of a field, as text of a page: without the marks of code. */
export function helpOf(schema: Schema): string { return (schema.description ?? "").replaceAll("`", ""); }

/** A first value for something that is added: what must be given, from the schema's examples and defaults. */
export function skeleton(root: Schema, schema: Schema): unknown {
  const kind = kindOf(schema);
  if (kind === "either") {
    return schema.examples?.[0] ?? skeleton(root, alternatives(root, schema)[0]?.schema ?? {});
  }
  if (kind === "group") {
    const ways = schema.oneOf ? alternatives(root, schema)[0]?.schema : schema;
    const needed = fieldsOf(root, ways ?? schema).filter((field) => field.required);
    return Object.fromEntries(needed.map((field) => [field.name, skeleton(root, field.schema)]));
  }
  const ready = schema.const ?? schema.examples?.[0] ?? schema.enum?.[0] ?? schema.default;
  if (ready !== undefined && ready !== null) return ready;
  if (kind === "list") return (schema.minItems ?? 0) > 0 ? [skeleton(root, resolved(root, schema.items ?? {}))] : [];
  if (kind === "table") return {};
  if (kind === "flag") return true;
  if (kind === "text") return "";
  return schema.minimum ?? (schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + 1 : 0);
}
