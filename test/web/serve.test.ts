import { describe, expect, test } from "vitest";
import type { Overview } from "../../src/operate/overview.ts";
import type { Health } from "../../src/operate/status.ts";
import { createWeb, type WebSources } from "../../src/web/serve.ts";
import { incident } from "../notify/samples.ts";

const calm: Overview = {
  atMs: 0,
  probes: [],
  incidents: [incident()],
  spendToday: [],
  deliveries: { pending: 0, failed: 0 },
};
const api: WebSources["api"] = {
  operations: {} as never,
  gate: () => ({ kind: "granted", caller: { name: "local", scope: "write" } }),
};
const fine: Health = { live: true, ready: true, reasons: [] };
const ask = async (path: string, overview: () => Promise<Overview>, health = fine) => {
  const reply = await createWeb({ overview, health: () => health, api }).request(path);
  return [reply.status, await reply.json()];
};

describe("/readyz", () => {
  test("an incident of a target is no trouble of ours", async () => {
    expect(await ask("/readyz", async () => calm)).toEqual([200, { ready: true, reasons: [], warnings: [] }]);
  });

  test("a receiver that gets nothing is a warning, not a reason to take the service away", async () => {
    const observed = "disabled: it answered 410 Gone";
    const finding = {
      kind: "monitor",
      severity: "breaking",
      subject: "delivery",
      expected: "delivered",
      observed,
    } as const;
    const lost = incident({ kind: "monitor", label: "delivery to pager", findings: [finding] });
    expect(await ask("/readyz", async () => ({ ...calm, incidents: [lost] }))).toEqual([
      200,
      { ready: true, reasons: [], warnings: ["delivery to pager: disabled: it answered 410 Gone"] },
    ]);
  });

  test("a store that does not answer is said beside everything else", async () => {
    const stuck = { live: false, ready: false, reasons: ["no slot was consumed for 400 s"] };
    const gone = () => Promise.reject(new Error("ECONNREFUSED 10.0.0.1"));
    expect(await ask("/readyz", gone, stuck)).toEqual([
      503,
      { ready: false, reasons: ["no slot was consumed for 400 s", "the store does not answer"], warnings: [] },
    ]);
    expect(await ask("/healthz", gone, stuck)).toEqual([
      503,
      { live: false, reasons: ["no slot was consumed for 400 s"] },
    ]);
  });
});

test("what fails inside is not told outside", async () => {
  const [status, body] = await ask("/api/v1/status", () => Promise.reject(new Error("password of db.internal")));
  expect([status, body]).toEqual([500, { error: "internal error" }]);
});
