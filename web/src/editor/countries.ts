// Which countries a map shows, and where their names go: a map without towns needs them.

import { geoBounds, geoCentroid, geoContains } from "d3-geo";
import type { Feature, Geometry } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { Chart } from "./chart";
import type { Place } from "./places";

export interface Country { name: string; middle: Place; shape: Feature<Geometry, { name?: string }>; bounds: [[number, number], [number, number]] }
export interface Name extends Place { name: string }

const COLUMNS = 7, ROWS = 6;

export async function countries(): Promise<Country[]> {
  const { default: world } = await import("world-atlas/countries-50m.json");
  const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name?: string }> }>;
  return feature(topology, topology.objects.countries).features.map((shape) => {
    const [lon_deg, lat_deg] = geoCentroid(shape);
    return { name: shape.properties.name ?? "", middle: { lat_deg, lon_deg }, shape, bounds: geoBounds(shape) };
  });
}

/** The country that a place lies in; undefined at sea. */
export function countryAt(all: readonly Country[], { lat_deg, lon_deg }: Place): Country | undefined {
  return all.find(({ shape, bounds: [[west, south], [east, north]] }) => {
    const within = west <= east ? lon_deg >= west && lon_deg <= east : lon_deg >= west || lon_deg <= east;
    return within && lat_deg >= south && lat_deg <= north && geoContains(shape, [lon_deg, lat_deg]);
  });
}

/** Names of what is in view, each in the middle of what is seen of its country. */
export function namesIn(all: readonly Country[], chart: Chart): Name[] {
  const found = new Map<string, [x_px: number, y_px: number][]>();
  const { width, height } = chart.size;
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const pixel: [number, number] = [((column + 0.5) / COLUMNS) * width, ((row + 0.5) / ROWS) * height];
      const country = countryAt(all, chart.placeAt(...pixel));
      if (country) found.set(country.name, [...(found.get(country.name) ?? []), pixel]);
    }
  }
  return [...found].map(([name, pixels]) => {
    const mean = [0, 1].map((axis) => pixels.reduce((sum, pixel) => sum + pixel[axis as 0 | 1], 0) / pixels.length) as [number, number];
    const far = ([x, y]: [number, number]) => Math.hypot(x - mean[0], y - mean[1]);
    return { name, ...chart.placeAt(...pixels.reduce((best, pixel) => (far(pixel) < far(best) ? pixel : best))) };
  });
}
