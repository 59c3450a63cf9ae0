// Pictures and heights of the ground that the server makes: shaded relief, coverage, profiles. The map works without them.

import type { Spot } from "./plane";
import { placeOf } from "./plane";
import type { GroundOf } from "./profile";

/** A square picture, north up, azimuthal equidistant about its middle on the sphere that the chart is drawn on. */
export interface Picture extends Spot { image: ImageBitmap; metres_per_pixel: number }

const RELIEF_KM = 900, RELIEF_PX = 1600;

/** Heights of a target above ground for which coverage is drawn. */
export const HEIGHTS_M = [50, 100, 300, 1000, 3000, 10000] as const;

/** The ground about a site; one picture for all views, so the site must be its middle. */
export function reliefAddress(run: string, { lat_deg, lon_deg }: Spot): string {
  const words = { run, lat_deg: String(lat_deg), lon_deg: String(lon_deg), across_km: String(RELIEF_KM), width_px: String(RELIEF_PX) };
  return `/relief?${new URLSearchParams(words)}`;
}

export function coverageAddress(run: string, height_m: number): string {
  return `/coverage.png?${new URLSearchParams({ run, height_m: String(height_m) })}`;
}

export async function pictureAt(address: string): Promise<Picture> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await reason(answer));
  const told = (name: string): number => Number(answer.headers.get(`farwatch-${name}`));
  return {
    image: await createImageBitmap(await answer.blob()),
    lat_deg: told("lat-deg"), lon_deg: told("lon-deg"), metres_per_pixel: told("metres-per-pixel"),
  };
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
