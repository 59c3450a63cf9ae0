// The clock of a played trial, its steps, and what of it stands in the address.

export const SPEEDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600] as const;

/** The clock after some real time; it stops at the end. */
export function advanced(time_s: number, elapsed_ms: number, speed: number, end_s: number): number {
  return clamped(time_s + (Math.max(0, elapsed_ms) / 1000) * speed, end_s);
}

export function clamped(time_s: number, end_s: number): number {
  return Number.isFinite(time_s) ? Math.min(Math.max(0, time_s), end_s) : 0;
}

/** The next speed up (1) or down (-1). */
export function speedAfter(speed: number, direction: 1 | -1): number {
  const faster = SPEEDS.find((one) => one > speed) ?? speed;
  const slower = [...SPEEDS].reverse().find((one) => one < speed) ?? speed;
  return direction > 0 ? faster : slower;
}

const SAME_S = 1e-3;

/** The next time of a sorted list after (1) or before (-1) the clock, or null: there is none. */
export function stepTo(times_s: readonly number[], time_s: number, direction: 1 | -1): number | null {
  if (direction > 0) return times_s.find((one) => one > time_s + SAME_S) ?? null;
  for (let k = times_s.length - 1; k >= 0; k--) {
    if ((times_s[k] as number) < time_s - SAME_S) return times_s[k] as number;
  }
  return null;
}

/** How many of a sorted list of times have come by the clock. */
export function countUntil(times_s: ArrayLike<number>, time_s: number): number {
  let low = 0, high = times_s.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times_s[middle] as number) <= time_s + SAME_S) low = middle + 1; else high = middle;
  }
  return low;
}

/** 14:02, or 1:05:51 from an hour on. */
export function clockText(time_s: number): string {
  const whole = Math.floor(Math.max(0, time_s) + SAME_S);
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${two(minutes)}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** What an address says of a trial's page; no time: where the page begins by itself. */
export interface Told { time_s: number | null; selected: string; other: string }

export function toldBy(query: string): Told {
  const words = new URLSearchParams(query), text = words.get("t") ?? "", time_s = Number(text);
  return {
    time_s: text !== "" && Number.isFinite(time_s) && time_s >= 0 ? time_s : null,
    selected: words.get("s") ?? "",
    other: words.get("with") ?? "",
  };
}

export function queryOf({ time_s, selected, other }: Told): string {
  const words = new URLSearchParams();
  if (other) words.set("with", other);
  if (time_s !== null) words.set("t", String(Math.round(time_s * 10) / 10));
  if (selected) words.set("s", selected);
  const text = words.toString().replaceAll("%2F", "/");
  return text ? `?${text}` : "";
}
