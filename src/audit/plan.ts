import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import { reservationFor } from "../run/reservation.ts";
import { auditProbe } from "./audit-probe.ts";
import { comparisonCost, usualTerms } from "./comparison-cost.ts";
import { wrongRequests } from "./request-rules.ts";
import { forTarget } from "../scenario/for-target.ts";
import { catalogue } from "../scenario/resolve.ts";
import type { Call, Scenario } from "../scenario/scenario.ts";
import { microUsd, type MicroUsd, microUsdPerUsd } from "../std/money.ts";

/** What an audit is about to send, before anything is sent. */
export interface AuditPlan {
  readonly scenarios: readonly PlannedScenario[];
  /** Expected, every request answered at once. */
  readonly requests: number;
  /** With every retry and every re-check: never more. */
  readonly atMostRequests: number;
  /** Expected cost; undefined = the target has no known price. */
  readonly microUsd: MicroUsd | undefined;
  readonly atMostMicroUsd: MicroUsd | undefined;
  /** The target that the answers are compared with after the scenarios; its cost is in the sums. */
  readonly comparison?: PlannedComparison | undefined;
}

export interface PlannedComparison {
  readonly reference: Target;
  readonly atMostRequests: number;
  readonly atMostMicroUsd: MicroUsd | undefined;
}

export interface PlannedScenario {
  readonly scenario: Scenario;
  readonly probe: Probe;
  /** Names of the calls that reach a target. */
  readonly sent: readonly string[];
  readonly rehearsed: number;
  readonly atMostRequests: number;
  readonly microUsd: MicroUsd | undefined;
  readonly atMostMicroUsd: MicroUsd | undefined;
}

/** Answers of earlier audits to what cannot be known beforehand: which wrong requests a target answers, and how long. */
export interface Experience {
  /** `scenario/call` → what it used the last time. */
  readonly microUsd: ReadonlyMap<string, MicroUsd>;
}

/** Every scenario that says something about this target: without a key there is none to be wrong, and what it can't do is not asked. */
export function planAudit(target: Target, nowMs: number, experience?: Experience): AuditPlan {
  const scenarios = catalogue
    .filter(({ name }) => target.key !== undefined || !needsKey.has(name))
    .filter(({ name }) => !Object.hasOwn(target.exceptions ?? {}, name))
    .map((scenario) => planScenario(forTarget(scenario, target), target, nowMs, experience))
    .filter(({ sent, rehearsed }) => sent.length + rehearsed > 0);
  const sum = (pick: (it: PlannedScenario) => number): number => scenarios.reduce((all, it) => all + pick(it), 0);
  const isPriced = target.price !== undefined;
  const plan = {
    scenarios,
    requests: sum(({ sent }) => sent.length),
    atMostRequests: sum(({ atMostRequests }) => atMostRequests),
    microUsd: isPriced ? sum((it) => it.microUsd ?? 0) : undefined,
    atMostMicroUsd: isPriced ? sum((it) => it.atMostMicroUsd ?? 0) : undefined,
  };
  return target.sameAs === undefined ? plan : withComparison(plan, target, target.sameAs);
}

function withComparison(plan: AuditPlan, target: Target, reference: Target): AuditPlan {
  const { maxRequests } = usualTerms;
  const usual = comparisonCost([target, reference], usuallyCompared).usualMicroUsd;
  const most = comparisonCost([target, reference], maxRequests).atMostMicroUsd;
  const add = (one: MicroUsd | undefined, other: MicroUsd | undefined) =>
    one === undefined || other === undefined ? undefined : one + other;
  return {
    ...plan,
    requests: plan.requests + usuallyCompared,
    atMostRequests: plan.atMostRequests + maxRequests,
    microUsd: add(plan.microUsd, usual),
    atMostMicroUsd: add(plan.atMostMicroUsd, most),
    comparison: { reference, atMostRequests: maxRequests, atMostMicroUsd: most },
  };
}

/** Equal targets are known to be equal after about so many requests. */
const usuallyCompared = 300;

const needsKey: ReadonlySet<string> = new Set(["invalid-key", "missing-key"]);

function planScenario(
  scenario: Scenario,
  target: Target,
  nowMs: number,
  experience: Experience | undefined,
): PlannedScenario {
  const probe = auditProbe(target, scenario.name);
  const calls = rehearse(scenario, target, nowMs);
  const sent = calls.filter(({ inject }) => inject === undefined);
  const reserved = reservationFor(probe, scenario);
  const share = sent.length / Math.max(1, scenario.maxSent ?? scenario.maxCalls);
  const isRechecked = calls.length < scenario.maxCalls && scenario.maxSent === undefined;
  const attempts = 1 + target.policy.retries;
  return {
    scenario,
    probe,
    sent: sent.map(({ name }) => name),
    rehearsed: calls.length - sent.length,
    atMostRequests: (isRechecked ? scenario.maxCalls : sent.length) * attempts,
    microUsd: sent.reduce((sum, call) => sum + expectedCost(scenario, call, target, experience), 0),
    atMostMicroUsd:
      sent.length === 0 ? 0 : isRechecked ? reserved.microUsd : Math.ceil((reserved.microUsd ?? 0) * share),
  };
}

/** Plays the scenario without sending: good requests are answered, bad ones refused. */
function rehearse(scenario: Scenario, target: Target, nowMs: number): Call[] {
  const calls: Call[] = [];
  const done: Observation[] = [];
  for (;;) {
    const call = scenario.nextCall(done, { target, nowMs });
    if (call === undefined || calls.length === scenario.maxCalls) return calls;
    calls.push(call);
    done.push(imagined(call, scenario.polarity === "positive"));
  }
}

function imagined(call: Call, isGood: boolean): Observation {
  const isUnavailable = call.inject?.name === "503";
  return {
    call: call.name,
    mode: call.ask.stream ? "stream" : "plain",
    attempts: 1,
    connection: "fresh",
    maxLoopDelayMs: 0,
    timings: { totalMs: 0 },
    outcome: {
      kind: "reply",
      status: isUnavailable ? 503 : isGood ? 200 : 400,
      contentType: "application/json",
      bodyForm: "json",
      bytes: 0,
      finishReasons: isGood ? ["stop"] : [],
      text: { class: isGood ? "line" : "empty", length: 0, hash: "" },
      shape: {},
      textMatches: {},
    },
  };
}

/** A short answer has about this many tokens, and four letters of a prompt make about one. */
const shortAnswerTokens = 8;
const lettersPerToken = 4;

function expectedCost(
  { name, polarity }: Scenario,
  call: Call,
  target: Target,
  experience: Experience | undefined,
): MicroUsd {
  const seen = experience?.microUsd.get(`${name}/${call.name}`);
  if (seen !== undefined) return seen;
  const price = (call.target ?? target).price;
  const likelihood = polarity === "positive" ? 1 : likelihoodOfAnswer(name, call);
  if (price === undefined || call.method === "GET" || likelihood === 0) return 0;
  const letters = call.ask.messages.map(({ content }) => (typeof content === "string" ? content.length : 0));
  const input = Math.ceil(letters.reduce((sum, length) => sum + length, 0) / lettersPerToken);
  const output = Math.min(call.ask.maxTokens, shortAnswerTokens);
  const perMillion = input * price.inputPerMillion + output * price.outputPerMillion;
  return microUsd((likelihood * perMillion) / 1e6 / microUsdPerUsd);
}

/** Some servers answer what others refuse: before it is known, one is as likely as the other. */
function likelihoodOfAnswer(scenario: string, call: Call): number {
  if (call.credential !== "configured" || call.corrupt !== undefined || call.path !== undefined) return 0;
  if (call.mutate === undefined) return 1;
  return surelyRefused.has(scenario) ? 0 : 0.5;
}

const surelyRefused: ReadonlySet<string> = new Set<string>(wrongRequests);
