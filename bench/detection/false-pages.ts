import { comparators, knownOf } from "./comparators.ts";
import { falsePages, type Setting } from "./play.ts";
import { type Scenario, scenarios, seriesOf } from "./series.ts";

const minute = 60_000;
const floors = [0, 0.05];

interface Column {
  readonly name: string;
  readonly scene: Scenario;
  readonly setting: Omit<Setting, "floor">;
}

const fortnight = { intervalMs: minute, baselineDays: 14 };
const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;

const columns: readonly Column[] = [
  ...scenarios.map((scene) => ({ name: scene.name, scene, setting: fortnight })),
  { name: "all, 1-day baseline", scene: all, setting: { ...fortnight, baselineDays: 1 } },
  { name: "all, 7-day", scene: all, setting: { ...fortnight, baselineDays: 7 } },
  { name: "all, 5-min probes", scene: all, setting: { ...fortnight, intervalMs: 5 * minute } },
  { name: "all, 15-min probes", scene: all, setting: { ...fortnight, intervalMs: 15 * minute } },
];

/** Table P: false pages per series per 180 days, nothing tuned. Shares of series with more than one in brackets. */
export function falsePageTable(series: number, say: (line: string) => void, before = 0): string[][] {
  const rows = [...comparators.map(({ name }) => [name]), ...floors.map((floor) => [`this, floor ${floor * 100} %`])];
  for (const { name, scene, setting } of columns) {
    for (const [index, comparator] of comparators.entries()) {
      const few = Math.max(2, Math.ceil(series / 10));
      const counts = Array.from({ length: few }, (_, seed) => pagesOf(comparator, scene, setting, before + seed + 1));
      rows[index]?.push(mean(counts).toFixed(mean(counts) < 10 ? 2 : 0));
    }
    for (const [index, floor] of floors.entries()) {
      const counts = Array.from(
        { length: series },
        (_, seed) => falsePages(scene, { ...setting, floor }, before + seed + 1).pages,
      );
      const often = counts.filter((count) => count > 1).length / series;
      const cell = `${mean(counts).toFixed(2)} (${(often * 100).toFixed(0)}%)`;
      rows[comparators.length + index]?.push(cell);
      say(`P ${name}, floor ${floor}: ${cell}`);
    }
  }
  return [["rule", ...columns.map(({ name }) => name)], ...rows];
}

/** Pages of a comparator in `days`. */
export function pagesOf(
  { open, textbook }: (typeof comparators)[number],
  scene: Scenario,
  { intervalMs, baselineDays }: Omit<Setting, "floor">,
  seed: number,
  limit = textbook,
  days = 180,
): number {
  const next = seriesOf(scene, intervalMs, seed);
  const perDay = 86_400_000 / intervalMs;
  const pages = open(knownOf(Array.from({ length: perDay * baselineDays }, () => next())), limit);
  let count = 0;
  for (let index = 0; index < perDay * days; index += 1) if (pages(next().value)) count += 1;
  return count;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
