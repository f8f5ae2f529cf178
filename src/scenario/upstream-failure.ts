import { type Injection, injectedReply, injectedReset, injectedStreamError } from "../exchange/injection.ts";
import type { Observation } from "../observation/observation.ts";
import type { ClientPolicy, Target } from "../probe/target.ts";
import { protocolOf } from "../protocol/of-target.ts";
import { outcomeText, expectationRule, policyRule } from "./rules.ts";
import type { Call, Check } from "./scenario.ts";
import { noQuestion, seenIn, type Step, stepwise } from "./steps.ts";

const openMs = 600;
const breaker = "rehearsal";

function failure(name: string, status: number, headers: Readonly<Record<string, string>>, code: string): Injection {
  const error = { message: "injected", type: "injected", param: null, code };
  return injectedReply(name, status, headers, JSON.stringify({ error }));
}

interface Rehearsal {
  readonly inject: Injection | ((target: Target) => Injection);
  /** Whether the same request, sent again, might succeed. */
  readonly isWorthRetrying: boolean;
  /** What the target asks the client to wait. */
  readonly askedMs?: number;
}

const rehearsals: Readonly<Record<string, Rehearsal>> = {
  "500": { inject: failure("500", 500, {}, "server_error"), isWorthRetrying: true },
  "503 with Retry-After": {
    inject: failure("503", 503, { "retry-after": "1" }, "overloaded"),
    isWorthRetrying: true,
    askedMs: 1000,
  },
  "429 without Retry-After": { inject: failure("429", 429, {}, "rate_limit_exceeded"), isWorthRetrying: true },
  "429 with Retry-After": {
    inject: failure("429", 429, { "retry-after": "1", "retry-after-ms": "300" }, "rate_limit_exceeded"),
    isWorthRetrying: true,
    askedMs: 300,
  },
  "429 of a spent quota": { inject: failure("429", 429, {}, "insufficient_quota"), isWorthRetrying: false },
  "500 that means invalid_request": { inject: failure("500", 500, {}, "invalid_request"), isWorthRetrying: false },
  "401": { inject: failure("401", 401, {}, "invalid_api_key"), isWorthRetrying: false },
  "connection reset": { inject: injectedReset, isWorthRetrying: true },
  "error inside a 200 stream": {
    inject: (target) => injectedStreamError(protocolOf(target).sampleEvents),
    isWorthRetrying: false,
  },
};

/** The breaker opens with the first call that fails as often as it may. */
const soonOpen = (configured: ClientPolicy): ClientPolicy => ({
  ...configured,
  circuit: { failures: 1 + configured.retries, openMs },
});

type LocalCall = Pick<Call, "breaker" | "policy" | "afterMs"> & Pick<Rehearsal, "inject">;

const local = (name: string, { inject, ...call }: LocalCall): Step => ({
  name,
  isLocal: true,
  call: ({ target }) => ({
    ask: { ...noQuestion, stream: true },
    credential: "none",
    inject: typeof inject === "function" ? inject(target) : inject,
    ...call,
  }),
});

export const upstreamFailure = stepwise({
  name: "upstream-failure",
  summary: "simulated failures of a target: retries are bounded, and the circuit breaker opens and closes",
  polarity: "negative",
  steps: [
    local("breaker opens", { inject: failure("500", 500, {}, "server_error"), breaker, policy: soonOpen }),
    local("breaker is open", { inject: injectedReply("200", 200, {}, "{}"), breaker, policy: soonOpen }),
    ...Object.entries(rehearsals).map(([name, { inject }]) => local(name, { inject })),
    // Leaves the breaker closed for the next run.
    local("breaker tries again", {
      inject: injectedReply("200", 200, {}, "{}"),
      breaker,
      policy: soonOpen,
      afterMs: openMs + 50,
    }),
  ],
  checks: (done, { policy }) => [
    ...Object.entries(rehearsals).flatMap(([name, rehearsal]) => {
      const seen = seenIn(done, name);
      return seen === undefined ? [] : retriesOf(name, rehearsal, seen, policy);
    }),
    ...breakerChecks(done),
  ],
});

function retriesOf(name: string, rehearsal: Rehearsal, seen: Observation, policy: ClientPolicy): Check[] {
  const { isWorthRetrying, askedMs } = rehearsal;
  const isWaitable = askedMs === undefined || askedMs <= policy.maxRetryAfterMs;
  const wanted = isWorthRetrying && isWaitable ? 1 + policy.retries : 1;
  const observed = `${seen.attempts} ${seen.attempts === 1 ? "attempt" : "attempts"}, ${outcomeText(seen)}`;
  const waited = seen.retryWaitMs;
  return [
    policyRule(`attempts after ${name}`, seen.attempts === wanted, String(wanted), observed),
    ...(askedMs === undefined || waited === undefined
      ? []
      : [
          expectationRule(
            `wait after ${name}`,
            waited >= askedMs - 20,
            `at least ${askedMs} ms`,
            `${Math.round(waited)} ms`,
          ),
        ]),
  ];
}

function breakerChecks(done: readonly Observation[]): Check[] {
  const refused = seenIn(done, "breaker is open");
  const again = seenIn(done, "breaker tries again");
  return [
    ...(refused === undefined
      ? []
      : [
          policyRule(
            "breaker opens",
            refused.outcome.kind === "fault" && refused.outcome.class === "circuit-open",
            "nothing sent after repeated failures",
            outcomeText(refused),
          ),
        ]),
    ...(again === undefined
      ? []
      : [
          policyRule(
            "breaker half-opens",
            again.outcome.kind === "reply",
            "one trial after a while",
            outcomeText(again),
          ),
        ]),
  ];
}
