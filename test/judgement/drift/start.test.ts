import { expect, test } from "vitest";
import { learned } from "../../../bench/detection/play.ts";
import { normalFrom } from "../../../bench/detection/series.ts";
import { freshEngine, stepEngine } from "../../../src/judgement/drift/level/engine.ts";
import { wordsOf } from "../../../src/judgement/drift/level/watched-output.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";

const intervalMs = 300_000;
const floor = Math.log(1.05);
const promise = { samples: 51_840, floor, intervalMs };

/** Of moves of one size that were found: the share whose start lies in its range, and how wide that is in runs. */
function ranges(correlation: number, factor: number) {
  const found: { readonly isInside: boolean; readonly width: number }[] = [];
  for (const seed of [1, 2, 3]) {
    const normal = normalFrom(seededRandom(seed * 7 + 1));
    let [core, atMs, up] = [0, 0, 0];
    const next = () => {
      atMs += intervalMs;
      core = correlation * core + Math.sqrt(1 - correlation ** 2) * normal();
      return { atMs, value: 800 * Math.exp(0.3 * core + up) };
    };
    const { pipeline } = learned(next, { intervalMs, baselineDays: 7, floor: 0.05 });
    for (let change = 0; change < 10; change += 1) {
      const state = freshEngine(pipeline, atMs);
      up = 0;
      for (let run = 0; run < 100; run += 1) stepEngine(state, pipeline, next(), promise);
      const changedMs = atMs;
      up = Math.log(factor);
      for (let run = 0; run < 1500; run += 1) {
        const step = stepEngine(state, pipeline, next(), promise);
        if (step.kind !== "page" || step.change.start === undefined) continue;
        const { fromMs, toMs } = step.change.start;
        // Between the last run before the change and the first one after it.
        found.push({
          isInside: fromMs <= changedMs && changedMs + intervalMs <= toMs,
          width: (toMs - fromMs) / intervalMs,
        });
        break;
      }
    }
  }
  return {
    n: found.length,
    share: found.filter(({ isInside }) => isInside).length / found.length,
    width: found.reduce((sum, { width }) => sum + width, 0) / found.length,
  };
}

test.each([
  [0, 1.3, 100],
  [0, 2, 5],
  [0.6, 1.5, 200],
  [0.6, 2, 20],
  [0.8, 1.3, 1000],
  [0.8, 5, 5],
])("neighbors alike by %d, ×%d: four of five starts lie in the range that is said", (correlation, factor, widest) => {
  const { n, share, width } = ranges(correlation, factor);
  expect(n).toBeGreaterThanOrEqual(28);
  expect(share).toBeGreaterThanOrEqual(0.8);
  expect(width).toBeLessThan(widest);
});

test("a start is said as a range, with the day once where it is the same", () => {
  const wording = { format: (value: number) => `${value}`, pagesDown: true };
  const said = (fromMs: number, toMs: number): string =>
    wordsOf({ kind: "up", sinceMs: 0, start: { fromMs, toMs }, ratio: 2, low: 1.8, high: 2.2, samples: 9 }, 1, wording);
  const noon = Date.UTC(2026, 10, 23, 12);
  expect(said(noon, noon + 1_200_000)).toBe(
    "2 (×2.0, 95 % interval ×1.8 to ×2.2), began between 2026-11-23 12:00 UTC and 2026-11-23 12:20 UTC",
  );
  expect(said(noon, noon)).toMatch(/, since 2026-11-23 12:00 UTC$/);
  expect(said(noon - 86_400_000, noon)).toMatch(/, began between 2026-11-22 12:00 UTC and 2026-11-23 12:00 UTC$/);
});
