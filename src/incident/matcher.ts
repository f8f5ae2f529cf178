import { type AlertMatcher, type MatchableMember, matchableMembers } from "../probe/alerting.ts";

/** What of an incident silences, routes and maintenance windows can match. Only the tier may be missing. */
export type Matchable = { readonly [Member in Exclude<MatchableMember, "tier">]: string } & {
  readonly tier?: string | undefined;
};

export function meets(matcher: AlertMatcher, incident: Matchable): boolean {
  return matchableMembers.every((member) => {
    const patterns = matcher[member];
    return patterns === undefined || patterns.some((pattern) => fits(pattern, incident[member] ?? ""));
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
