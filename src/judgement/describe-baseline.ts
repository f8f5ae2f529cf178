import type { z } from "zod";
import type { Aspect } from "../baseline/baseline.ts";
import type { JudgePolicy } from "../probe/probe.ts";
import { formatDurationMs } from "../std/duration.ts";
import type { Json } from "../std/json.ts";
import { type Known, knownSchema } from "./contract/known.ts";
import { type BaselineCard, cardOf } from "./detect/card.ts";
import { countsSchema } from "./detect/counts.ts";
import { rateSchema } from "./detect/error-bits.ts";
import { referenceSchema } from "./detect/reference.ts";
import { type Noise, noiseText } from "./detect/marks.ts";
import { readAs } from "./learned.ts";

/** What a baseline says is normal, a line each, for people. Without a policy nothing is said of promises. */
export function describeBaseline(
  aspect: Aspect,
  label: string,
  learned: Json,
  policy?: JudgePolicy,
  noise: Noise = quiet,
): string[] {
  const known = readAs(knownSchema, learned);
  if (known !== undefined) return shapeLines(known);
  const reference = readAs(referenceSchema, learned);
  if (reference !== undefined && policy !== undefined) {
    const said = noiseText(noise);
    const card = cardOf(reference, policy, noise.widening);
    return [
      ...cardLines(card, aspect === "latency" ? formatDurationMs : (value) => value.toFixed(0)),
      ...(said === undefined ? [] : [said]),
    ];
  }
  const counts = readAs(countsSchema, learned);
  if (counts !== undefined) {
    const values = Object.entries(counts.counts).toSorted(([, a], [, b]) => b - a);
    return [
      `${label}: ${values
        .slice(0, mostShown)
        .map(([value, times]) => `${value} in ${times} of ${counts.n} runs`)
        .join(", ")}`,
    ];
  }
  const rate = readAs(rateSchema, learned);
  return rate === undefined ? ["learned anew from the next runs"] : [`${label}: ${rate.k} of ${rate.n} runs failed`];
}

const quiet: Noise = { pages: 0, widening: 1 };

/** Is it something that a judge of this aspect could have learned? */
export function isBaselineOf(aspect: Aspect, learned: Json): boolean {
  const schemas = {
    contract: [knownSchema],
    "error-shape": [knownSchema],
    latency: [referenceSchema],
    usage: [referenceSchema, countsSchema],
    availability: [rateSchema],
    budget: [referenceSchema],
  } as const satisfies Record<Aspect, readonly z.ZodType[]>;
  return schemas[aspect].some((schema) => schema.safeParse(learned).success);
}

const mostShown = 12;

function shapeLines({ n, paths, words, mayBeAbsent }: Known): string[] {
  const all = Object.entries(paths);
  const always = all.filter(([, { count }]) => count >= n).length;
  const vocabulary = Object.entries(words).map(
    ([name, counts]) => `${name}: ${Object.keys(counts).slice(0, mostShown).join(" or ")}`,
  );
  return [
    `${always} paths always there, ${all.length - always} in some of ${n} replies`,
    ...vocabulary,
    ...(mayBeAbsent.length === 0 ? [] : [`accepted to be absent: ${mayBeAbsent.slice(0, mostShown).join(", ")}`]),
    ...all
      .filter(([path]) => path.startsWith("$"))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { count, kinds, classes }]) => {
        const likeness = Object.keys(classes).slice(0, 4).join(", ");
        const share = count >= n ? "" : `, in ${count} of ${n}`;
        return `  ${path}  ${Object.keys(kinds).join(" or ")}${likeness === "" ? "" : ` (${likeness})`}${share}`;
      }),
  ];
}

function cardLines(card: BaselineCard, say: (value: number) => string): string[] {
  const {
    usual,
    n,
    fromMs,
    toMs,
    season,
    weekend,
    correlation,
    guard,
    floor,
    mayPage,
    falsePageEveryMs,
    findsAfterMs,
  } = card;
  const finds = findsAfterMs.map(({ ratio, afterMs }) => {
    const what = ratio >= 2 ? `×${ratio}` : `+${Math.round((ratio - 1) * 100)} %`;
    return `${what} ${afterMs === undefined ? "not at all" : `in ${formatDurationMs(Math.round(afterMs / 1000) * 1000)}`}`;
  });
  return [
    `nine of ten between ${say(usual.low)} and ${say(usual.high)}, middle ${say(usual.middle)}`,
    `from ${n} runs, ${day(fromMs)} to ${day(toMs)}; daily swing ×${season.toFixed(2)}${weekendText(weekend)}, φ ${correlation.toFixed(2)}, wander ${guard.wander.toFixed(2)}${widestText(guard)}`,
    `moves below ${Math.round((floor - 1) * 100)} % are not told; a move is found on average: ${finds.join(", ")}`,
    mayPage
      ? `promise: at most one false page in ${long(falsePageEveryMs)}${sharedText(card)}`
      : "informs only: the baseline is too young to page",
  ];
}

function weekendText(weekend: BaselineCard["weekend"]): string {
  if (weekend === undefined) return "";
  const { fromMs, lengthMs, depth } = weekend;
  return `, weekends ×${Math.exp(depth).toFixed(2)} (${hourOfWeek(fromMs)} to ${hourOfWeek(fromMs + lengthMs)} UTC)`;
}

/** `Sat 08:00`, of a time since the beginning of a week as Unix time counts them. */
function hourOfWeek(sinceMs: number): string {
  const date = new Date(sinceMs).toUTCString();
  return `${date.slice(0, 3)} ${date.slice(17, 22)}`;
}

function widestText({ unsteadiness }: BaselineCard["guard"]): string {
  return unsteadiness > 1 ? `, ×${unsteadiness.toFixed(1)} as unsteady at its widest hours` : "";
}

function sharedText({ shared }: BaselineCard): string {
  if (shared === undefined) return "";
  return `, so that all ${shared.pagingSeries} series that may page have one in ${long(shared.everyMs)}`;
}

const dayMs = 86_400_000;

function long(durationMs: number): string {
  return durationMs < 2 * dayMs ? formatDurationMs(durationMs) : `${Math.round(durationMs / dayMs)} days`;
}

function day(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
