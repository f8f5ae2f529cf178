import type { Observation, ReplyFacts } from "../observation/observation.ts";
import type { Target } from "../probe/target.ts";
import type { Compared, NotCompared } from "./compare.ts";
import type { RunReport } from "../run/run.ts";
import { outcomeText, replyOf } from "../scenario/rules.ts";
import type { Check, Scenario } from "../scenario/scenario.ts";

/** One scenario as it was played. */
export interface PlayedScenario {
  readonly scenario: Scenario;
  readonly report: RunReport;
  readonly observations: readonly Observation[];
  readonly checks: readonly Check[];
}

/** What was found of an audit outside its runs: sinks that were searched, and what of the forbidden was in them. */
export interface SinkSearch {
  readonly sink: string;
  readonly bytes: number;
  /** Names of canaries and secrets that were found. */
  readonly found: readonly string[];
}

/** All that an audit has seen, to be asked by rules, worksheet and runbook. */
export interface AuditView {
  readonly target: Target;
  readonly nowMs: number;
  readonly sinks: readonly SinkSearch[];
  /** With the target of `sameAs`; undefined: none was made. */
  readonly comparison: Compared | NotCompared | undefined;
  played(scenario: string): PlayedScenario | undefined;
  /** The last reply of a call; the scenario's last when no call is named. */
  reply(scenario: string, call?: string): ReplyFacts | undefined;
  /** `401, error nested-object invalid_request_error/invalid_api_key`, in a few words. */
  outcome(scenario: string, call?: string): string;
  checks(scenario: string): readonly Check[];
  /** Where the evidence is: ids of the runs. */
  runs(...scenarios: readonly string[]): string[];
}

export function viewOf(
  target: Target,
  nowMs: number,
  played: readonly PlayedScenario[],
  sinks: readonly SinkSearch[],
  comparison?: Compared | NotCompared,
): AuditView {
  const byName = new Map(played.map((it) => [it.scenario.name, it]));
  const seen = (scenario: string, call?: string): Observation | undefined =>
    byName.get(scenario)?.observations.findLast((it) => call === undefined || it.call === call);
  return {
    target,
    nowMs,
    sinks,
    comparison,
    played: (scenario) => byName.get(scenario),
    reply: (scenario, call) => replyOf(seen(scenario, call)),
    outcome(scenario, call) {
      const observation = seen(scenario, call);
      return observation === undefined ? "not asked" : describe(observation);
    },
    checks: (scenario) => byName.get(scenario)?.checks ?? [],
    runs: (...scenarios) => scenarios.flatMap((name) => byName.get(name)?.report.runId ?? []),
  };
}

function describe(observation: Observation): string {
  const reply = replyOf(observation);
  if (reply === undefined) return outcomeText(observation);
  const { error, contentType, bodyForm, text, finishReasons } = reply;
  if (error !== undefined) {
    const code = [error.type, error.code].filter((it) => it !== undefined).join("/");
    return [String(reply.status), contentType, `error ${error.family}`, code].filter((it) => it !== "").join(", ");
  }
  if (bodyForm === "text" && contentType.endsWith("json")) return `${reply.status}, ${contentType}, but no JSON`;
  const answered = text.class !== "empty" || finishReasons.length > 0 ? "answered" : "no completion";
  return `${reply.status}, ${contentType}, ${answered}`;
}

/** Whether a reply holds a completion. */
export function isAnswered(reply: ReplyFacts | undefined): boolean {
  return reply !== undefined && (reply.text.class !== "empty" || reply.finishReasons.length > 0);
}
