import type { Finding } from "../judgement/judgement.ts";

/** `contract: $.id string, expected absent (baseline v3)` on one line. */
export function findingText(finding: Finding): string {
  const baseline = finding.baselineVersion === undefined ? "" : ` (baseline v${finding.baselineVersion})`;
  return `${finding.kind}: ${finding.subject} ${finding.observed}, expected ${finding.expected}${baseline}`;
}
