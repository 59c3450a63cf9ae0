// Whether frames come fast enough, and what is left out when they do not.

export const FULL = 0, MOST = 3;

/** What each step leaves out, in words for the page. */
export const LEFT_OUT = ["nothing left out", "shorter trails", "shorter trails, few labels", "no trails, no labels"] as const;

export const TRAIL_SHARE = [1, 0.5, 0.25, 0] as const;
export const LABELS = [90, 60, 15, 0] as const;

const SLOW_MS = 1000 / 30, WINDOW_MS = 1000, CALM_MS = 8000, STALL_MS = 3000;
const GAIN = 0.85, REST_MS = 60_000;

/**
 * Watches frames: a second slower than 30 a second leaves more out; long calm after that puts it back. Where all that
 * gains little, something else is slow, as a browser that shows pages without a GPU: then nothing is left out for a while.
 */
export class Pace {
  level = FULL;
  /** Whether the last second was slower than 30 frames. */
  slow = false;
  private whole_ms = 0;
  private rest_ms = 0;
  private spent_ms = 0;
  private frames = 0;
  private calm_ms = 0;
  private patience_ms = CALM_MS;

  /** One more frame after so many milliseconds; true where `level` or `slow` changed. */
  frame(after_ms: number): boolean {
    if (after_ms > STALL_MS) return this.restart(); // a tab in the background: says nothing of drawing
    this.spent_ms += after_ms;
    this.frames += 1;
    if (this.spent_ms < WINDOW_MS) return false;
    const mean_ms = this.spent_ms / this.frames;
    this.calm_ms = mean_ms < SLOW_MS * 0.75 ? this.calm_ms + this.spent_ms : 0;
    this.rest_ms = Math.max(0, this.rest_ms - this.spent_ms);
    const was = this.slow;
    this.slow = mean_ms > SLOW_MS;
    this.restart();
    if (this.slow && this.rest_ms === 0) {
      if (this.level === FULL) this.whole_ms = mean_ms;
      if (this.level < MOST) this.level += 1;
      else if (mean_ms > this.whole_ms * GAIN) {
        this.level = FULL;
        this.rest_ms = REST_MS;
      } else return !was;
      this.calm_ms = 0;
      return true;
    }
    if (this.level > FULL && this.calm_ms > this.patience_ms) {
      this.level -= 1;
      this.calm_ms = 0;
      this.patience_ms *= 2; // so that it does not swing to and fro
      return true;
    }
    return was !== this.slow;
  }

  /** Forget the frames counted so far, as after a pause. */
  restart(): false {
    this.spent_ms = 0;
    this.frames = 0;
    return false;
  }
}
