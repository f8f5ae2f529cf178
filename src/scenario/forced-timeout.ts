import type { Phase } from "../exchange/exchange.ts";
import { injectedSilence, type Silence } from "../exchange/injection.ts";
import type { Observation } from "../observation/observation.ts";
import type { ClientPolicy } from "../probe/target.ts";
import { protocolOf } from "../protocol/of-target.ts";
import { outcomeText, replyOf, policyRule } from "./rules.ts";
import type { Check } from "./scenario.ts";
import { noQuestion, seenIn, stepwise } from "./steps.ts";

const deadlineMs = 250;
const totalMs = 500;
/** A client may take this long to notice a deadline. */
const slackMs = 250;

/** Rehearsed with short deadlines by the code that keeps the long ones. */
function rehearsal(configured: ClientPolicy): ClientPolicy {
  const each = { connectMs: deadlineMs, firstByteMs: deadlineMs, firstContentMs: deadlineMs, idleMs: deadlineMs };
  return { ...configured, ...each, totalMs, retries: 0 };
}

const rehearsals: readonly { readonly phase: Phase; readonly silence: Silence; readonly afterMs: number }[] = [
  { phase: "connect", silence: "connect", afterMs: deadlineMs },
  { phase: "first-byte", silence: "headers", afterMs: deadlineMs },
  { phase: "first-content", silence: "first content", afterMs: deadlineMs },
  // One piece of content comes 20 ms after the headers: the silence begins there.
  { phase: "idle", silence: "mid-stream", afterMs: deadlineMs + 20 },
  { phase: "total", silence: "trickle", afterMs: totalMs },
];

export const forcedTimeout = stepwise({
  name: "forced-timeout",
  summary:
    "the client stops in time at each silence: connection, headers, first content, within the body, the whole reply",
  polarity: "negative",
  steps: rehearsals.map(({ phase, silence }) => ({
    name: phase,
    isLocal: true,
    call: ({ target }) => ({
      ask: { ...noQuestion, stream: true },
      credential: "none",
      inject: injectedSilence(silence, protocolOf(target).sampleEvents.content),
      policy: rehearsal,
    }),
  })),
  checks: (done) =>
    rehearsals.flatMap(({ phase, afterMs }) => {
      const seen = seenIn(done, phase);
      return seen === undefined ? [] : endedInTime(phase, afterMs, seen);
    }),
});

function endedInTime(phase: Phase, afterMs: number, seen: Observation): Check[] {
  const { outcome, timings, injected, maxLoopDelayMs } = seen;
  const isTimeout = outcome.kind === "fault" && outcome.class === "timeout" && outcome.phase === phase;
  const lateMs = timings.totalMs - afterMs;
  // A process that was itself held up says nothing of its deadlines.
  const isInTime = lateMs <= slackMs ? true : maxLoopDelayMs > slackMs ? undefined : false;
  const isClosed = injected?.isClosed === true;
  const observed = `${outcomeText(seen)} after ${Math.round(timings.totalMs)} ms, ${isClosed ? "closed" : "left open"}`;
  return [
    policyRule(
      `deadline of ${phase}`,
      isTimeout && isClosed ? isInTime : false,
      `given up by ${afterMs + slackMs} ms, connection closed`,
      observed,
    ),
    policyRule(
      `usage after ${phase}`,
      replyOf(seen)?.usage === undefined,
      "unknown",
      replyOf(seen)?.usage === undefined ? "unknown" : "a figure",
    ),
  ];
}
