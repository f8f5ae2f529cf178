import type { Series, SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet, Reading } from "../baseline/reading.ts";
import { groupOf, seriesOf } from "../baseline/series.ts";
import type { SeriesUpdate } from "../baseline/series-update.ts";
import type { Observation } from "../observation/observation.ts";
import type { JudgePolicy, Probe } from "../probe/probe.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { formatDurationMs } from "../std/duration.ts";
import { readingOf } from "./drift/group/reading.ts";
import { isTimeout, judgeAvailability, localLimitOf } from "./rules/availability.ts";
import { isOfTarget, judgeChecks } from "./rules/checks.ts";
import { judgeScenario } from "./rules/expectations.ts";
import { isPlausibilityOnly, judgePlausibleUsage } from "./rules/plausible-usage.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput, Ruling, Verdict } from "./judgement.ts";
import { judges } from "./judges.ts";
import { inForce } from "./drift/group/promise.ts";

export interface JudgeRunInput {
  readonly probe: Probe;
  readonly scenario: Scenario;
  readonly observations: readonly Observation[];
  readonly memory: readonly SeriesMemory[];
  readonly slotMs: number;
  readonly fleet?: Fleet | undefined;
  /** Why nothing that the monitor measures counts just now. */
  readonly unwell?: string | undefined;
}

export interface RunJudgement {
  readonly verdict: Verdict;
  readonly rulings: readonly Ruling[];
  readonly findings: readonly Finding[];
  /** `valid-request total time: learning, 3 of 12` */
  readonly unjudged: readonly string[];
  readonly series: readonly SeriesUpdate[];
  /** Another run within minutes would show whether a move is chance. */
  readonly suspects: boolean;
}

/** A longer stall of the event loop means that the monitor itself is unwell: the overload incident counts such runs. */
const longestStallMs = 1000;

/** Every judge's opinion of a run. Baselines are asked, and learned from, only where the fixed rules hold. */
export function judgeRun(input: JudgeRunInput): RunJudgement {
  if (input.unwell !== undefined) return unjudgeable(input.unwell);
  const stepMs = input.observations.find((it) => it.clockStepMs !== undefined)?.clockStepMs;
  if (stepMs !== undefined) return unjudgeable(`the clock was set by ${formatDurationMs(Math.abs(stepMs))} meanwhile`);
  const stallMs = Math.max(0, ...input.observations.map(({ maxLoopDelayMs }) => maxLoopDelayMs));
  if (stallMs > longestStallMs) return unjudgeable(`Plumbline stalled for ${formatDurationMs(stallMs)} meanwhile`);
  const limit = input.observations.flatMap(({ outcome }) => localLimitOf(outcome) ?? []).at(0);
  if (limit !== undefined) return unjudgeable(limit);
  const { probe, scenario, observations, fleet } = input;
  const policy = inForce(probe.judge, fleet);
  const memories = new Map(input.memory.map((memory) => [memory.series.id, memory]));
  const newest = observations.filter(
    (it, index) => isOfTarget(it) && observations.findLastIndex(({ call }) => call === it.call) === index,
  );
  const fixed = [
    ...newest.map((observation) => judgeAvailability(observation)),
    ...newest.flatMap((observation) => judgePlausibleUsage(observation)),
    ...judgeScenario(scenario, observations),
    ...judgeChecks(scenario, observations, probe.target),
  ].map((ruling) => excused(ruling, probe.target.exceptions));
  const isBroken = fixed.some(({ outcome }) => outcome === "bad");
  // With several calls a rule may be about any of them.
  const broken = newest.length === 1 ? fixed.filter(isOfReply).flatMap(findingsBad) : [];
  const comparable = newest.filter(({ isAuxiliary }) => isAuxiliary !== true);
  const isFit = ({ seesFailures, seesTimeouts }: Judge, { outcome }: Observation): boolean =>
    !isBroken || seesFailures === true || (seesTimeouts === true && isTimeout(outcome));
  const last = observations.at(-1);
  const [ofRuns, ofReplies] = [judges.filter(isOfRuns), judges.filter((judge) => !isOfRuns(judge))];
  const asked = [
    ...comparable.flatMap((observation) => ofReplies.map((judge) => ({ judge, observation }))),
    ...(last === undefined ? [] : ofRuns.map((judge) => ({ judge, observation: last }))),
  ];
  const compared = asked.flatMap(({ judge, observation }) =>
    isFit(judge, observation) ? compare(judge, observation, input, memories, policy, { isBroken, broken }) : [],
  );
  const rulings = [...fixed, ...compared.flatMap(({ ruling, also }) => (also === undefined ? ruling : [ruling, also]))];
  const watched = new Set(compared.flatMap(({ watches = [] }) => watches));
  return {
    verdict: verdictOf(rulings),
    rulings: rulings.map((ruling) => (isWatched(ruling, watched) ? leftToBaseline(ruling) : ruling)),
    findings: saidOnce(rulings.flatMap(findingsIn)),
    unjudged: rulings.flatMap((ruling) =>
      ruling.outcome === "unjudged" ? [`${ruling.subject.label}: ${ruling.reason}`] : [],
    ),
    series: compared.flatMap(({ series, state, reading, accept }) =>
      state === undefined ? [] : [{ series, state, reading, accept }],
    ),
    suspects: compared.some(({ suspects }) => suspects === true),
  };
}

function isOfRuns({ seesWholeRuns }: Judge): boolean {
  return seesWholeRuns === true;
}

type Compared = JudgeOutput & { readonly series: Series; readonly reading?: Reading | undefined };

/** What one judge says of each of its series in one observation, and the reading that goes with it. */
function compare(
  judge: Judge,
  observation: Observation,
  { probe, scenario, observations: done, slotMs, fleet }: JudgeRunInput,
  memories: ReadonlyMap<string, SeriesMemory>,
  policy: JudgePolicy,
  fixed: Pick<JudgeInput, "isBroken" | "broken">,
): readonly Compared[] {
  const { target } = probe;
  const { contract, price, policy: client } = target;
  return judge.seriesOf(observation, scenario).map(({ key, label }) => {
    const series = seriesOf(probe, judge.aspect, key, label);
    const memory = memories.get(series.id);
    const { cadence } = probe;
    const output = judge.judge({
      scenario,
      observation,
      done,
      target,
      series,
      memory,
      policy,
      client,
      ...fixed,
      contract,
      price,
      cadence,
      slotMs,
    });
    if (output.state === undefined) return { series, ...output };
    const reading = readingOf({
      group: groupOf(probe, series),
      aspect: series.aspect,
      memory,
      state: output.state,
      isAnew: output.accept !== undefined,
      policy,
      cadence,
      slotMs,
      dailyMs: fleet?.dailyMs ?? 0,
    });
    return { series, ...output, reading };
  });
}

/** What is accepted of this target stays a note. Policy is nobody's to accept. */
function excused(ruling: Ruling, exceptions: Readonly<Record<string, string>> = {}): Ruling {
  if (ruling.outcome !== "bad" || ruling.subject.kind === "policy") return ruling;
  const left = ruling.findings.filter(({ subject }) => !Object.hasOwn(exceptions, subject));
  if (left.length === ruling.findings.length) return ruling;
  if (left.length > 0) return { ...ruling, findings: left };
  const notes = ruling.findings.map((finding) => ({
    ...finding,
    severity: "informative" as const,
    why: `accepted: ${exceptions[finding.subject] ?? ""}`,
  }));
  return { subject: ruling.subject, outcome: "good", notes };
}

/** What the baseline sees as well, it counts over many runs: one incident about it is enough. */
function isWatched(ruling: Ruling, watched: ReadonlySet<string>): boolean {
  return ruling.outcome === "bad" && isOfReply(ruling) && ruling.findings.every(({ subject }) => watched.has(subject));
}

/** What is expected of one reply. Policy and availability have incidents of their own. */
function isOfReply(ruling: Ruling): boolean {
  return ruling.subject.kind === "expectation" || isPlausibilityOnly(ruling);
}

function leftToBaseline({ subject }: Ruling): Ruling {
  return { subject, outcome: "unjudged", reason: "counted by the baseline" };
}

/** Facts that are no evidence: nothing is judged, nothing learned. */
function unjudgeable(reason: string): RunJudgement {
  return {
    verdict: "inconclusive",
    rulings: [],
    findings: [],
    unjudged: [`run: ${reason}`],
    series: [],
    suspects: false,
  };
}

function findingsBad(ruling: Ruling): readonly Finding[] {
  return ruling.outcome === "bad" ? ruling.findings : [];
}

/** A rule that the baseline counts as well is said by the baseline, with the share of replies that break it. */
function saidOnce(findings: readonly Finding[]): Finding[] {
  const counted = new Set(findings.flatMap((it) => (it.kind === "contract" ? `${it.subject} ${it.expected}` : [])));
  return findings.filter((it) => it.kind !== "expectation" || !counted.has(`${it.subject} ${it.expected}`));
}

function findingsIn(ruling: Ruling): readonly Finding[] {
  switch (ruling.outcome) {
    case "bad":
      return ruling.findings;
    case "good":
      return ruling.notes ?? [];
    case "unjudged":
      return [];
    default:
      return ruling satisfies never;
  }
}

/** A broken fixed rule is worse than drift; what could not be judged at all is never called ok. */
function verdictOf(rulings: readonly Ruling[]): Verdict {
  const bad = rulings.filter(({ outcome }) => outcome === "bad");
  if (bad.some(isFixed)) return "fail";
  if (bad.length > 0) return "drift";
  const significant = rulings.filter((ruling) => !isPlausibilityOnly(ruling));
  return significant.some(({ outcome, subject }) => outcome === "good" && subject.kind !== "availability") ||
    significant.every(({ outcome }) => outcome === "good")
    ? "ok"
    : "inconclusive";
}

/** What was compared with a baseline names it. */
function isFixed(ruling: Ruling): boolean {
  const { kind } = ruling.subject;
  const isCompared = ruling.outcome === "bad" && ruling.findings.every((it) => it.baselineVersion !== undefined);
  if (isPlausibilityOnly(ruling)) return true;
  return !isCompared && (kind === "availability" || kind === "expectation" || kind === "policy");
}
