import { retryAfterToMs } from "../std/retry-after.ts";
import type { Outcome, Reply, ReplyReader, TransportFault } from "./exchange.ts";

/** Statuses that the same request, sent again, might not meet. */
export const transientStatuses: Readonly<Record<number, string>> = {
  408: "request timeout",
  429: "rate limited",
  500: "internal error",
  502: "bad gateway",
  503: "unavailable",
  504: "gateway timeout",
  520: "edge proxy: unknown error of the origin",
  521: "edge proxy: the origin refuses connections",
  522: "edge proxy: connecting to the origin timed out",
  523: "edge proxy: the origin is unreachable",
  524: "edge proxy: the origin took too long",
  525: "edge proxy: the TLS handshake with the origin failed",
  526: "edge proxy: the certificate of the origin is invalid",
  527: "edge proxy: the connection to the origin failed",
  529: "overloaded",
  530: "edge proxy: the origin cannot be resolved",
};

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
    case "malformed":
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
  return transientStatuses[status] !== undefined && !(body.form === "json" && reader.isPermanentError(body.value));
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
