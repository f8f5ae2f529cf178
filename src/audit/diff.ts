import { distanceBetween, excessOf } from "../judgement/output/compare.ts";
import type { Regime } from "../scenario/same-model/fingerprint.ts";
import { seededRandom } from "../std/seeded-random.ts";
import type { AuditDocument } from "./document.ts";

export interface Difference {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** What is not the same in two audits, apart from times, ids and amounts that vary by themselves. */
export function diffAudits(before: AuditDocument, after: AuditDocument): Difference[] {
  const [a, b] = [factsOf(before), factsOf(after)];
  const differences = [...new Set([...a.keys(), ...b.keys()])].flatMap((what) => {
    const [old = "absent", now = "absent"] = [a.get(what), b.get(what)];
    return old === now ? [] : [{ what, before: old, after: now }];
  });
  return [...differences, ...movedAnswers(before.comparison?.answers, after.comparison?.answers)];
}

type Answers = NonNullable<AuditDocument["comparison"]>["answers"];
/** Chance alone goes so far in one of a thousand pairs of audits. */
const deviations = 3.1;

/** Whether another model seems to answer, by the words that both audits kept. */
function movedAnswers(before: Answers = {}, after: Answers = {}): Difference[] {
  const [was, is] = [regimeOf(before, after), regimeOf(after, before)];
  if (Object.keys(is).length === 0) return [];
  const both = { pairs: 0, candidate: is, reference: was, wealth: [] };
  // The same two audits always compare alike.
  const { byChance, excess, deviation } = excessOf(both, seededRandom(1));
  if (excess <= deviations * deviation) return [];
  const bits = (of: number): string => `distance ${of.toFixed(2)}`;
  return [
    { what: "answers of one word", before: `${bits(byChance)} by chance alone`, after: bits(distanceBetween(both)) },
  ];
}

/** The questions that both have. */
function regimeOf(answers: Answers, others: Answers): Regime {
  const cells = Object.entries(answers).filter(([question]) => Object.hasOwn(others, question));
  return Object.fromEntries(
    cells.map(([question, counts]) => [
      question,
      { n: Object.values(counts).reduce((sum, count) => sum + count, 0), counts, rest: 0 },
    ]),
  );
}

function factsOf(audit: AuditDocument): Map<string, string> {
  const { decision, worksheet, runs, evidence } = audit;
  return new Map([
    ["decision", decision.readiness],
    ["target", `${audit.baseUrl} ${audit.model}`],
    ...decision.results.map(
      ({ item, state, accepted }) => [`rule ${item}`, accepted === undefined ? state : `${state}, accepted`] as const,
    ),
    ...runs.map(({ scenario, verdict }) => [`verdict of ${scenario}`, verdict] as const),
    ...runs.flatMap(({ scenario, checks }) =>
      checks.map(({ subject, outcome }) => [`${scenario}: ${subject}`, outcome] as const),
    ),
    ...evidence.map(
      ({ scenario, call, outcome, errorCode, servedModel }) =>
        [
          `reply to ${scenario}/${call}`,
          [outcome, errorCode, servedModel].filter((it) => it !== null).join(", "),
        ] as const,
    ),
    ...worksheet
      .filter(({ item }) => item === "Response fields")
      .map(({ item, observed }) => [item.toLowerCase(), observed] as const),
  ]);
}

export function renderDiff(differences: readonly Difference[], before: AuditDocument, after: AuditDocument): string {
  const head = `${before.target}: ${before.startedAt} → ${after.startedAt}\n`;
  if (differences.length === 0) return `${head}nothing has changed\n`;
  const lines = differences.map(({ what, before: old, after: now }) => `  ${what}\n    - ${old}\n    + ${now}`);
  return `${head}${differences.length} ${differences.length === 1 ? "change" : "changes"}\n\n${lines.join("\n")}\n`;
}
