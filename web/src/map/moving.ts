// What moves, drawn anew each frame over the ground: plots, trails, tracks, rounds, objects, marks, labels.

import { rowAt, type Thing } from "../lib/scene";
import { Crowds } from "./crowd";
import { placed, type Box, type Placed, type Wish } from "./labels";
import type { Layers } from "./layers";
import { LABELS, TRAIL_SHARE } from "./pace";
import type { Palette } from "./palette";
import { isTracked, livesUntil_s, whereIs, type Stage } from "./stage";
import { drawHead, drawKill, drawLeak, drawMiss, outline, sideOf, SIDES } from "./signs";
import type { Bitmap } from "./symbols";
import { across, down, type Size, type View } from "./view";

export interface Frame {
  stage: Stage; time_s: number; view: View; size: Size; dots: number; layers: Layers; palette: Palette;
  /** How much is left out, see pace.ts. */
  level: number;
  selected: number;
  /** Names on the ground below, which labels leave free. */
  named: Box[];
  bitmapOf: ((thing: Thing, size: number, dots: number) => Bitmap) | null;
}

const TRAIL_S = 240, TRAIL_POINTS = 16, MARK_S = 90, LEADER_S = 60;
const SITE_PX = 20, ASSET_PX = 13, OBJECT_PX = 18, CROWD_PX = 13, CROWD = 250;
/** Below this scale those that are neutral are small and have no names. */
const NEAR_PX_PER_KM = 8;
const LABEL_PX = 15, RELABEL_MS = 250, APART_PX = 12, PICK_PX = 16;

/** Draws frames of one stage and remembers where everything was put, for labels that hold still and for picking. */
export class Mover {
  private readonly x: Float32Array;
  private readonly y: Float32Array;
  private readonly row: Int32Array;
  private labels = new Map<number, Placed>();
  private labelled_ms = -Infinity;
  private labelledFor = "";
  private readonly widths = new Map<string, number>();
  private readonly crowds: Crowds;
  private readonly bitmaps = new Map<number, Bitmap>();

  constructor(private readonly stage: Stage) {
    const count = stage.scene.things.length;
    this.x = new Float32Array(count);
    this.y = new Float32Array(count);
    this.row = new Int32Array(count).fill(-1);
    this.crowds = new Crowds(stage.scene.things);
  }

  draw(pen: CanvasRenderingContext2D, frame: Frame): void {
    const { dots, layers, level } = frame;
    this.locate(frame);
    const anew = this.isDue(frame);
    if (anew) this.crowds.gather(this.x, this.y, this.row, frame.selected);
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.lineJoin = "bevel";
    if (layers.limits) this.drawLimits(pen, frame);
    if (layers.plots) this.drawPlots(pen, frame);
    if (layers.trails && layers.objects && (TRAIL_SHARE[level] ?? 0) > 0) this.drawTrails(pen, frame);
    if (layers.marks) this.drawMarks(pen, frame, false);
    if (layers.rounds) this.drawRounds(pen, frame);
    if (layers.tracks) this.drawTracks(pen, frame);
    this.drawSymbols(pen, frame);
    if (layers.marks) this.drawMarks(pen, frame, true);
    if (frame.selected >= 0) this.drawChosen(pen, frame);
    if (layers.labels) this.drawLabels(pen, frame, anew);
  }

  /** Index of the thing nearest to a pixel, by the last frame; -1 where none is near. Objects before tracks. */
  pick(x_px: number, y_px: number, layers: Layers): number {
    let best = -1, least = PICK_PX;
    this.stage.scene.things.forEach((thing, i) => {
      if ((this.row[i] as number) < 0 || !isShown(thing, layers)) return;
      const bias = thing.kind === "radar" || (thing.kind === "track" && layers.objects) ? 6 : 0;
      const far = Math.hypot((this.x[i] as number) - x_px, (this.y[i] as number) - y_px) + bias;
      if (far < least) { least = far; best = i; }
    });
    return best;
  }

  private locate({ time_s, view, size }: Frame): void {
    const { things } = this.stage.scene;
    for (let i = 0; i < things.length; i++) {
      const where = whereIs(this.stage, things[i] as Thing, time_s);
      this.row[i] = where ? where.row : -1;
      if (!where) continue;
      this.x[i] = across(view, size, where.x_km);
      this.y[i] = down(view, size, where.y_km);
    }
  }

  private isOn(i: number, { width, height }: Size, margin = 20): boolean {
    const x = this.x[i] as number, y = this.y[i] as number;
    return (this.row[i] as number) >= 0 && x > -margin && y > -margin && x < width + margin && y < height + margin;
  }

  private drawPlots(pen: CanvasRenderingContext2D, { stage, time_s, view, size, palette }: Frame): void {
    const { radars, columns } = stage.scene;
    pen.fillStyle = palette.ink;
    pen.strokeStyle = palette.quiet;
    pen.lineWidth = 1;
    pen.beginPath();
    radars.forEach((radar, r) => {
      const of = stage.plotsOf[r];
      if (!of) return;
      for (let k = rowAt(of.times_s, 0, of.rows.length, time_s); k >= 0; k--) {
        if ((of.times_s[k] as number) < time_s - radar.revisit_s) break;
        const plot = of.rows[k] as number;
        const x = across(view, size, stage.plot_x_km[plot] as number);
        const y = down(view, size, stage.plot_y_km[plot] as number);
        if (columns.plot_false[plot]) pen.rect(x - 2, y - 2, 4, 4); else pen.fillRect(x - 1.5, y - 1.5, 3, 3);
      }
    });
    pen.stroke();
  }

  private drawTrails(pen: CanvasRenderingContext2D, { stage, time_s, view, size, palette, level }: Frame): void {
    const { columns, things } = stage.scene, trail_s = TRAIL_S * (TRAIL_SHARE[level] ?? 0);
    const most = Math.max(4, TRAIL_POINTS * (TRAIL_SHARE[level] ?? 0));
    pen.lineWidth = 1;
    pen.globalAlpha = 0.55;
    for (const side of SIDES) {
      pen.strokeStyle = palette[side];
      pen.beginPath();
      for (let i = 0; i < things.length; i++) {
        const thing = things[i] as Thing;
        if (thing.kind !== "target" || sideOf(thing) !== side || !this.isOn(i, size, 200)) continue;
        const now = this.row[i] as number;
        const from = Math.max(thing.first, rowAt(columns.time_s, thing.first, thing.count, time_s - trail_s));
        const stride = Math.max(1, Math.ceil((now - from) / most));
        let begun = false;
        for (let row = Math.ceil(from / stride) * stride; row <= now; row += stride) {
          const x = across(view, size, stage.x_km[row] as number), y = down(view, size, stage.y_km[row] as number);
          if (begun) pen.lineTo(x, y); else pen.moveTo(x, y);
          begun = true;
        }
        if (begun) pen.lineTo(this.x[i] as number, this.y[i] as number);
      }
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  /** What ended where: of the last minute and a half over everything, before that faint and under it. */
  private drawMarks(pen: CanvasRenderingContext2D, { stage, time_s, view, size, palette }: Frame, fresh: boolean): void {
    for (const mark of stage.marks) {
      const age_s = time_s - mark.time_s;
      if (age_s < 0) break;
      if (age_s < MARK_S !== fresh || (mark.what === "miss" && age_s > MARK_S / 3)) continue;
      const x = across(view, size, mark.x_km), y = down(view, size, mark.y_km);
      pen.globalAlpha = fresh ? 1 : 0.4;
      if (mark.what === "leak") drawLeak(pen, x, y, palette);
      else if (mark.what === "kill") drawKill(pen, x, y, palette, fresh ? 6 : 4);
      else drawMiss(pen, x, y, palette);
    }
    pen.globalAlpha = 1;
  }

  private drawRounds(pen: CanvasRenderingContext2D, { stage, view, size, palette }: Frame): void {
    const { things } = stage.scene;
    pen.strokeStyle = pen.fillStyle = palette.friend;
    pen.lineWidth = 1.2;
    pen.beginPath();
    const heads: number[] = [];
    things.forEach((thing, i) => {
      if (thing.kind !== "round" || (this.row[i] as number) < 0) return;
      pen.moveTo(across(view, size, stage.x_km[thing.first] as number), down(view, size, stage.y_km[thing.first] as number));
      pen.lineTo(this.x[i] as number, this.y[i] as number);
      heads.push(i);
    });
    pen.globalAlpha = 0.7;
    pen.stroke();
    pen.globalAlpha = 1;
    for (const i of heads) {
      const first = (things[i] as Thing).first, x = this.x[i] as number, y = this.y[i] as number;
      const dx = x - across(view, size, stage.x_km[first] as number);
      const dy = y - down(view, size, stage.y_km[first] as number);
      drawHead(pen, x, y, Math.atan2(dy, dx));
    }
  }

  private drawTracks(pen: CanvasRenderingContext2D, frame: Frame): void {
    const { stage, view, size, palette, layers } = frame, { columns, things } = stage.scene;
    pen.lineWidth = 1.2;
    things.forEach((thing, i) => {
      if (thing.kind !== "track" || !this.isOn(i, size)) return;
      const row = this.row[i] as number, x = this.x[i] as number, y = this.y[i] as number;
      pen.strokeStyle = palette[sideOf(thing)];
      pen.beginPath();
      const major = ((columns.major_m[row] as number) / 1000) * view.px_per_km;
      const minor = ((columns.minor_m[row] as number) / 1000) * view.px_per_km;
      if (major > 3) {
        pen.ellipse(x, y, major, Math.max(minor, 0.5), (columns.bearing_rad[row] as number) - Math.PI / 2, 0, 2 * Math.PI);
      }
      const ahead = ((columns.speed_m_s[row] as number) * LEADER_S * view.px_per_km) / 1000;
      const course = columns.course_rad[row] as number;
      if (ahead > 3) {
        pen.moveTo(x, y);
        pen.lineTo(x + ahead * Math.sin(course), y - ahead * Math.cos(course));
      }
      const object = stage.of[i] as number;
      const hidden = layers.objects && object >= 0 && (this.row[object] as number) >= 0
        && Math.hypot((this.x[object] as number) - x, (this.y[object] as number) - y) < APART_PX;
      if (!hidden && layers.objects) outline(pen, x, y, sideOf(thing));
      pen.stroke();
    });
  }

  private drawSymbols(pen: CanvasRenderingContext2D, frame: Frame): void {
    const { stage, size, layers, time_s } = frame, { things } = stage.scene;
    const flying: number[] = [], sites: number[] = [];
    things.forEach((thing, i) => {
      if (!this.isOn(i, size) || !isShown(thing, layers) || thing.kind === "round") return;
      if (thing.kind === "target" || thing.kind === "track") { if (thing.kind === "target" || !layers.objects) flying.push(i); }
      else if (thing.kind !== "radar" || !this.isNear(i, stage.of[i] as number)) sites.push(i);
    });
    const px = flying.length > CROWD ? CROWD_PX : OBJECT_PX;
    for (const i of sites) this.stamp(pen, frame, i, (things[i] as Thing).kind === "asset" ? ASSET_PX : SITE_PX);
    const dots: number[] = [];
    for (const hostile of [false, true]) { // what matters most is drawn last, on top
      for (const i of flying) {
        const thing = things[i] as Thing;
        if ((thing.side === "hostile") !== hostile) continue;
        if (this.crowds.leaderOf(i, this.row) !== i) { dots.push(i); continue; }
        pen.globalAlpha = thing.kind === "track" || isTracked(stage, i, time_s) ? 1 : 0.45;
        this.stamp(pen, frame, i, hostile || frame.view.px_per_km > NEAR_PX_PER_KM ? px : CROWD_PX);
      }
    }
    pen.globalAlpha = 1;
    pen.fillStyle = frame.palette.hostile;
    for (const i of dots) pen.fillRect((this.x[i] as number) - 1.5, (this.y[i] as number) - 1.5, 3, 3);
  }

  private isNear(i: number, other: number): boolean {
    return other >= 0 && Math.hypot((this.x[i] as number) - (this.x[other] as number),
      (this.y[i] as number) - (this.y[other] as number)) < SITE_PX;
  }

  private stamp(pen: CanvasRenderingContext2D, frame: Frame, i: number, px: number): void {
    const thing = frame.stage.scene.things[i] as Thing, x = this.x[i] as number, y = this.y[i] as number;
    if (!frame.bitmapOf) {
      pen.fillStyle = frame.palette[sideOf(thing)];
      pen.fillRect(x - 3, y - 3, 6, 6);
      return;
    }
    const name = i * 64 + px; // of a thousand a frame, it costs to name each by its kind
    const bitmap = this.bitmaps.get(name) ?? frame.bitmapOf(thing, px, frame.dots);
    this.bitmaps.set(name, bitmap);
    pen.drawImage(bitmap.image, Math.round(x - bitmap.x), Math.round(y - bitmap.y), bitmap.width, bitmap.height);
  }

  /** A ring about what is selected, the whole way it flies, and what it belongs to. */
  private drawChosen(pen: CanvasRenderingContext2D, { stage, selected, view, size, palette, time_s }: Frame): void {
    const thing = stage.scene.things[selected] as Thing;
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1;
    if (thing.count > 1) {
      pen.setLineDash([3, 4]);
      pen.beginPath();
      const stride = Math.max(1, Math.floor(thing.count / 400));
      for (let k = 0; k < thing.count; k += stride) {
        const row = thing.first + k;
        const x = across(view, size, stage.x_km[row] as number), y = down(view, size, stage.y_km[row] as number);
        if (k) pen.lineTo(x, y); else pen.moveTo(x, y);
      }
      pen.stroke();
      pen.setLineDash([]);
    }
    let x = this.x[selected] as number, y = this.y[selected] as number;
    if ((this.row[selected] as number) < 0) { // not there now: where it came from, or where it ended
      const row = time_s > livesUntil_s(stage, thing) ? thing.first + thing.count - 1 : thing.first;
      x = across(view, size, stage.x_km[row] as number);
      y = down(view, size, stage.y_km[row] as number);
      pen.setLineDash([2, 3]);
    }
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 16, 0, 2 * Math.PI);
    pen.stroke();
    pen.setLineDash([]);
  }

  /** Instrumented range and sector of each radar, by its place among the scene's sites. */
  private drawLimits(pen: CanvasRenderingContext2D, { stage, view, size, palette }: Frame): void {
    const radars = stage.scene.things.flatMap((thing, i) => (thing.kind === "radar" ? [i] : []));
    pen.strokeStyle = pen.fillStyle = palette.friend;
    pen.lineWidth = 1;
    pen.setLineDash([8, 5]);
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    stage.scene.radars.forEach((radar, r) => {
      const site = radars[r];
      if (site === undefined) return;
      const x = this.x[site] as number, y = this.y[site] as number, far = (radar.max_range_m / 1000) * view.px_per_km;
      const middle = ((radar.heading_deg - 90) * Math.PI) / 180, half = (radar.sector_deg * Math.PI) / 360;
      pen.beginPath();
      if (radar.sector_deg < 360) pen.moveTo(x, y);
      pen.arc(x, y, far, middle - half, middle + half);
      if (radar.sector_deg < 360) pen.closePath();
      pen.stroke();
      const name = (stage.scene.things[site] as Thing).key;
      const at = Math.min(far, Math.min(size.width, size.height) / 2 - 20);
      pen.fillText(name, x + at * Math.cos(middle), y + at * Math.sin(middle) - 8 - 14 * r);
    });
    pen.setLineDash([]);
  }

  /** Whether crowds and labels are to be worked out anew: some times a second, and whenever the view has changed. */
  private isDue({ view, size, selected, level, layers }: Frame): boolean {
    const now_ms = performance.now();
    const shownFor = `${view.x_km}|${view.y_km}|${view.px_per_km}|${selected}|${size.width}|${level}|${layers.labels}`;
    if (now_ms - this.labelled_ms <= RELABEL_MS && shownFor === this.labelledFor) return false;
    this.labelled_ms = now_ms;
    this.labelledFor = shownFor;
    return true;
  }

  private drawLabels(pen: CanvasRenderingContext2D, frame: Frame, anew: boolean): void {
    const { palette, size } = frame, { things } = frame.stage.scene;
    pen.font = "11px system-ui, sans-serif";
    if (anew) this.labels = this.place(pen, frame);
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    for (const [index, { right_px, down_px }] of this.labels) {
      if (!this.isOn(index, size)) continue;
      const thing = things[index] as Thing, text = this.crowds.nameOf(index);
      if (this.crowds.leaderOf(index, this.row) !== index) continue;
      const left = Math.round((this.x[index] as number) + right_px), top = Math.round((this.y[index] as number) + down_px);
      pen.globalAlpha = 0.75;
      pen.fillStyle = palette.panel;
      pen.fillRect(left - 2, top, this.widthOf(pen, text) + 4, LABEL_PX);
      pen.globalAlpha = 1;
      pen.fillStyle = index === frame.selected || !MOVING.has(thing.kind) ? palette.ink : palette[sideOf(thing)];
      pen.fillText(text, left, top + LABEL_PX / 2 + 0.5);
    }
  }

  private place(pen: CanvasRenderingContext2D, frame: Frame): Map<number, Placed> {
    const { stage, layers, size, view, level, selected, time_s } = frame;
    const matters = stage.scene.things.some((thing) => thing.side === "hostile");
    const wishes: Wish[] = [], taken: Box[] = [...frame.named];
    stage.scene.things.forEach((thing, index) => {
      const wanted = index === selected || (isShown(thing, layers) && thing.kind !== "round" && thing.kind !== "radar"
        && !(thing.kind === "track" && layers.objects));
      const quiet = thing.side === "neutral" && view.px_per_km < NEAR_PX_PER_KM && index !== selected && matters;
      if (!this.isOn(index, size, 0) || !wanted || quiet) return;
      const x = this.x[index] as number, y = this.y[index] as number;
      if (!MOVING.has(thing.kind)) taken.push(boxAbout(x, y, 12));
      else if (this.crowds.leaderOf(index, this.row) !== index) return;
      else if (thing.side === "hostile") taken.push(boxAbout(x, y, 9));
      const priority = index === selected ? 10 : !MOVING.has(thing.kind) ? 8
        : (thing.side === "hostile" ? 4 : 0) + (isTracked(stage, index, time_s) ? 1 : 0);
      wishes.push({ index, x, y, width: this.widthOf(pen, this.crowds.nameOf(index)) + 4, priority });
    });
    if (layers.marks) {
      for (const mark of stage.marks) {
        if (time_s - mark.time_s > MARK_S || mark.what === "miss") continue;
        if (mark.time_s > time_s) break;
        taken.push(boxAbout(across(view, size, mark.x_km), down(view, size, mark.y_km), 9));
      }
    }
    return new Map(placed(wishes, LABEL_PX, LABELS[level] ?? 0, taken, this.labels).map((one) => [one.index, one]));
  }

  private widthOf(pen: CanvasRenderingContext2D, text: string): number {
    let width = this.widths.get(text);
    if (width === undefined) this.widths.set(text, (width = pen.measureText(text).width));
    return width;
  }
}

const MOVING = new Set(["target", "track", "round"]);
const boxAbout = (x: number, y: number, half: number): Box => ({ left: x - half, top: y - 9, right: x + half, bottom: y + 9 });

function isShown(thing: Thing, layers: Layers): boolean {
  if (thing.kind === "target") return layers.objects;
  if (thing.kind === "track") return layers.tracks;
  if (thing.kind === "round") return layers.rounds;
  return layers.sites;
}
