// What happened to one thing of a trial, in sentences: made from the scene's happenings and columns, nothing else.

import type { Happening, Scene, Thing } from "./scene";
import { clockText } from "./playback";

/** One line; without a time it holds for the whole trial. */
export interface Line { time_s: number | null; text: string; what: string }

/** A line in one breath: `seen 14:02 by alpha/96l6e at 45 km`. */
export function spoken({ time_s, text }: Line): string {
  if (time_s === null) return text;
  const cut = text.indexOf(" "), first = cut < 0 ? text : text.slice(0, cut), rest = cut < 0 ? "" : text.slice(cut);
  return `${first} ${clockText(time_s)}${rest}`;
}

const TIME = 0, WHAT = 1, WHO = 2, WHOM = 3, ROUND = 4, VALUE = 8;

/** A length for people: 45 km, 3.2 km, 181 m. */
export function far(range_m: number): string {
  if (!Number.isFinite(range_m)) return "an unknown distance";
  return range_m >= 9950 ? `${Math.round(range_m / 1000)} km` : range_m >= 995 ? `${(range_m / 1000).toFixed(1)} km` : `${Math.round(range_m)} m`;
}

export function storyOf(scene: Scene, key: string): Line[] {
  const thing = scene.things.find((one) => one.key === key);
  if (!thing) return [];
  if (thing.kind === "track") return trackStory(scene, thing);
  if (thing.kind === "round") return roundStory(scene, thing);
  if (thing.kind === "target") return targetStory(scene, thing);
  return siteStory(scene, thing);
}

// An object in the air ---------------------------------------------------------------------------------------

function targetStory(scene: Scene, thing: Thing): Line[] {
  const about = scene.happenings.filter((one) => one[WHOM] === thing.key);
  const kinds = new Set(about.map((one) => one[WHAT]));
  const lines = [entered(scene, thing), ...horizon(thing), ...about.map((one) => line(scene, one, thing.key)),
    ...strays(scene, thing, about)];
  lines.sort((a, b) => (a.time_s ?? -1) - (b.time_s ?? -1));
  if (!kinds.has("seen")) lines.push({ time_s: null, text: "never seen by a radar", what: "none" });
  else if (!kinds.has("confirmed")) lines.push({ time_s: null, text: "never a confirmed track", what: "none" });
  if (thing.side !== "hostile") return lines;
  if (!kinds.has("launch")) lines.push({ time_s: null, text: "never fired at", what: "none" });
  if (!kinds.has("kill") && !kinds.has("leak")) {
    lines.push({ time_s: null, text: "neither killed nor through by the end of the trial", what: "none" });
  }
  return lines;
}

/** Results of rounds that were fired at a thing, and met another: tracks of close neighbours change places. */
function strays(scene: Scene, thing: Thing, about: Happening[]): Line[] {
  const fired = new Set(about.filter((one) => one[WHAT] === "launch").map((one) => one[ROUND]));
  return scene.happenings.flatMap((one) => {
    const result = RESULTS[one[WHAT]];
    if (!result || !fired.has(one[ROUND]) || one[WHOM] === thing.key) return [];
    return [{ time_s: one[TIME], text: `passed by ${one[ROUND]}, which ${result} ${one[WHOM] || "nothing real"}`, what: "stray" }];
  });
}

const RESULTS: Record<string, string> = { kill: "killed", miss: "missed", lost: "went after" };

function entered({ columns }: Scene, thing: Thing): Line {
  const row = thing.first, height = far(columns.height_m[row] as number), speed = columns.speed_m_s[row] as number;
  const flies = Number.isFinite(speed) && speed > 0 ? `, at ${Math.round(speed)} m/s` : "";
  return { time_s: columns.time_s[row] as number, text: `appears ${height} above the sea${flies}`, what: "start" };
}

/** When the round earth, and then the terrain, first let it be seen; where the server tells. */
function horizon({ above_horizon_s: above_s, unmasked_s }: Thing): Line[] {
  const lines: Line[] = [];
  if (isTime(above_s)) lines.push({ time_s: above_s, text: "above the horizon of a radar", what: "horizon" });
  if (isTime(unmasked_s) && unmasked_s !== above_s) {
    lines.push({ time_s: unmasked_s, text: "clear of the terrain", what: "horizon" });
  }
  return lines;
}

const isTime = (time_s: number | null | undefined): time_s is number => typeof time_s === "number" && Number.isFinite(time_s);

// Rounds, tracks, sites --------------------------------------------------------------------------------------

function roundStory(scene: Scene, thing: Thing): Line[] {
  const lines = scene.happenings.filter((one) => one[ROUND] === thing.key).map((one) => line(scene, one, thing.key));
  if (!thing.fate) lines.push({ time_s: null, text: "still flying when the trial ended", what: "none" });
  return lines;
}

function trackStory(scene: Scene, thing: Thing): Line[] {
  const { columns } = scene, last = thing.first + thing.count - 1;
  const target = scene.things.find((one) => one.key === thing.of);
  const lines: Line[] = [{
    time_s: columns.time_s[thing.first] as number,
    text: `begun, position known to ${far(columns.major_m[thing.first] as number)}`,
    what: "confirmed",
  }];
  if (!target) lines.push({ time_s: null, text: "of no real object", what: "none" });
  else {
    lines.push({ time_s: null, text: `in truth ${target.key}, ${article(target.class)}`, what: "none" });
    if (thing.class && thing.class !== target.class) {
      lines.push({ time_s: null, text: `believed to be ${article(thing.class)}: wrong`, what: "none" });
    }
    if (thing.side !== target.side && thing.side !== "unknown") {
      lines.push({ time_s: null, text: `judged ${thing.side}: wrong`, what: "none" });
    }
  }
  lines.push({
    time_s: columns.time_s[last] as number,
    text: `updated last of ${thing.count} times, position known to ${far(columns.major_m[last] as number)}`,
    what: "end",
  });
  return lines;
}

const article = (word: string): string => (word ? `${/^([aeiu]|o(?!ne))/.test(word) ? "an" : "a"} ${word}` : "of an unknown class");

function siteStory(scene: Scene, thing: Thing): Line[] {
  const told = scene.happenings.filter((one) => one[WHO] === thing.key && !one[WHAT].startsWith("assessed"));
  const lines = told.map((one) => line(scene, one, thing.key));
  if (thing.kind === "battery") lines.unshift({ time_s: null, text: tally(told), what: "none" });
  if (thing.kind === "radar") lines.unshift({ time_s: null, text: `first to see ${count(told.length, "object")}`, what: "none" });
  if (thing.kind === "asset" && !told.length) lines.push({ time_s: null, text: "nothing got through to it", what: "none" });
  return lines;
}

function tally(told: Happening[]): string {
  const of = (what: string): number => told.filter((one) => one[WHAT] === what).length;
  return `fires ${count(of("launch"), "round")}: ${of("kill")} kill, ${of("miss")} miss, ${of("lost")} find nothing`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

// Happenings -------------------------------------------------------------------------------------------------

/** A happening as a line of the story of one thing, which is not named in it again; "" names everything. */
export function line(scene: Scene, happening: Happening, about = ""): Line {
  const what = happening[WHAT], whom = happening[WHOM], said = WORDS[what];
  const text = said ? said(happening, scene, happening[ROUND] === about ? "it" : happening[ROUND] || "a round") : what;
  const named = about !== "" && (whom === about || !whom) ? "" : `${whom || "something"} `;
  return { time_s: happening[TIME], text: said ? named + text : text, what };
}

type Word = (happening: Happening, scene: Scene, round: string) => string;

const WORDS: Record<string, Word> = {
  seen: (one) => `seen by ${one[WHO] || "a radar"} at ${far(one[VALUE])}`,
  confirmed: (one) => `confirmed as a track, position known to ${far(one[VALUE])}`,
  hostile: (one) => `judged hostile (probability ${likely(one[VALUE])})`,
  neutral: (one) => `judged neutral (probability of a hostile ${likely(one[VALUE])})`,
  launch: (one, scene, round) => `engaged by ${one[WHO] || "a battery"} with ${round}${kindOf(scene, one)}, to be met at ${clockText(one[VALUE])}`,
  kill: (one, scene, round) => `killed by ${round}${aimed(scene, one)}, ${far(one[VALUE])} from ${one[WHO] || "its battery"}`,
  miss: (one, scene, round) => `missed by ${round}${aimed(scene, one)}, ${far(one[VALUE])} from ${one[WHO] || "its battery"}`,
  lost: (one, scene, round) => `escaped ${round}${aimed(scene, one)}: its track was gone or wrong`,
  "assessed-kill": (one, scene, round) => `assessed as killed by ${round}${isDead(scene, one) ? "" : ": wrongly"}`,
  "assessed-miss": (one, scene, round) => `assessed as alive after ${round}${isDead(scene, one) ? ": wrongly, it was dead" : ""}`,
  leak: (one) => `leaked to ${one[WHO] || "what it flew to"}`,
  land: () => "landed or left",
};

const likely = (value: number): string => (value > 0.99 ? "over 0.99" : value < 0.01 ? "under 0.01" : value.toFixed(2));

/** What a round was fired at, where that was another. */
function aimed({ happenings }: Scene, [, , , whom, round]: Happening): string {
  const launch = round ? happenings.find((one) => one[WHAT] === "launch" && one[ROUND] === round) : undefined;
  return launch && launch[WHOM] !== whom ? ` (fired at ${launch[WHOM] || "a false track"})` : "";
}

function kindOf({ things }: Scene, happening: Happening): string {
  const kind = things.find((one) => one.key === happening[ROUND])?.class;
  return kind ? ` (${kind})` : "";
}

/** Whether what was assessed had truly been killed by then. */
function isDead({ happenings }: Scene, [time_s, , , whom]: Happening): boolean {
  return happenings.some((one) => one[WHAT] === "kill" && one[WHOM] === whom && one[TIME] <= time_s);
}

// The whole trial --------------------------------------------------------------------------------------------

export interface Score { launched: number; killed: number; leaked: number; flying: number; hostile: number }

/** How the trial stands at a time. */
export function scoreAt(scene: Scene, time_s: number): Score {
  const score = { launched: 0, killed: 0, leaked: 0, flying: 0, hostile: 0 };
  for (const [at_s, what] of scene.happenings) {
    if (at_s > time_s + 1e-3) break;
    if (what === "launch") { score.launched += 1; score.flying += 1; }
    else if (what === "kill") { score.killed += 1; score.flying -= 1; }
    else if (what === "leak") score.leaked += 1;
    else if (what === "miss" || what === "lost") score.flying -= 1;
  }
  score.hostile = scene.things.filter((one) => one.kind === "target" && one.side === "hostile").length;
  return score;
}

/** What got through, in order of time: one line for each. */
export function leakers(scene: Scene): { time_s: number; key: string }[] {
  return scene.happenings.filter((one) => one[WHAT] === "leak").map((one) => ({ time_s: one[TIME], key: one[WHOM] }));
}
