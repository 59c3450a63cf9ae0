// Has the server work out early what the page of a trial shows first, while another page of the run is read.

import { coverageAddress, RELIEF_PX, reliefAddress } from "../map/pictures";

const done = new Set<string>();

/** Once a run that is finished; what is answered is kept on the server's disk, and nothing is said where it fails. */
export function warm(run: string): void {
  if (done.has(run)) return;
  done.add(run);
  for (const address of [coverageAddress(run, null), ...RELIEF_PX.map((width_px) => reliefAddress(run, width_px))]) {
    void fetch(address, { priority: "low" }).catch(() => undefined);
  }
}
