// When the defence saw, lost and found an object again, in sentences: what a story tells between the first plot and the end.

import { clockText } from "./playback";
import { heldSpans, lifeOf, type Scene, type Thing } from "./scene";
import { far, type Line } from "./story";

/** Of a target: other radars that came to see it after the first, and each time that no track of it was left, or one was again. */
export function heldStory(scene: Scene, target: Thing): Line[] {
  const lines: Line[] = (target.seen ?? []).slice(1).map(([radar, time_s, range_m]) =>
    ({ time_s, text: `seen by ${radar} too, at ${far(range_m)}`, what: "seen-too" }));
  const spans = heldSpans(scene, target.key), gone_s = endOf(scene, target);
  spans.forEach(({ from_s, until_s, first, last }, k) => {
    if (k) lines.push({ time_s: from_s, text: `found again, as ${first.key}`, what: "found" });
    if (until_s < gone_s && last.fate === "dropped") lines.push({ time_s: until_s, text: `track lost: ${whyEnded(scene, last)}`, what: "unheld" });
  });
  return lines;
}

/** Of a track: its end, and why. */
export function endLine(scene: Scene, track: Thing): Line {
  const until_s = lifeOf(scene, track)[1];
  if (track.fate !== "dropped") return { time_s: until_s, text: "held to the end of the trial", what: "end" };
  return { time_s: until_s, text: `dropped: ${whyEnded(scene, track)}`, what: "end" };
}

/** Why a track was dropped: its object was gone, another track of it went on, or no radar saw it any more. */
export function whyEnded(scene: Scene, track: Thing): string {
  const until_s = lifeOf(scene, track)[1], target = scene.things.find((one) => one.key === track.of);
  if (!target) return "it was of no real object";
  const gone_s = endOf(scene, target);
  if (gone_s <= until_s) return `${target.key} ${FATES[target.fate] ?? "was gone"} at ${clockText(gone_s)}`;
  const other = scene.things.find((one) => {
    if (one.kind !== "track" || one.of !== track.of || one === track || one.count < 1) return false;
    const [from_s, end_s] = lifeOf(scene, one);
    return from_s <= until_s && end_s > until_s;
  });
  if (other) return `${other.key} went on with the same object`;
  const since_s = until_s - (track.updated_s ?? until_s);
  return since_s >= 1 ? `no radar had seen it for ${Math.round(since_s)} s` : "no radar saw it any more";
}

const FATES: Record<string, string> = { killed: "was killed", leaked: "got through", landed: "landed or left" };

const endOf = ({ columns }: Scene, thing: Thing): number =>
  (thing.count > 0 ? columns.time_s[thing.first + thing.count - 1] as number : Infinity);
