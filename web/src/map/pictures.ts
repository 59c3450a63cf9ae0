// Pictures and heights of the ground that the server makes: shaded relief, coverage, profiles. The map works without them.

import { unpackCoverage, type Coverage, type Wish } from "./coverage";
import { isDark, type Palette } from "./palette";
import { placeOf, planeOf, type Spot } from "./plane";
import type { GroundOf } from "./profile";
import { across, down, type Size, type View } from "./view";

/** A square picture, north up, azimuthal equidistant about its middle on the sphere that the chart is drawn on. */
export interface Picture extends Spot { image: CanvasImageSource & { width: number }; metres_per_pixel: number; ground: boolean }
/** A circle about a place, with a word on it. */
export interface Ring extends Spot { radius_km: number; label: string }
export type Over = Picture | Ring;

const RELIEF_KM = 900;
/** A coarse picture first: it is there at once. */
export const RELIEF_PX = [400, 1600] as const;
/** The status of what is answered where there is no ground to be drawn. */
const NOTHING = 204;

/** The ground about the first site of a run; one picture for all views. */
export function reliefAddress(run: string, width_px: number): string {
  return `/relief?${new URLSearchParams({ run, across_km: String(RELIEF_KM), width_px: String(width_px) })}`;
}

/** What the defence of a run sees of something; null: of what most of its raid is. */
export function coverageAddress(run: string, wish: Wish | null): string {
  const words = Object.entries(wish ?? {}).map(([name, value]) => [name, String(value)]);
  return `/coverage?${new URLSearchParams([["run", run], ...words])}`;
}

export async function reliefAt(address: string): Promise<Picture> {
  const answer = await answered(address);
  if (answer.status === NOTHING) throw new Error("No terrain is given: the earth is smooth here.");
  const told = (name: string): number => Number(answer.headers.get(`farwatch-${name}`));
  return {
    image: await createImageBitmap(await answer.blob()), ground: true,
    lat_deg: told("lat-deg"), lon_deg: told("lon-deg"), metres_per_pixel: told("metres-per-pixel"),
  };
}

export const coverageAt = async (address: string): Promise<Coverage> => unpackCoverage(await (await answered(address)).arrayBuffer());

async function answered(address: string): Promise<Response> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await reason(answer));
  return answer;
}

/** Draws what lies over the land, in this order. */
export function drawOver(pen: CanvasRenderingContext2D, over: readonly Over[], site: Spot, view: View, size: Size, { ink, land }: Palette): void {
  const dark = isDark();
  for (const one of over) {
    const [x_km, y_km] = planeOf(site)(one.lat_deg, one.lon_deg), x = across(view, size, x_km), y = down(view, size, y_km);
    if ("image" in one) {
      const wide = ((one.image.width * one.metres_per_pixel) / 1000) * view.px_per_km;
      const [east_km, north_km] = planeOf(site)(one.lat_deg + 0.1, one.lon_deg); // its north is not quite the chart's
      pen.save();
      pen.globalAlpha = !one.ground ? 1 : dark ? 0.3 : 0.6; // the ground stays behind what is told over it
      pen.translate(x, y);
      pen.rotate(Math.atan2(east_km - x_km, north_km - y_km));
      pen.drawImage(one.image, -wide / 2, -wide / 2, wide, wide);
      pen.restore();
    } else drawRing(pen, x, y, one.radius_km * view.px_per_km, one.label, [ink, land]);
  }
}

function drawRing(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, label: string, [ink, land]: [string, string]): void {
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  pen.setLineDash([9, 5]);
  pen.beginPath(); pen.arc(x, y, radius, 0, 2 * Math.PI); pen.stroke();
  pen.setLineDash([]);
  pen.font = "600 12px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const wide = pen.measureText(label).width + 8;
  for (const turn of [-0.78, -0.22, 0.22, 0.78]) { // in each quarter, so that some word is in view
    const at = [x + radius * Math.cos(turn * Math.PI), y + radius * Math.sin(turn * Math.PI)] as const;
    pen.fillStyle = land;
    pen.fillRect(at[0] - wide / 2, at[1] - 9, wide, 18);
    pen.fillStyle = ink;
    pen.fillText(label, ...at);
  }
}

async function reason(answer: Response): Promise<string> {
  const said = (await answer.json().catch(() => ({}))) as { error?: string; detail?: string };
  return said.error ?? said.detail ?? answer.statusText;
}

interface Along { height_m: number[]; known: boolean[] }

/** Heights of the ground along a line of the chart, from the server; null where none is known, or it does not answer. */
export const groundOfRun = (run: string): GroundOf => async (stage, line) => {
  const back = placeOf(stage.site);
  const corners = line.map(([x, y]) => back(x, y)).map(({ lat_deg, lon_deg }) => `${lat_deg.toFixed(5)},${lon_deg.toFixed(5)}`);
  const answer = await fetch(`/profile?${new URLSearchParams({ run, line: corners.join(";") })}`).catch(() => null);
  if (!answer?.ok) return null;
  const found = (await answer.json().catch(() => null)) as Along | null;
  return found?.known?.some(Boolean) ? Float32Array.from(found.height_m) : null;
};
