import { parseArgs } from "node:util";
import { table, quantile } from "./measure.ts";
import { askedKinds, askedRun } from "./changes/asking.ts";
import { afterImprovement, pagesOfCorrelated, pagesOfRestless, recurring, restless } from "./changes/kinds.ts";
import { factors, runsUntilPage } from "./changes/large.ts";
import { pagesOfErrors, usageAfter, usages } from "./changes/others.ts";

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "large" },
    seeds: { type: "string", default: "7" },
    from: { type: "string", default: "1" },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + Number(values.from));
const wanted = values.tables.split(",");
const text = (runs: number): string => (runs === Infinity ? "never" : String(runs));
const pair = (runs: readonly number[]): string => `${text(quantile(runs, 0.5))} / ${text(quantile(runs, 0.9))}`;

if (wanted.includes("large")) {
  const rows = [["every", "correlation", ...factors.map((factor) => `×${factor}`), "rule of thumb, ×10"]];
  for (const [minutes, deviation] of [
    [1, 0.3],
    [5, 0.3],
    [15, 0.3],
    [60, 0.2],
  ] as const) {
    for (const correlation of [0, 0.6, 0.8, 0.95]) {
      const found = seeds.map((seed) => runsUntilPage(correlation, deviation, minutes * 60_000, seed, 600));
      const cells = factors.map((_, index) => pair(found.map((one) => one[index]!.ours)));
      rows.push([`${minutes} min`, String(correlation), ...cells, pair(found.map((one) => one[4]!.simple))]);
      process.stderr.write(`${rows.at(-1)!.join(" | ")}\n`);
    }
  }
  process.stdout.write(`${table(rows)}\n`);
}

const mean = (counts: readonly number[]): string =>
  (counts.reduce((sum, one) => sum + one, 0) / counts.length).toFixed(2);
const hourMs = 3_600_000;
const print = (rows: readonly (readonly string[])[]): void => void process.stdout.write(`${table(rows)}\n\n`);

if (wanted.includes("recurring")) {
  const rows = [["outage", "told", "pages"]];
  for (const [factor, lastsMs, days] of [
    [5, hourMs, 8],
    [3, 2 * hourMs, 14],
    [3, 4 * hourMs, 26],
    [2, 6 * hourMs, 3],
  ] as const) {
    const all = seeds.map((seed) => recurring(factor, lastsMs, days, 12, seed));
    const told = all.reduce((sum, one) => sum + one.told, 0);
    rows.push([
      `×${factor} for ${lastsMs / hourMs} h every ${days} days`,
      `${told} of ${12 * all.length}`,
      mean(all.map(({ pages }) => pages)),
    ]);
  }
  print(rows);
}

if (wanted.includes("improvement")) {
  const rows = [["half the time for", ...[1.3, 2, 2.6, 8].map((back) => `then ×${back}: runs until told`)]];
  for (const days of [1.5, 5, 60]) {
    rows.push([
      `${days} days`,
      ...[1.3, 2, 2.6, 8].map((back) => pair(seeds.map((seed) => afterImprovement(days, back, 300_000, seed)))),
    ]);
  }
  print(rows);
}

if (wanted.includes("restless")) {
  const rows = [["kind", "5 min: pages in 180 days", "most"]];
  for (const [index, { name }] of restless.entries()) {
    const pages = seeds.map((seed) => pagesOfRestless(index, 300_000, seed));
    rows.push([name, mean(pages), String(Math.max(...pages))]);
  }
  print(rows);
}

if (wanted.includes("correlated")) {
  const rows = [["every", "correlation", "pages in 180 days", "most"]];
  for (const [minutes, deviation] of [
    [5, 0.3],
    [15, 0.3],
    [60, 0.2],
  ] as const) {
    for (const correlation of [0, 0.6, 0.8, 0.95]) {
      const pages = seeds.map((seed) => pagesOfCorrelated(correlation, deviation, minutes * 60_000, seed));
      rows.push([`${minutes} min`, String(correlation), mean(pages), String(Math.max(...pages))]);
    }
  }
  print(rows);
}

if (wanted.includes("errors")) {
  const lengths = [1, 2, 3, 5];
  const rows = [["errors", "every", ...lengths.map((runs) => `stretches of ${runs}: pages in 180 days, most`)]];
  for (const share of [0.002, 0.005]) {
    for (const minutes of [1, 5, 15, 60]) {
      const cells = lengths.map((inARow) => {
        const pages = seeds.map((seed) => pagesOfErrors(share, inARow, minutes * 60_000, seed));
        return `${mean(pages)}, ${Math.max(...pages)}`;
      });
      rows.push([`${share * 100} %`, `${minutes} min`, ...cells]);
    }
  }
  print(rows);
}

if (wanted.includes("usage")) {
  const rows = [["tokens", "5 min: runs until told", "pages in the 14 days before"]];
  for (const [index, { name }] of usages.entries()) {
    const found = seeds.map((seed) => usageAfter(index, 300_000, seed));
    rows.push([name, pair(found.map(({ runs }) => runs)), mean(found.map((one) => one.false))]);
  }
  print(rows);
}

if (wanted.includes("asking")) {
  const rows = [
    [
      "every",
      "series",
      "×2: minutes, without asking",
      "asking again",
      "two hours at ×2 found",
      "extra runs",
      "false pages in 180 days",
    ],
  ];
  for (const minutes of [15, 60]) {
    for (const kind of askedKinds) {
      const found = (asks: boolean, lastsMs?: number) =>
        seeds.map((seed) => askedRun(kind, minutes * 60_000, lastsMs === undefined ? seed : seed + 500, asks, lastsMs));
      const [without, asking, short] = [found(false), found(true), found(true, 2 * hourMs)];
      const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);
      const all = [...asking, ...short];
      const share = sum(all.map(({ extra }) => extra)) / sum(all.map(({ scheduled }) => scheduled));
      rows.push([
        `${minutes} min`,
        kind.name,
        pair(without.map((one) => one.minutes)),
        pair(asking.map((one) => one.minutes)),
        `${short.filter((one) => one.minutes < Infinity).length} of ${seeds.length}`,
        `${(100 * share).toFixed(1)} %`,
        mean(all.map(({ falsePages }) => falsePages)),
      ]);
    }
  }
  print(rows);
}
