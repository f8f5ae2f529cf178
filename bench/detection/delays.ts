import { type Comparator, comparators, knownOf } from "./comparators.ts";
import { pagesOf } from "./false-pages.ts";
import { delayOf } from "./play.ts";
import { type Scenario, type ConfigGeneration, scenarios, seriesOf } from "./series.ts";

const intervalMs = 60_000;
const setting = { intervalMs, baselineDays: 14 };

const shifts: readonly (ConfigGeneration & { readonly name: string })[] = [
  { name: "+10%", kind: "level", factor: 1.1 },
  { name: "+20%", kind: "level", factor: 1.2 },
  { name: "+50%", kind: "level", factor: 1.5 },
  { name: "x2", kind: "level", factor: 2 },
  { name: "var x2", kind: "variance", factor: 2 },
  { name: "p99 x3", kind: "tail", factor: 3 },
];

/** Table D: minutes until a change is told, median / 90th percentile, as shipped. */
export function delayTable(changes: number, say: (line: string) => void, before = 0): string[][] {
  const rows = scenarios.flatMap((scene) =>
    [0, 0.05].map((floor) => {
      const cells = shifts.map((shift) =>
        percentiles(
          Array.from({ length: changes }, (_, seed) =>
            delayOf(scene, { ...setting, floor }, before + seed + 1001, shift),
          ),
        ),
      );
      say(`D ${scene.name}, floor ${floor}: ${cells.join(" | ")}`);
      return [scene.name, `${floor * 100} %`, ...cells];
    }),
  );
  return [["scenario", "floor", ...shifts.map(({ name }) => name)], ...rows];
}

/** Table M: comparators with their limits set so that each has one false page in 180 days, beside this as shipped. */
export function matchedTable(changes: number, say: (line: string) => void, before = 0): string[][] {
  const levels = shifts.filter(({ kind }) => kind === "level");
  const chosen = scenarios.filter(({ name }) => name === "iid" || name === "all");
  const rows = comparators.map((comparator) => [comparator.name]);
  const ours = ["this, floor 5 %, as shipped"];
  for (const scene of chosen) {
    for (const [index, comparator] of comparators.entries()) {
      const limit = matchedLimit(comparator, scene);
      const cells = levels.map((shift) =>
        percentiles(
          Array.from({ length: changes }, (_, seed) =>
            comparatorDelay(comparator, scene, limit, before + seed + 1001, shift),
          ),
        ),
      );
      rows[index]?.push(...cells);
      say(`M ${scene.name}, ${comparator.name} at ${limit.toFixed(2)}: ${cells.join(" | ")}`);
    }
    ours.push(
      ...levels.map((shift) =>
        percentiles(
          Array.from({ length: changes }, (_, seed) =>
            delayOf(scene, { ...setting, floor: 0.05 }, before + seed + 1001, shift),
          ),
        ),
      ),
    );
  }
  const head = chosen.flatMap((scene) => levels.map(({ name }) => `${scene.name} ${name}`));
  return [["rule", ...head], ...rows, ours];
}

function matchedLimit(comparator: Comparator, scene: Scenario): number {
  let [low, high] = [comparator.textbook / 4, comparator.textbook * 16];
  for (let step = 0; step < 9; step += 1) {
    const middle = Math.sqrt(low * high);
    const counts = [1, 2, 3, 4, 5, 6].map((seed) => pagesOf(comparator, scene, setting, seed, middle));
    if (counts.reduce((sum, count) => sum + count, 0) > counts.length) low = middle;
    else high = middle;
  }
  return high;
}

function comparatorDelay(
  { open }: Comparator,
  scene: Scenario,
  limit: number,
  seed: number,
  shift: ConfigGeneration,
): number | undefined {
  const next = seriesOf(scene, intervalMs, seed);
  const pages = open(knownOf(Array.from({ length: 14 * 1440 }, () => next())), limit);
  const before = Math.round(1440 * (0.5 + ((seed * 0.618_034) % 1)));
  for (let index = 0; index < before; index += 1) pages(next().value);
  for (let index = 1; index <= 14 * 1440; index += 1) if (pages(next(shift).value)) return index;
  return undefined;
}

function percentiles(delays: readonly (number | undefined)[]): string {
  const sorted = delays.map((delay) => delay ?? Number.POSITIVE_INFINITY).toSorted((one, other) => one - other);
  const at = (share: number): string => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(value) ? String(value) : ">14d";
  };
  return `${at(0.5)} / ${at(0.9)}`;
}
