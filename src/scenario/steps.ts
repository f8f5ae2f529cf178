import type { Observation } from "../observation/observation.ts";
import type { Ask, Expectation } from "../probe/probe.ts";
import { promptTokenEstimate } from "./built-in.ts";
import { withNonce } from "./nonce.ts";
import type { Call, PlayContext, Scenario } from "./scenario.ts";

/** One call of a scenario of several. */
export interface Step {
  readonly name: string;
  /** undefined = this step is left out. `done` is what came of the steps before. */
  readonly call: (context: PlayContext, done: readonly Observation[]) => Omit<Call, "name"> | undefined;
  /** The largest that it asks, where a model is to answer. */
  readonly bound?: Ask;
  /** Reaches no target: refused by the client, or answered by a fault of ours. */
  readonly isLocal?: boolean;
}

interface Stepwise {
  readonly name: string;
  readonly summary: string;
  readonly polarity: Scenario["polarity"];
  readonly steps: readonly Step[];
  readonly expectations?: readonly Expectation[];
  readonly isEachJudged?: true;
  readonly checks?: Scenario["checks"];
}

/** A scenario of several calls, made one after the other. */
export function stepwise(scenario: Stepwise): Scenario {
  const { name, summary, polarity, steps, expectations = [], isEachJudged, checks } = scenario;
  const bounds = steps.flatMap(({ bound }) => bound ?? []);
  return {
    name,
    summary,
    polarity,
    expectations,
    isEachJudged,
    checks,
    maxCalls: steps.length,
    maxSent: steps.filter(({ isLocal }) => isLocal !== true).length,
    maxPromptTokens: bounds.reduce((sum, ask) => sum + promptTokenEstimate(ask), 0),
    maxOutputTokens: bounds.reduce((sum, { maxTokens }) => sum + maxTokens, 0),
    nextCall(done, context) {
      const lastName = done.at(-1)?.call;
      const from = lastName === undefined ? 0 : steps.findIndex((step) => step.name === lastName) + 1;
      for (const step of steps.slice(from)) {
        const call = step.call(context, done);
        if (call !== undefined) return { ...call, name: step.name };
      }
      return undefined;
    },
  };
}

/** A request of one user message. */
export function askOf(text: string, maxTokens: number, stream = false): (nonce?: string) => Ask {
  return (nonce) => ({
    messages: [{ role: "user", content: withNonce(text, nonce) }],
    maxTokens,
    stream,
    extra: {},
  });
}

/** Where no model is to answer, nothing of the question matters. */
export const noQuestion: Ask = { messages: [], maxTokens: 0, stream: false, extra: {} };

export const longestNonce = "0".repeat(12);

/** What came of the call of this name. */
export function seenIn(done: readonly Observation[], name: string): Observation | undefined {
  return done.findLast(({ call }) => call === name);
}

interface PlainAndStreamed {
  readonly name: string;
  readonly summary: string;
  readonly ask: (nonce: string | undefined) => Omit<Ask, "stream">;
  readonly expectations: readonly Expectation[];
}

/** The same question twice, and both answers must meet the expectations. */
export function plainAndStreamed({ ask, ...scenario }: PlainAndStreamed): Scenario {
  return stepwise({
    ...scenario,
    polarity: "positive",
    isEachJudged: true,
    steps: [false, true].map((stream) => ({
      name: stream ? "streamed" : "plain",
      bound: { ...ask(longestNonce), stream },
      call: ({ nonce }) => ({ ask: { ...ask(nonce), stream }, credential: "configured" }),
    })),
  });
}
