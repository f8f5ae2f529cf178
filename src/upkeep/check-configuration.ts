import { configurationLabel } from "../notify/compose/likely-cause.ts";
import type { Duty } from "../notify/self-incident.ts";
import { type ConcludeWorld, concludeDuty } from "./conclude.ts";

export const configurationDuty: Duty = { series: "configuration", label: configurationLabel };

/** Reports a configuration that was refused, or with undefined that the newest one is in force. */
export async function checkConfiguration(
  world: ConcludeWorld,
  refusal: string | undefined,
  nowMs: number,
): Promise<void> {
  const trouble = {
    subject: "configuration",
    expected: "a valid configuration",
    observed: `${refusal}; the previous configuration remains active`,
  };
  await concludeDuty(world, {
    duty: configurationDuty,
    troubles: refusal === undefined ? [] : [trouble],
    evidence: { runId: configurationDuty.series },
    nowMs,
  });
}
