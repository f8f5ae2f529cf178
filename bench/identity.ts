import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/std/seeded-random.ts";
import { borderAnswer, type Model, newModel, perturbed, type Random } from "./identity/endpoint.ts";
import { dayMs, type Endpoint, play } from "./identity/play.ts";

/** `node bench/identity.ts --series 20`: false pages and power of the output judge, with simulated endpoints. */
const { values } = parseArgs({ options: { series: { type: "string", default: "20" } } });
const series = Number(values.series);

const noise = 0.01;
const instruments = {
  choices: { logprobs: false, noise },
  "border inputs": { logprobs: false, noise, border: borderAnswer },
  logprobs: { logprobs: true, noise },
} as const;

type Route = (models: readonly Model[], nowMs: number, random: Random) => Model;
const first = (models: readonly Model[]): Model => models[0] ?? { logits: {} };
const mixed: Route = (models, _nowMs, random) => models[Math.floor(random() * models.length)] ?? first(models);
const turns =
  (hours: number): Route =>
  (models, nowMs) =>
    models[Math.floor(nowMs / (hours * 3_600_000)) % models.length] ?? first(models);

const another = (_model: Model, random: Random): Model => newModel(random);
const near = (by: number) => (model: Model, random: Random) => perturbed(model, by, random);

const nulls: Readonly<Record<string, readonly [more: number, other: (model: Model, random: Random) => Model, Route]>> =
  {
    "one back end": [0, another, first],
    "two, mixed": [1, another, mixed],
    "three, mixed": [2, another, mixed],
    "two near ones, mixed": [1, near(0.3), mixed],
    "two, 6 h each": [1, another, turns(6)],
    "two near ones, 20 h each": [1, near(0.3), turns(20)],
  };

const watchedDays = [20, 60, 180] as const;

/** Pages of each series by day 20, 60 and 180 after its enrolment, and what that cost. */
function falsePages(of: (typeof instruments)[keyof typeof instruments], name: string) {
  const [more, other, route] = nulls[name] ?? [0, another, first];
  return Array.from({ length: series }, (_, index) => {
    const random = seededRandom(index + 1);
    const model = newModel(random);
    const models = [model, ...Array.from({ length: more }, () => other(model, random))];
    const pages: number[] = [];
    let [enrolledMs, isHeld, requests] = [0, false, 0];
    for (const run of play({ ...of, model: (nowMs, by) => route(models, nowMs, by) }, random)) {
      if (!run.isEnrolled || enrolledMs === 0) requests += run.requests;
      if (run.isEnrolled) enrolledMs ||= run.slotMs;
      if (run.findings !== undefined && !isHeld) pages.push((run.slotMs - enrolledMs) / dayMs);
      isHeld = run.findings !== undefined;
      if (enrolledMs > 0 && run.slotMs - enrolledMs > 180 * dayMs) break;
    }
    return { pages, requests };
  });
}

const changes: Readonly<Record<string, ((model: Model, random: Random) => Model) | "cache">> = {
  "another model": another,
  "the same family (logits ±1)": near(1),
  "4 bit (logits ±0.3)": near(0.3),
  "one fine-tuning step (logits ±0.03)": near(0.03),
  "replayed answers": "cache",
};

/** Days from a change until it is reported; Infinity: not within 60. */
function daysToFind(of: (typeof instruments)[keyof typeof instruments], name: string): number[] {
  const change = changes[name];
  const all = Array.from({ length: series }, (_, index) => {
    const random = seededRandom(1000 + index);
    const before = newModel(random);
    const after = typeof change === "function" ? change(before, random) : before;
    let changedMs = Infinity;
    const endpoint: Endpoint = {
      ...of,
      model: (nowMs) => (nowMs >= changedMs ? after : before),
      get cachedFromMs() {
        return change === "cache" ? changedMs : undefined;
      },
    };
    for (const { slotMs, isEnrolled, findings } of play(endpoint, random)) {
      if (isEnrolled && changedMs === Infinity) changedMs = slotMs + 3 * dayMs;
      if (slotMs >= changedMs && findings !== undefined) return (slotMs - changedMs) / dayMs;
      if (slotMs - changedMs > 60 * dayMs) break;
    }
    return Infinity;
  });
  return all.toSorted((a, b) => a - b);
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const days = (value = Infinity): string => (value === Infinity ? "not in 60" : value.toFixed(1));
const lines: string[] = [];
const say = (line: string): void => {
  lines.push(line);
  process.stdout.write(`${line}\n`);
};

say("# Output judge: false pages and power");
say("");
say(
  `\`node bench/identity.ts --series ${series}\`. ${series} simulated endpoints each, 5 runs of 4 requests a day, \`falsePageEvery: 180d\`. Simulated are`,
);
say("distributions of answers, not networks: the figures say how the judge behaves, not how far providers move.");
say("");
say("False pages per series until day 20, 60 and 180 (standard error of the last), and requests of the enrolment.");
say("");
say("| instrument | endpoint | 20 days | 60 days | 180 days | enrolment |");
say("| --- | --- | --- | --- | --- | --- |");
for (const [instrument, of] of Object.entries(instruments)) {
  for (const name of Object.keys(nulls)) {
    const played = falsePages(of, name);
    const until = (day: number): number[] => played.map(({ pages }) => pages.filter((at) => at <= day).length);
    const counts = until(180);
    const error = Math.sqrt(mean(counts.map((count) => (count - mean(counts)) ** 2)) / series);
    const cells = watchedDays.map((day) => mean(until(day)).toFixed(2));
    say(
      `| ${instrument} | ${name} | ${cells.join(" | ")} (±${error.toFixed(2)}) | ${Math.round(mean(played.map((it) => it.requests)))} |`,
    );
  }
}
say("");
say("Days until a change is reported, three days after the enrolment: median, and nine of ten.");
say("");
say("| instrument | change | median | 90 % |");
say("| --- | --- | --- | --- |");
for (const [instrument, of] of Object.entries(instruments)) {
  for (const name of Object.keys(changes)) {
    const found = daysToFind(of, name);
    say(
      `| ${instrument} | ${name} | ${days(found[Math.floor(series / 2)])} | ${days(found[Math.floor(series * 0.9)])} |`,
    );
  }
}
writeFileSync(new URL("identity.md", import.meta.url), `${lines.join("\n")}\n`);
