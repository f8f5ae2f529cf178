import type { Outbox } from "../notify/deliver/outbox.ts";
import type { LastNotified } from "../notify/route/resend.ts";
import type { Overview } from "../operate/overview.ts";
import type { OperationStore } from "../operate/operations.ts";
import type { GroupIncidentStore } from "../upkeep/check-outages.ts";
import type { ExportStore } from "../operate/export.ts";
import type { SweepStore } from "../upkeep/sweep-incidents.ts";
import type { BillingStore } from "../upkeep/check-billing.ts";
import type { FleetStore } from "../upkeep/check-fleet.ts";
import type { GroupStore } from "../upkeep/check-groups.ts";
import type { SessionStore } from "../operate/sessions.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import type { SloStore } from "../upkeep/check-slo.ts";
import type { LimitsStore } from "../upkeep/check-limits.ts";
import type { CapacityStore } from "../upkeep/check-capacity.ts";
import type { BlindCheckStore } from "../upkeep/check-blindness.ts";
import type { MonitorStore } from "../upkeep/check-monitor.ts";
import type { RollCallStore } from "../upkeep/roll-call.ts";
import type { ConcludeStore } from "../upkeep/conclude.ts";
import type { RunStore } from "../run/world.ts";
import type { AskedSlots, NeighbourStore } from "../schedule/admission.ts";
import type { SlotStore } from "../schedule/queue.ts";
import { rowSchema, text } from "./columns.ts";
import { databaseOn } from "./database.ts";
import { migrate, type Migrated, schemaState, type SchemaState } from "./migrate.ts";
import { createAccountStore } from "./account.ts";
import { createAuditArchive } from "./audits.ts";
import { createBaselineStore } from "./baselines.ts";
import { createBoardStore } from "./board.ts";
import { createAuditLogStore } from "./audit-log.ts";
import { createControlStore } from "./control.ts";
import { createDeliveryStore } from "./deliveries.ts";
import { createMonitorStore } from "./monitor.ts";
import { createSilenceStore } from "./silences.ts";
import { createExportStore } from "./export.ts";
import { createPlannedStore } from "./plans.ts";
import { createProbeStore } from "./probes.ts";
import type { HeartbeatStore } from "../upkeep/heartbeat.ts";
import { createOutbox } from "./outbox.ts";
import { readOverview } from "./overview.ts";
import type { StorePool } from "./pools/pool.ts";
import { retain } from "./retention.ts";
import { createRunStore } from "./runs.ts";
import { createBillingStore } from "./billing.ts";
import { createDigestStore } from "./digests.ts";
import type { ReceiverTestStore } from "../upkeep/test-receivers.ts";
import { createReceiverTestStore } from "./receiver-tests.ts";
import { createFleetStore } from "./fleet.ts";
import { createSpendStore } from "./spend.ts";
import { createSpendDayStore } from "./spend-days.ts";
import { createCorrectionStore } from "./spend-corrections.ts";
import { sql } from "./sql.ts";
import { createNeighbourStore } from "./neighbours.ts";
import { createReportStore } from "./month-report.ts";
import { createShiftStore } from "./shifts.ts";
import { createSessionStore } from "./sessions.ts";
import { createSlotStore } from "./slots.ts";
import { createVitalsStore } from "./vitals.ts";
import { createGroupIncidentStore } from "./group-incidents.ts";
import { createSweepStore } from "./incident-sweep.ts";
import { createLastNotifiedStore } from "./last-notified.ts";

/** All that is kept. One implementation, on PostgreSQL and on PGlite alike. */
export interface Store
  extends
    RunStore,
    SlotStore,
    AskedSlots,
    Outbox,
    HeartbeatStore,
    LastNotified,
    OperationStore,
    ExportStore,
    LimitsStore,
    MonitorStore,
    BlindCheckStore,
    NeighbourStore,
    ReceiverTestStore,
    CapacityStore,
    RollCallStore,
    ConcludeStore,
    FleetStore,
    GroupStore,
    SessionStore,
    SpendStore,
    SloStore,
    BillingStore,
    SweepStore,
    GroupIncidentStore {
  /** Names this store among others; the same for ever. */
  readonly installation: string;
  /** Known to the processes of this store alone: job names depend on it. */
  readonly queueSecret: string;
  overview(nowMs: number, page?: number): Promise<Overview>;
  /** To be called daily: makes room for the days to come, drops what is older than `retentionDays`. */
  retain(nowMs: number, retentionDays: number): Promise<void>;
}

const installationRow = rowSchema({ id: text("id"), queueSecret: text("queue_secret") });

/** Brings the schema up to date. */
export const migrateStore = (pool: StorePool): Promise<Migrated> => migrate(databaseOn(pool));
export const readSchemaState = (pool: StorePool): Promise<SchemaState> => schemaState(databaseOn(pool));

/** Brings the schema up to date and opens the store. The pool stays its owner's to close. */
export async function openStore(pool: StorePool, nowMs: number, retentionDays: number): Promise<Store> {
  await migrateStore(pool);
  return openMigratedStore(pool, nowMs, retentionDays);
}

/** Opens a store whose schema is up to date. */
export async function openMigratedStore(pool: StorePool, nowMs: number, retentionDays: number): Promise<Store> {
  const db = databaseOn(pool);
  await retain(db, nowMs, retentionDays);
  const [installation] = await db.select(
    installationRow,
    sql`SELECT ${installationRow.columns} FROM plumbline.installation`,
  );
  return {
    installation: installation?.id ?? "",
    queueSecret: installation?.queueSecret ?? "",
    ...createRunStore(db),
    ...createAccountStore(db),
    ...createAuditArchive(db),
    ...createFleetStore(db),
    ...createDigestStore(db),
    ...createReceiverTestStore(db),
    ...createSpendStore(db),
    ...createSpendDayStore(db),
    ...createCorrectionStore(db),
    ...createBillingStore(db),
    ...createSessionStore(db),
    ...createSlotStore(db),
    ...createVitalsStore(db),
    ...createOutbox(db),
    ...createLastNotifiedStore(db),
    ...createControlStore(db),
    ...createSilenceStore(db),
    ...createDeliveryStore(db),
    ...createAuditLogStore(db),
    ...createMonitorStore(db),
    ...createBaselineStore(db),
    ...createBoardStore(db),
    ...createShiftStore(db),
    ...createNeighbourStore(db),
    ...createReportStore(db),
    ...createPlannedStore(db),
    ...createProbeStore(db),
    ...createExportStore(db),
    ...createSweepStore(db),
    ...createGroupIncidentStore(db),
    overview: (atMs, page = 1) => readOverview(db, atMs, page),
    retain: (atMs, days) => retain(db, atMs, days),
  };
}
