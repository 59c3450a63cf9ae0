// The smallest scenario that has everything: where a new one begins.

import { flowText } from "./edits";

/** A new scenario, titled as its file is called. */
export function begun(file: string): string {
  const words = file.replace(/\.ya?ml$/, "").replace(/[-_]+/g, " ").trim();
  return TEMPLATE.replace("A new scenario", () => flowText(words[0]?.toUpperCase() + words.slice(1)));
}

const TEMPLATE = `farwatch: 1
title: A new scenario

defence:
  - name: alpha
    system: patriot
    at: {lat_deg: 23.6, lon_deg: 45.1}
    heading_deg: 45                # where its sector radars look

defended:
  - {name: depot, at: {lat_deg: 23.62, lon_deg: 45.25}}

raid:
  - name: drones
    class: one-way-drone
    count: 8
    to: depot
    from: {bearing_deg: 40, range_km: 110}   # as seen from the depot
    interval_s: 15
`;
