import type { FaultFacts, ReplyFacts } from "./observation.ts";

/** `timeout (idle) after status 200 and 4 kB, without a finish reason`, `connection refused (10.0.0.1:443)` */
export function faultText(fault: FaultFacts): string {
  const { partial } = fault;
  return `${whatFailed(fault)}${partial === undefined ? "" : whatCame(partial)}`;
}

/** `connection refused (10.0.0.1:443)`, `timeout (idle)` */
export function whatFailed(fault: FaultFacts): string {
  const { detail } = fault;
  switch (fault.class) {
    case "timeout":
      return `timeout (${fault.phase})`;
    case "malformed":
      return detail === undefined ? "malformed HTTP" : `malformed HTTP: ${detail}`;
    case "reset":
      return detail === undefined ? "connection reset" : `connection reset: ${detail}`;
    case "dns":
    case "connect":
    case "tls":
    case "truncated":
    case "too-large":
    case "local":
    case "circuit-open":
    case "request-too-large":
      return detail ?? fault.class;
    default:
      return fault satisfies never;
  }
}

function whatCame({ status, bytes, finishReasons, usage }: ReplyFacts): string {
  const missing = [
    ...(finishReasons.some((reason) => reason !== null) ? [] : ["finish reason"]),
    ...(usage === undefined ? ["usage"] : []),
  ];
  const without = missing.length === 0 ? "" : `, without ${missing.join(" and ")}`;
  return ` after status ${status} and ${bytes.toLocaleString("en")} bytes${without}`;
}
