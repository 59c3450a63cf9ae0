// What happened to one thing of a trial, in sentences: made from the scene's happenings and columns, and the reason that
// the run's table gives for a leaker.

import type { Happening, Scene, Thing } from "./scene";
import { endLine, heldStory } from "./held";
import { clockText } from "./playback";

/** One line; without a time it holds for the whole trial. `fired_s`: of a shot, when it was fired; its text says so too.
 * `key`: another thing that is named, whose story can be told. */
export interface Line { time_s: number | null; text: string; what: string; fired_s?: number; key?: string }

const TIME = 0, WHAT = 1, WHO = 2, WHOM = 3, ROUND = 4, VALUE = 8;

/** A length for people: 45 km, 3.2 km, 181 m. */
export function far(range_m: number): string {
  if (!Number.isFinite(range_m)) return "an unknown distance";
  return range_m >= 9950 ? `${Math.round(range_m / 1000)} km` : range_m >= 995 ? `${(range_m / 1000).toFixed(1)} km` : `${Math.round(range_m)} m`;
}

/** The story of a thing; `why` is the sentence that tells why a leaker got through, where it is known. */
export function storyOf(scene: Scene, key: string, why = ""): Line[] {
  const thing = scene.things.find((one) => one.key === key);
  if (!thing) return [];
  if (thing.kind === "track") return trackStory(scene, thing);
  if (thing.kind === "round") return roundStory(scene, thing);
  if (thing.kind === "target") return targetStory(scene, thing, why);
  return siteStory(scene, thing);
}

// Shots: a launch and what came of it ------------------------------------------------------------------------

export interface Shot {
  round: string; by: string; at: string; fired_s: number;
  /** Kill, miss or lost, and of whom; null: it was still flying at the end. */
  result: Happening | null;
  /** What the defence wrongly believed of what it was fired at, empty where it was right. */
  belief: string;
}

const RESULTS = new Set(["kill", "miss", "lost"]);
const shotsOfScene = new WeakMap<Scene, Shot[]>();

/** Every shot of a trial, in order of launch. */
export function shotsOf(scene: Scene): Shot[] {
  const known = shotsOfScene.get(scene);
  if (known) return known;
  const byRound = new Map<string, Shot>();
  for (const one of scene.happenings) {
    const [time_s, what, who, whom, round] = one;
    if (what === "launch") byRound.set(round, { round, by: who, at: whom, fired_s: time_s, result: null, belief: "" });
    const shot = byRound.get(round);
    if (!shot) continue;
    if (RESULTS.has(what)) shot.result = one;
    else if (what === "assessed-kill" && !isDead(scene, one)) shot.belief = "; taken for dead, wrongly";
    else if (what === "assessed-miss" && isDead(scene, one)) shot.belief = "; taken for alive, wrongly";
  }
  const shots = [...byRound.values()];
  shotsOfScene.set(scene, shots);
  return shots;
}

/** A shot with its result, as a line of the story of one thing, which is "it" there. */
function shotLine(scene: Scene, shot: Shot, about: string): Line {
  const { round, by, at, fired_s, result, belief } = shot;
  const aimed = at === about ? "" : ` at ${at || "a false track"}`;
  const fired = `${round}${kindOf(scene, round)}, fired ${clockText(fired_s)}${aimed}`;
  if (!result) return { time_s: fired_s, text: `${fired}, was still flying at the end`, what: "launch", fired_s };
  const [time_s, what, , whom] = result, where = `${far(result[VALUE])} ${by === about ? "away" : `from ${by || "its battery"}`}`;
  const met = whom === at ? (what === "kill" ? " it" : "") : whom === about ? " it" : ` ${whom || "nothing real"} instead`;
  const came = what === "lost" ? "found nothing: the track was gone or wrong" : `${what === "kill" ? "killed" : "missed"}${met}, ${where}`;
  const told = { time_s, text: `${fired}, ${came}${belief}`, what: whom !== about && at === about ? "stray" : what, fired_s };
  const named = at === about ? whom : at;
  return named && named !== about ? { ...told, key: named } : told;
}

// An object in the air ---------------------------------------------------------------------------------------

const IN_SHOTS = new Set(["launch", "kill", "miss", "lost", "assessed-kill", "assessed-miss"]);

function targetStory(scene: Scene, thing: Thing, why: string): Line[] {
  const about = scene.happenings.filter((one) => one[WHOM] === thing.key);
  const kinds = new Set(about.map((one) => one[WHAT]));
  const shots = shotsOf(scene).filter((one) => one.at === thing.key || one.result?.[WHOM] === thing.key);
  const lines = [entered(scene, thing), ...horizon(scene, thing), ...news(about).map((one) => line(scene, one, thing.key)),
    ...shots.map((one) => shotLine(scene, one, thing.key)), ...heldStory(scene, thing)];
  lines.sort((a, b) => (a.time_s ?? -1) - (b.time_s ?? -1));
  const never = (text: string): Line => ({ time_s: null, text, what: "none" });
  if (!kinds.has("seen")) lines.push(never("never seen by a radar"));
  else if (!kinds.has("confirmed")) lines.push(never("never a confirmed track of its own"));
  if (thing.side !== "hostile") return kinds.has("kill") ? [outcome(scene, thing, kinds, why), ...lines] : lines;
  if (!kinds.has("launch")) lines.push(never("never fired at"));
  return [outcome(scene, thing, kinds, why), ...lines];
}

/** Without shots, which are told by themselves, and what only repeats: each new track of it is confirmed and judged anew. */
function news(about: Happening[]): Happening[] {
  let confirmed = false, judged = "";
  return about.filter(([, what]) => {
    if (what === "confirmed") { const first = !confirmed; confirmed = true; return first; }
    if (what === "hostile" || what === "neutral") { const other = judged !== what; judged = what; return other; }
    return !IN_SHOTS.has(what);
  });
}

/** How it ended and why, before all else. */
function outcome(scene: Scene, thing: Thing, kinds: Set<string>, why: string): Line {
  const told = (text: string): Line => ({ time_s: null, text, what: "outcome" });
  if (kinds.has("leak")) return told(`Got through. ${why}`.trim());
  if (!kinds.has("kill")) return told("Neither killed nor through by the end of the trial.");
  const shot = shotsOf(scene).find(({ result }) => result?.[WHAT] === "kill" && result[WHOM] === thing.key);
  return told(`${thing.side === "hostile" ? "Killed" : "Shot down by mistake"}${shot ? ` by ${shot.round}, ${far(shot.result?.[VALUE] ?? NaN)} from ${shot.by}` : ""}.`);
}

function entered({ columns }: Scene, thing: Thing): Line {
  const row = thing.first, height = far(columns.height_m[row] as number), speed = columns.speed_m_s[row] as number;
  const flies = Number.isFinite(speed) && speed > 0 ? `, at ${Math.round(speed)} m/s` : "", time_s = columns.time_s[row] as number;
  return { time_s, text: `appears ${height} above the sea${flies}${isAtOnce(thing.unmasked_s, time_s) ? ", with nothing between it and a radar" : ""}`, what: "start" };
}

/** When the round earth, and then the terrain, first let it be seen; where the server tells, and not at the start. */
function horizon({ columns }: Scene, { first, above_horizon_s: above_s, unmasked_s }: Thing): Line[] {
  const start_s = columns.time_s[first] as number, lines: Line[] = [];
  if (isTime(above_s) && !isAtOnce(above_s, start_s)) lines.push({ time_s: above_s, text: "above the horizon of a radar", what: "horizon" });
  if (isTime(unmasked_s) && unmasked_s !== above_s && !isAtOnce(unmasked_s, start_s)) {
    lines.push({ time_s: unmasked_s, text: "no longer hidden by terrain", what: "horizon" });
  }
  return lines;
}

/** Within a turn of a radar, which looks no oftener. */
const isAtOnce = (then_s: number | null | undefined, time_s: number): boolean => isTime(then_s) && then_s - time_s < 12;
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
    lines.push({ time_s: null, text: `in truth ${target.key}, ${article(target.class)}`, what: "none", key: target.key });
    if (thing.class && thing.class !== target.class) {
      lines.push({ time_s: null, text: `believed to be ${article(thing.class)}: wrong`, what: "none" });
    }
    if (thing.side !== target.side && thing.side !== "unknown") {
      lines.push({ time_s: null, text: `judged ${thing.side}: wrong`, what: "none" });
    }
  }
  const known = `position known to ${far(columns.major_m[last] as number)}`;
  if (thing.updated_s !== undefined) lines.push({ time_s: thing.updated_s, text: `last of ${count(thing.updates ?? 0, "update")}; ${known}`, what: "updated" });
  lines.push(endLine(scene, thing));
  return lines;
}

const article = (word: string): string => (word ? `${/^([aeiu]|o(?!ne))/.test(word) ? "an" : "a"} ${word}` : "of an unknown class");

function siteStory(scene: Scene, thing: Thing): Line[] {
  if (thing.kind === "battery") {
    const shots = shotsOf(scene).filter((one) => one.by === thing.key);
    const lines = shots.map((one) => shotLine(scene, one, thing.key)).sort((a, b) => (a.time_s ?? 0) - (b.time_s ?? 0));
    return [{ time_s: null, text: tally(shots), what: "none" }, ...lines];
  }
  const told = scene.happenings.filter((one) => one[WHO] === thing.key), lines = told.map((one) => line(scene, one, thing.key));
  if (thing.kind === "radar") lines.unshift({ time_s: null, text: `first to see ${count(told.length, "object")}`, what: "none" });
  if (thing.kind === "asset" && !told.length) lines.push({ time_s: null, text: "nothing got through to it", what: "none" });
  return lines;
}

function tally(shots: Shot[]): string {
  const of = (what: string): number => shots.filter((one) => one.result?.[WHAT] === what).length;
  return `fires ${count(shots.length, "round")}: ${of("kill")} killed, ${of("miss")} missed, ${of("lost")} found nothing`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

// Happenings -------------------------------------------------------------------------------------------------

/** A happening as a line of the story of one thing, which is not named in it again; "" names everything. */
export function line(scene: Scene, happening: Happening, about = ""): Line {
  const what = happening[WHAT], said = WORDS[what], whom = happening[WHOM] || "something";
  const text = said ? said(happening, { scene, whom: happening[WHOM] === about && about ? "it" : whom }) : what;
  const told = { time_s: happening[TIME], text: text.replace(/^it /, ""), what };
  return happening[WHOM] && happening[WHOM] !== about ? { ...told, key: happening[WHOM] } : told;
}

type Word = (happening: Happening, told: { scene: Scene; whom: string }) => string;

const WORDS: Record<string, Word> = {
  seen: (one, { whom }) => `${whom} seen by ${one[WHO] || "a radar"} at ${far(one[VALUE])}`,
  confirmed: (one, { whom }) => `${whom} confirmed as a track, position known to ${far(one[VALUE])}`,
  hostile: (one, { whom }) => `${whom} judged hostile (probability ${likely(one[VALUE])})`,
  neutral: (one, { whom }) => `${whom} judged neutral (probability of a hostile ${likely(one[VALUE])})`,
  launch: (one, { scene, whom }) => `${one[WHO] || "a battery"} fires ${one[ROUND] || "a round"}${kindOf(scene, one[ROUND])} at ${whom}`,
  kill: (one, { scene, whom }) => `${one[ROUND] || "a round"}${aimed(scene, one)} kills ${whom}, ${far(one[VALUE])} from ${one[WHO] || "its battery"}`,
  miss: (one, { scene, whom }) => `${one[ROUND] || "a round"}${aimed(scene, one)} misses ${whom}`,
  lost: (one, { whom }) => `${one[ROUND] || "a round"} finds nothing: the track of ${whom} is gone or wrong`,
  "assessed-kill": (one, { scene, whom }) => `${whom} taken for dead after ${one[ROUND]}${isDead(scene, one) ? "" : ", wrongly"}`,
  "assessed-miss": (one, { scene, whom }) => `${whom} taken for alive after ${one[ROUND]}${isDead(scene, one) ? ", wrongly" : ""}`,
  leak: (one, { whom }) => `${whom} leaked to ${one[WHO] || "what it flew to"}`,
  land: (_, { whom }) => `${whom} landed or left`,
};

const likely = (value: number): string => (value > 0.99 ? "over 0.99" : value < 0.01 ? "under 0.01" : value.toFixed(2));

/** What a round was fired at, where that was another. */
function aimed(scene: Scene, [, , , whom, round]: Happening): string {
  const shot = round ? shotsOf(scene).find((one) => one.round === round) : undefined;
  return shot && shot.at !== whom ? ` (fired at ${shot.at || "a false track"})` : "";
}

function kindOf({ things }: Scene, round: string): string {
  const kind = things.find((one) => one.key === round)?.class;
  return kind ? ` (${kind})` : "";
}

/** Whether what was assessed had truly been killed by then. */
function isDead({ happenings }: Scene, [time_s, , , whom]: Happening): boolean {
  return happenings.some((one) => one[WHAT] === "kill" && one[WHOM] === whom && one[TIME] <= time_s);
}

// The whole trial --------------------------------------------------------------------------------------------

/** `killed` of the hostile; `wrongly`: what else was shot down. */
export interface Score { launched: number; killed: number; wrongly: number; leaked: number; flying: number; hostile: number }

/** How the trial stands at a time. */
export function scoreAt(scene: Scene, time_s: number): Score {
  const hostile = new Set(scene.things.filter((one) => one.kind === "target" && one.side === "hostile").map((one) => one.key));
  const score = { launched: 0, killed: 0, wrongly: 0, leaked: 0, flying: 0, hostile: hostile.size };
  for (const [at_s, what, , whom] of scene.happenings) {
    if (at_s > time_s + 1e-3) break;
    if (what === "launch") { score.launched += 1; score.flying += 1; }
    else if (what === "kill") { score[hostile.has(whom) ? "killed" : "wrongly"] += 1; score.flying -= 1; }
    else if (what === "leak") score.leaked += 1;
    else if (what === "miss" || what === "lost") score.flying -= 1;
  }
  return score;
}

/** What got through, in order of time: one line for each. */
export function leakers(scene: Scene): { time_s: number; key: string }[] {
  return scene.happenings.filter((one) => one[WHAT] === "leak").map((one) => ({ time_s: one[TIME], key: one[WHOM] }));
}

/** Where a replay begins of itself: just before a radar first sees something hostile. */
export function begins_s(scene: Scene): number {
  const hostile = new Set(scene.things.filter((one) => one.side === "hostile" && one.kind === "target").map((one) => one.key));
  const first = scene.happenings.find((one) => one[WHAT] === "seen" && hostile.has(one[WHOM])) ?? scene.happenings.find((one) => one[WHAT] === "launch");
  return first ? Math.max(0, Math.floor(first[TIME] - 5)) : 0;
}
