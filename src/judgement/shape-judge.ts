import { z } from "zod";
import type { Observation, ReplyFacts } from "../observation/observation.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { learningStep, readAs, subjectOf, unjudged } from "./learned.ts";

type ShapeAspect = "contract" | "error-shape";

const pathSchema = z.object({ count: z.number(), kinds: z.array(z.string()) });
const countsSchema = z.object({
  paths: z.record(z.string(), pathSchema),
  /** Small vocabularies beside the body: status, envelope family, end of stream. */
  words: z.record(z.string(), z.array(z.string())),
});
const learningSchema = countsSchema.extend({ v: z.literal(1), n: z.number() });
const baselineSchema = countsSchema.extend({ n: z.number() });

type Counts = z.infer<typeof countsSchema>;

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
  const version = input.memory?.baseline?.version;
  const findings = differences(baseline, baseline.n, facts, words).map((finding) => ({
    ...finding,
    kind: input.series.aspect,
    baselineVersion: version,
  }));
  const subject = subjectOf(input);
  return { ruling: findings.length === 0 ? { subject, outcome: "good" } : { subject, outcome: "bad", findings } };
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

type Difference = Pick<Finding, "severity" | "subject" | "expected" | "observed">;

function differences(counts: Counts, n: number, facts: ReplyFacts, words: Record<string, string>): Difference[] {
  return [...wordDifferences(counts, words), ...pathDifferences(counts, n, facts)];
}

function wordDifferences(counts: Counts, words: Record<string, string>): Difference[] {
  return Object.entries(counts.words).flatMap(([subject, known]): Difference[] => {
    const observed = words[subject] ?? "none";
    return known.includes(observed) ? [] : [{ severity: "breaking", subject, expected: known.join(" or "), observed }];
  });
}

function pathDifferences(counts: Counts, n: number, { shape }: ReplyFacts): Difference[] {
  const found: Difference[] = [];
  for (const [path, known] of Object.entries(counts.paths)) {
    const kinds = shape[path];
    const expected = known.kinds.join(" or ");
    if (kinds === undefined) {
      if (known.count === n && isOutermostMissing(path, shape)) {
        found.push({ severity: "breaking", subject: path, expected, observed: "absent" });
      }
    } else if (kinds.some((kind) => !isKnown(kind, known.kinds))) {
      found.push({ severity: "breaking", subject: path, expected, observed: kinds.join(" or ") });
    }
  }
  return found;
}

/** Whole numbers are what numbers happen to be now and then. */
function isKnown(kind: string, kinds: readonly string[]): boolean {
  return kinds.includes(kind) || (kind === "integer" && kinds.includes("number"));
}

/** What stands below a missing path is missing with it: one finding is enough. Items of an empty array are no loss. */
function isOutermostMissing(path: string, shape: ReplyFacts["shape"]): boolean {
  const parent = path.endsWith("[]") ? path.slice(0, -2) : path.slice(0, path.lastIndexOf("."));
  return parent === "" || (shape[parent] !== undefined && !path.endsWith("[]"));
}
