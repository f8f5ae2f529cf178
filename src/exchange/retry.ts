import { isJsonObject } from "../std/json.ts";
import { retryAfterToMs } from "../std/retry-after.ts";
import type { Outcome, Reply, TransportFault } from "./exchange.ts";

/** 524 is Cloudflare's "a timeout occurred" at the origin. */
const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 524]);

/** A failure that the same request, sent again, might not meet. Validation and authentication never are. */
export function isTransient(outcome: Outcome): boolean {
  return outcome.kind === "fault" ? isTransientFault(outcome) : isTransientReply(outcome);
}

function isTransientFault(fault: TransportFault): boolean {
  switch (fault.class) {
    case "dns":
    case "connect":
    case "reset":
    case "timeout":
      return true;
    case "tls":
    case "truncated":
    case "too-large":
    case "circuit-open":
    case "request-too-large":
      return false;
    default:
      return fault satisfies never;
  }
}

function isTransientReply(reply: Reply): boolean {
  const asked = reply.headers["x-should-retry"];
  if (asked === "true") return reply.status >= 400;
  if (asked === "false") return false;
  return transientStatuses.has(reply.status) && !isDeterministic(reply);
}

/** CometAPI and new-api answer malformed requests with 500 and this code; a spent quota comes as 429. */
function isDeterministic({ body }: Reply): boolean {
  if (body.form !== "json" || !isJsonObject(body.value)) return false;
  const error = body.value["error"];
  if (!isJsonObject(error)) return false;
  return error["code"] === "invalid_request" || error["code"] === "insufficient_quota";
}

/** A request that may have reached a model is not sent twice: only what surely was not answered, or was refused for now. */
export function isWorthRetrying(outcome: Outcome): boolean {
  if (!isTransient(outcome)) return false;
  return outcome.kind === "reply" || outcome.class !== "timeout" || outcome.phase === "connect";
}

const defaultWaitMs = 500;

/**
 * How long to wait before the retry; undefined = it would be longer than `maxRetryAfterMs`, so there is none.
 * Understands `retry-after-ms`, and `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3).
 */
export function retryWaitMs(
  outcome: Outcome,
  maxRetryAfterMs: number,
  nowMs: number,
  random: () => number,
): number | undefined {
  const asked = outcome.kind === "reply" ? askedWaitMs(outcome, nowMs) : undefined;
  if (asked === undefined) return defaultWaitMs * (0.5 + random());
  return asked <= maxRetryAfterMs ? asked : undefined;
}

/** `retry-after-ms` is more precise, and OpenAI's clients prefer it too. */
function askedWaitMs({ headers }: Reply, nowMs: number): number | undefined {
  const precise = headers["retry-after-ms"]?.trim() ?? "";
  return /^\d{1,13}(\.\d+)?$/.test(precise) ? Number(precise) : retryAfterToMs(headers["retry-after"], nowMs);
}
