import { readFileSync, writeFileSync } from "node:fs";
import { recorded } from "./record.ts";

/** Writes what the benches have measured last into `docs/operate.md`, between the marks. */
const file = new URL("../docs/operate.md", import.meta.url);
const [begin, end] = ["<!-- sizing: bench/sizing.ts -->", "<!-- end of sizing -->"];
const newest = new Map(
  recorded().flatMap(({ values, machine }) => Object.entries(values).map(([key, value]) => [key, { value, machine }])),
);
/** Processors that are full answer late. */
const planned = 0.6;

function of(key: string): number {
  const found = newest.get(key);
  if (found === undefined) throw new Error(`no bench has measured ${key}`);
  return found.value;
}

const ms = (value: number): string => `${value.toFixed(value < 1 ? 2 : 1)} ms`;
const times = (key: string): string => `${of(key).toFixed(2)} times`;
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const runsOfCore = (costMs: number): number => Math.round(1000 / costMs / 5) * 5;
const [nodeMs, postgresMs, redisMs, storeBytes] = [of("nodeMs"), of("postgresMs"), of("redisMs"), of("storeBytes")];

function row(what: string, cell: (perSecond: number) => string): string {
  return `| ${what} | ${cell(1000 / 60)} | ${cell(100_000 / 300)} |`;
}

function cores(perSecond: number, costMs: number): string {
  const needed = (perSecond * costMs) / 1000 / planned;
  return needed < 0.1 ? "below 0.1" : needed.toFixed(1);
}

const text = `
Measured on ${newest.get("nodeMs")?.machine ?? "an unknown machine"}, with the stores on the same cores. Other work shared them.

| item | figure |
|---|---|
| CPU of one run: worker, PostgreSQL, Redis | ${ms(nodeMs)}, ${ms(postgresMs)}, ${ms(redisMs)} |
| worker, if each run opens a TLS connection | ${times("tlsTimes")} the CPU |
| worker, with OTLP export | ${times("otlpTimes")} the CPU |
| worker, if answers take 2 s | ${times("slowTimes")} the CPU |
| PostgreSQL, with 31 and 91 days of history | ${times("retained31")}, ${times("retained91")} the CPU |
| one run in PostgreSQL, while its probe learns | ${kB(storeBytes)} |
| WAL of one run | ${kB(of("walBytes"))} |

A core handles ${runsOfCore(nodeMs)} runs per second of a worker, ${runsOfCore(postgresMs)} of PostgreSQL, and ${runsOfCore(redisMs)} of Redis. Plan for ${planned * 100} % of a core.

| step | 1,000 probes every minute | 100,000 probes every 5 minutes |
|---|---|---|
${row("runs per second: probes ÷ interval", (perSecond) => `${Math.round(perSecond)}`)}
${row(`cores of workers: runs × ${ms(nodeMs)} ÷ ${planned}`, (perSecond) => cores(perSecond, nodeMs))}
${row("processes of workers: one uses one core", (perSecond) => `${Math.ceil((perSecond * nodeMs) / 1000 / planned)}`)}
${row(`cores of PostgreSQL: runs × ${ms(postgresMs)} ÷ ${planned}`, (perSecond) => cores(perSecond, postgresMs))}
${row(`cores of Redis: runs × ${ms(redisMs)} ÷ ${planned}`, (perSecond) => cores(perSecond, redisMs))}
${row("concurrency: runs × reply time of 3 s", (perSecond) => `${Math.round(perSecond * 3)}`)}
${row(`disk for each day: runs × 86,400 × ${kB(storeBytes)}`, (perSecond) => `${((perSecond * 86_400 * storeBytes) / 1e9).toFixed(1)} GB`)}
`;

const page = readFileSync(file, "utf8");
const [before, after] = [page.indexOf(begin), page.indexOf(end)];
if (before < 0 || after < before) throw new Error(`docs/operate.md lacks ${begin} or ${end}`);
writeFileSync(file, `${page.slice(0, before + begin.length)}\n${text}\n${page.slice(after)}`);
