import type { Finding } from "../judgement/judgement.ts";

/** `contract: $.id string, expected absent (baseline v3)` on one line. */
export function findingText({ kind, subject, observed, expected, baselineVersion, why }: Finding): string {
  const baseline = baselineVersion === undefined ? "" : ` (baseline v${baselineVersion})`;
  return `${kind}: ${subject} ${observed}, expected ${expected}${baseline}${why === undefined ? "" : `; ${why}`}`;
}
