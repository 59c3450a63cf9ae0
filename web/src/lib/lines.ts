// How lines of a chart are told apart: colour, dash and marker together, in light and dark; and where their names stand.

/** Defined in Curves.svelte. */
export const COLOURS = ["var(--line-1)", "var(--line-2)", "var(--line-3)", "var(--line-4)", "var(--line-5)", "var(--line-6)"];
export const DASHES: number[][] = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 5]];
/** Markers about nought, as SVG paths. */
export const MARKERS = [
  "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z", "M-3.7,-3.7h7.4v7.4h-7.4z", "M0,-5L4.6,3.6H-4.6z",
  "M0,-5.2L4.6,0L0,5.2L-4.6,0z", "M0,5L4.6,-3.6H-4.6z", "M-1.6,-4.6h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3z",
];

/** The look at a place; after the last comes the first again. */
export const lookAt = <T>(list: T[], place: number): T => list[place % list.length] as T;

/** Places for labels, top to bottom, as near to `wanted` as they can be with `gap` between them, inside `low`..`high`. */
export function apart(wanted: number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, k) => k).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const found = [...wanted];
  let last = low - gap;
  for (const k of order) last = found[k] = Math.max(found[k] ?? 0, last + gap);
  let next = high + gap;
  for (const k of order.reverse()) next = found[k] = Math.min(found[k] ?? 0, next - gap);
  return found;
}
