// Colours of the page as a canvas can read them: it knows neither variables nor light-dark().

const NAMES = [
  "ground", "panel", "line", "ink", "quiet", "link", "hostile", "friend", "neutral", "unknown",
  "sea", "land", "coast", "border", "grid",
] as const;

export type Palette = Record<(typeof NAMES)[number], string>;

/** The colours in force at an element, as rgb(). */
export function paletteOf(element: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const found = Object.fromEntries(NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  })) as Palette;
  probe.remove();
  return found;
}

/** Whether the page is dark now: as the system is, unless chosen otherwise. */
export function isDark(): boolean {
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme === "dark" || (scheme !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
}

/** Calls back whenever the page may have turned from light to dark or back; gives what ends that. */
export function onTurn(tell: () => void): () => void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const watch = new MutationObserver(tell);
  dark.addEventListener("change", tell);
  watch.observe(document.documentElement, { attributes: true });
  return () => { dark.removeEventListener("change", tell); watch.disconnect(); };
}
