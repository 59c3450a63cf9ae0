// What the server answers, and how it is asked. Every page's JSON stands at the page's own address.

export interface Problem { where: string; value: string; rule: string; hint: string; line: number | null }
export interface RunLine { name: string; title: string; seed: number; trials: number; done: number; state: string; changed_s: number }
export interface CampaignLine {
  name: string; title: string; state: string; changed_s: number; progress: { points: number; done: number; goal: number } | null;
}
export interface Job { name: string; state: string | null; said: string }
export interface Overview {
  version: string; home: string; shipped: string[]; scenarios: string[]; plans: string[]; titles: Record<string, string>;
  runs: RunLine[]; campaigns: CampaignLine[]; jobs: (Job & { what: string })[];
}

export class Refused extends Error {
  constructor(message: string, readonly problems: Problem[]) { super(message); }
}

export async function ask<T>(address: string, method = "GET", body?: unknown): Promise<T> {
  const answer = await fetch(address, {
    method,
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => { throw new Error("The console does not answer. Is it still running?"); });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.error ?? said.detail ?? answer.statusText, said.problems ?? []);
  return said as T;
}

/** Told whenever something moves, until it ends. A browser keeps six connections to a server, over all tabs: an unseen one has none. */
export function watch(address: string, tell: (message: { state: string; line: RunLine | null }) => void): () => void {
  let source: EventSource | null = null, over = false;
  function turn(): void {
    if (document.hidden || over) { source?.close(); source = null; return; }
    source ??= new EventSource(address);
    source.onmessage = (event) => {
      const said = JSON.parse(event.data);
      tell(said);
      if (said.state !== "running") { over = true; source?.close(); }
    };
  }
  document.addEventListener("visibilitychange", turn);
  turn();
  return () => { over = true; turn(); document.removeEventListener("visibilitychange", turn); };
}
