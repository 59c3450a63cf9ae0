// Unsaved text, kept by the browser until the tab is closed.

export interface Draft { text: string; base: string }

const key = (name: string) => `farwatch:draft:${name}`;

export function keep(name: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(key(name)); else sessionStorage.setItem(key(name), JSON.stringify(draft));
  } catch { /* No room, or none allowed: then nothing is kept. */ }
}

export function found(name: string): Draft | null {
  try {
    const said: unknown = JSON.parse(sessionStorage.getItem(key(name)) ?? "null");
    const draft = said as Draft | null;
    return draft && typeof draft.text === "string" && typeof draft.base === "string" ? draft : null;
  } catch { return null; }
}

/** A name that is not taken, from one that may be. */
export function free(wanted: string, taken: readonly string[], ending = ""): string {
  for (let count = 1; ; count += 1) {
    const name = `${wanted}${count > 1 ? `-${count}` : ""}${ending}`;
    if (!taken.includes(name)) return name;
  }
}

export const FILE = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,74}\.ya?ml$/;

/** What the user calls a file, with the ending that a scenario has. */
export function fileName(wanted: string): string {
  const name = wanted.trim();
  return /\.ya?ml$/.test(name) || name === "" ? name : `${name}.yaml`;
}
