import { z } from "zod";
import type { Observation, ReplyFacts } from "../observation/observation.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { declaredPaths, deprecatedPaths } from "./declared-contract.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { learningStep, readAs, subjectOf, unjudged } from "./learned.ts";
import { timesUntilTold } from "./novelty.ts";

type ShapeAspect = "contract" | "error-shape";

const pathSchema = z.object({ count: z.number(), kinds: z.array(z.string()) });
const countsSchema = z.object({
  paths: z.record(z.string(), pathSchema),
  /** Small vocabularies beside the body: status, envelope family, end of stream. */
  words: z.record(z.string(), z.array(z.string())),
});
const learningSchema = countsSchema.extend({ v: z.literal(1), n: z.number() });
const baselineSchema = countsSchema.extend({ n: z.number() });

/** Since the baseline: runs judged; of each difference how often in a row it is seen, and was seen before to no effect. */
const watchingSchema = z.object({
  v: z.literal(3),
  runs: z.number(),
  differed: z.record(z.string(), z.object({ row: z.number(), earlier: z.number(), told: z.boolean() })),
});
type Watching = z.infer<typeof watchingSchema>;

type Counts = z.infer<typeof countsSchema>;

/** The promise: of an unchanged target at most one difference in so many runs is told. */
const runsPerFalseAlarm = 10_000;
/** What the official API declares is worth as much as having been seen so often. */
const declaredSightings = 10_000;
/** Kinds, status and envelopes change by somebody's hand; members come and go with the answer. */
const structuralSightings = 1_000;

/** Learns which paths a reply always or sometimes has, and of which kinds, and tells what differs from that. */
export function shapeJudge(aspect: ShapeAspect, appliesTo: (facts: ReplyFacts, scenario: Scenario) => boolean): Judge {
  return {
    aspect,
    seriesOf(observation, scenario) {
      const { outcome, call, mode } = observation;
      if (outcome.kind !== "reply" || !appliesTo(outcome, scenario)) return [];
      return [{ key: `${call}/${mode}`, label: aspect === "contract" ? "shape of replies" : "shape of error replies" }];
    },
    judge: (input) => {
      const { outcome } = input.observation;
      return outcome.kind === "reply" ? judgeShape(input, outcome) : unjudged(input, "no reply");
    },
  };
}

function judgeShape(input: JudgeInput, facts: ReplyFacts): JudgeOutput {
  const words = wordsOf(facts, input.observation);
  const baseline = readAs(baselineSchema, input.memory?.baseline?.learned);
  if (baseline === undefined) {
    const before = readAs(learningSchema, input.memory?.state) ?? { n: 0, paths: {}, words: {} };
    const n = before.n + 1;
    const counts = add(before, facts, words);
    return learningStep(input, n, counts, () => ({ n, ...counts }));
  }
  const before = readAs(watchingSchema, input.memory?.state) ?? { v: 3, runs: 0, differed: {} };
  const found = differences(baseline, baseline.n, facts, words);
  const state = watchOn(before, found);
  const subject = subjectOf(input);
  if (found.length === 0) return { ruling: { subject, outcome: "good" }, state };

  const timesOf = (it: Difference): number => state.differed[it.subject]?.row ?? 1;
  const neededFor = (it: Difference): number => {
    const earlier = state.differed[it.subject]?.earlier ?? 0;
    return timesUntilTold(earlier, sightingsOf(it, earlier, baseline.n + before.runs), runsPerFalseAlarm);
  };
  // The incident itself asks for one more slot that agrees.
  const told = found.filter((it) => timesOf(it) + 1 >= neededFor(it));
  const [first] = found;
  if (told.length === 0 && first !== undefined) {
    const reason = `${first.subject} ${first.observed}, ${timesOf(first)} of ${neededFor(first)} times`;
    return { ruling: { subject, outcome: "unjudged", reason }, state };
  }
  for (const it of told) {
    const kept = state.differed[it.subject];
    if (kept !== undefined) kept.told = true;
  }
  const baselineVersion = input.memory?.baseline?.version;
  const findings = told.map(({ severity, subject: path, expected, observed }): Finding => {
    return { kind: input.series.aspect, severity, subject: path, expected, observed, baselineVersion };
  });
  return { ruling: { subject, outcome: "bad", findings }, state };
}

/** Replies that could have been different like this. What was never seen before has prior knowledge against it. */
function sightingsOf({ subject, nature, presence }: Difference, earlier: number, runs: number): number {
  const known = nature === "structure" ? structuralSightings : declaredPaths.has(subject) ? declaredSightings : 0;
  return Math.round(runs * presence) + (earlier === 0 ? known : 0);
}

const mostRemembered = 200;
type Kept = [string, Watching["differed"][string]];

function watchOn({ runs, differed }: Watching, found: readonly Difference[]): Watching {
  const now = new Set(found.map(({ subject }) => subject));
  // What was told was a change, not chance: it is no reason to expect the same again.
  const past = Object.entries(differed).map(([subject, { row, earlier, told }]): Kept =>
    now.has(subject)
      ? [subject, { row: row + 1, earlier, told }]
      : [subject, { row: 0, earlier: earlier + (told ? 0 : row), told: false }],
  );
  const fresh = [...now].filter((subject) => differed[subject] === undefined);
  const all = [...past, ...fresh.map((subject): Kept => [subject, { row: 1, earlier: 0, told: false }])];
  return { v: 3, runs: runs + 1, differed: Object.fromEntries(all.slice(-mostRemembered)) };
}

function wordsOf(facts: ReplyFacts, { mode }: Observation): Record<string, string> {
  return {
    status: String(facts.status),
    "content type": facts.contentType,
    ...(mode === "stream" && facts.streamEnd !== undefined ? { "end of stream": facts.streamEnd } : {}),
    ...(facts.error === undefined
      ? {}
      : {
          "error envelope": facts.error.family,
          "error type": String(facts.error.type ?? "none"),
          "error code": facts.error.code === undefined ? "none" : `${facts.error.code} (${typeof facts.error.code})`,
        }),
  };
}

function add(before: Counts, facts: ReplyFacts, words: Record<string, string>): Counts {
  const paths = new Map(Object.entries(before.paths));
  for (const [path, kinds] of Object.entries(facts.shape)) {
    const known = paths.get(path) ?? { count: 0, kinds: [] };
    paths.set(path, { count: known.count + 1, kinds: [...new Set([...known.kinds, ...kinds])].toSorted() });
  }
  const vocabulary = new Map(Object.entries(before.words));
  for (const [name, word] of Object.entries(words)) {
    vocabulary.set(name, [...new Set([...(vocabulary.get(name) ?? []), word])].toSorted());
  }
  return { paths: Object.fromEntries(paths), words: Object.fromEntries(vocabulary) };
}

interface Difference extends Pick<Finding, "severity" | "subject" | "expected" | "observed"> {
  /** `presence`: a member is absent or null, as optional ones can be. */
  readonly nature: "presence" | "structure";
  /** Share of the baseline's replies that could have shown it. */
  readonly presence: number;
}

function differences(counts: Counts, n: number, facts: ReplyFacts, words: Record<string, string>): Difference[] {
  return [...wordDifferences(counts, words), ...pathDifferences(counts, n, facts)];
}

function wordDifferences(counts: Counts, words: Record<string, string>): Difference[] {
  return Object.entries(counts.words).flatMap(([subject, known]): Difference[] => {
    const observed = words[subject] ?? "none";
    return known.includes(observed)
      ? []
      : [{ severity: "breaking", subject, expected: known.join(" or "), observed, nature: "structure", presence: 1 }];
  });
}

function pathDifferences(counts: Counts, n: number, { shape }: ReplyFacts): Difference[] {
  const found: Difference[] = [];
  for (const [path, known] of Object.entries(counts.paths)) {
    const kinds = shape[path];
    const expected = known.kinds.join(" or ");
    if (kinds === undefined) {
      if (known.count === n && !deprecatedPaths.has(path) && isOutermostMissing(path, shape)) {
        found.push({
          severity: "breaking",
          subject: path,
          expected,
          observed: "absent",
          nature: "presence",
          presence: 1,
        });
      }
      continue;
    }
    const unknown = kinds.filter((kind) => !isKnown(kind, known.kinds));
    if (unknown.length === 0) continue;
    const nature = unknown.every((kind) => kind === "null") ? "presence" : "structure";
    found.push({
      severity: "breaking",
      subject: path,
      expected,
      observed: kinds.join(" or "),
      nature,
      presence: known.count / n,
    });
  }
  return found;
}

/** Whole numbers are what numbers happen to be now and then. */
function isKnown(kind: string, kinds: readonly string[]): boolean {
  return kinds.includes(kind) || (kind === "integer" && kinds.includes("number"));
}

/** What stands below a path that is missing, or no object any more, is missing with it: one finding is enough. */
function isOutermostMissing(path: string, shape: ReplyFacts["shape"]): boolean {
  // Items of an empty array are no loss.
  if (path.endsWith("[]")) return false;
  const parent = path.slice(0, path.lastIndexOf("."));
  return parent === "" || shape[parent]?.includes("object") === true;
}
