import { type Accounts, type AccountStore, createAccounts } from "./account.ts";
import type { Digest } from "../notify/compose/digest-message.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import { createBlindTimes } from "../upkeep/blindness.ts";
import { type DigestStore, digestNow } from "../upkeep/digest.ts";
import type { AuditEntry, AuditStore } from "./audit-log.ts";
import { type AuditArchive, type Audits, createAudits } from "./audits.ts";
import { type Boards, type BoardStore, createBoards } from "./board.ts";
import { type Charts, type ChartStore, createCharts } from "./chart.ts";
import { type BaselineChanges, createBaselineChanges } from "./change-baselines.ts";
import { createRecentDigests, type RecentDigest } from "./digest.ts";
import { createDeliveries, type Deliveries, type DeliveryStore } from "./deliveries.ts";
import { createIncidentFeedback, type IncidentFeedback, type SeriesChangeStore } from "./incident-feedback.ts";
import { createPreviews, type PreviewIncident } from "./incident-preview.ts";
import { createIncidents, type Incidents, type IncidentStore } from "./manage-incidents.ts";
import { createProbes, type Probes, type ProbeStore } from "./manage-probes.ts";
import { createMaintenance, type MaintenanceView } from "./maintenance.ts";
import { createPlans, type PlannedStore, type Plans } from "./plan-changes.ts";
import type { PublicStatusStore } from "./public-status.ts";
import { type BaselineReader, type BaselineStore, createBaselineReader } from "./read-baselines.ts";
import { createSpendAccounts, type SpendDayStore } from "./spend-days.ts";
import { createSpend, type CorrectionStore, type Spend } from "./spend.ts";
import { createReports, type ReadReport, type ReportStore } from "./month-report.ts";
import { createRehearsals, type RehearsalStore, type Rehearse } from "./rehearse.ts";
import { createShifts, type Shifts, type ShiftStore } from "./shifts.ts";
import { createSilences, type Silences, type SilenceStore } from "./silences.ts";

/** What the operations ask of the store. */
export interface OperationStore
  extends
    AccountStore,
    AuditArchive,
    AuditStore,
    BaselineStore,
    BoardStore,
    ChartStore,
    CorrectionStore,
    DeliveryStore,
    DigestStore,
    IncidentStore,
    PlannedStore,
    ProbeStore,
    PublicStatusStore,
    RehearsalStore,
    ReportStore,
    SeriesChangeStore,
    ShiftStore,
    SilenceStore,
    SpendDayStore,
    SpendStore {}

export interface OperationWorld {
  readonly store: OperationStore;
  readonly clock: Clock;
  /** A new id, never used before. */
  readonly freshId: (kind: "sil" | "plan") => string;
  /** All configured probes. */
  readonly probes: readonly Probe[];
  /** Puts a slot into the queue of its location. */
  readonly enqueue: (probe: Probe, slotMs: number) => Promise<void>;
  /** Who is notified of a probe's incidents. */
  readonly receiversOf: (probeId: string) => readonly string[];
  /** The time zone of a receiver; undefined: UTC. */
  readonly tzOf?: ((receiver: string) => string | undefined) | undefined;
  /** Called when a message may have become due. */
  readonly nudge: () => void;
}

/** What a person can ask and do while the service runs. */
export interface Operations {
  readonly incidents: Incidents & { readonly preview: PreviewIncident };
  readonly feedback: IncidentFeedback;
  readonly silences: Silences;
  readonly rehearse: Rehearse;
  /** What a month was like. */
  readonly shifts: Shifts;
  readonly report: ReadReport;
  readonly deliveries: Deliveries;
  readonly baselines: BaselineReader & BaselineChanges;
  readonly plans: Plans;
  readonly probes: Probes;
  /** Windows of the configuration, and when they begin next. */
  maintenance(): Promise<readonly MaintenanceView[]>;
  readonly spend: Spend & ReturnType<typeof createSpendAccounts>;
  readonly accounts: Accounts;
  readonly audits: Audits;
  readonly boards: Boards;
  readonly charts: Charts;
  readonly digests: {
    /** A preview. */
    now(): Promise<Digest>;
    last(): Promise<Digest | undefined>;
    /** For pages, which do not wait long. */
    recent(): RecentDigest;
  };
  /** Newest first. */
  auditLog(): Promise<readonly AuditEntry[]>;
}

const mostListed = 500;

export function createOperations(world: OperationWorld): Operations {
  const { store, clock, probes } = world;
  const incidents = createIncidents(world);
  const shifts = createShifts(world);
  const blindTimes = createBlindTimes(store, probes);
  const makeDigest = () => digestNow({ store, probes, blindTimes }, clock.nowMs());
  const policyOf = (id: string) => probes.find((probe) => probe.id === id)?.judge;
  return {
    incidents: { ...incidents, preview: createPreviews(world) },
    feedback: createIncidentFeedback(world),
    silences: createSilences(world),
    rehearse: createRehearsals(world),
    shifts,
    report: createReports({ ...world, shifts }),
    deliveries: createDeliveries(world),
    baselines: {
      ...createBaselineReader({ ...world, policyOf }),
      ...createBaselineChanges({ ...world, resolve: incidents.resolve }),
    },
    plans: createPlans({ ...world, resolve: incidents.resolve }),
    probes: createProbes(world),
    maintenance: createMaintenance(world),
    spend: { ...createSpend(world), ...createSpendAccounts(world) },
    accounts: createAccounts(world),
    audits: createAudits(world),
    boards: createBoards(world),
    charts: createCharts(world),
    digests: { now: makeDigest, last: () => store.lastDigest(), recent: createRecentDigests(makeDigest, clock) },
    auditLog: () => store.acts(mostListed),
  };
}
