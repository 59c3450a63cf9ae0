// What the radars of a draft see, asked of the server while it is written.

import { framed, painted, shadeOf, unpackCoverage, type Coverage, type Wish } from "../map/coverage";
import type { Picture } from "../map/pictures";

/**
 * Asks the server what the radars of a draft see, again and again while something is changed: one question at a time,
 * and after it only the newest. `found` is told each answer; `failed` why there is none (the last answer then stands).
 */
export class DraftCoverage {
  private waiting: { text: string; wish: Wish } | null = null;
  private asking = false;
  private readonly tab = String(Math.random());

  constructor(private readonly found: (coverage: Coverage) => void, private readonly failed: (why: string) => void) {}

  want(text: string, wish: Wish): void {
    this.waiting = { text, wish };
    if (!this.asking) void this.ask();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    while (this.waiting) {
      const { text, wish } = this.waiting;
      this.waiting = null;
      await this.once(JSON.stringify({ text, ...wish, tab: this.tab })).catch((error: Error) => this.failed(error.message));
    }
    this.asking = false;
  }

  private async once(body: string): Promise<void> {
    const answer = await fetch("/coverage", { method: "POST", headers: { "content-type": "application/json" }, body });
    if (answer.ok) return this.found(unpackCoverage(await answer.arrayBuffer()));
    const said = (await answer.json().catch(() => ({}))) as { error?: string };
    if (answer.status !== 409) throw new Error(said.error ?? answer.statusText);
  }
}

const COVERAGE_PX = 640;

/** Where a target at a height above ground is seen by any radar, as a picture; null where it never is. */
export function shaded(coverage: Coverage, height_m: number): Picture | null {
  const frame = framed(coverage, COVERAGE_PX);
  return frame && { ...frame, image: painted(shadeOf(coverage, frame, height_m), COVERAGE_PX), ground: false };
}
