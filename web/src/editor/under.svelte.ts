// What lies under the things that are placed: relief, and where the radars of the draft see something.

import { heightText, lookedFor, type Coverage, type Wish } from "../map/coverage";
import { RELIEF_PX, reliefAt, type Picture } from "../map/pictures";
import { DraftCoverage, shaded } from "./ground";

export class Under {
  withReach = $state(true);
  withRelief = $state(true);
  withSeen = $state(false);
  /** What is looked for: a class of the catalogue, or "" for a target of 1 m²; and how high it flies. */
  target = $state("");
  height_m = $state(100);
  relief = $state.raw<Picture | null>(null);
  reliefSaid = $state("");
  coverage = $state.raw<Coverage | null>(null);
  private failed = $state("");
  private wanted = "";
  private readonly radars = new DraftCoverage((found) => { this.coverage = found; this.failed = ""; }, (why) => (this.failed = why));
  private readonly shade = $derived(this.withSeen && this.coverage ? shaded(this.coverage, this.height_m) : null);
  readonly pictures = $derived([this.relief, this.shade].filter((one) => one !== null));

  /** Ask for relief, a coarse picture first; no address: none. */
  askRelief(address: (width_px: number) => string): void {
    const mine = (this.wanted = address(0));
    this.relief = null;
    this.reliefSaid = "";
    if (!mine) return;
    this.reliefSaid = "Relief is being drawn …";
    const next = async (k: number): Promise<void> => {
      const width_px = RELIEF_PX[k];
      if (!width_px) return;
      const found = await reliefAt(address(width_px));
      if (mine !== this.wanted) return;
      this.relief = found;
      this.reliefSaid = "";
      await next(k + 1);
    };
    next(0).catch((error: Error) => { if (mine === this.wanted) this.reliefSaid = `No relief here: ${lastOf(error.message)}.`; });
  }

  askCoverage(text: string): void { this.radars.want(text, this.wish); }
  private get wish(): Wish { return this.target ? { target: this.target } : { rcs_m2: 1 }; }

  get seenSaid(): string {
    if (this.failed) return `What radars see is not known: ${lastOf(this.failed)}.`;
    if (!this.coverage || this.coverage.target.class !== this.target) return "Working out what the radars see …";
    return `Blue: where a radar sees ${lookedFor(this.coverage)} ${heightText(this.height_m)} above ground.`;
  }
}

/** The last clause of an error: what comes before is where it was found. */
const lastOf = (message: string) => message.split(": ").at(-1)!.replace(/\.$/, "");
