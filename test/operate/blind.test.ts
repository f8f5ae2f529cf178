import { expect, test } from "vitest";
import { wholeOverview } from "../../src/operate/whole-overview.ts";
import { renderLive } from "../../src/report/live.ts";
import { probe } from "../notify/samples.ts";

const nowMs = Date.parse("2026-11-23T10:00:00Z");
const store = {
  overview: () =>
    Promise.resolve({
      atMs: nowMs,
      probes: [],
      incidents: [],
      spendToday: [],
      deliveries: { pending: 0, failed: 0 },
    }),
  countedIn: () => Promise.resolve([]),
} as unknown as Parameters<typeof wholeOverview>[0];

test("status says for how long nobody could watch a target, and nothing when somebody could", async () => {
  const shown = async (minutes: number, limitMinutes?: number): Promise<string> => {
    const times = [{ target: "mini", minutes, ...(limitMinutes === undefined ? {} : { limitMinutes }) }];
    const overview = await wholeOverview(store, [probe], nowMs, 1, () => Promise.resolve(times));
    return renderLive(overview, { columns: 100, colour: false, title: "t", phase: "ready", events: [] });
  };
  expect(await shown(35)).toContain(" mini  not checked for 35 min of the last 24 h\n");
  expect(await shown(35, 20)).toContain(" mini  not checked for 35 min of the last 24 h, at most 20 min");
  expect(await shown(0)).not.toContain("not checked");
});
