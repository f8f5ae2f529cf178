import type { DeliveryOutcome } from "./alert.ts";
import { retryAfterToMs } from "./backoff.ts";
import type { PostFault, PostReply } from "./poster.ts";

/**
 * What a reply or its absence means (Standard Webhooks 1.0.0): 2xx is delivered, 410 is goodbye, a redirect is a
 * failure as any other status is.
 */
export function outcomeOf(result: PostReply | PostFault, nowMs: number): DeliveryOutcome {
  if (result.kind === "fault") return outcomeOfFault(result);
  const { status } = result;
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (status === 410) return { kind: "gone" };
  const retryAfterMs = retryAfterToMs(result.retryAfter, nowMs);
  return {
    kind: "failed",
    reason: status >= 300 && status < 400 ? `status ${status}: redirects are not followed` : `status ${status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function outcomeOfFault(fault: PostFault): DeliveryOutcome {
  switch (fault.class) {
    case "bad-url":
      return {
        kind: "refused",
        reason: "the URL is not a http(s) URL without user name and password",
      };
    case "https-required":
      return {
        kind: "refused",
        reason: "the URL must be https, or the receiver be permitted private addresses",
      };
    case "forbidden-address":
      return {
        kind: "refused",
        reason: `the address ${fault.detail ?? ""} is not one this receiver may have`,
      };
    case "dns":
    case "connect":
    case "tls":
    case "reset":
    case "timeout":
      return {
        kind: "failed",
        reason: fault.detail === undefined ? fault.class : `${fault.class}: ${fault.detail}`,
      };
    default:
      return fault.class satisfies never;
  }
}
