import { z } from "zod";
import type { Alert } from "../notify/compose/alert.ts";

type Severity = Alert["severity"];

/** What a service calls each severity. */
export type SeverityWords<Word> = Readonly<Record<Severity, Word>>;

/** The words of Plumbline itself. */
export const ourSeverities: SeverityWords<string> = {
  breaking: "breaking",
  risky: "risky",
  informative: "informative",
};

/** The setting that renames severities for one receiver; what it leaves out keeps the word of `usual`. */
export function severityWords<Word extends string | number>(word: z.ZodType<Word>, usual: SeverityWords<Word>) {
  return renamedSeverities(word, usual).prefault({});
}

/** The same for a receiver that may have none. */
export function renamedSeverities<Word extends string | number>(word: z.ZodType<Word>, usual: SeverityWords<Word>) {
  const { breaking, risky, informative } = usual;
  return z
    .strictObject({
      breaking: word.default(() => breaking).describe(`default ${breaking}`),
      risky: word.default(() => risky).describe(`default ${risky}`),
      informative: word.default(() => informative).describe(`default ${informative}`),
    })
    .meta({ description: "what the service calls each severity", examples: [{ breaking: usual.risky }] });
}
