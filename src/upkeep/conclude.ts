import type { Conclusion } from "../notify/deliver/outbox.ts";
import { applySelfReport, type DutyReport, dutyFingerprint } from "../notify/self-incident.ts";
import { applyLimitReport, type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import type { Finding } from "../judgement/judgement.ts";
import type { Alerting } from "../probe/alerting.ts";

export interface ConcludeStore {
  /** Lets `conclude` decide about the incident of its fingerprint, in one transaction. */
  concludeIncident(conclusion: Conclusion): Promise<void>;
}

export interface ConcludeWorld {
  readonly store: ConcludeStore;
  /** Names of all configured receivers. */
  readonly receivers: readonly string[];
}

/** What a check found about one limit. */
export interface LimitReport {
  readonly limit: Limit;
  /** undefined: nothing is wrong. What keeps an open incident open may be too little to open one. */
  findingFor(isOpen: boolean): Finding | undefined;
}

/** Opens, keeps or resolves the incident about one duty of the monitor. */
export function concludeDuty({ store, receivers }: ConcludeWorld, report: DutyReport): Promise<void> {
  return store.concludeIncident({
    fingerprint: dutyFingerprint(report.duty),
    nowMs: report.nowMs,
    conclude: (before, surroundings) => applySelfReport(before, report, receivers, surroundings),
  });
}

/** Opens, keeps or resolves the incident about each of these limits. */
export async function concludeLimits(
  { store, receivers }: ConcludeWorld,
  reports: readonly LimitReport[],
  nowMs: number,
  alerting: Alerting | undefined,
): Promise<void> {
  for (const { limit, findingFor } of reports) {
    await store.concludeIncident({
      fingerprint: limitFingerprint(limit),
      nowMs,
      conclude(before, surroundings) {
        const isOpen = before?.state === "open" || before?.state === "acknowledged";
        return applyLimitReport(before, limit, findingFor(isOpen), nowMs, receivers, alerting, surroundings);
      },
    });
  }
}
