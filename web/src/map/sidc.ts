// Which symbol of MIL-STD-2525D / APP-6D stands for a thing: its code of twenty digits.

import type { Thing } from "../lib/scene";

const SIDE: Record<string, string> = { hostile: "6", friend: "3", neutral: "4", unknown: "1" };

const AIR = "01", MISSILE = "02", UNIT = "10", EQUIPMENT = "15", INSTALLATION = "20";

/** Version 10, in reality, present; symbol set, entity, and two modifiers. */
function code(side: string, set: string, entity: string, modifiers = "0000"): string {
  return `100${SIDE[side] ?? "1"}${set}0000${entity}${modifiers}`;
}

export function sidcOf(thing: Pick<Thing, "kind" | "side" | "family" | "class">): string {
  const { kind, side } = thing;
  if (kind === "battery") return code(side, UNIT, "130102");
  if (kind === "radar") return code(side, EQUIPMENT, "220300");
  if (kind === "asset") return code(side, INSTALLATION, "000000");
  if (kind === "round") return code(side, MISSILE, "110000", "0800"); // interceptor
  const word = `${thing.family} ${thing.class}`;
  if (/cruise/.test(word)) return code(side, MISSILE, "110000", "0700");
  if (/ballistic|srbm|mrbm|irbm/.test(word)) return code(side, MISSILE, "110000", "0600");
  if (/drone|quadcopter|uav/.test(word)) return code(side, AIR, "110300");
  if (/helicopter/.test(word)) return code(side, AIR, side === "neutral" ? "120200" : "110200");
  if (/airliner|civil/.test(word) || side === "neutral") return code(side, AIR, "120100");
  if (/fighter/.test(word)) return code(side, AIR, "110104");
  if (/bomber/.test(word)) return code(side, AIR, "110103");
  if (/aircraft/.test(word)) return code(side, AIR, "110100");
  return code(side, AIR, "000000");
}
