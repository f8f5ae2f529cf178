import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { changes, type Instrument, instruments, nulls } from "./identity/endpoints.ts";
import { daysToFind, playNull } from "./identity/judged.ts";
import { comparedPairs } from "./identity/pairs.ts";
import { rivalDays } from "./identity/rivals.ts";

/** `node bench/identity.ts --series 100 --pairs 1000`: false pages and power of the output judge and of `compare`, simulated. */
const { values } = parseArgs({
  options: { series: { type: "string", default: "20" }, pairs: { type: "string", default: "100" } },
});
const [series, pairs] = [Number(values.series), Number(values.pairs)];

const parts = ["nulls", "power", "rivals", "pairs"] as const;
type Part = (typeof parts)[number];
interface Job {
  readonly part: Part;
  readonly instrument?: Instrument | undefined;
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const seeds = (count: number, from: number): number[] => Array.from({ length: count }, (_, index) => from + index);
const days = (value = Infinity): string => (Number.isFinite(value) ? value.toFixed(1) : "not in 60");
const medianAndNine = (found: readonly number[]): string => {
  const sorted = found.toSorted((a, b) => a - b);
  return `${days(sorted[Math.floor(sorted.length / 2)])} | ${days(sorted[Math.floor(sorted.length * 0.9)])}`;
};
/** A request of one token with its prompt, as replies of `plumb-1` and one-line prompts count it. */
const tokensOf = (requests: number): string => `${Math.round((requests * 21) / 100) * 100}`;

function nullRows(instrument: Instrument): string[] {
  return Object.keys(nulls).map((name) => {
    const played = seeds(series, 300_000).map((seed) => playNull(instrument, name, seed));
    const cells = [20, 60, 180].map((day) => {
      const counts = played.map(({ pages }) => pages.filter((at) => at <= day).length);
      const error = Math.sqrt(mean(counts.map((count) => (count - mean(counts)) ** 2)) / series);
      return `${mean(counts).toFixed(2)} ±${error.toFixed(2)}`;
    });
    const enrolled = mean(played.map((it) => it.enrolled));
    const enrolledDays = mean(played.map((it) => it.enrolledDays));
    const cost = `${Math.round(enrolled)} requests, ${tokensOf(enrolled)} tokens, ${enrolledDays.toFixed(1)} days`;
    return `| ${instrument} | ${name} | ${cells.join(" | ")} | ${cost} |`;
  });
}

function powerRows(instrument: Instrument): string[] {
  return Object.keys(changes).map((name) => {
    const found = seeds(series, 301_000).map((seed) => daysToFind(instrument, name, seed));
    return `| ${instrument} | ${name} | ${medianAndNine(found)} |`;
  });
}

function rivalRows(): string[] {
  return rivalDays(series).flatMap(({ name, days: found }) =>
    Object.entries(found).map(([change, of]) => `| ${name} | ${change} | ${medianAndNine(of)} |`),
  );
}

function pairRows(): string[] {
  const percent = (of: number, all: number): string => `${((100 * of) / all).toFixed(1)} %`;
  return comparedPairs(pairs).map(
    ({ name, pairs: of, different, same, looked, requests }) =>
      `| ${name} | ${percent(different, of)} | ${percent(same, looked)} | ${requests}, ${tokensOf(requests)} tokens |`,
  );
}

function rowsOf({ part, instrument = "choices" }: Job): string[] {
  switch (part) {
    case "nulls":
      return nullRows(instrument);
    case "power":
      return powerRows(instrument);
    case "rivals":
      return rivalRows();
    case "pairs":
      return pairRows();
    default:
      return part satisfies never;
  }
}

async function inWorker(job: Job): Promise<string[]> {
  const worker = new Worker(new URL(import.meta.url), { workerData: job, argv: process.argv.slice(2) });
  return new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

const atOnce = 2;

async function table(): Promise<string> {
  const names = Object.keys(instruments) as Instrument[];
  const jobs = parts.flatMap((part): Job[] =>
    part === "nulls" || part === "power" ? names.map((instrument) => ({ part, instrument })) : [{ part }],
  );
  const rows = new Map<Part, string[]>();
  const waiting = [...jobs.entries()];
  const done: string[][] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, job] = next;
      done[index] = await inWorker(job);
      process.stderr.write(`${done[index].join("\n")}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  for (const [index, { part }] of jobs.entries()) rows.set(part, [...(rows.get(part) ?? []), ...(done[index] ?? [])]);
  const lines = (part: Part): string => (rows.get(part) ?? []).join("\n");
  return `# Is it still the same model: false pages and power

\`node bench/identity.ts --series ${series} --pairs ${pairs}\`. ${series} simulated endpoints each, 5 runs of 4 requests a day (420 tokens), \`falsePageEvery: 180d\`.
No seed of this table was used to choose anything in the product. Simulated are distributions of answers, not networks: the figures say how the judge behaves, not how far providers move.

## False pages

Of endpoints that do not change, in each series until day 20, 60 and 180, with the standard error. Promised are 0.11, 0.33 and 1.

| instrument | endpoint | 20 days | 60 days | 180 days | enrolment |
| --- | --- | --- | --- | --- | --- |
${lines("nulls")}

## Power

Days until a change is reported, three days after the enrolment.

| instrument | change | median | 90 % |
| --- | --- | --- | --- |
${lines("power")}

## Beside it: rules with a fixed sample

At 20 requests a day for the rule alone, and a threshold that one back end passes once in 180 days. They look again with each window, and know one back end only: with two
that take turns, every turn is a change.

| rule | change | median | 90 % |
| --- | --- | --- | --- |
${lines("rivals")}

## Two targets compared

${pairs} pairs of equal endpoints, a fiftieth of that of others, error rate 1 %, at most 700 requests to both. A fiftieth ends where equality is clear; the others use the
whole budget, and can only end as different. \`same\` means within 0.2 bits: it does not exclude a sibling or 4-bit weights.

| pair | different | same within 0.2 bits | requests, median |
| --- | --- | --- | --- |
${lines("pairs")}
`;
}

if (isMainThread) writeFileSync(new URL("identity.md", import.meta.url), await table());
else parentPort?.postMessage(rowsOf(workerData as Job));
