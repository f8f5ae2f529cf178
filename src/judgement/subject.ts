import type { z } from "zod";
import type { Json } from "../std/json.ts";
import type { JudgeInput, JudgeOutput, RulingSubject } from "./judgement.ts";

/** How a judge says what it is judging. */
export function subjectOf({ series }: JudgeInput): RulingSubject {
  return { kind: series.aspect, series: series.id, label: series.label };
}

/** Large moves of a series that keep coming back have one ticket of their own. */
export function recurringSubject({ kind, series, label }: RulingSubject): RulingSubject {
  return { kind, series: recurringSeries(series), label: `${label}${recurring}` };
}

/** At the end of the label of such a ticket. */
export const recurring = ", recurring";

export function recurringSeries(series: string): string {
  return `${series}/recurring`;
}

export function unjudged(input: JudgeInput, reason: string): JudgeOutput {
  return { ruling: { subject: subjectOf(input), outcome: "unjudged", reason } };
}

/** Stored JSON of a shape this version knows, or undefined: an older or damaged one is learned anew. */
export function readAs<T>(schema: z.ZodType<T>, stored: Json | undefined): T | undefined {
  const parsed = schema.safeParse(stored);
  return parsed.success ? parsed.data : undefined;
}
