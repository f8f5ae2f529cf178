import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { figures, goals } from "./goals.ts";

/** What benches have measured, one line for each time: `bench/trend.ts` compares them, `bench/table.ts` shows the newest. */
const file = new URL("results/trend.jsonl", import.meta.url);

/** Keys are those of the goals. */
export type Values = Readonly<Record<string, number>>;

export interface Entry {
  readonly bench: string;
  readonly at: string;
  readonly machine: string;
  /** Of the minute before the end: above the number of cores, others had their share of the machine. */
  readonly load: number;
  readonly values: Values;
}

export function record(bench: string, values: Values): void {
  const finite = Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
  const unknown = Object.keys(finite).filter((key) => ![...goals, ...figures].some((goal) => goal.key === key));
  if (unknown.length > 0) throw new Error(`no goal for ${unknown.join(", ")}`);
  const entry: Entry = { bench, at: new Date().toISOString(), machine: machine(), load: load(), values: finite };
  mkdirSync(new URL(".", file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** Oldest first. */
export function recorded(): readonly Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Entry);
}

export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, Node ${process.versions.node}`;
}

export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}
