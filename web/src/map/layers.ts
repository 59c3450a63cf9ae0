// What can be switched on the map.

export const LAYERS = [
  ["objects", "Objects", "Everything that flies, as it truly was; faint while no radar has a track of it"],
  ["tracks", "Tracks", "What the defence believes: position, one-sigma ellipse, speed for the next minute"],
  ["plots", "Plots", "Detections of each radar's last turn; hollow ones are false"],
  ["rounds", "Rounds", "Rounds in flight, a line from their launcher"],
  ["sites", "Sites", "Batteries, radars and what is defended"],
  ["marks", "Kills and leaks", "Where something was killed, or got through"],
  ["trails", "Trails", "Where each object came from"],
  ["routes", "Routes of the raid", "The way each hostile group flies, whether it is there yet or not"],
  ["labels", "Labels", "Names, as many as do not collide; of neutral objects only near by"],
  ["rings", "Range rings", "Distances from the site"],
  ["limits", "Radar limits", "Instrumented range and sector of each radar; not what it sees of a given target"],
  ["relief", "Relief", "The shaded ground, where the scenario has terrain"],
  ["coverage", "Coverage", "Where the radars can see a target at a height above ground"],
  ["claim", "Claimed range", "The farthest range that is claimed for a round of the defence"],
  ["grid", "Graticule", "Lines of latitude and longitude"],
  ["borders", "Borders", "Natural Earth, 1:50 million: a neutral reference, no statement on any boundary"],
] as const;

export type Layers = Record<(typeof LAYERS)[number][0], boolean>;

export const usual = (): Layers => ({
  objects: true, tracks: true, plots: false, rounds: true, sites: true, marks: true, trails: true, routes: true, labels: true,
  rings: true, limits: false, relief: true, coverage: true, claim: true, grid: true, borders: true,
});
