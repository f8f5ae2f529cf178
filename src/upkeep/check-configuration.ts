import { nothingFollows } from "../notify/effects.ts";
import type { Conclusion } from "../notify/deliver/outbox.ts";
import { applySelfReport, type Duty, dutyFingerprint } from "../notify/self-incident.ts";

/** That what people write down is what is done. */
export const readable: Duty = { series: "configuration", label: "taking over the configuration" };

/** A configuration that can't be taken over is an incident of ours until one is: nobody sees it otherwise. */
export async function watchConfiguration(
  book: { concludeIncident(conclusion: Conclusion): Promise<void> },
  receivers: readonly string[],
  trouble: string | undefined,
  nowMs: number,
): Promise<void> {
  const troubles =
    trouble === undefined
      ? []
      : [
          {
            subject: "configuration",
            expected: "a valid configuration",
            observed: `${trouble}; the one before stays in force`,
          },
        ];
  await book.concludeIncident({
    fingerprint: dutyFingerprint(readable),
    conclude: (before) =>
      before === undefined && troubles.length === 0
        ? nothingFollows
        : applySelfReport(before, { duty: readable, troubles, evidence: { runId: readable.series }, nowMs }, receivers),
  });
}
