import type { LocalLimit } from "../../exchange/exchange.ts";
import { faultText } from "../../observation/fault-text.ts";
import type { Observation } from "../../observation/observation.ts";
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

export function isTimeout(outcome: Observation["outcome"]): boolean {
  return outcome.kind === "fault" && outcome.class === "timeout";
}
