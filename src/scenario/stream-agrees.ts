import type { Observation } from "../observation/observation.ts";
import { shortAsk } from "./built-in.ts";
import { replyOf, expectationRule } from "./rules.ts";
import type { Check } from "./scenario.ts";
import { longestNonce, seenIn, stepwise } from "./steps.ts";

/** Tokens by which the two may differ: models do not say the same thing twice, but the prompt is the same. */
const tolerance = { prompt: 2, completionRatio: 0.5 };

/** Streaming usage is where providers are known to count wrong. */
export const streamAgrees = stepwise({
  name: "stream-agrees",
  summary: "the same question, plain and streamed: usage and finish reason agree",
  polarity: "positive",
  steps: [false, true].map((stream) => ({
    name: stream ? "streamed" : "plain",
    bound: shortAsk(stream)(longestNonce),
    call: ({ nonce }) => ({ ask: shortAsk(stream)(nonce), credential: "configured" }),
  })),
  checks(done) {
    const plain = seenIn(done, "plain");
    const streamed = seenIn(done, "streamed");
    return plain === undefined || streamed === undefined ? [] : compared(plain, streamed);
  },
});

function compared(plain: Observation, streamed: Observation): Check[] {
  const [a, b] = [replyOf(plain), replyOf(streamed)];
  const [prompt, streamedPrompt] = [a?.usage?.promptTokens, b?.usage?.promptTokens];
  const [output, streamedOutput] = [a?.usage?.completionTokens, b?.usage?.completionTokens];
  const [ends, streamedEnds] = [a, b].map(
    (reply) => reply?.finishReasons.map((it) => it ?? "none").join(", ") || undefined,
  );
  const near = (one: number | undefined, other: number | undefined, by: number): boolean | undefined =>
    one === undefined || other === undefined ? undefined : Math.abs(one - other) <= by;
  const both = (one?: number | string, other?: number | string): string =>
    `${one ?? "unknown"} plain, ${other ?? "unknown"} streamed`;
  const slack = Math.max(4, (output ?? 0) * tolerance.completionRatio);
  return [
    expectationRule(
      "prompt tokens agree",
      near(prompt, streamedPrompt, tolerance.prompt),
      `within ${tolerance.prompt}`,
      both(prompt, streamedPrompt),
    ),
    expectationRule(
      "completion tokens agree",
      near(output, streamedOutput, slack),
      `within ${Math.ceil(slack)}`,
      both(output, streamedOutput),
    ),
    expectationRule(
      "finish reasons agree",
      ends === undefined || streamedEnds === undefined ? undefined : ends === streamedEnds,
      "the same",
      both(ends, streamedEnds),
    ),
  ];
}
