import type { Observation } from "../observation/observation.ts";
import type { ClientPolicy, Target } from "../probe/target.ts";
import { billingCall, billingSources } from "./billing-sources.ts";
import { shortAsk } from "./built-in.ts";
import { replyOf, expectationRule } from "./rules.ts";
import type { Call, Check } from "./scenario.ts";
import { longestNonce, seenIn, type Step, stepwise } from "./steps.ts";

/** Each is asked, then the provider's figures are looked at: did they move? */
const questions: Readonly<Record<string, (nonce: string | undefined) => Omit<Call, "name">>> = {
  plain: (nonce) => ({ ask: shortAsk(false)(nonce), credential: "configured" }),
  streamed: (nonce) => ({ ask: shortAsk(true)(nonce), credential: "configured" }),
  failed: (nonce) => ({
    ask: shortAsk(false)(nonce),
    credential: "configured",
    mutate: (body) => ({ ...body, messages: "plumb" }),
  }),
  repeated: (nonce) => ({ ask: shortAsk(false)(nonce), credential: "configured" }),
  "timed-out": (nonce) => ({ ask: shortAsk(false)(nonce), credential: "configured", policy: impatient }),
};

/** Gives up as soon as the request was sent, as a client in a hurry does. */
function impatient(configured: ClientPolicy): ClientPolicy {
  return { ...configured, firstByteMs: 50, retries: 0 };
}

const look = (after: string): Step => ({
  name: `figures after ${after}`,
  call: ({ target, nowMs }) => target.audit?.billing && billingCall(target, target.audit.billing, nowMs),
});

/** Without a source of figures only what the replies report is known, and every question stays open. */
export const usageReconciliation = stepwise({
  name: "usage-reconciliation",
  summary:
    "compares the usage in replies with the provider's figures, and finds out which requests the provider counts",
  polarity: "negative",
  steps: [
    look("nothing"),
    ...Object.entries(questions).flatMap(([name, call]): Step[] => [
      {
        name,
        bound: call(longestNonce).ask,
        call: ({ nonce, target }) =>
          target.audit?.billing === undefined && name !== "plain" ? undefined : call(nonce),
      },
      look(name),
    ]),
  ],
  checks: (done, target) => [
    inBand(done),
    ...Object.keys(questions).map((name, index) => counted(name, index, done, target)),
  ],
});

function inBand(done: readonly Observation[]): Check {
  const reply = replyOf(seenIn(done, "plain"));
  const cost = reply?.diagnosticHeaders?.["x-litellm-response-cost"];
  const { promptTokens, completionTokens } = reply?.usage ?? {};
  const tokens =
    reply?.usage === undefined ? "no usage in the reply" : `${promptTokens ?? "?"} + ${completionTokens ?? "?"} tokens`;
  const observed = cost === undefined ? tokens : `${tokens}, cost header ${cost} USD`;
  return expectationRule("usage in the reply", reply?.usage === undefined ? undefined : true, "reported", observed);
}

function counted(name: string, index: number, done: readonly Observation[], target: Target): Check {
  const subject = `counted: ${name}`;
  const source = target.audit?.billing;
  if (source === undefined) return expectationRule(subject, undefined, "yes or no", "unknown: no billing source");
  const before = Object.keys(questions)[index - 1] ?? "nothing";
  const from = replyOf(seenIn(done, `figures after ${before}`))?.numbers;
  const to = replyOf(seenIn(done, `figures after ${name}`))?.numbers;
  const moved = Object.keys(billingSources[source.kind].read).flatMap((figure) => {
    const [a, b] = [from?.[figure], to?.[figure]];
    return a === undefined || b === undefined ? [] : [`${figure} ${rounded(a)} → ${rounded(b)}`];
  });
  if (moved.length === 0) {
    return expectationRule(subject, undefined, "yes or no", `unknown: ${source.kind} gave no figures`);
  }
  const isCounted = moved.some((text) => !/ (\S+) → \1$/.test(text));
  return expectationRule(subject, true, "yes or no", `${isCounted ? "yes" : "no"}: ${moved.join(", ")}`);
}

function rounded(value: number): string {
  return String(Number(value.toFixed(9)));
}
