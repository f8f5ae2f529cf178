import type { LocalLimit } from "../../exchange/exchange.ts";
import type { FaultFacts, Observation, ReplyFacts } from "../../observation/observation.ts";
import type { Ruling } from "../judgement.ts";

/** A call that got no whole reply. An open circuit sent nothing, so it says nothing new. */
export function judgeAvailability({ call, outcome, attempts }: Observation): Ruling {
  const subject = { kind: "availability", series: call, label: "reply" } as const;
  if (outcome.kind === "reply") return { subject, outcome: "good" };
  if (outcome.class === "circuit-open") return { subject, outcome: "unjudged", reason: "circuit open" };
  const observed = faultText(outcome);
  const finding = {
    kind: "availability",
    severity: "breaking",
    subject: "reply",
    expected: outcome.partial === undefined ? "a reply" : "a whole reply",
    observed,
  } as const;
  return { subject, outcome: "bad", findings: [finding], failures: attempts };
}

const shortOf: Readonly<Record<LocalLimit, string>> = {
  EMFILE: "this process has no file descriptors left (EMFILE): raise its limit of open files (ulimit -n)",
  ENFILE: "this machine has no file descriptors left (ENFILE): raise fs.file-max",
  EADDRNOTAVAIL: "this machine has no local port or address for the connection (EADDRNOTAVAIL)",
  ENOBUFS: "this machine has no network buffers left (ENOBUFS)",
  ENOMEM: "this machine has no memory left (ENOMEM)",
};

/** What the monitor itself lacked, and what to do about it; undefined: nothing. */
export function localLimitOf(outcome: Observation["outcome"]): string | undefined {
  return outcome.kind === "fault" && outcome.class === "local" ? shortOf[outcome.limit] : undefined;
}

/** `timeout (idle) after status 200 and 4 kB, without a finish reason`, `connection refused (10.0.0.1:443)` */
export function faultText(fault: FaultFacts): string {
  const { detail, partial } = fault;
  return `${whatFailed(fault, detail)}${partial === undefined ? "" : whatCame(partial)}`;
}

function whatFailed(fault: FaultFacts, detail: string | undefined): string {
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

export function isTimeout(outcome: Observation["outcome"]): boolean {
  return outcome.kind === "fault" && outcome.class === "timeout";
}
