import { afterEach, describe, expect, it, vi } from "vitest";
import { usual } from "./layers";
import { Under } from "./under.svelte";

/** What the server packs of a defence without radars that claims 402 km. */
function packed(): ArrayBuffer {
  const told = { target: { class: "fighter", label: "Fighter", rcs_m2: 3 }, pd: 0.8, radars: [], columns: [],
    classes: [{ class: "fighter", label: "Fighter", count: 2, height_m: 8292, rcs_m2: 3 }],
    claimed: { label: "40N6E", battery: "alpha", range_m: 402_336, printed: "250 mi", lat_deg: 23, lon_deg: 45 } };
  const text = JSON.stringify(told), data = new ArrayBuffer(4 + text.length);
  new DataView(data).setUint32(0, text.length, true);
  new Uint8Array(data, 4).set(new TextEncoder().encode(text));
  return data;
}
const flush = (): Promise<void> => new Promise((done) => setTimeout(done));

afterEach(() => vi.unstubAllGlobals());

describe("what lies under a trial", () => {
  it("is asked for once, said while it is worked out, and then in words", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return Promise.resolve(address.startsWith("/relief") ? new Response(null, { status: 204 }) : new Response(packed()));
    });
    const under = new Under(), layers = usual();
    under.want("demo", layers);
    under.want("demo", layers);
    expect(asked).toEqual(["/coverage?run=demo", "/relief?run=demo&across_km=900&width_px=400"]);
    expect(under.said("demo", layers)).toContain("Working out");
    await flush();
    expect(under.said("demo", layers)).toBe("Blue: where radars can see a fighter 8.29 km up");
    expect(under.reliefSaid("demo")).toContain("the earth is smooth here");
    expect(under.of("demo", layers)).toEqual([{ lat_deg: 23, lon_deg: 45, radius_km: 402.336, label: "claimed for 40N6E: 402 km" }]);
    expect(under.said("demo", { ...layers, coverage: false })).toBe("");
  });
  it("asks anew for another target, and not for another height", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (address: string) => { asked.push(address); return Promise.resolve(new Response(packed())); });
    const under = new Under(), layers = { ...usual(), relief: false };
    under.choice = { ...under.choice, height_m: 100 };
    under.want("demo", layers);
    await flush();
    under.choice = { ...under.choice, height_m: 300 };
    under.want("demo", layers);
    expect(under.said("demo", layers)).toContain("300 m up");
    under.choice = { ...under.choice, wish: { rcs_m2: 0.1 } };
    under.want("demo", layers);
    expect(asked).toEqual(["/coverage?run=demo", "/coverage?run=demo&rcs_m2=0.1"]);
  });
});
