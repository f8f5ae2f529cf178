import { expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import type { SpendCap } from "../../src/probe/target.ts";
import type { ClaimRequest, LedgerEntry, Spent } from "../../src/run/run.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, dayMs, finishOf, freshName, incidentOf, noonMs, nothingNew } from "./samples.ts";

/** What a reply took beyond all that was allowed. */
export function overdraftsConform(bench: () => Bench): void {
  test("what a reply took beyond its reservation counts, and the cap it passed refuses everybody", async () => {
    const target = freshName("target");
    const cap: SpendCap = { scope: `target/${target}`, span: "day", tokens: 250 };
    const first = claimFor(target, freshName("probe"), [cap], noonMs);
    await settle(first, { microUsd: 2000, tokens: 400, requests: 1 });
    expect(await usedUnder(cap)).toEqual({ microUsd: 2000, tokens: 400, requests: 1 });
    expect(await ask(claimFor(target, freshName("probe"), [cap], noonMs + 1))).toBe("spend-cap");
    expect(await ask(claimFor(target, freshName("probe"), [{ ...cap, span: "hour" }], noonMs + 1))).toBe("spend-cap");
  });

  test("one overdraft cannot repeat: as much as was seen is reserved for the probe's next run, for its model, for a month", async () => {
    const [target, probe] = [freshName("target"), freshName("probe")];
    const cap = (tokens: number): SpendCap[] => [{ scope: `target/${target}`, span: "day", tokens }];
    await settle(claimFor(target, probe, [], noonMs), { microUsd: 2000, tokens: 400, requests: 1 });
    const nextMs = noonMs + 1;
    expect(await ask(claimFor(target, probe, cap(799), nextMs))).toBe("spend-cap");
    const other = { ...claimFor(target, freshName("probe"), cap(500), nextMs) };
    await settle(other, { microUsd: 0, tokens: 0, requests: 0 });
    await settle(
      { ...claimFor(target, probe, cap(500), nextMs + 1), model: "another" },
      {
        microUsd: 0,
        tokens: 0,
        requests: 0,
      },
    );
    const next = claimFor(target, probe, cap(800), nextMs + 2);
    expect(await ask(next)).toBe("claimed");
    expect(await usedUnder(cap(800)[0]!)).toEqual({ microUsd: 4000, tokens: 800, requests: 2 });
    // As it turns out it takes no more than it may: what was seen is remembered all the same.
    await bench().store.commit(finishOf(next), () => nothingNew);
    expect(await usedUnder(cap(800)[0]!)).toEqual({ microUsd: 2120, tokens: 433, requests: 2 });
    expect(await ask(claimFor(target, probe, cap(832), nextMs + 3))).toBe("spend-cap");
    expect(await ask(claimFor(target, probe, cap(100), noonMs + 32 * dayMs))).toBe("claimed");
  });

  test("the newest overdraft of a probe is known with the most that was seen and what was allowed", async () => {
    const [target, probeId] = [freshName("target"), freshName("probe")];
    await settle(claimFor(target, probeId, [], noonMs), { microUsd: 2000, tokens: 400, requests: 1 });
    await settle(claimFor(target, probeId, [], noonMs + 1000), { microUsd: 900, tokens: 300, requests: 1 });
    await settle(claimFor(target, probeId, [], noonMs + 2000), { microUsd: 500, tokens: 100, requests: 1 });
    const seen = (await bench().store.overdraftsSince(noonMs)).filter((it) => it.probeId === probeId);
    const planned = { plannedTokens: 100, plannedMicroUsd: 500, isExplained: false };
    expect(seen).toEqual([
      { probeId, model: "some-model", atMs: noonMs + 1000, tokens: 400, microUsd: 2000, ...planned },
    ]);
    expect((await bench().store.overdraftsSince(noonMs + 1000)).some((it) => it.probeId === probeId)).toBe(false);
  });

  test.each<[string, boolean, Partial<Incident>]>([
    ["a suspicion that it uses more", true, { kind: "usage", state: "suspected" }],
    ["an incident about its cost", true, { kind: "budget" }],
    ["one that ended later", true, { kind: "usage", state: "resolved", resolvedAtMs: noonMs + 9000 }],
    ["one that had ended before", false, { kind: "usage", state: "resolved", resolvedAtMs: noonMs + 4000 }],
    ["a suspicion that came to nothing", false, { kind: "usage", state: "resolved" }],
    ["one that began later", false, { kind: "usage", firstBadSlotMs: noonMs + 6000 }],
    ["one about something else", false, { kind: "latency" }],
  ])("of an overdraft is known whether it is told already: %s", async (_name, isExplained, of) => {
    const [target, probeId] = [freshName("target"), freshName("probe")];
    const incident = incidentOf(probeId, noonMs, { firstBadSlotMs: noonMs, ...of });
    const before = claimFor(target, probeId, [], noonMs);
    expect(await ask(before)).toBe("claimed");
    await bench().store.commit(finishOf(before), () => ({ ...nothingNew, incidents: [incident] }));
    await settle(claimFor(target, probeId, [], noonMs + 5000), { microUsd: 2000, tokens: 400, requests: 1 });
    const seen = (await bench().store.overdraftsSince(noonMs)).filter((it) => it.probeId === probeId);
    expect(seen).toMatchObject([{ isExplained }]);
  });

  test("what is known of a run counts where it is more than was reserved, though the rest is unknown", async () => {
    const target = freshName("target");
    const entry = { call: "ask", callNumber: 1, target, model: "m" } as const;
    const ledger: LedgerEntry[] = [
      { ...entry, kind: "call", attempt: 1, ended: "500" },
      { ...entry, kind: "retry", attempt: 2, ended: "200", tokens: 400, microUsd: 2000 },
    ];
    await settle(claimFor(target, freshName("probe"), [], noonMs), { requests: 2 }, ledger);
    const cap: SpendCap = { scope: `target/${target}`, span: "day" };
    expect(await usedUnder(cap)).toEqual({ microUsd: 2000, tokens: 400, requests: 2 });
    const [sums] = await bench().rows(
      `SELECT sum(micro_usd)::int AS "microUsd", sum(tokens)::int AS tokens, sum(requests)::int AS requests
      FROM plumbline.ledger WHERE target = $1`,
      [target],
    );
    expect(sums).toEqual({ microUsd: 2000, tokens: 400, requests: 2 });
  });

  function claimFor(target: string, probe: string, caps: readonly SpendCap[], atMs: number): ClaimRequest {
    return claimOf(probe, atMs, { target, atMs, reserve: { microUsd: 500, tokens: 100, requests: 1, caps } });
  }

  async function ask(claim: ClaimRequest): Promise<string> {
    const answer = await bench().store.claim(claim);
    return answer.kind === "skipped" ? answer.reason : answer.kind;
  }

  async function settle(claim: ClaimRequest, spent: Spent, ledger: readonly LedgerEntry[] = []): Promise<void> {
    expect(await ask(claim)).toBe("claimed");
    await bench().store.commit(finishOf(claim, { spent, ledger }), () => nothingNew);
  }

  async function usedUnder(cap: SpendCap) {
    return (await bench().store.usedUnder([cap], noonMs))[0];
  }
}
