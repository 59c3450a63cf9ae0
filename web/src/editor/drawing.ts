// Draws what is placed: names of countries, reach, zones, routes, symbols and their names.

import type { Palette } from "../map/palette";
import type { Chart } from "./chart";
import type { Name } from "./countries";
import { reached, type Laid, type Mark, type Place } from "./places";
import { ringText, type Ring } from "./reach";
import { labelled, LOOKS, shape } from "./symbols";

export interface Rings { about: Mark; rings: Ring[]; chosen: boolean }
export interface Spot { mark: Mark; at: [x_px: number, y_px: number] }
export interface Drawn { laid: Laid; spots: Spot[]; rings: Rings[]; names: readonly Name[] }
type Pen = CanvasRenderingContext2D;

export function drawPlaced(pen: Pen, chart: Chart, palette: Palette, drawn: Drawn): void {
  pen.lineJoin = "round";
  drawNames(pen, chart, palette, drawn.names);
  for (const one of drawn.rings) drawRings(pen, chart, palette, one);
  drawZones(pen, chart, palette, drawn.laid);
  drawRoutes(pen, chart, palette, drawn.laid);
  drawMarks(pen, palette, drawn.spots);
  const taken = drawn.spots.map(({ at: [x, y] }): Box => [x - 9, y - 9, x + 9, y + 9]);
  taken.push(...drawLabels(pen, palette, drawn.spots));
  drawRingLabels(pen, chart, palette, drawn.rings, taken);
}

/** Text that is read on any ground. */
function haloed(pen: Pen, text: string, x: number, y: number, ink: string, halo: string): void {
  pen.strokeStyle = halo;
  pen.lineWidth = 3.5;
  pen.strokeText(text, x, y);
  pen.fillStyle = ink;
  pen.fillText(text, x, y);
}

function drawNames(pen: Pen, chart: Chart, palette: Palette, names: readonly Name[]): void {
  pen.font = "13px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.letterSpacing = "2px";
  for (const one of names) haloed(pen, one.name.toUpperCase(), ...chart.pixelOf(one), palette.quiet, palette.land);
  pen.letterSpacing = "0px";
}

function drawRings(pen: Pen, chart: Chart, palette: Palette, { about, rings, chosen }: Rings): void {
  for (const ring of rings) {
    circle(pen, chart, about, ring.range_km);
    pen.strokeStyle = palette.friend;
    pen.lineWidth = chosen ? 1.6 : 1;
    pen.setLineDash(ring.radar ? [2, 4] : ring.assumed ? [8, 4] : []);
    pen.stroke();
  }
  pen.setLineDash([]);
}

/** Each ring's words stand on its line, where nothing else is. */
function drawRingLabels(pen: Pen, chart: Chart, palette: Palette, all: readonly Rings[], taken: Box[]): void {
  pen.font = "11.5px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const { about, rings } of all) {
    for (const ring of rings) {
      const text = ringText(ring), half = pen.measureText(text).width / 2 + 3;
      for (let turn = 0; turn < 360; turn += 15) {
        const [x, y] = chart.pixelOf(reached(about, turn, ring.range_km));
        const box: Box = [x - half, y - 8, x + half, y + 8];
        if (box[0] < 4 || box[1] < 4 || box[2] > chart.size.width - 46 || box[3] > chart.size.height - 34 || taken.some((one) => meet(one, box))) continue;
        haloed(pen, text, x, y, palette.friend, palette.land);
        taken.push(box);
        break;
      }
    }
  }
}

type Box = [left: number, top: number, right: number, bottom: number];
const meet = (a: Box, b: Box) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

function circle(pen: Pen, chart: Chart, about: Place, radius_km: number): void {
  pen.beginPath();
  for (let bearing = 0; bearing < 360; bearing += 4) pen.lineTo(...chart.pixelOf(reached(about, bearing, radius_km)));
  pen.closePath();
}

function drawZones(pen: Pen, chart: Chart, palette: Palette, laid: Laid): void {
  for (const mark of laid.marks) {
    if (mark.kind !== "zone" || mark.radius_km <= 0) continue;
    circle(pen, chart, mark, mark.radius_km);
    pen.strokeStyle = palette.unknown;
    pen.lineWidth = 2;
    pen.stroke();
  }
}

function drawRoutes(pen: Pen, chart: Chart, palette: Palette, laid: Laid): void {
  pen.lineWidth = 1.5;
  for (const { points, friendly } of laid.routes) {
    pen.strokeStyle = friendly ? palette.friend : palette.hostile;
    pen.setLineDash(friendly ? [2, 4] : [7, 4]);
    pen.beginPath();
    for (const point of points) pen.lineTo(...chart.pixelOf(point));
    pen.stroke();
  }
  pen.setLineDash([]);
}

function drawMarks(pen: Pen, palette: Palette, spots: readonly Spot[]): void {
  for (const { mark, at } of [...spots].sort((a, b) => LOOKS[a.mark.kind].over - LOOKS[b.mark.kind].over)) {
    const { kind } = mark, colour = palette[LOOKS[kind].colour];
    shape(pen, kind, at[0], at[1], 7);
    pen.fillStyle = kind === "asset" ? palette.panel : colour;
    pen.strokeStyle = kind === "zone" || kind === "asset" ? colour : palette.panel;
    pen.lineWidth = kind === "asset" ? 3 : 2;
    if (kind !== "zone") pen.fill();
    pen.stroke();
  }
}

function drawLabels(pen: Pen, palette: Palette, spots: readonly Spot[]): Box[] {
  pen.font = "12.5px system-ui, sans-serif";
  pen.textAlign = "left";
  pen.textBaseline = "top";
  const texts = spots.map(({ mark, at }) => ({ x: at[0], y: at[1], label: mark.kind === "waypoint" ? "" : mark.name }));
  const labels = labelled(texts, (text) => pen.measureText(text).width, 15);
  for (const label of labels) haloed(pen, texts[label.index]?.label ?? "", label.x, label.y, palette.ink, palette.land);
  return labels.map(({ x, y, wide }) => [x, y, x + wide, y + 15]);
}
