// How far a battery is claimed to reach: rings about it, from the catalogue and from what is on its launchers.

import type { Catalogue } from "./complete";
import { at } from "./edits";
import type { Mark } from "./places";

/** One ring: what it is of, how far, and whether that figure is assumed. */
export interface Ring { label: string; range_km: number; assumed: boolean; radar: boolean }

/** Rings of a battery; of `all`, one for each kind of round and the farthest radar, else only the farthest round. */
export function ringsOf(battery: Mark, values: unknown, catalogue: Catalogue | null, all: boolean): Ring[] {
  const entry = at(values, battery.path.slice(0, 2)), known = catalogue?.reach?.[String(at(entry, ["system"]))];
  if (!known) return [];
  const loaded = (name: string, usual: number) => Number(at(entry, ["ready", name]) ?? (at(entry, ["ready"]) ? 0 : usual)) > 0;
  const ring = (radar: boolean) => (one: { name: string; range_m: number; assumed: boolean }): Ring =>
    ({ label: one.name, range_km: one.range_m / 1000, assumed: one.assumed, radar });
  const farthest = (rings: Ring[]) => [...rings].sort((a, b) => b.range_km - a.range_km);
  const rounds = farthest(known.rounds.filter((one) => loaded(one.name, one.ready)).map(ring(false)));
  if (!all) return rounds.slice(0, 1);
  return [...rounds, ...farthest(known.radars.map(ring(true))).slice(0, 1)];
}

/** "40n6e 400 km, claimed"; of a radar, that it is of what it sees. */
export function ringText({ label, range_km, assumed, radar }: Ring): string {
  return `${label}${radar ? " sees" : ""} ${Number(range_km.toPrecision(3))} km${assumed ? ", assumed" : ", claimed"}`;
}
