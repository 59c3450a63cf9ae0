// Objects of one group that lie one over the other are shown as one, with how many they are: "drones-north x11".

import type { Thing } from "../lib/scene";

const JOIN_PX = 13, LEAVE_PX = 19;

/** Which hostile objects stand for which others of their group; gathered some times a second, not each frame. */
export class Crowds {
  private readonly groups: number[][];
  private readonly leaders: Int32Array;
  private readonly counts: Int32Array;

  constructor(private readonly things: readonly Thing[]) {
    this.leaders = Int32Array.from(things, (_, i) => i);
    this.counts = new Int32Array(things.length).fill(1);
    const byName = new Map<string, number[]>();
    things.forEach((thing, i) => {
      if (thing.kind !== "target" || thing.side !== "hostile" || !thing.key.includes("/")) return;
      const group = byName.get(groupOf(thing.key));
      if (group) group.push(i); else byName.set(groupOf(thing.key), [i]);
    });
    this.groups = [...byName.values()].filter((one) => one.length > 1);
  }

  /** Gathers what is there (row >= 0) by its pixels; who led before goes on to lead. What is selected stands alone. */
  gather(x: ArrayLike<number>, y: ArrayLike<number>, row: ArrayLike<number>, selected: number): void {
    for (const group of this.groups) {
      const leading: number[] = [];
      const near = (i: number, j: number, px: number): boolean =>
        Math.hypot((x[i] as number) - (x[j] as number), (y[i] as number) - (y[j] as number)) < px;
      for (const i of group) {
        const before = this.leaders[i] as number;
        this.leaders[i] = i;
        this.counts[i] = 1;
        if ((row[i] as number) < 0 || i === selected) continue;
        const kept = before !== i && leading.includes(before) && near(i, before, LEAVE_PX);
        const leader = kept ? before : leading.find((one) => near(i, one, JOIN_PX));
        if (leader === undefined) { leading.push(i); continue; }
        this.leaders[i] = leader;
        this.counts[leader] = (this.counts[leader] as number) + 1;
      }
    }
  }

  /** Who stands for an object: itself, too where its leader has gone meanwhile. */
  leaderOf(index: number, row: ArrayLike<number>): number {
    const leader = this.leaders[index] as number;
    return (row[leader] as number) < 0 ? index : leader;
  }

  /** What is written beside an object: its name, or its group's and how many it stands for. */
  nameOf(index: number): string {
    const key = (this.things[index] as Thing).key, count = this.counts[index] as number;
    return count > 1 ? `${groupOf(key)} \u00d7${count}` : key;
  }
}

/** drones-north of drones-north/11. */
export function groupOf(key: string): string {
  const cut = key.lastIndexOf("/");
  return cut < 0 ? key : key.slice(0, cut);
}
