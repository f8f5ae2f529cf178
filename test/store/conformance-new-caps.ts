import { expect, test } from "vitest";
import type { SpendCap } from "../../src/probe/target.ts";
import { openMigratedStore, type Store } from "../../src/store/store.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, finishOf, freshName, noonMs, nothingNew } from "./samples.ts";

const hourMs = 3_600_000;

/** Caps that are set, named or read anew while what they count is under way. */
export function newCapsConform(bench: () => Bench): void {
  test("an hour's cap that is set within the hour begins with what was used in it, and with what is reserved", async () => {
    for (const scopeOf of [(target: string) => `target/${target}`, (target: string) => `key/env:${target}`]) {
      const target = freshName("target");
      await used(target, noonMs - 1);
      await used(target, noonMs);
      await ask(target, [], noonMs + 1);
      const interrupted = claimOf(freshName("probe"), noonMs + 2, { target, deadlineMs: noonMs + 3 });
      await bench().store.claim(interrupted);
      await bench().store.sweepInterrupted(noonMs + 10);
      // 33 of the one that is done, 100 of the one under way and of the one that was interrupted.
      const cap = (tokens: number): SpendCap[] => [{ scope: scopeOf(target), span: "hour", tokens, targets: [target] }];
      expect(await ask(target, cap(332), noonMs + 1000)).toBe("spend-cap");
      expect(await ask(target, cap(333), noonMs + 1000)).toBe("claimed");
      expect(await ask(target, cap(100), noonMs + hourMs)).toBe("claimed");
    }
  });

  test.each(["hour", "day", "month"] as const)(
    "a cap of a %s that is taken away and set again knows what was used in between",
    async (span) => {
      const target = freshName("target");
      const cap = (): SpendCap[] => [{ scope: `target/${target}`, span, tokens: 300 }];
      expect(await ask(target, cap(), noonMs)).toBe("claimed");
      expect(await ask(target, [], noonMs + 1)).toBe("claimed");
      expect(await ask(target, [], noonMs + 2)).toBe("claimed");
      expect(await ask(target, cap(), noonMs + 3)).toBe("spend-cap");
    },
  );

  test("a target that comes under the cap of a key brings what it has used", async () => {
    const [one, two] = [freshName("target"), freshName("target")];
    const cap = (targets: string[]): SpendCap[] => [{ scope: `key/env:${one}`, span: "hour", tokens: 300, targets }];
    await ask(two, [], noonMs);
    await ask(two, [], noonMs);
    expect(await ask(one, cap([one]), noonMs)).toBe("claimed");
    expect(await ask(one, cap([one, two]), noonMs + 1)).toBe("spend-cap");
  });

  test("a key by another name, and a program that begins anew, have forgotten nothing", async () => {
    const target = freshName("target");
    const cap = (key: string): SpendCap[] => [{ scope: `key/${key}`, span: "hour", tokens: 250, targets: [target] }];
    expect(await ask(target, cap(`env:${target}`), noonMs)).toBe("claimed");
    expect(await ask(target, cap(`env:${target}`), noonMs)).toBe("claimed");
    expect(await ask(target, cap(`file:/${target}`), noonMs)).toBe("spend-cap");
    const again = await openMigratedStore(bench().pool, noonMs, 30);
    expect(await ask(target, cap(`env:${target}`), noonMs, again)).toBe("spend-cap");
  });

  test("what a run under way gives back is room for all caps it was counted under, and no more", async () => {
    const target = freshName("target");
    const cap: SpendCap = { scope: `target/${target}`, span: "hour", tokens: 200 };
    const first = claimOf(freshName("probe"), noonMs, { target, reserve: reserveOf([cap]) });
    await bench().store.claim(first);
    expect(await ask(target, [{ ...cap }], noonMs)).toBe("claimed");
    await bench().store.commit(finishOf(first), () => nothingNew);
    expect(await ask(target, [{ ...cap }], noonMs)).toBe("spend-cap");
    expect(await ask(target, [{ ...cap, tokens: 233 }], noonMs)).toBe("claimed");
  });

  test("a cap that was asked before is counted by its counter, without a look at the ledger", async () => {
    const target = freshName("target");
    const cap: SpendCap = { scope: `target/${target}`, span: "day", tokens: 200 };
    expect(await ask(target, [cap], noonMs)).toBe("claimed");
    await bench().rows(`UPDATE plumbline.budgets SET tokens = 0 WHERE scope = $1`, [cap.scope]);
    expect(await ask(target, [cap], noonMs)).toBe("claimed");
    const [counter] = await bench().rows(`SELECT tokens::int FROM plumbline.budgets WHERE scope = $1`, [cap.scope]);
    expect(counter).toEqual({ tokens: 100 });
    // Read anew, it is brought up to what the ledger says.
    expect(await ask(target, [{ ...cap }], noonMs)).toBe("spend-cap");
  });

  const reserveOf = (caps: readonly SpendCap[]) => ({ microUsd: 500, tokens: 100, requests: 2, caps });

  async function ask(target: string, caps: readonly SpendCap[], atMs: number, store?: Store): Promise<string> {
    const claim = claimOf(freshName("probe"), atMs, { target, atMs, reserve: reserveOf(caps) });
    const answer = await (store ?? bench().store).claim(claim);
    return answer.kind === "skipped" ? answer.reason : answer.kind;
  }

  async function used(target: string, atMs: number): Promise<void> {
    const claim = claimOf(freshName("probe"), atMs, { target, atMs });
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim), () => nothingNew);
  }
}
