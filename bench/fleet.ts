import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Delay, delaysOf } from "./fleet/delays.ts";
import { falseMessages, type FalseMessages, type FleetSetting, seriesIn } from "./fleet/false-messages.ts";
import { dayMs } from "./fleet/follow.ts";
import { falsePagesOfJudges } from "./fleet/judged.ts";
import { quantile } from "./measure.ts";

/**
 * What a promise for a whole fleet keeps and what it costs, by simulation with fixed seeds. Writes Markdown.
 *
 *   node bench/fleet.ts --tables false --fleets 30
 *   node bench/fleet.ts --tables judges --fleets 10
 *   node bench/fleet.ts --tables delays --changes 101 --out delays.md
 */
const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "false,judges,delays" },
    fleets: { type: "string", default: "30" },
    changes: { type: "string", default: "101" },
    out: { type: "string" },
  },
});
const [fleets, changes] = [Number(values.fleets), Number(values.changes)];
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const minuteMs = 60_000;
const intervalMs = 5 * minuteMs;
const periodMs = 180 * dayMs;
const usual: FleetSetting = {
  targets: 10,
  count: 4,
  inCommon: 0.5,
  days: 180,
  rule: { intervalMs, baselineDays: 14, floor: 0.05 },
};
const series = seriesIn(usual);
const promises = [
  { name: "of each series", ms: periodMs },
  { name: "of the fleet", ms: periodMs * series },
] as const;
const promisesMs = promises.map(({ ms }) => ms);

/** The first is the one that is shipped; of the others a third as many will do. */
const fleetRows = [
  { name: "as shipped: floor 5 %", setting: usual },
  { name: "places that share nothing", setting: { ...usual, inCommon: 0 } },
  { name: "the engine alone: floor 0 %", setting: { ...usual, rule: { ...usual.rule, floor: 0 } } },
];

/** Sum over a fleet in its whole time: mean, and twice its standard error; of none at all the bound that three say. */
function meanOf(counts: readonly number[]): string {
  const n = counts.length;
  const mean = counts.reduce((sum, count) => sum + count, 0) / n;
  if (mean === 0) return `0 (< ${(3 / n).toFixed(2)})`;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (n - 1);
  return `${mean.toFixed(2)} ± ${(2 * Math.sqrt(variance / n)).toFixed(2)}`;
}

function falseTable(): string[][] {
  const rows: string[][] = [];
  for (const [row, { name, setting }] of fleetRows.entries()) {
    const length = row === 0 ? fleets : Math.ceil(fleets / 3);
    const all = Array.from({ length }, (_, seed) => {
      const counted = falseMessages(setting, promisesMs, seed + 1);
      say(`${name}, fleet ${seed + 1}: ${JSON.stringify(counted)}`);
      return counted;
    });
    for (const [index, promise] of promises.entries()) {
      const of = (what: keyof FalseMessages): string => meanOf(all.map((counted) => counted[index]![what]));
      const worst = Math.max(...all.map((counted) => counted[index]!.pages));
      const promised = index === 0 ? series : 1;
      rows.push([
        name,
        String(length),
        promise.name,
        String(promised),
        of("pages"),
        String(worst),
        of("groups"),
        of("alone"),
      ]);
    }
  }
  return [
    ["fleet", "seeds", "promise", "allowed", "pages of single series", "worst fleet", "group messages", "left alone"],
    ...rows,
  ];
}

/** As the product follows its series from their first run on, with its stages and refits; only slower replies page. */
function judgesTable(): string[][] {
  const all = Array.from({ length: fleets }, (_, seed) => {
    const pages = falsePagesOfJudges(usual, periodMs, seed + 1);
    say(`judges, fleet ${seed + 1}: ${pages.join(" ")}`);
    return pages;
  });
  const rows = promises.map(({ name }, index) => {
    const counts = all.map((pages) => pages[index]!);
    const allowed = index === 0 ? series : 1;
    return [name, String(fleets), String(allowed), meanOf(counts), String(Math.max(...counts))];
  });
  return [["promise", "seeds", "allowed", "pages", "worst fleet"], ...rows];
}

const moves = [
  { name: "+20 %", factor: 1.2 },
  { name: "+50 %", factor: 1.5 },
  { name: "×2", factor: 2 },
];
const scenes = ["iid", "all"];
const away = [4, 2];

function delayTable(): string[][] {
  const rows: string[][] = [];
  for (const scenario of scenes) {
    for (const { name, factor } of moves) {
      for (const moved of away) {
        const setting = { places: 4, moved, factor, inCommon: 0.5, scenario, rule: usual.rule };
        const all = Array.from({ length: changes }, (_, seed) => delaysOf(setting, promisesMs, seed + 1));
        for (const [index, promise] of promises.entries()) {
          const minutes = (what: keyof Delay): string => spread(all.map((delays) => delays[index]![what]));
          const found = (["single", "first", "last", "group"] as const).map(minutes);
          const alone = beside(all.map((delays) => delays[index]!.alone));
          const row = [scenario, name, `${moved} of 4`, promise.name, ...found, alone];
          say(row.join(" | "));
          rows.push(row);
        }
      }
    }
  }
  const head = ["scenario", "move", "places", "promise", "one series", "first of them", "last", "group", "told alone"];
  return [head, ...rows];
}

function spread(slots: readonly number[]): string {
  const at = (q: number): string => {
    const slot = quantile(slots, q);
    return Number.isFinite(slot) ? String((slot * intervalMs) / minuteMs) : ">14d";
  };
  return `${at(0.5)} / ${at(0.9)}`;
}

function beside(counts: readonly number[]): string {
  return (counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(2);
}

function markdown([head = [], ...body]: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const wanted = values.tables.split(",");
const tables = [
  ...(wanted.includes("false") ? [`## False messages of a fleet in 180 days\n\n${markdown(falseTable())}`] : []),
  ...(wanted.includes("judges")
    ? [`## The same by the judges, from the first run on\n\n${markdown(judgesTable())}`]
    : []),
  ...(wanted.includes("delays")
    ? [`## Minutes until a move is told, median / 90th percentile\n\n${markdown(delayTable())}`]
    : []),
];
const text = `${tables.join("\n\n")}\n`;
if (values.out === undefined) process.stdout.write(text);
else writeFileSync(values.out, text);
