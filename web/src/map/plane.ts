// The flat chart: azimuthal equidistant about the site, in kilometres east and north, on a sphere.
// Its middle never moves, so a place is projected once and a pan or a zoom is only a shift and a scale;
// ranges and bearings from the site are true in every view.

export const EARTH_KM = 6371;

export interface Spot { lat_deg: number; lon_deg: number }
export type Point = [x_km: number, y_km: number];

/** Projection about a place. Source: Snyder, Map projections: a working manual (1987), equations 22-4, 22-5, 25-2. */
export function planeOf(site: Spot): (lat_deg: number, lon_deg: number) => Point {
  const turn = Math.PI / 180;
  const sin0 = Math.sin(site.lat_deg * turn), cos0 = Math.cos(site.lat_deg * turn);
  return (lat_deg, lon_deg) => {
    const lat = lat_deg * turn, ahead = (lon_deg - site.lon_deg) * turn;
    const sin = Math.sin(lat), cos = Math.cos(lat), along = Math.cos(ahead);
    const east = cos * Math.sin(ahead), north = cos0 * sin - sin0 * cos * along;
    const across = Math.hypot(east, north), inward = sin0 * sin + cos0 * cos * along;
    const scale = across > 1e-12 ? (Math.atan2(across, inward) / across) * EARTH_KM : EARTH_KM;
    return [east * scale, north * scale];
  };
}

/** The other way: latitude and longitude (deg) of a point of the chart. */
export function placeOf(site: Spot): (x_km: number, y_km: number) => Spot {
  return (x_km, y_km) => beyond(site, Math.atan2(x_km, y_km), Math.hypot(x_km, y_km));
}

/** The place at a bearing (rad, from north) and ground range from another. */
export function beyond(from: Spot, bearing_rad: number, range_km: number): Spot {
  const turn = Math.PI / 180, lat0 = from.lat_deg * turn, arc = range_km / EARTH_KM;
  const sin = Math.sin(lat0) * Math.cos(arc) + Math.cos(lat0) * Math.sin(arc) * Math.cos(bearing_rad);
  const east = Math.sin(bearing_rad) * Math.sin(arc) * Math.cos(lat0);
  const lon = Math.atan2(east, Math.cos(arc) - Math.sin(lat0) * sin);
  return { lat_deg: Math.asin(Math.max(-1, Math.min(1, sin))) / turn, lon_deg: from.lon_deg + lon / turn };
}

/** Range over the ground of what is seen at a slant range and an elevation from a height. */
export function groundRange_km(range_m: number, elevation_rad: number, height_m: number): number {
  const up = EARTH_KM * 1000 + height_m + range_m * Math.sin(elevation_rad);
  return EARTH_KM * Math.atan2(range_m * Math.cos(elevation_rad), up);
}
