import { type MatchableMember, matchableMembers } from "../probe/alerting.ts";
import { fits, type Matchable } from "./matcher.ts";

/** Mutes notifications of matching incidents for a while; runs are still judged. */
export interface Silence {
  readonly id: string;
  readonly matcher: SilenceMatcher;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly by: string;
  readonly why: string;
  /** The id of the incident with which it ends, if that resolves before its time is over. */
  readonly endsWith?: string | undefined;
}

/** Each given member must match, `*` standing for any characters. At least one is given. */
export type SilenceMatcher = { readonly [Member in MatchableMember]?: string | undefined };

export function isSilencedBy(incident: Matchable, { matcher, startsAtMs, endsAtMs }: Silence, nowMs: number): boolean {
  const isActive = startsAtMs <= nowMs && nowMs < endsAtMs;
  return isActive && isMatchedBy(incident, matcher);
}

/** Whether the silence would mute it, at whatever time. Members that are left out of `incident` match everything. */
export function isMatchedBy(incident: Partial<Matchable>, matcher: SilenceMatcher): boolean {
  return matchableMembers.every((member) => fits(matcher[member], incident[member] ?? ""));
}
