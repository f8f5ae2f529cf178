import type { ClientPolicy } from "../probe/target.ts";
import type { Clock } from "../std/clock.ts";
import { admit, closedCircuit, settle, type Circuit } from "./circuit.ts";
import type { Attempt, Exchanger, HttpRequest } from "./exchange.ts";
import { isTransient, isWorthRetrying, retryWaitMs } from "./retry.ts";

export interface ExchangerOptions {
  /** Sends one request once. Never rejects for what the other side does. */
  readonly attempt: (request: HttpRequest, policy: ClientPolicy, ordinal: number) => Promise<Attempt>;
  readonly clock: Clock;
  readonly sleep: (durationMs: number) => Promise<void>;
  readonly random: () => number;
}

/** Client policy around single attempts: the breaker decides whether to send, then at most `retries` more. */
export function createExchanger({ attempt, clock, sleep, random }: ExchangerOptions): Exchanger {
  const shared = new Map<string, Circuit>();
  return {
    async exchange(request, policy, sharedKey, around = (_ordinal, run) => run()) {
      if (policy.maxRequestBytes !== undefined && Buffer.byteLength(request.body ?? "") > policy.maxRequestBytes) {
        return { attempts: [unsentAttempt("request-too-large", clock.nowMs())] };
      }
      const circuits = sharedKey === undefined ? new Map<string, Circuit>() : shared;
      const circuitKey = sharedKey ?? "";
      const send = async (ordinal: number): Promise<Attempt> => {
        const admission = admit(circuits.get(circuitKey) ?? closedCircuit, clock.monotonicMs());
        circuits.set(circuitKey, admission.circuit);
        if (!admission.admitted) return unsentAttempt("circuit-open", clock.nowMs(), ordinal);
        const done = await around(ordinal, () => attempt(request, policy, ordinal));
        const before = circuits.get(circuitKey) ?? closedCircuit;
        circuits.set(
          circuitKey,
          settle(before, isTransient(done.outcome, request.reader), policy.circuit, clock.monotonicMs()),
        );
        return done;
      };
      const attempts: [Attempt, ...Attempt[]] = [await send(1)];
      while (attempts.length <= policy.retries) {
        const { outcome } = attempts.at(-1) ?? attempts[0];
        if (!isWorthRetrying(outcome, request.reader)) break;
        const waitMs = retryWaitMs(outcome, policy.maxRetryAfterMs, clock.nowMs(), random);
        if (waitMs === undefined) break;
        await sleep(waitMs);
        const next = await send(attempts.length + 1);
        // Nothing was sent: what the last request met is still the result.
        if (next.outcome.kind === "fault" && next.outcome.class === "circuit-open") break;
        attempts.push(next);
      }
      return { attempts };
    },
  };
}

function unsentAttempt(why: "circuit-open" | "request-too-large", startedAtMs: number, ordinal = 1): Attempt {
  return {
    ordinal,
    startedAtMs,
    outcome: { kind: "fault", class: why },
    timings: { totalMs: 0 },
    connection: "fresh",
    maxLoopDelayMs: 0,
  };
}
