import type { Json } from "../../std/json.ts";
import type { Finding, JudgeInput, JudgeOutput } from "../judgement.ts";
import { subjectOf } from "./learned.ts";
import type { Change } from "./change.ts";
import { type Episodes, episodesText } from "./recurrences.ts";
import { wideningOf } from "./false-positives.ts";
import { seasonAt } from "./season.ts";
import type { WatchState } from "./watch-state.ts";
import type { Watched } from "./watch.ts";
import { minuteText } from "../../std/time.ts";

export interface Wording {
  /** A value of the series for people. */
  readonly format: (value: number) => string;
  /** Whether falling values are as bad as rising ones. */
  readonly pagesDown: boolean;
}

/** What the engine has said of one sample, as a judge says it. */
export function watchedOutput(input: JudgeInput, watched: Watched, wording: Wording): JudgeOutput {
  const subject = subjectOf(input);
  const { accept } = watched;
  switch (watched.kind) {
    case "learning": {
      const reason = `learning, ${watched.n} of ${watched.of}`;
      const progress = { n: watched.n, of: watched.of };
      const state = stored(accept === undefined ? { ...progress, ...watched.state } : watched.state);
      return { ruling: { subject, outcome: "unjudged", reason }, state, accept };
    }
    case "good": {
      const good = { subject, outcome: "good" } as const;
      const ruling = watched.slow === undefined ? good : { ...good, notes: [noteOf(input, watched.slow)] };
      return { ruling, state: stored(watched.state), accept };
    }
    case "moved": {
      const { change, reference, mayPage, asBefore, confirmed, isReturn } = watched;
      const isLevel = change.kind === "up" || (change.kind === "down" && wording.pagesDown);
      const severity = mayPage && isLevel ? "risky" : "informative";
      const usual = Math.exp(reference.origin + reference.level + seasonAt(reference.season, input.slotMs));
      const finding: Finding = {
        kind: input.series.aspect,
        severity,
        subject: input.series.label,
        expected: wording.format(usual),
        observed: wordsOf(change, usual, wording) + (isReturn === true ? ", as before the normal was accepted" : ""),
        ...whyOf(watched.state, asBefore, input.slotMs),
        baselineVersion: input.memory?.baseline?.version,
      };
      const isConfirmed = confirmed && severity === "risky";
      return {
        ruling: { subject, outcome: "bad", findings: [finding], isConfirmed },
        state: stored(watched.state),
        accept,
      };
    }
    default:
      return watched satisfies never;
  }
}

function noteOf({ series, memory }: JudgeInput, observed: string): Finding {
  const baselineVersion = memory?.baseline?.version;
  return {
    kind: series.aspect,
    severity: "informative",
    subject: series.label,
    expected: "the anchor's level",
    observed,
    baselineVersion,
  };
}

const widenedWhy = "its guard is half as wide again: two pages of it were called noise within 90 days";

function whyOf({ marks }: WatchState, asBefore: Episodes | undefined, nowMs: number): { readonly why?: string } {
  if (asBefore !== undefined) return { why: episodesText(asBefore) };
  return wideningOf(marks, nowMs) > 1 ? { why: widenedWhy } : {};
}

export function wordsOf({ kind, ratio, low, high, sinceMs }: Change, usual: number, { format }: Wording): string {
  const since = `since ${minuteText(sinceMs)}`;
  switch (kind) {
    case "up":
    case "down":
      return `${format(usual * ratio)} (×${times(ratio)}, 95 % between ×${times(low)} and ×${times(high)}), ${since}`;
    case "variance":
      return `varies more than it did, ${since}`;
    case "tail":
      return `far values are more frequent, ${since}`;
    default:
      return kind satisfies never;
  }
}

export function times(ratio: number): string {
  return ratio >= 9.95 ? ratio.toFixed(0) : Math.abs(ratio - 1) < 0.3 ? ratio.toFixed(2) : ratio.toFixed(1);
}

function stored(state: WatchState & { readonly n?: number; readonly of?: number }): Json {
  return state as unknown as Json;
}
