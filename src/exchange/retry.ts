import { retryAfterToMs } from "../std/retry-after.ts";
import type { Outcome, Reply, ReplyReader, TransportFault } from "./exchange.ts";

/** 524 is Cloudflare's "a timeout occurred" at the origin. */
const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 524]);

/** A failure that the same request, sent again, might not meet. Validation and authentication never are. */
export function isTransient(outcome: Outcome, reader: ReplyReader): boolean {
  return outcome.kind === "fault" ? isTransientFault(outcome) : isTransientReply(outcome, reader);
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
    case "local":
      return false;
    default:
      return fault satisfies never;
  }
}

function isTransientReply({ status, headers, body }: Reply, reader: ReplyReader): boolean {
  const asked = headers["x-should-retry"];
  if (asked === "true") return status >= 400;
  if (asked === "false") return false;
  return transientStatuses.has(status) && !(body.form === "json" && reader.isPermanentError(body.value));
}

/** A request that may have reached a model is not sent twice: only what surely was not answered, or was refused for now. */
export function isWorthRetrying(outcome: Outcome, reader: ReplyReader): boolean {
  if (!isTransient(outcome, reader)) return false;
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
