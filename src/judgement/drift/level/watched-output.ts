import { toJson } from "../../../std/json.ts";
import type { Finding, JudgeInput, JudgeOutput } from "../../judgement.ts";
import { recurringSubject, subjectOf } from "../../subject.ts";
import type { Change, StartTimes } from "./change.ts";
import { type Recurring, recurrencesText } from "./recurrences.ts";
import { marginFactorOf } from "./false-positives.ts";
import { seasonAt } from "../learn/season.ts";
import type { WatchState } from "./watch-state.ts";
import type { Watched } from "./watch.ts";
import { minuteText } from "../../../std/time.ts";
import { times } from "../../../std/times.ts";

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
      const state = toJson(accept === undefined ? { ...progress, ...watched.state } : watched.state);
      return { ruling: { subject, outcome: "unjudged", reason }, state, accept };
    }
    case "good": {
      const good = { subject, outcome: "good" } as const;
      const ruling = watched.slow === undefined ? good : { ...good, notes: [noteOf(input, watched.slow)] };
      const also =
        watched.hasEnded === true ? { also: { subject: recurringSubject(subject), outcome: "good" } as const } : {};
      return { ruling, ...also, state: toJson(watched.state), accept, suspects: watched.asks === true };
    }
    case "moved": {
      const { change, reference, mayPage, recurring, confirmed, isReturn } = watched;
      const isLevel = change.kind === "up" || (change.kind === "down" && wording.pagesDown);
      const severity = mayPage && isLevel ? "risky" : "informative";
      const usual = Math.exp(reference.origin + reference.level + seasonAt(reference.season, input.slotMs));
      const finding: Finding = {
        kind: input.series.aspect,
        severity,
        subject: input.series.label,
        expected: wording.format(usual),
        observed: wordsOf(change, usual, wording) + (isReturn === true ? ", back to the previous baseline" : ""),
        ...whyOf(watched.state, recurring, input.slotMs),
        baselineVersion: input.memory?.baseline?.version,
      };
      const isConfirmed = confirmed && severity === "risky";
      return {
        ruling: {
          subject: recurring?.kind === "standing" ? recurringSubject(subject) : subject,
          outcome: "bad",
          findings: [finding],
          isConfirmed,
        },
        state: toJson(watched.state),
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
    expected: "the anchor level",
    observed,
    baselineVersion,
  };
}

const widerWhy =
  "this series is less sensitive (margin ×1.5): two of its pages were marked as false positives within 90 days";

function whyOf(
  { falsePositives }: WatchState,
  recurring: Recurring | undefined,
  nowMs: number,
): { readonly why?: string } {
  if (recurring !== undefined) return { why: `recurs: ${recurrencesText(recurring.recurrences)}` };
  return marginFactorOf(falsePositives, nowMs) > 1 ? { why: widerWhy } : {};
}

/** `isFound`: not only suspected. */
export function wordsOf(
  { kind, ratio, low, high, sinceMs, start }: Change,
  usual: number,
  { format }: Wording,
  isFound = true,
): string {
  const since = `since ${minuteText(sinceMs)}`;
  switch (kind) {
    case "up":
    case "down":
      return `${format(usual * ratio)} (×${times(ratio)}, ${howSure(kind, low, high, isFound)}), ${start === undefined ? since : startText(start)}`;
    case "variance":
      return `varies more than before, ${since}`;
    case "tail":
      return `outliers are more frequent, ${since}`;
    default:
      return kind satisfies never;
  }
}

/**
 * Ranks have shown that most runs are away, which values that scatter widely need not: an interval around their middle that
 * holds no change as well would contradict the alert.
 */
function howSure(kind: "up" | "down", low: number, high: number, isFound: boolean): string {
  const [from, to] = [times(low), times(high)];
  const isAway = kind === "up" ? low > 1 && from !== "1.00" : high < 1 && to !== "1.00";
  return (isAway && from !== to) || !isFound ? `95 % interval ×${from} to ×${to}` : "most runs";
}

/** `began between 2026-11-23 09:30 UTC and 2026-11-23 09:50 UTC`: whole times, so that each can be shown in the zone of a reader. */
function startText({ fromMs, toMs }: StartTimes): string {
  const [from, to] = [minuteText(fromMs), minuteText(toMs)];
  return from === to ? `since ${to}` : `began between ${from} and ${to}`;
}
