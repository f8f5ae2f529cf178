import { parseArgs } from "node:util";
import { dayMs, policyOf } from "./fleet/follow.ts";
import { judgeSeries } from "./fleet/judged.ts";
import { quantile } from "./measure.ts";
import { type Kind, kinds, runsOf } from "./unchanged/kinds.ts";

/**
 * Single series of more kinds than the detection bench has, by the product's judge, stages and refits included, from the
 * first run on: false pages while nothing changes, and how long a change takes that comes after a month. Prints Markdown.
 *
 *   node bench/unchanged.ts --series 20 --every 5
 */
const { values } = parseArgs({
  options: {
    series: { type: "string" },
    every: { type: "string" },
    only: { type: "string" },
    changes: { type: "string" },
  },
});
const series = Number(values.series ?? 20);
const everyMs = Number(values.every ?? 5) * 60_000;
const periodMs = 180 * dayMs;
const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: periodMs });

const changes = Number(values.changes ?? 9);
const changesMs = 30 * dayMs;

function falsePages(kind: Kind, seed: number): number {
  const next = runsOf(kind, everyMs, seed);
  const begins = judgeSeries(policy, everyMs);
  let count = 0;
  for (let run = next(); run.atMs < periodMs; run = next()) if (begins(run)) count += 1;
  return count;
}

/** Minutes from the change to the first page after it; infinite: none within a week. */
function minutesUntilPage(kind: Kind, factor: number, seed: number): number {
  const next = runsOf(kind, everyMs, seed);
  const begins = judgeSeries(policy, everyMs);
  for (let run = next(); run.atMs < changesMs + 7 * dayMs; run = next()) {
    const isAfter = run.atMs > changesMs;
    const isPage = begins({ atMs: run.atMs, value: run.value * (isAfter ? factor : 1) });
    if (isPage && isAfter) return (run.atMs - changesMs) / 60_000;
  }
  return Infinity;
}

const seedOf = (index: number): number => index * 101 + 7;
const lines = [
  "| series | pages in 180 days | with more than one | most | minutes until ×1.5 is told | ×2 |",
  "| --- | --- | --- | --- | --- | --- |",
];
for (const kind of kinds.filter(({ name }) => name.includes(values.only ?? ""))) {
  const pages = Array.from({ length: series }, (_, index) => falsePages(kind, seedOf(index)));
  const mean = pages.reduce((sum, count) => sum + count, 0) / series;
  const often = pages.filter((count) => count > 1).length / series;
  const found = [1.5, 2].map((factor) => {
    const minutes = Array.from({ length: changes }, (_, index) => minutesUntilPage(kind, factor, seedOf(index + 1)));
    return quantile(minutes, 0.5).toFixed(0);
  });
  const often100 = `${(often * 100).toFixed(0)} %`;
  lines.push(`| ${[kind.name, mean.toFixed(2), often100, Math.max(...pages), ...found].join(" | ")} |`);
}
process.stdout.write(`${lines.join("\n")}\n`);
