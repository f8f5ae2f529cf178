import { expect, test } from "vitest";
import { wholeOverview } from "../../src/operate/whole-overview.ts";
import { renderLive } from "../../src/report/live.ts";
import { probe } from "../notify/samples.ts";

const nowMs = Date.parse("2026-11-23T10:00:00Z");
const store = (judged: number) =>
  ({
    overview: () =>
      Promise.resolve({
        atMs: nowMs,
        probes: [],
        incidents: [],
        spendToday: [],
        deliveries: { pending: 0, failed: 0 },
      }),
    countedIn: () => Promise.resolve([]),
    hoursIn: (ids: readonly string[], fromMs: number) =>
      Promise.resolve(ids.map((probeId) => ({ probeId, atMs: fromMs, judged, due: 12 }))),
  }) as unknown as Parameters<typeof wholeOverview>[0];

test("status says for how long nobody could watch a target, and nothing when somebody could", async () => {
  const shown = async (judged: number): Promise<string> =>
    renderLive(await wholeOverview(store(judged), [probe], nowMs, 1), {
      columns: 100,
      colour: false,
      title: "t",
      phase: "ready",
      events: [],
    });
  expect(await shown(5)).toContain(" mini  blind for 35 min of the last 24 h");
  expect(await shown(12)).not.toContain("blind");
});
