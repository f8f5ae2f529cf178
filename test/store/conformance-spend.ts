import { expect, test } from "vitest";
import type { Bench } from "./conformance.ts";
import { claimOf, dayMs, finishOf, freshName, noonMs, nothingNew } from "./samples.ts";

export function spendConforms(bench: () => Bench): void {
  test("I9: twenty workers reserve at once, and not a micro-dollar more than the cap is ever reserved", async () => {
    const target = freshName("target");
    const reserve = { microUsd: 333, tokens: 10, requests: 1, capMicroUsdPerDay: 10_000 };
    const claims = Array.from({ length: 100 }, () => claimOf(freshName("probe"), noonMs, { target, reserve }));
    const results: string[] = [];
    const waiting = [...claims];
    const worker = async (): Promise<void> => {
      for (let claim = waiting.pop(); claim !== undefined; claim = waiting.pop()) {
        const result = await bench().store.claim(claim);
        results.push(result.kind === "skipped" ? result.reason : result.kind);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    // 30 × 333 = 9,990: one more would pass 10,000.
    expect(results.filter((kind) => kind === "claimed")).toHaveLength(30);
    expect(results.filter((kind) => kind === "spend-cap")).toHaveLength(70);
    expect(await spendOf(target)).toMatchObject({ microUsd: 9990, tokens: 300, requests: 30, unknownRuns: 0 });
  });

  test("I9: the cap may be met exactly, in tokens too, and a skipped slot reserves nothing", async () => {
    const target = freshName("target");
    const reserve = { microUsd: undefined, tokens: 50, requests: 1, capTokensPerDay: 100 };
    const kinds = [];
    for (let i = 0; i < 3; i += 1)
      kinds.push((await bench().store.claim(claimOf(freshName("probe"), noonMs, { target, reserve }))).kind);
    expect(kinds).toEqual(["claimed", "claimed", "skipped"]);
    expect(await spendOf(target)).toMatchObject({ microUsd: 0, tokens: 100, requests: 2 });
  });

  test("what was really used takes the place of what was reserved, and makes room again", async () => {
    const target = freshName("target");
    const claim = claimOf(freshName("probe"), noonMs, {
      target,
      reserve: { microUsd: 500, tokens: 100, requests: 2, capMicroUsdPerDay: 700 },
    });
    await bench().store.claim(claim);
    expect(await bench().store.claim({ ...claim, probeId: freshName("probe") })).toMatchObject({ reason: "spend-cap" });
    await bench().store.commit(finishOf(claim), () => nothingNew);
    expect(await spendOf(target)).toEqual({ target, microUsd: 120, tokens: 33, requests: 1, unknownRuns: 0 });
    expect(await bench().store.claim({ ...claim, probeId: freshName("probe") })).toEqual({ kind: "claimed" });
  });

  test("unknown usage stays counted as reserved and is called unknown, never zero", async () => {
    const target = freshName("target");
    const claim = claimOf(freshName("probe"), noonMs, { target });
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim, { spent: { requests: 1 } }), () => nothingNew);
    expect(await spendOf(target)).toEqual({ target, microUsd: 500, tokens: 100, requests: 1, unknownRuns: 1 });
  });

  test("an interrupted run stays counted as reserved, as unknown", async () => {
    const target = freshName("target");
    const claim = claimOf(freshName("probe"), noonMs, { target });
    await bench().store.claim(claim);
    await bench().store.sweepInterrupted(claim.deadlineMs + 1);
    expect(await spendOf(target)).toMatchObject({ microUsd: 500, tokens: 100, unknownRuns: 1 });
  });

  test("a run over midnight is settled on the UTC day that reserved for it; a new day has a new cap", async () => {
    const target = freshName("target");
    const midnightMs = noonMs + dayMs / 2;
    const reserve = { microUsd: 500, tokens: 100, requests: 2, capMicroUsdPerDay: 500 };
    const evening = claimOf(freshName("probe"), midnightMs - 10, { target, reserve });
    await bench().store.claim(evening);
    const morning = claimOf(freshName("probe"), midnightMs + 10, { target, reserve });
    expect(await bench().store.claim(morning)).toEqual({ kind: "claimed" });
    await bench().store.commit(finishOf(evening), () => nothingNew);
    expect(await spendOf(target, midnightMs - 1)).toMatchObject({ microUsd: 120 });
    expect(await spendOf(target, midnightMs + 1)).toMatchObject({ microUsd: 500 });
  });

  async function spendOf(target: string, atMs = noonMs): Promise<object | undefined> {
    return (await bench().store.overview(atMs)).spendToday.find((spend) => spend.target === target);
  }
}
