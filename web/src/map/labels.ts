// Labels that do not cover one another: the most wanted first, each on the first free side of its symbol.

export interface Wish { index: number; x: number; y: number; width: number; priority: number }
export interface Box { left: number; top: number; right: number; bottom: number }
/** A label beside its symbol: where its left top corner lies from the symbol's middle. */
export interface Placed { index: number; right_px: number; down_px: number }

const GAP_PX = 10, BUCKET_PX = 24;

/** Free boxes of a canvas, in rows, so that a box is held against its neighbours only. */
class Room {
  private readonly rows = new Map<number, Box[]>();

  free(box: Box): boolean {
    for (let row = Math.floor(box.top / BUCKET_PX); row <= Math.floor(box.bottom / BUCKET_PX); row++) {
      for (const other of this.rows.get(row) ?? []) {
        const apart = box.right <= other.left || other.right <= box.left
          || box.bottom <= other.top || other.bottom <= box.top;
        if (!apart) return false;
      }
    }
    return true;
  }

  take(box: Box): void {
    for (let row = Math.floor(box.top / BUCKET_PX); row <= Math.floor(box.bottom / BUCKET_PX); row++) {
      const there = this.rows.get(row);
      if (there) there.push(box); else this.rows.set(row, [box]);
    }
  }
}

/**
 * Places for at most `most` labels of one height. Labels placed `before` keep their side where it is still free, and go
 * before others of the same priority, so that they do not flicker.
 */
export function placed(
  wishes: Wish[], height: number, most: number, taken: Box[] = [], before: ReadonlyMap<number, Placed> = new Map(),
): Placed[] {
  const room = new Room();
  for (const box of taken) room.take(box);
  const kept = (wish: Wish): number => wish.priority + (before.has(wish.index) ? 0.5 : 0);
  const found: Placed[] = [];
  for (const wish of [...wishes].sort((a, b) => kept(b) - kept(a) || a.index - b.index)) {
    if (found.length >= most) break;
    const sides = around(wish, height);
    const last = before.get(wish.index);
    if (last) sides.unshift(last);
    for (const side of sides) {
      const left = wish.x + side.right_px, top = wish.y + side.down_px;
      const box = { left, top, right: left + wish.width, bottom: top + height };
      if (!room.free(box)) continue;
      room.take(box);
      found.push(side);
      break;
    }
  }
  return found;
}

function around({ index, width }: Wish, height: number): Placed[] {
  return [
    { index, right_px: GAP_PX, down_px: -height / 2 },
    { index, right_px: -GAP_PX - width, down_px: -height / 2 },
    { index, right_px: -width / 2, down_px: GAP_PX },
    { index, right_px: -width / 2, down_px: -GAP_PX - height },
  ];
}
