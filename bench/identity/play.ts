import type { Observation, ReplyFacts } from "../../src/observation/observation.ts";
import { outputJudge } from "../../src/judgement/output/output-judge.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import type { Call, Scenario } from "../../src/scenario/scenario.ts";
import { sameModel } from "../../src/scenario/same-model/same-model.ts";
import type { Json } from "../../src/std/json.ts";
import { answerIn, type Model, type Random, topsIn } from "./endpoint.ts";

export interface Endpoint {
  /** Which model answers a request now. */
  readonly model: (nowMs: number, random: Random) => Model;
  readonly logprobs: boolean;
  /** Tied first tokens at temperature 0. */
  readonly border?: ((model: Model, drawn: number, random: Random) => string) | undefined;
  /** Standard deviation of a log-probability. */
  readonly noise: number;
  /** Decimals of log-probabilities; undefined: all. */
  readonly decimals?: number | undefined;
  /** A cache in front, from then on. */
  readonly cachedFromMs?: number | undefined;
}

export const everyMs = (24 * 3_600_000) / 5;
export const dayMs = 86_400_000;

const drift = { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs };
const policy = { learnRuns: 12, latencyFloorRatio: 1.1, maxLoopDelayMs: 50, drift };
const series = { id: "s", probeId: "p", aspect: "output", label: "answers" } as const;

export interface Watched {
  readonly slotMs: number;
  readonly findings: readonly Finding[] | undefined;
  readonly requests: number;
  readonly isEnrolled: boolean;
}

/** The life of one probe, run by run, with the product's own scenario and judge; stops when `until` says so. */
export function* play(endpoint: Endpoint, random: Random): Generator<Watched, never> {
  let memory: { learned: Json | undefined; state: Json } = { learned: undefined, state: null };
  const cache = new Map<string, string>();
  for (let slotMs = everyMs; ; slotMs += everyMs) {
    const scenario = sameModel.resume?.(memory) ?? sameModel;
    const done = asked(scenario, endpoint, slotMs, random, cache);
    const last = done.at(-1);
    if (last === undefined) throw new Error("nothing was asked");
    const baseline =
      memory.learned === undefined
        ? undefined
        : { version: 1, n: 1, learned: memory.learned, acceptedAtMs: 0, by: "", why: "" };
    const { ruling, state, accept } = outputJudge.judge({
      scenario,
      observation: last,
      done,
      series,
      memory: { series, state: memory.state, lastSlotMs: slotMs, baseline },
      policy,
      cadence: { kind: "every", everyMs },
      slotMs,
    });
    memory = { learned: accept?.learned ?? memory.learned, state: state ?? memory.state };
    const findings = ruling.outcome === "bad" ? ruling.findings : undefined;
    yield { slotMs, findings, requests: done.length, isEnrolled: memory.learned !== undefined };
  }
}

function asked(scenario: Scenario, endpoint: Endpoint, nowMs: number, random: Random, cache: Map<string, string>) {
  const done: Observation[] = [];
  for (;;) {
    const call = scenario.nextCall(done, { target: {} as never, nowMs, random });
    if (call === undefined) return done;
    done.push(answered(call, endpoint, nowMs, random, cache));
  }
}

/** Searched inputs are deterministic in their number, which only the search knows. */
const searched = new Map<string, number>();

function answered(
  { name, ask, question }: Call,
  endpoint: Endpoint,
  nowMs: number,
  random: Random,
  cache: Map<string, string>,
) {
  const model = endpoint.model(nowMs, random);
  const cell = question?.cell ?? "";
  const prompt = JSON.stringify(ask.messages);
  if (cell === "search") searched.set(prompt, question?.drawn ?? 0);
  const drawn = searched.get(prompt) ?? 0;
  const isGreedy = cell === "search" || cell.startsWith("border/");
  const own = isGreedy
    ? (endpoint.border?.(model, drawn, random) ?? "x")
    : answerIn(model.logits[cell] ?? model.logits["number/en"] ?? {}, random);
  const isCached = endpoint.cachedFromMs !== undefined && nowMs >= endpoint.cachedFromMs;
  const answer = isCached ? (cache.get(prompt) ?? own) : own;
  if (isCached) cache.set(prompt, answer);
  const all = endpoint.logprobs && ask.extra["logprobs"] === true ? topsIn(model, endpoint.noise, random) : undefined;
  const round = (value: number): number =>
    endpoint.decimals === undefined ? value : Number(value.toFixed(endpoint.decimals));
  const tops = all && Object.fromEntries(Object.entries(all).map(([token, value]) => [token, round(value)]));
  const outcome = { ...reply, answer, tops };
  return {
    call: name,
    question,
    outcome,
    mode: "plain",
    timings: { totalMs: 1 },
    attempts: 1,
    connection: "fresh",
    maxLoopDelayMs: 0,
  } as const;
}

const reply: ReplyFacts = {
  kind: "reply",
  status: 200,
  contentType: "application/json",
  bodyForm: "json",
  bytes: 0,
  finishReasons: ["stop"],
  text: { class: "word", length: 1, hash: "" },
  shape: {},
  textMatches: {},
};
