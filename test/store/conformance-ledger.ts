import { expect, test } from "vitest";
import type { SpendCap } from "../../src/probe/target.ts";
import type { ClaimRequest, LedgerEntry } from "../../src/run/run.ts";
import { spentOf } from "../../src/run/spent.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, finishOf, freshName, noonMs, nothingNew } from "./samples.ts";

const price = { inputPerMillion: 150_000, outputPerMillion: 600_000 };

export function ledgerConforms(bench: () => Bench): void {
  test("each request is an entry: what retries and fallbacks cost can be asked, by who was asked", async () => {
    const [own, other] = [freshName("target"), freshName("target")];
    const entry = (over: Partial<LedgerEntry>): LedgerEntry => ({
      kind: "call",
      call: "ask",
      callNumber: 1,
      attempt: 1,
      target: own,
      model: "some-model",
      ended: "200",
      tokens: 20,
      microUsd: 7,
      price,
      ...over,
    });
    await run(claimOf(freshName("probe"), noonMs, { target: own }), [
      entry({ ended: "connect", tokens: 0, microUsd: 0 }),
      entry({ kind: "retry", attempt: 2 }),
    ]);
    const reserve = { microUsd: 900, tokens: 300, requests: 1, caps: [], billedTo: other };
    const fallback = claimOf(freshName("probe"), noonMs, { target: own, scenario: "fallback", reserve });
    await run(fallback, [entry({ kind: "fallback", target: other, tokens: 30, microUsd: 200 })]);
    const rows = await bench().rows(
      `SELECT kind, target, model, sum(micro_usd)::int AS micro_usd, sum(tokens)::int AS tokens, sum(requests)::int AS requests,
        max(input_micro_usd_per_million)::int AS price FROM plumbline.ledger WHERE target = ANY($1)
      GROUP BY kind, target, model ORDER BY kind`,
      [[own, other]],
    );
    const common = { model: "some-model", requests: 1, price: 150_000 };
    expect(rows).toEqual([
      { ...common, kind: "call", target: own, micro_usd: 0, tokens: 0 },
      { ...common, kind: "fallback", target: other, micro_usd: 200, tokens: 30 },
      { ...common, kind: "retry", target: own, micro_usd: 7, tokens: 20 },
    ]);
    // Who was asked has paid, in the sums as well.
    const day = await usedToday(own, other);
    expect(day).toEqual([
      { microUsd: 7, tokens: 20, requests: 2 },
      { microUsd: 200, tokens: 30, requests: 1 },
    ]);
    const [used] = await bench().store.usedIn([own, other], [noonMs - 1], noonMs + 60_000);
    expect(used?.get(other)).toEqual({ microUsd: 200, tokens: 30, requests: 1 });
    expect(used?.get(own)).toEqual({ microUsd: 7, tokens: 20, requests: 2 });
    expect((await bench().store.oursBetween([other], noonMs, noonMs + 1)).microUsd).toBe(200);
    // Whose run it was answers for it.
    const objectives = [own, other].map((target) => ({ target }));
    const counted = await bench().store.countedIn(objectives, [120_000], noonMs + 60_000);
    expect(counted.map((windows) => windows.get(120_000)?.runs)).toEqual([2, 0]);
  });

  test("entries add up to the ledger's sums, whatever is known of a run and however it ended", async () => {
    const target = freshName("target");
    const entry = { kind: "call", call: "ask", callNumber: 1, attempt: 1, target, model: "m", ended: "200" } as const;
    const claims = Array.from({ length: 4 }, () => claimOf(freshName("probe"), noonMs, { target }));
    const [known, unknown, interrupted, open] = claims as [ClaimRequest, ClaimRequest, ClaimRequest, ClaimRequest];
    await run(known, [{ ...entry, tokens: 20, microUsd: 7 }]);
    await run(unknown, [
      { ...entry, ended: "500" },
      { ...entry, kind: "retry", attempt: 2, tokens: 20, microUsd: 7 },
    ]);
    await bench().store.claim({ ...interrupted, deadlineMs: noonMs + 10 });
    await bench().store.sweepInterrupted(noonMs + 20);
    await bench().store.claim(open);
    const [sums] = await bench().rows(
      `SELECT sum(micro_usd)::int AS "microUsd", sum(tokens)::int AS tokens, sum(requests)::int AS requests
      FROM plumbline.ledger WHERE target = $1`,
      [target],
    );
    expect(sums).toEqual({ microUsd: 7 + 3 * 500, tokens: 20 + 3 * 100, requests: 1 + 2 + 2 + 2 });
    expect(await usedToday(target)).toEqual([sums]);
    const kinds = await bench().rows(
      `SELECT kind, count(*)::int AS n FROM plumbline.ledger WHERE target = $1 GROUP BY kind ORDER BY kind`,
      [target],
    );
    expect(kinds).toEqual([
      { kind: "call", n: 2 },
      { kind: "reserved", n: 3 },
      { kind: "retry", n: 1 },
    ]);
  });

  test("what a run has sent goes out with it", async () => {
    const claim = claimOf(freshName("probe"), noonMs + 17);
    const entry = { kind: "call", call: "ask", callNumber: 1, attempt: 1, target: claim.target } as const;
    const ledger = [{ ...entry, model: "m", ended: "200", tokens: 20, microUsd: 7, price }];
    await run(claim, ledger);
    const exported = [];
    for await (const it of bench().store.exported({ fromMs: noonMs + 17, untilMs: noonMs + 18 })) exported.push(it);
    expect(exported.find(({ runId }) => runId === claim.runId)?.ledger).toEqual(ledger);
  });

  function usedToday(...targets: readonly string[]) {
    const caps = targets.map((target): SpendCap => ({ scope: `target/${target}`, span: "day" }));
    return bench().store.usedUnder(caps, noonMs);
  }

  async function run(claim: ClaimRequest, ledger: readonly LedgerEntry[]): Promise<void> {
    expect(await bench().store.claim(claim)).toEqual({ kind: "claimed" });
    await bench().store.commit(finishOf(claim, { ledger, spent: spentOf(ledger) }), () => nothingNew);
  }
}
