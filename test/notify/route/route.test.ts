import { describe, expect, test } from "vitest";
import type { IncidentAlert } from "../../../src/notify/compose/alert.ts";
import { outboxEntries, routeAlert } from "../../../src/notify/route/route.ts";
import type { Incident, TransitionKind } from "../../../src/incident/incident.ts";
import type { FindingKind } from "../../../src/judgement/judgement.ts";
import { plainAlerting } from "../../../src/probe/alerting.ts";
import { alertOf, atMs } from "../samples.ts";

describe("routeAlert", () => {
  test.each([
    ["opened", "opened"],
    ["reopened", "reopened"],
    ["escalated", "severity-rose"],
    ["acknowledged", "acknowledged"],
    ["resolved", "resolved"],
  ] as const)("%s is told because of %s", (kind, reason) => {
    expect(routeAlert(alertOf({}, kind), ["pager"], { notified: new Set(["pager"]) })).toEqual([
      { receiver: "pager", notified: true, reason },
    ]);
  });

  test("what is only informative is told to nobody, with that reason", () => {
    expect(routeAlert(alertOf({ severity: "informative" }), ["pager", "archive"])).toEqual([
      { receiver: "pager", notified: false, reason: "informative-only" },
      { receiver: "archive", notified: false, reason: "informative-only" },
    ]);
  });
});

describe("what others may share waits for them", () => {
  const alerting = { ...plainAlerting, groupWaitMs: 30_000 };
  const heldMs = (
    over: Partial<Incident>,
    hasPeers: boolean,
    kind: TransitionKind = "opened",
    notified: string[] = [],
  ): number[] =>
    routeAlert(alertOf(over, kind), ["pager"], { alerting, hasPeers, notified: new Set(notified) }).flatMap((one) =>
      one.notified && one.heldUntilMs !== undefined ? one.heldUntilMs - atMs : [],
    );

  test.each<FindingKind>(["latency", "usage", "availability"])("a move of %s, where others ask the target", (kind) => {
    const moved = { kind, severity: "risky" } as const;
    expect(heldMs(moved, true)).toEqual([30_000]);
    expect(heldMs(moved, true, "reopened")).toEqual([30_000]);
    expect(heldMs(moved, false)).toEqual([]);
    expect(heldMs(moved, true, "escalated")).toEqual([30_000]);
    expect(heldMs(moved, true, "escalated", ["pager"])).toEqual([]);
    expect(heldMs(moved, true, "reminded")).toEqual([]);
  });

  test("an outage always; what nobody can share, and what stands for others already, never", () => {
    expect(heldMs({ kind: "availability", severity: "breaking" }, false)).toEqual([30_000]);
    expect(heldMs({ kind: "contract", severity: "breaking" }, true)).toEqual([]);
    expect(heldMs({ kind: "policy", severity: "risky" }, true)).toEqual([]);
    const group = { reason: "moved-together", members: ["a", "b"], headline: "x" } as const;
    expect(heldMs({ kind: "latency", severity: "risky", group }, true)).toEqual([]);
  });
});

describe("outboxEntries", () => {
  test("one entry for each receiver that is told, made when the transition was", () => {
    const alert = alertOf();
    const entries = outboxEntries(alert, routeAlert(alert, ["pager", "pager"]));
    expect(entries).toEqual([{ id: expect.any(String), receiver: "pager", alert, createdAtMs: atMs }]);
  });

  test("the id is the same however often it is computed, and differs by incident, sequence and receiver", () => {
    const alert = alertOf();
    const idOf = (changed: typeof alert, receiver: string) =>
      outboxEntries(changed, routeAlert(changed, [receiver]))[0]?.id;
    const id = idOf(alert, "pager");
    expect(idOf(alertOf(), "pager")).toBe(id);
    expect(id).toMatch(/^msg_[0-9a-f]{32}$/);
    const others = [
      idOf(alert, "archive"),
      idOf({ ...alert, sequence: 2 }, "pager"),
      idOf({ ...alert, incidentId: "f00dfeed-2" }, "pager"),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  test("volatile values are no part of the id", () => {
    const entryOf = (alert: IncidentAlert) => outboxEntries(alert, routeAlert(alert, ["pager"]))[0];
    const one = entryOf(alertOf());
    const other = entryOf(alertOf({ badRuns: 77, evidence: [], findings: [] }));
    expect(other?.id).toBe(one?.id);
  });
});

test("what one run confirmed waits for the neighbours that are asked; a breach of policy and what took several runs do not", () => {
  const alerting = { ...plainAlerting, neighbours: { most: 2, waitMs: 10_000 } };
  const heldOf = (over: Partial<Incident>, hasPeers = true) => {
    const alert = alertOf({ severity: "breaking", badRuns: 1, ...over });
    const [decision] = routeAlert(alert, ["pager"], { alerting, hasPeers });
    return decision?.notified === true && decision.heldUntilMs !== undefined ? decision.heldUntilMs - atMs : 0;
  };
  expect(heldOf({ kind: "contract" })).toBe(10_000);
  expect(heldOf({ kind: "contract" }, false)).toBe(0);
  expect(heldOf({ kind: "policy" })).toBe(0);
  expect(heldOf({ kind: "contract", badRuns: 2 })).toBe(0);
  const dueOf = (groupWaitMs: number) => {
    const alert = alertOf({ severity: "breaking", badRuns: 1, kind: "availability" });
    const context = { alerting: { ...alerting, groupWaitMs }, hasPeers: true };
    const [entry] = outboxEntries(alert, routeAlert(alert, ["pager"], context));
    return [entry?.heldUntilMs, entry?.dueWhenAnsweredMs].map((ms) => ms && ms - atMs);
  };
  expect([0, 4_000, 10_000, 60_000].map(dueOf)).toEqual([
    [10_000, 0],
    [10_000, 4_000],
    [10_000, undefined],
    [60_000, undefined],
  ]);
});
