import type { DeliveryOutcome } from "../compose/alert.ts";
import type { Redactor } from "../../std/redact.ts";
import { sanitize } from "../../std/sanitize.ts";
import { errorWords } from "./error-words.ts";
import { retryAfterToMs } from "../../std/retry-after.ts";
import type { PostFault, PostReply } from "./poster.ts";

/** How one service's statuses differ from those of Standard Webhooks 1.0.0. */
export interface StatusRules {
  /** The only ones that mean it has the alert; any 2xx when left out. */
  readonly delivered?: readonly number[];
  /** Trying the same again will never help. */
  readonly refused?: readonly number[];
  /** 410 is no goodbye there, but a failure like others. */
  readonly goneIsFailure?: boolean;
  /**
   * Whether a body says that the service did not take the message although its status says so. Services whose status
   * is the whole answer leave this out.
   */
  readonly deniedBy?: (body: string) => boolean;
}

/**
 * What a reply or its absence means: 2xx is delivered, 410 is goodbye, a redirect is a failure as any other status is. Of an error in
 * a body the first words are kept, without secrets: services quote what they refuse.
 */
export function outcomeOf(
  result: PostReply | PostFault,
  nowMs: number,
  rules: StatusRules,
  redact: Redactor,
): DeliveryOutcome {
  if (result.kind === "fault") return outcomeOfFault(result);
  const { status } = result;
  const isDelivered = rules.delivered?.includes(status) ?? (status >= 200 && status < 300);
  if (isDelivered && result.body !== undefined && rules.deniedBy?.(result.body) === true) {
    return {
      kind: "failed",
      reason: `status ${status}, but the answer is an error: ${sanitize(redact(result.body), 80)}`,
    };
  }
  if (isDelivered && result.missed !== undefined) return missedBy(result.missed);
  if (isDelivered) return { kind: "delivered", status };
  const said = errorWords(result.body);
  const words = said === undefined ? "" : `: ${sanitize(redact(said), 80)}`;
  if (rules.refused?.includes(status) === true) return { kind: "refused", reason: `status ${status}${words}` };
  if (status === 410 && rules.goneIsFailure !== true) return { kind: "gone" };
  const retryAfterMs = retryAfterToMs(result.retryAfter, nowMs);
  return {
    kind: "failed",
    reason: `status ${status}${status >= 300 && status < 400 ? ": redirects are not followed" : words}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A server that may take the mail for them later is asked again: the others see the same mail twice at worst. */
function missedBy(statuses: readonly number[]): DeliveryOutcome {
  const count = `${statuses.length} ${statuses.length === 1 ? "address" : "addresses"}`;
  const reason = `the mail server refused ${count} (status ${[...new Set(statuses)].join(", ")}) and took the mail for the others`;
  return { kind: statuses.some((status) => status < 500) ? "failed" : "refused", reason };
}

function outcomeOfFault(fault: PostFault): DeliveryOutcome {
  switch (fault.class) {
    case "bad-url":
      return {
        kind: "refused",
        reason: "not an http or https URL without user name and password",
      };
    case "https-required":
      return {
        kind: "refused",
        reason: "the URL must be https, unless the receiver has allowPrivate: true",
      };
    case "tls-required":
      return {
        kind: "refused",
        reason: "mail without TLS needs allowPrivate: true",
      };
    case "forbidden-address":
      return {
        kind: "refused",
        reason: `the receiver must not use the address ${fault.detail ?? ""}`,
      };
    case "forbidden-answer":
      return {
        kind: "failed",
        reason: `DNS resolves the host to ${fault.detail ?? ""}, an address that receivers must not use`,
      };
    case "dns":
    case "connect":
    case "tls":
      return { kind: "failed", reason: fault.detail ?? fault.class };
    case "reset":
      return {
        kind: "failed",
        reason: fault.detail === undefined ? "connection reset" : `connection reset: ${fault.detail}`,
      };
    case "timeout":
      return { kind: "failed", reason: fault.detail === undefined ? "timeout" : `timeout (${fault.detail})` };
    default:
      return fault.class satisfies never;
  }
}
