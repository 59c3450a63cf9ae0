// What lies under the things of a trial: relief, coverage and the claimed range; fetched when their layers first want them.

import { framed, heightText, lookedFor, painted, shadeOf, type Coverage, type Frame, type Wish } from "./coverage";
import type { Layers } from "./layers";
import { coverageAddress, coverageAt, RELIEF_PX, reliefAddress, reliefAt, type Over, type Picture } from "./pictures";

const COVERAGE_PX = 640;

/** What coverage is drawn for; height_m null: the class's usual height; only: one radar, "" for all. */
export interface Choice { wish: Wish | null; height_m: number | null; only: string }

export class Under {
  choice = $state.raw<Choice>({ wish: null, height_m: null, only: "" });
  /** By address: what was answered, or why there is nothing. */
  private answers = $state.raw<Record<string, Coverage | Picture | string>>({});
  private readonly asked = new Set<string>();
  private readonly frames = new Map<Coverage, Frame | null>();
  private readonly pictures = new Map<Coverage, { key: string; picture: Picture | null }>();

  /** Ask for what the layers want of a run; each thing once. */
  want(run: string, layers: Layers): void {
    if (layers.coverage || layers.claim) this.ask(coverageAddress(run, this.choice.wish), coverageAt);
    if (layers.relief) this.relief(run, 0);
  }
  private relief(run: string, k: number): void {
    const width_px = RELIEF_PX[k];
    if (width_px) this.ask(reliefAddress(run, width_px), reliefAt, () => this.relief(run, k + 1));
  }
  private ask(address: string, fetched: (address: string) => Promise<Coverage | Picture>, then = (): void => undefined): void {
    if (this.asked.has(address)) return;
    this.asked.add(address);
    fetched(address).then((found) => { this.answers = { ...this.answers, [address]: found }; then(); }, (error: Error) => {
      this.answers = { ...this.answers, [address]: error.message };
      this.asked.delete(address); // when it is wanted again, it is asked again
    });
  }
  private found<T extends Coverage | Picture>(address: string): T | null {
    const answer = this.answers[address];
    return answer === undefined || typeof answer === "string" ? null : (answer as T);
  }

  /** What is known of a run for the present choice; null until it is there. */
  coverageOf(run: string): Coverage | null {
    return this.found(coverageAddress(run, this.choice.wish));
  }
  heightOf(coverage: Coverage): number {
    return this.choice.height_m ?? coverage.classes.find((one) => one.class === coverage.target.class)?.height_m ?? 100;
  }

  /** Pictures and rings to be drawn under a run's things. */
  of(run: string, layers: Layers): Over[] {
    const over: Over[] = [], coverage = this.coverageOf(run);
    const reliefs = RELIEF_PX.map((width_px) => this.found<Picture>(reliefAddress(run, width_px))).filter((one) => one !== null);
    const finest = reliefs[reliefs.length - 1];
    if (layers.relief && finest) over.push(finest);
    const shade = layers.coverage && coverage ? this.shade(coverage) : null;
    if (shade) over.push(shade);
    if (layers.claim && coverage?.claimed) {
      const { lat_deg, lon_deg, range_m, label } = coverage.claimed;
      over.push({ lat_deg, lon_deg, radius_km: range_m / 1000, label: `claimed for ${label}: ${Math.round(range_m / 1000)} km` });
    }
    return over;
  }
  private shade(coverage: Coverage): Picture | null {
    const height_m = this.heightOf(coverage), { only } = this.choice, key = `${height_m} ${only}`;
    const last = this.pictures.get(coverage);
    if (last?.key === key) return last.picture;
    if (!this.frames.has(coverage)) this.frames.set(coverage, framed(coverage, COVERAGE_PX));
    const frame = this.frames.get(coverage);
    const picture = frame ? { ...frame, image: painted(shadeOf(coverage, frame, height_m, only), COVERAGE_PX), ground: false } : null;
    this.pictures.set(coverage, { key, picture });
    return picture;
  }

  /** In a breath: what is being worked out, what blue is, or why there is nothing; "" where there is nothing to say. */
  said(run: string, layers: Layers): string {
    if (!layers.coverage) return "";
    const answer = this.answers[coverageAddress(run, this.choice.wish)];
    if (typeof answer === "string") return `No coverage: ${answer}`;
    if (!answer) return "Working out what the radars can see …";
    const coverage = answer as Coverage, height = heightText(this.heightOf(coverage));
    return `Blue: where ${this.choice.only || "radars"} can see ${lookedFor(coverage)} ${height} up`;
  }
  /** What stands in the way of relief; "" where nothing does. */
  reliefSaid(run: string): string {
    const answer = this.answers[reliefAddress(run, RELIEF_PX[0])];
    return typeof answer === "string" ? answer : answer ? "" : "Reading the ground …";
  }
}
