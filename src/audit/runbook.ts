import type { Decision } from "./decision.ts";
import type { AuditView } from "./view.ts";
import { aliasOf } from "./worksheet.ts";

export interface RunbookLine {
  readonly name: string;
  readonly value: string;
}

/** The record that goes into the runbook. A line for each question; `no` is never written for what is not known. */
export function fillRunbook(view: AuditView, decision: Decision, programVersion: string): RunbookLine[] {
  const { target } = view;
  const { policy, audit } = target;
  const state = (item: string): string => {
    const result = decision.results.find((it) => it.item === item);
    return result === undefined ? "unknown" : words[result.state];
  };
  const usage = view.reply("valid-request")?.usage;
  const blockers = decision.results
    .filter((it) => it.state !== "met" && it.accepted === undefined)
    .map(({ item }) => item);
  const lines: readonly (readonly [name: string, value: string])[] = [
    ["review date", new Date(view.nowMs).toISOString().slice(0, 10)],
    ["environment", audit?.environment ?? "unnamed"],
    ["application version", audit?.application ?? "not configured"],
    ["audited by", programVersion],
    ["credential alias", aliasOf(view)],
    [
      "documentation checked",
      audit?.documentation === undefined
        ? "not configured"
        : `${audit.documentation.url}, ${audit.documentation.checked}`,
    ],
    ["endpoint path verified", state("endpoint")],
    ["auth verified", state("authentication")],
    ["valid request passed", state("valid-requests")],
    ["invalid-key test passed", passed(view, "invalid-key")],
    ["malformed-request test passed", state("invalid-requests")],
    ["timeout behaviour observed", state("timeouts")],
    ["fallback exercised", view.checks("fallback").length > 0 ? state("fallback") : "no, none is configured"],
    ["token budget enforced", state("token-limits")],
    [
      "usage fields logged",
      view.reply("valid-request") === undefined ? "unknown" : usage === undefined ? "not returned" : "yes",
    ],
    ["billing assumption confirmed", billing(view, state("billing"))],
    ["hard timeout", `${policy.totalMs} ms`],
    ["warning threshold", audit === undefined ? "not configured" : `${audit.warnAfterMs} ms`],
    ["slowest answer seen", slowest(view)],
    ["retry budget", `${policy.retries} after a transient fault, Retry-After up to ${policy.maxRetryAfterMs} ms`],
    ["circuit breaker", `after ${policy.circuit.failures} failures for ${policy.circuit.openMs} ms`],
    ["fallback", audit?.fallback?.kind ?? "none"],
    ["launch blocker", blockers.length === 0 ? "none" : blockers.join(", ")],
  ];
  return lines.map(([name, value]) => ({ name, value }));
}

const words = { met: "yes", broken: "no", open: "unknown" } as const;

function passed(view: AuditView, scenario: string): string {
  const verdict = view.played(scenario)?.report.verdict;
  if (verdict === undefined || view.reply(scenario) === undefined) return "unknown";
  return verdict === "fail" ? "no" : "yes";
}

function billing(view: AuditView, state: string): string {
  const risk = view.target.audit?.accept.find(({ item }) => item === "billing");
  if (state === "yes") return "yes";
  return risk === undefined ? "pending support" : `accepted by ${risk.by} until ${risk.until}`;
}

/** Of one audit: no benchmark of anybody. */
function slowest(view: AuditView): string {
  const times = ["valid-request", "streamed-request"].flatMap(
    (name) => view.played(name)?.observations.map(({ timings }) => timings.totalMs) ?? [],
  );
  if (times.length === 0) return "unknown";
  const worst = Math.round(Math.max(...times));
  const isSlow = worst > (view.target.audit?.warnAfterMs ?? Number.POSITIVE_INFINITY);
  return `${worst} ms of ${times.length} requests, no benchmark${isSlow ? "; above the warning threshold" : ""}`;
}
