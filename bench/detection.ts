import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { delayTable, matchedTable } from "./detection/delays.ts";
import { falsePageTable } from "./detection/false-pages.ts";
import { plotOf } from "./detection/plot.ts";
import { roundTripTable } from "./detection/round-trips.ts";

/**
 * How often the drift judges cry wolf, and how fast they are, by simulation with fixed seeds. Writes Markdown.
 *
 *   node bench/detection.ts --tables P,D,M --series 60 --changes 61 --out detection.md
 *   node bench/detection.ts --seed 90000 --out gate.md     (seeds that nothing was tuned on)
 *   node bench/detection.ts --tables RTT --rtt <folder of labelled traces>
 *   node bench/detection.ts --from bench/detection.md --plot bench/detection.svg
 */
const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "P,D,M" },
    series: { type: "string", default: "60" },
    changes: { type: "string", default: "61" },
    /** The first seed is one more. */
    seed: { type: "string", default: "0" },
    rtt: { type: "string" },
    out: { type: "string" },
    plot: { type: "string" },
    from: { type: "string" },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const { rtt, out, plot, from } = values;
const before = Number(values.seed);
const wanted = from === undefined ? values.tables.split(",") : [];
const parts: string[] = [];
const add = (title: string, rows: string[][]): void => void parts.push(`## ${title}\n\n${markdown(rows)}\n`);

if (wanted.includes("P")) {
  add(
    "P: false pages per series per 180 days (share of series with more than one)",
    falsePageTable(Number(values.series), say, before),
  );
}
if (wanted.includes("D"))
  add("D: minutes until a change is told, median / 90th percentile", delayTable(Number(values.changes), say, before));
if (wanted.includes("M")) {
  add(
    "M: at one false page per 180 days each, minutes, median / 90th percentile",
    matchedTable(Number(values.changes), say, before),
  );
}
if (rtt !== undefined) add("RTT: labelled round-trip times", roundTripTable(rtt));

const text = from === undefined ? parts.join("\n") : readFileSync(from, "utf8");
if (out !== undefined) writeFileSync(out, text);
else if (from === undefined) process.stdout.write(text);
const picture = plot === undefined ? undefined : plotOf(text, "all");
if (plot !== undefined && picture === undefined) say("no table M to draw");
if (plot !== undefined && picture !== undefined) writeFileSync(plot, picture);

function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
