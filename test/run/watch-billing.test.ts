import { expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { type BillingBook, watchBilling } from "../../src/run/watch-billing.ts";
import type { WatchBook } from "../../src/run/watch.ts";
import { billingFigures } from "../../src/scenario/billing-figures.ts";
import { probe as sample } from "../probe/samples.ts";

const hourMs = 3_600_000;
const lagMs = hourMs;
const terms = {
  environment: "production",
  warnAfterMs: 1000,
  accept: [],
  billing: { kind: "openrouter", lagMs },
} as const;
const target = { ...sample.target, key: { env: "KEY" }, audit: terms };
const probe: Probe = { ...sample, target, scenario: { kind: "built-in", name: "billing-figures" } };
const other: Probe = { ...sample, id: "other@eu", target: { ...target, name: "other" } };
const apart: Probe = { ...sample, id: "apart@eu", target: { ...target, name: "apart", key: { env: "ANOTHER" } } };

test("looks at the provider's figures by the hour are compared with all targets of the key, and told once", async () => {
  const asked: (readonly string[])[] = [];
  const told: string[] = [];
  const incidents = new Map<string, Incident>();
  let usdAnHour = 1;
  const book: WatchBook & BillingBook = {
    async figuresOf(_id, sinceMs) {
      const first = Math.ceil(sinceMs / hourMs);
      return Array.from({ length: 49 }, (_, n) => ({ atMs: (first + n) * hourMs, numbers: { usd: n * usdAnHour } }));
    },
    async oursBetween(targets, fromMs, toMs) {
      asked.push(targets);
      const microUsd = ((toMs - fromMs) / hourMs) * 1_000_000;
      return { microUsd, tokens: 0, requests: 0, retries: 0, failed: 0 };
    },
    lastDone: async () => new Map(),
    incidents: async () => [...incidents.values()],
    changeIncident: async () => undefined,
    async concludeIncident({ fingerprint, conclude }) {
      const after = conclude(incidents.get(fingerprint));
      for (const incident of after.incidents) incidents.set(incident.fingerprint, incident);
      told.push(...after.outbox.map(({ alert }) => `${alert.event}: ${alert.changes[0]?.after}`));
    },
  };
  const world = { book, probes: [probe, other, apart], receivers: ["oncall"], startedAtMs: 0 };
  const nowMs = Date.UTC(2026, 5, 11);
  await watchBilling(world, nowMs);
  expect(told).toEqual([]);
  expect(new Set(asked.flat())).toEqual(new Set(["mini", "other"]));
  usdAnHour = 1.2;
  for (let look = 1; look < 10; look += 1) await watchBilling(world, nowMs + look * 1000);
  expect(told).toEqual(["opened: $14.40 by the provider's figures, over 2 windows"]);
});

test("one look costs one request for figures, and none where no source is known", () => {
  const context = { nonce: undefined, nowMs: 0 };
  const call = billingFigures.nextCall([], { ...context, target } as never);
  expect(call).toMatchObject({ method: "GET", path: "/key", name: "figures" });
  expect(billingFigures.nextCall([], { ...context, target: sample.target } as never)).toBeUndefined();
  expect(billingFigures.maxOutputTokens).toBe(0);
});
