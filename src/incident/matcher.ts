import type { AlertMatcher } from "../probe/alerting.ts";

/** What can be said of an incident to single it out. */
export interface Matchable {
  readonly target: string;
  readonly probe: string;
  readonly scenario: string;
  readonly location: string;
  readonly kind: string;
  readonly severity: string;
  readonly tier?: string | undefined;
}

const members = ["target", "probe", "scenario", "location", "kind", "severity", "tier"] as const;

export function meets(matcher: AlertMatcher, it: Matchable): boolean {
  return members.every((member) => {
    const patterns = matcher[member];
    return patterns === undefined || patterns.some((pattern) => fits(pattern, it[member] ?? ""));
  });
}

/** `*` stands for any characters. */
export function fits(pattern: string | undefined, value: string): boolean {
  if (pattern === undefined) return true;
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return value === pattern;
  if (!value.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let from = first.length;
  for (const part of rest) {
    const at = value.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return value.length - from >= last.length && value.endsWith(last);
}
