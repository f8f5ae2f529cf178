import { describe, expect, test } from "vitest";
import { acceptAsNormal } from "../../src/judgement/contract/accept-as-normal.ts";
import { excludeBetween } from "../../src/judgement/drift/baseline/new-normal.ts";
import { errorRateJudge } from "../../src/judgement/drift/rate/error-rate.ts";
import type { Rate } from "../../src/judgement/drift/rate/error-bits.ts";
import { isStillCounted } from "../../src/judgement/drift/baseline/still-counted.ts";
import { usageJudge } from "../../src/judgement/drift/counts/usage.ts";
import type { JudgeOutput } from "../../src/judgement/judgement.ts";
import type { Json } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { type Shown, dayMs, followSeries } from "./drift/followed-series.ts";

type Followed = ReturnType<typeof followSeries>;
const stored = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Runs one after the other; what each was told as: `good`, `unjudged`, or its finding. */
function runs(followed: Followed, count: number, shown: () => Shown): string[] {
  return Array.from({ length: count }, () => said(followed.run(shown()).output));
}

function said({ ruling }: JudgeOutput): string {
  if (ruling.outcome !== "bad")
    return ruling.outcome === "good" && ruling.notes !== undefined ? "noted" : ruling.outcome;
  const [finding] = ruling.findings;
  return `${finding?.severity} ${finding?.observed}`;
}

/** What the store does when a person accepts. */
function accept(followed: Followed): { readonly n: number; readonly isLearning: boolean } {
  const { learned, n, state = null } = acceptAsNormal(followed.memory!, [], []);
  const { memory } = followed;
  const baseline = { version: 2, n, acceptedAtMs: 0, by: "", why: "", learned: stored(learned) };
  followed.memory = { ...memory!, baseline: learned === null ? undefined : baseline, state: stored(state) };
  return { n, isLearning: learned === null };
}

describe("prompt tokens accepted as the new normal", () => {
  const tokens = (promptTokens: number) => () => ({ promptTokens });

  test("are taken from the first new one on; going back is recognised, and told as no drift; so is coming again", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    runs(followed, 2000, tokens(24));
    expect(runs(followed, 100, tokens(31)).at(-1)).toBe("risky 31");
    expect(accept(followed)).toEqual({ n: 100, isLearning: false });
    expect(new Set(runs(followed, 500, tokens(31)))).toEqual(new Set(["good"]));

    const back = runs(followed, 30, tokens(24));
    expect(back.filter((it) => it.startsWith("risky"))).toEqual([]);
    expect(back).toContain("informative 24, back to the previous baseline");
    expect(back.at(-1)).toBe("good");
    expect(runs(followed, 30, tokens(31)).at(-1)).toBe("good");
    expect(runs(followed, 30, tokens(40)).at(-1)).toBe("risky 40");
  });

  test("are the beginning of a new baseline while they are few", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    runs(followed, 2000, tokens(24));
    runs(followed, 20, tokens(31));
    expect(accept(followed)).toEqual({ n: 20, isLearning: true });
    expect(runs(followed, 40, tokens(31)).every((it) => it === "unjudged")).toBe(true);
    expect(runs(followed, 1, tokens(31))).toEqual(["good"]);
  });

  test("one odd run long before is not taken for the change", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    runs(followed, 2000, tokens(24));
    expect(runs(followed, 1, tokens(31))).toEqual(["informative 31"]);
    runs(followed, 50, tokens(24));
    runs(followed, 80, tokens(31));
    expect(accept(followed).n).toBe(80);
  });
});

describe("error rates accepted as the new normal", () => {
  const failing = (chance: number, random: () => number) => () => ({ status: random() < chance ? 500 : 200 });

  test("are taken from the estimated time of the change on; falling back is noted, and the old rate holds again", () => {
    const random = seededRandom(11);
    const followed = followSeries(errorRateJudge, "error rate");
    runs(followed, (5 * dayMs) / 60_000, failing(0.005, random));
    const raised = runs(followed, 400, failing(0.2, random));
    expect(raised.at(-1)).toMatch(/^risky .* % of runs, since /);
    const { n, isLearning } = accept(followed);
    expect(isLearning).toBe(false);
    // Failures within three minutes of one that counts do not.
    expect(n).toBeGreaterThan(250);
    expect(n).toBeLessThan(400);
    expect(runs(followed, 2000, failing(0.2, random)).every((it) => it === "good")).toBe(true);

    const fallen = runs(followed, 600, failing(0.005, random));
    expect(fallen.filter((it) => it === "noted")).toHaveLength(1);
    expect(fallen.every((it) => it === "good" || it === "noted")).toBe(true);
    expect(runs(followed, 400, failing(0.2, random)).at(-1)).toMatch(/^(risky|good)/);
    expect(followed.memory?.baseline?.learned).toMatchObject({ previous: { k: expect.any(Number) as number } });
  });

  test("the runs that have told it are among them", () => {
    const random = seededRandom(13);
    const followed = followSeries(errorRateJudge, "error rate");
    runs(followed, (5 * dayMs) / 60_000, failing(0.005, random));
    let taken = 1;
    while (taken < 400 && !said(followed.run(failing(0.2, random)()).output).startsWith("risky")) taken += 1;
    const { n } = accept(followed);
    expect(n).toBeGreaterThan(taken / 2);
    expect(n).toBeLessThanOrEqual(taken);
  });

  test("a quiet hour is no falling back", () => {
    const random = seededRandom(12);
    const followed = followSeries(errorRateJudge, "error rate");
    runs(followed, (5 * dayMs) / 60_000, failing(0.005, random));
    runs(followed, 600, failing(0.05, random));
    accept(followed);
    expect(runs(followed, 3 * 1440, failing(0.05, random))).not.toContain("noted");
  });

  test("few runs are the beginning of a new baseline", () => {
    const followed = followSeries(errorRateJudge, "error rate");
    runs(followed, (5 * dayMs) / 60_000, () => ({ status: 200 }));
    // Failures in a row are one.
    let run = 0;
    const raised = runs(followed, 24, () => ({ status: (run += 1) % 4 === 0 ? 500 : 200 }));
    expect(raised.some((it) => it.startsWith("risky"))).toBe(true);
    expect(accept(followed).isLearning).toBe(true);
    expect(runs(followed, 1, () => ({ status: 500 }))).toEqual(["unjudged"]);
  });
});

describe("what the next baseline is made of", () => {
  const tokens = (promptTokens: number) => () => ({ promptTokens });

  test("is not what was told: the same again is told again", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    runs(followed, 70, tokens(24));
    for (const _ of [1, 2, 3]) {
      expect(runs(followed, 100, tokens(31)).at(-1)).toBe("risky 31");
      expect(runs(followed, 10, tokens(24)).at(-1)).toBe("good");
    }
    runs(followed, 200, tokens(24));
    expect(followed.memory?.baseline?.learned).toMatchObject({ counts: { "24": expect.any(Number) as number } });
    expect(followed.memory?.baseline?.learned).not.toMatchObject({ counts: { "31": expect.anything() as unknown } });
  });

  test("is what keeps coming and going by itself: from the fourth time on it is the series' own", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    const notified = Array.from({ length: 60 }, (_, times) =>
      runs(followed, 360, tokens(times % 2 === 0 ? 24 : 31)).some((it) => it.startsWith("risky")),
    );
    // What is told when it comes is still told for some runs after it has gone.
    expect(notified.filter(Boolean).length).toBeLessThanOrEqual(10);
    expect(notified.slice(-40)).not.toContain(true);
    expect(runs(followed, 20, tokens(40)).at(-1)).toBe("risky 40");
  });
});

describe("the time of an incident, excluded", () => {
  const failing = (chance: number, random: () => number) => () => ({ status: random() < chance ? 500 : 200 });
  const countedOf = ({ memory }: Followed) => (memory!.state as unknown as { rate: Rate }).rate;

  test("of a raised error rate: what was counted before it was told stays, and nothing is counted while it lasts", () => {
    const random = seededRandom(11);
    const followed = followSeries(errorRateJudge, "error rate");
    runs(followed, (5 * dayMs) / 60_000, failing(0.005, random));
    const [changedMs, before] = [followed.slotMs, countedOf(followed)];
    while (!said(followed.run(failing(0.2, random)()).output).startsWith("risky"));
    const [toldMs, notified] = [followed.slotMs, countedOf(followed)];
    expect(notified.n).toBeGreaterThan(before.n);
    expect(notified.k).toBeGreaterThan(before.k);
    runs(followed, 300, failing(0.2, random));
    expect(countedOf(followed)).toEqual(notified);

    expect(excludeBetween(followed.memory!, changedMs, followed.slotMs, 60)).toBeUndefined();
    expect(isStillCounted(followed.memory!, changedMs, followed.slotMs)).toBe(true);
    expect(isStillCounted(followed.memory!, toldMs, followed.slotMs)).toBe(false);
    expect(isStillCounted(followed.memory!, -dayMs, -1)).toBe(false);
  });

  test("of other series: an error rate and a number of tokens have counted its healthy runs", () => {
    const rate = followSeries(errorRateJudge, "error rate");
    const tokens = followSeries(usageJudge, "prompt tokens");
    for (const followed of [rate, tokens]) {
      runs(followed, 500, () => ({ status: 200, promptTokens: 24 }));
      const fromMs = followed.slotMs;
      runs(followed, 100, () => ({ status: 200, promptTokens: 24 }));
      expect(isStillCounted(followed.memory!, fromMs, followed.slotMs)).toBe(true);
      expect(isStillCounted(followed.memory!, followed.slotMs + 1, followed.slotMs + dayMs)).toBe(false);
    }
  });

  test("a new number of tokens that is told is in no count any more, even while it lasts", () => {
    const followed = followSeries(usageJudge, "prompt tokens");
    runs(followed, 2000, () => ({ promptTokens: 24 }));
    runs(followed, 100, () => ({ promptTokens: 31 }));
    const { counts } = followed.memory!.state as { counts: { n: number; counts: object } };
    expect(Object.keys(counts.counts)).toEqual(["24"]);
  });
});
