import { parseArgs } from "node:util";
import { dayMs, policyOf } from "./fleet/follow.ts";
import { judgeSeries } from "./fleet/judged.ts";
import { kinds, runsOf } from "./unchanged/kinds.ts";

/**
 * False pages of single series that never change, of more kinds than the detection bench has: by the product's judge,
 * stages and refits included, from the first run on. Prints Markdown.
 *
 *   node bench/unchanged.ts --series 20 --every 5
 */
const { values } = parseArgs({ options: { series: { type: "string" }, every: { type: "string" } } });
const series = Number(values.series ?? 20);
const everyMs = Number(values.every ?? 5) * 60_000;
const periodMs = 180 * dayMs;
const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: periodMs });

const lines = ["| series | pages in 180 days | with more than one | most |", "| --- | --- | --- | --- |"];
for (const kind of kinds) {
  const pages = Array.from({ length: series }, (_, seed) => {
    const next = runsOf(kind, everyMs, seed * 101 + 7);
    const begins = judgeSeries(policy, everyMs);
    let count = 0;
    for (let run = next(); run.atMs < periodMs; run = next()) if (begins(run)) count += 1;
    return count;
  });
  const mean = pages.reduce((sum, count) => sum + count, 0) / series;
  const often = pages.filter((count) => count > 1).length / series;
  lines.push(`| ${kind.name} | ${mean.toFixed(2)} | ${(often * 100).toFixed(0)} % | ${Math.max(...pages)} |`);
}
process.stdout.write(`${lines.join("\n")}\n`);
