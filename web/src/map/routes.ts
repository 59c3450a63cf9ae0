// The ways of the raid: of each hostile group the longest way that one of it flies, drawn faintly under everything.

import type { Thing } from "../lib/scene";
import { groupOf } from "./crowd";
import type { Box } from "./labels";
import type { Palette } from "./palette";
import type { Point } from "./plane";
import type { Stage } from "./stage";
import { across, down, type Size, type View } from "./view";

export interface Route { name: string; points: Point[] }

const POINTS = 120;

/** One route for each group that is hostile, from where it appears to where the last of it ends. */
export function routesOf({ scene, x_km, y_km }: Stage): Route[] {
  const longest = new Map<string, Thing>();
  for (const thing of scene.things) {
    if (thing.kind !== "target" || thing.side !== "hostile" || thing.count < 2) continue;
    const name = groupOf(thing.key), other = longest.get(name);
    if (!other || thing.count > other.count) longest.set(name, thing);
  }
  return [...longest].map(([name, { first, count }]) => {
    const stride = Math.max(1, Math.floor(count / POINTS)), points: Point[] = [];
    for (let k = 0; k < count - 1; k += stride) points.push([x_km[first + k] as number, y_km[first + k] as number]);
    points.push([x_km[first + count - 1] as number, y_km[first + count - 1] as number]);
    return { name, points };
  });
}

/** What the first view holds: sites, and where the nearer three quarters of the hostile appear; or all of them. */
export function* spotsOf({ scene, x_km, y_km }: Stage, all: boolean): Generator<Point> {
  const place = ({ first }: Thing): Point => [x_km[first] as number, y_km[first] as number];
  const there = scene.things.filter((one) => one.count > 0 && one.kind !== "track" && one.kind !== "round");
  const sites = there.filter((one) => one.kind !== "target"), flying = there.filter((one) => one.kind === "target");
  const hostile = flying.filter((one) => one.side === "hostile"), matter = hostile.length ? hostile : flying;
  const away = (point: Point): number => Math.hypot(...point);
  const places = matter.map(place).sort((a, b) => away(a) - away(b));
  yield* sites.map(place);
  const most_km = away(places[Math.ceil(places.length * 0.75) - 1] ?? [0, 0]) * 1.1, about_km = most_km / 3;
  yield* all ? places : places.filter((one) => away(one) <= most_km);
  yield* [[-about_km, 0], [about_km, 0], [0, -about_km], [0, about_km]] as Point[]; // sites are not to stand at the edge
}

/** Draws routes with their names, and gives where the names stand. */
export function drawRoutes(pen: CanvasRenderingContext2D, routes: Route[], view: View, size: Size, palette: Palette): Box[] {
  pen.save();
  pen.strokeStyle = pen.fillStyle = palette.hostile;
  pen.font = "italic 11px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const named: Point[] = [], boxes: Box[] = [];
  for (const { name, points } of routes) {
    const at = points.map(([x, y]): Point => [across(view, size, x), down(view, size, y)]);
    pen.globalAlpha = 0.35;
    pen.setLineDash([7, 5]);
    pen.beginPath();
    at.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
    pen.setLineDash([]);
    const place = placeForName(at, size, named);
    if (!place) continue;
    named.push(place);
    pen.globalAlpha = 0.85;
    const wide = pen.measureText(name).width + 6;
    boxes.push({ left: place[0] - wide / 2, top: place[1] - 7, right: place[0] + wide / 2, bottom: place[1] + 7 });
    pen.fillStyle = palette.land;
    pen.fillRect(place[0] - wide / 2, place[1] - 7, wide, 14);
    pen.fillStyle = palette.hostile;
    pen.fillText(name, ...place);
  }
  pen.restore();
  return boxes;
}

/** On the first part of a route that is in view, away from the edges and from other names. */
function placeForName(at: Point[], { width, height }: Size, named: Point[]): Point | undefined {
  const fits = at.filter(([x, y]) => x > 60 && y > 30 && x < width - 70 && y < height - 50
    && named.every(([u, v]) => Math.abs(u - x) > 110 || Math.abs(v - y) > 16));
  return fits[Math.floor(fits.length * 0.15)];
}
