import { expect, test } from "vitest";
import type { Observation } from "../../src/observation/observation.ts";
import type { SpendCap } from "../../src/probe/target.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, dayMs, finishOf, freshName, noonMs, nothingNew, observation } from "./samples.ts";

export function spendConforms(bench: () => Bench): void {
  test("I9: twenty workers reserve at once, and not a micro-dollar more than the cap is ever reserved", async () => {
    const target = freshName("target");
    const reserve = { microUsd: 333, tokens: 10, requests: 1, caps: [dayCap(target, { microUsd: 10_000 })] };
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
    const reserve = { microUsd: undefined, tokens: 50, requests: 1, caps: [dayCap(target, { tokens: 100 })] };
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
      reserve: { microUsd: 500, tokens: 100, requests: 2, caps: [dayCap(target, { microUsd: 700 })] },
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
    const reserve = { microUsd: 500, tokens: 100, requests: 2, caps: [dayCap(target, { microUsd: 500 })] };
    const evening = claimOf(freshName("probe"), midnightMs - 10, { target, reserve });
    await bench().store.claim(evening);
    const morning = claimOf(freshName("probe"), midnightMs + 10, { target, reserve });
    expect(await bench().store.claim(morning)).toEqual({ kind: "claimed" });
    await bench().store.commit(finishOf(evening), () => nothingNew);
    expect(await spendOf(target, midnightMs - 1)).toMatchObject({ microUsd: 120 });
    expect(await spendOf(target, midnightMs + 1)).toMatchObject({ microUsd: 500 });
  });

  test("each cap holds by itself: hour and month, tokens and requests, one target and all of them", async () => {
    const [one, other, all] = [freshName("target"), freshName("target"), freshName("everything")];
    const caps: readonly SpendCap[] = [
      { scope: `target/${one}`, span: "hour", requests: 4 },
      { scope: `target/${one}`, span: "month", tokens: 500 },
      { scope: all, span: "day", microUsd: 2500 },
    ];
    const ask = async (target: string, atMs: number): Promise<string> => {
      const mine = caps.filter(({ scope }) => scope === all || scope === `target/${target}`);
      const reserve = { microUsd: 500, tokens: 100, requests: 2, caps: mine };
      return (await bench().store.claim(claimOf(freshName("probe"), atMs, { target, reserve }))).kind;
    };
    const hourMs = 3_600_000;
    // Two requests each: the hour is full after two runs, the month after five, all together after five.
    expect([await ask(one, noonMs), await ask(one, noonMs), await ask(one, noonMs)]).toEqual([
      "claimed",
      "claimed",
      "skipped",
    ]);
    expect(await ask(other, noonMs)).toBe("claimed");
    expect([await ask(one, noonMs + hourMs), await ask(one, noonMs + hourMs)]).toEqual(["claimed", "claimed"]);
    expect(await ask(other, noonMs + 2 * hourMs)).toBe("skipped");
    const tomorrowMs = noonMs + dayMs;
    const isSameMonth = new Date(tomorrowMs).getUTCMonth() === new Date(noonMs).getUTCMonth();
    expect(await ask(one, tomorrowMs)).toBe("claimed");
    expect(await ask(one, tomorrowMs)).toBe(isSameMonth ? "skipped" : "claimed");
    expect(await ask(other, tomorrowMs)).toBe("claimed");
  });

  test("a cap that is set in the middle of a day counts what the day has used already", async () => {
    const target = freshName("target");
    const reserve = { microUsd: 500, tokens: 100, requests: 2, caps: [] };
    for (let runs = 0; runs < 3; runs += 1)
      await bench().store.claim(claimOf(freshName("probe"), noonMs, { target, reserve }));
    const capped = { ...reserve, caps: [dayCap(target, { tokens: 350 })] };
    const late = claimOf(freshName("probe"), noonMs + 1000, { target, reserve: capped });
    expect(await bench().store.claim(late)).toMatchObject({ reason: "spend-cap" });
  });

  test("a cap of a key holds for all its targets together, with what they had used before it was set", async () => {
    const [one, two] = [freshName("target"), freshName("target")];
    const before = { microUsd: 1, tokens: 100, requests: 1, caps: [] };
    await bench().store.claim(claimOf(freshName("probe"), noonMs, { target: one, reserve: before }));
    const cap: SpendCap = { scope: `key/env:${one}`, span: "day", tokens: 300, targets: [one, two] };
    const ask = async (target: string): Promise<string> => {
      const reserve = { ...before, caps: [cap] };
      return (await bench().store.claim(claimOf(freshName("probe"), noonMs, { target, reserve }))).kind;
    };
    expect([await ask(two), await ask(one), await ask(two)]).toEqual(["claimed", "claimed", "skipped"]);
  });

  test("what was used in a window, and what was skipped for a cap, is known by target", async () => {
    const target = freshName("target");
    const reserve = { microUsd: 500, tokens: 100, requests: 2, caps: [dayCap(target, { tokens: 250 })] };
    const claims = [0, 1, 2].map((n) => claimOf(freshName("probe"), noonMs + n * 60_000, { target, reserve }));
    for (const claim of claims) await bench().store.claim(claim);
    await bench().store.commit(finishOf(claims[0]!), () => nothingNew);
    const { store } = bench();
    // One is settled at 33, one is under way and counts as reserved, the third was skipped.
    const [all, later] = await store.usedIn([target], [noonMs, noonMs + 60_000], noonMs + 180_000);
    expect(all?.get(target)).toEqual({ microUsd: 620, tokens: 133, requests: 3 });
    expect(later?.get(target)).toEqual({ microUsd: 500, tokens: 100, requests: 2 });
    const both = (["hour", "day"] as const).map((span): SpendCap => ({ scope: `target/${target}`, span }));
    expect(await store.usedUnder(both, noonMs)).toEqual(Array(2).fill({ microUsd: 620, tokens: 133, requests: 3 }));
    expect((await store.skippedSince(noonMs)).get(target)).toBe(1);
    expect((await store.skippedSince(noonMs + 180_000)).get(target)).toBeUndefined();
  });

  test("what was used of late is that of whole hours: the ledger began somewhere within its first", async () => {
    const target = freshName("target");
    const startMs = noonMs - 400 * dayMs;
    const hourMs = 3_600_000;
    const reserve = { microUsd: 500, tokens: 100, requests: 2, caps: [] };
    const claimedAt = async (atMs: number) => {
      await bench().store.claim(claimOf(freshName("probe"), atMs, { target, atMs, reserve }));
    };
    const usedLately = async (sinceMs: number, nowMs: number) => {
      const { sinceMs: knownSinceMs, byTarget } = await bench().store.usedLately(sinceMs, nowMs);
      return { sinceMs: knownSinceMs, used: byTarget.get(target) };
    };
    await claimedAt(startMs + 50 * 60_000);
    const early = startMs - 10 * hourMs;
    expect(await usedLately(early, startMs + 55 * 60_000)).toEqual({ sinceMs: startMs + 55 * 60_000 });
    await claimedAt(startMs + hourMs);
    const one = { microUsd: 500, tokens: 100, requests: 2 };
    expect(await usedLately(early, startMs + 2 * hourMs)).toEqual({ sinceMs: startMs + hourMs, used: one });
    await claimedAt(startMs + 3 * hourMs);
    const lookMs = startMs + 3 * hourMs + 1;
    expect(await usedLately(lookMs, lookMs + hourMs)).toEqual({ sinceMs: startMs + 3 * hourMs, used: one });
  });

  test("a probe that a cap keeps from running is alive: the cap is told, not that its runs are missing", async () => {
    const [target, probeId] = [freshName("target"), freshName("probe")];
    const reserve = { microUsd: 500, tokens: 100, requests: 2, caps: [dayCap(target, { tokens: 99 })] };
    const claim = claimOf(probeId, noonMs, { target, reserve });
    expect(await bench().store.claim(claim)).toMatchObject({ reason: "spend-cap" });
    expect((await bench().store.lastDone()).get(probeId)).toBe(noonMs);
  });

  test("good and bad runs of a target are counted for its objectives; what could not be judged is neither", async () => {
    const target = freshName("target");
    const { store } = bench();
    for (const [n, verdict] of (["ok", "drift", "fail", "inconclusive"] as const).entries()) {
      const claim = claimOf(freshName("probe"), noonMs + n, { target });
      await store.claim(claim);
      await store.commit(finishOf(claim), () => ({ ...nothingNew, verdict }));
    }
    const all = [{ target }, { target, underMs: 1 }, { target, underMs: 1e9 }];
    const countedAt = async (nowMs: number, lengthMs: number) =>
      (await store.countedIn(all, [lengthMs], nowMs)).map((windows) => windows.get(lengthMs));
    const expected = [
      { runs: 3, bad: 1 },
      { runs: 3, bad: 3 },
      { runs: 3, bad: 0 },
    ];
    expect(await countedAt(noonMs + 60_000, 120_000)).toEqual(expected);
    expect(await countedAt(noonMs + 180_000, 60_000)).toEqual(Array(3).fill({ runs: 0, bad: 0 }));
    // When they are old enough to be part of the running totals they count the same.
    const hourMs = 3_600_000;
    expect(await countedAt(noonMs + hourMs, 2 * hourMs)).toEqual(expected);
    expect(await countedAt(noonMs + 2 * hourMs, hourMs)).toEqual(Array(3).fill({ runs: 0, bad: 0 }));
    expect(await countedAt(noonMs + 2 * hourMs, 30 * dayMs)).toEqual(expected);
  });

  test("figures that were read, and what runs have used beside them, can be compared", async () => {
    const [target, probeId] = [freshName("target"), freshName("probe")];
    const { store } = bench();
    const look = claimOf(probeId, noonMs, { target, scenario: "billing-figures" });
    await store.claim(look);
    const read = { ...observation, outcome: { ...observation.outcome, numbers: { usd: 1.5 } } } as Observation;
    await store.commit(finishOf(look, { observations: [read] }), () => nothingNew);
    const claim = claimOf(freshName("probe"), noonMs, { target });
    await store.claim(claim);
    const observations = [
      { ...observation, attempts: 2 },
      { ...observation, outcome: { kind: "fault", class: "dns" } } as Observation,
    ];
    await store.commit(finishOf(claim, { observations }), () => nothingNew);
    expect(await store.figuresOf(probeId, noonMs)).toEqual([{ atMs: noonMs, numbers: { usd: 1.5 } }]);
    const ours = { microUsd: 120, tokens: 33, requests: 1, retries: 1, failed: 1 };
    expect(await store.oursBetween([target], noonMs, noonMs + 1)).toEqual(ours);
    expect((await store.oursBetween([target], noonMs + 1, noonMs + 2)).requests).toBe(0);
  });

  test("fifty workers and three caps in different order: no dead lock, no cap passed, crashes included", async () => {
    const [one, two, all] = [freshName("target"), freshName("target"), freshName("everything")];
    const capsFor = (target: string): readonly SpendCap[] => [
      dayCap(target, { tokens: 1500 }),
      { scope: all, span: "day", tokens: 2400 },
      { scope: `target/${target}`, span: "hour", requests: 1000 },
    ];
    const claims = Array.from({ length: 50 }, (_, n) => {
      const target = n % 2 === 0 ? one : two;
      const caps = n % 3 === 0 ? capsFor(target).toReversed() : capsFor(target);
      return claimOf(freshName("probe"), noonMs, { target, reserve: { microUsd: 1, tokens: 100, requests: 1, caps } });
    });
    const results = await Promise.all(claims.map((claim) => bench().store.claim(claim)));
    const claimed = claims.filter((_claim, n) => results[n]?.kind === "claimed");
    expect(claimed).toHaveLength(24);
    // Half of them die: their reservations stay. The others settle for less and make room for exactly as much.
    for (const claim of claimed.slice(0, 12)) {
      await bench().store.commit(
        finishOf(claim, { spent: { microUsd: 1, tokens: 50, requests: 1 } }),
        () => nothingNew,
      );
    }
    await bench().store.sweepInterrupted(noonMs + 10 * 60_000);
    const again = await Promise.all(
      claims.map((claim) => bench().store.claim({ ...claim, probeId: freshName("probe"), runId: freshName("run") })),
    );
    expect(again.filter(({ kind }) => kind === "claimed")).toHaveLength(6);
    const [counter] = await bench().rows("SELECT tokens::int FROM plumbline.budgets WHERE scope = $1", [all]);
    expect(counter).toEqual({ tokens: 2400 });
  });

  async function spendOf(target: string, atMs = noonMs): Promise<object | undefined> {
    return (await bench().store.overview(atMs)).spendToday.find((spend) => spend.target === target);
  }
}

function dayCap(target: string, amounts: Pick<SpendCap, "microUsd" | "tokens">): SpendCap {
  return { scope: `target/${target}`, span: "day", ...amounts };
}
