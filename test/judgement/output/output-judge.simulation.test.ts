import { describe, expect, test } from "vitest";
import { newModel, type Model } from "../../../bench/identity/endpoint.ts";
import { dayMs, play, type Endpoint, type Watched } from "../../../bench/identity/play.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

/** Enrols, goes on for three days, changes the endpoint, and gives the first run with a finding. */
function findAfterChange(
  seed: number,
  logprobs: boolean,
  change: "other model" | "cache",
  days = 30,
): Watched | undefined {
  const random = seededRandom(seed);
  const [before, after] = [newModel(random), newModel(random)];
  let changedMs = Infinity;
  const endpoint = {
    logprobs,
    noise: 0.01,
    model: (nowMs: number): Model => (change === "other model" && nowMs >= changedMs ? after : before),
    get cachedFromMs() {
      return change === "cache" ? changedMs : undefined;
    },
  } satisfies Endpoint;
  for (const run of play(endpoint, random)) {
    if (run.isEnrolled && changedMs === Infinity) changedMs = run.slotMs + 3 * dayMs;
    if (run.findings !== undefined) return { ...run, slotMs: run.slotMs - changedMs };
    if (run.slotMs - changedMs > days * dayMs) break;
  }
  return undefined;
}

describe("the output judge, at 20 requests a day", () => {
  test.each([
    ["choices alone", false],
    ["log-probabilities", true],
  ])("finds another model within days by %s", (_name, logprobs) => {
    const found = findAfterChange(11, logprobs, "other model");
    expect(found?.slotMs).toBeGreaterThanOrEqual(0);
    expect(found?.slotMs).toBeLessThan(3 * dayMs);
    expect(found?.findings?.[0]).toMatchObject({ kind: "output", severity: "risky" });
    expect(found?.findings?.[0]?.why).toMatch(/^odds of .* to 1 that this is no chance; .*/);
  });

  test("finds replayed answers within a day, and calls them so", () => {
    const found = findAfterChange(5, false, "cache");
    expect(found?.slotMs).toBeLessThan(1.5 * dayMs);
    expect(found?.findings?.[0]).toMatchObject({ subject: "answers replayed" });
  });

  test("two back ends that take turns are no news for a month", () => {
    const random = seededRandom(7);
    const [one, other] = [newModel(random), newModel(random)];
    const halfDay = dayMs / 2;
    const endpoint: Endpoint = {
      logprobs: false,
      noise: 0.01,
      model: (nowMs) => (Math.floor(nowMs / halfDay) % 2 === 0 ? one : other),
    };
    let enrolledMs = 0;
    for (const { slotMs, isEnrolled, findings } of play(endpoint, random)) {
      if (isEnrolled) enrolledMs ||= slotMs;
      expect(findings).toBeUndefined();
      if (enrolledMs > 0 && slotMs - enrolledMs > 30 * dayMs) break;
    }
  });
});
