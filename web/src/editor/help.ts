// What is known of the word under the pointer: of a field from the schema, of a name from the catalogue.

import { isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Catalogue } from "./complete";
import { boundsText, helpOf, labelOf, schemaAt, unitOf, type Path, type Schema } from "./schema";

export interface Help { from: number; to: number; title: string; facts: string; text: string }

const LARGEST = 100_000;

export function helpAt(root: Schema, catalogue: Catalogue | null, text: string, position: number): Help | null {
  if (text.length > LARGEST) return null;
  let found: Help | null = null;
  visit(parseDocument(text, { strict: false }), {
    Scalar(role, node, above) {
      const [from = 0, to = 0] = node.range ?? [];
      if (position < from || position > to || from === to) return;
      const path = pathOf([...(above as unknown[]), node], role === "key");
      found = (role === "key" ? null : named(catalogue, String(node.value), from, to)) ?? ofField(root, path, from, to) ?? named(catalogue, String(node.value), from, to);
      return visit.BREAK;
    },
  });
  return found;
}

function pathOf(chain: readonly unknown[], key: boolean): Path {
  const path: (string | number)[] = [];
  chain.forEach((one, index) => {
    const next = chain[index + 1];
    if (isSeq(one) && next !== undefined) path.push(one.items.indexOf(next));
    if (isPair(one) && isScalar(one.key) && (key || next !== one.key)) path.push(String(one.key.value));
    if (isMap(one)) return;
  });
  return path;
}

function named(catalogue: Catalogue | null, name: string, from: number, to: number): Help | null {
  const row = catalogue?.rows?.find((one) => one.name === name);
  return row ? { from, to, title: row.title, facts: `${name}, in the catalogue's ${row.kind}`, text: "" } : null;
}

function ofField(root: Schema, path: Path, from: number, to: number): Help | null {
  const schema = schemaAt(root, path), name = path.filter((step) => typeof step === "string").at(-1);
  if (schema === null || name === undefined) return null;
  const unit = unitOf(name);
  const usual = schema.default === undefined || schema.default === null || typeof schema.default === "object" ? "" : `default ${String(schema.default)}`;
  const facts = [boundsText(schema, unit), schema.enum ? `one of ${schema.enum.join(", ")}` : "", usual].filter(Boolean).join("; ");
  return { from, to, title: labelOf(name) + (unit ? `, ${unit}` : ""), facts, text: helpOf(schema) };
}
