import { Kysely, PostgresDialect, sql } from "kysely";
import type { Outbox } from "../notify/deliver/outbox.ts";
import type { Standing } from "../notify/route/resend.ts";
import type { Overview } from "../operate/overview.ts";
import type { BaselineBook } from "../operate/baselines.ts";
import type { ControlBook } from "../operate/control.ts";
import type { DigestBook } from "../upkeep/digest.ts";
import type { CoverBook } from "../upkeep/check-outages.ts";
import type { ExportBook } from "../operate/export.ts";
import type { PlannedBook, SeriesChangeBook } from "../operate/series-feedback.ts";
import type { ProbeBook } from "../operate/probes.ts";
import type { TendBook } from "../upkeep/sweep-incidents.ts";
import type { BillingBook } from "../upkeep/check-billing.ts";
import type { FleetBook } from "../upkeep/check-fleet.ts";
import type { GroupBook } from "../upkeep/check-groups.ts";
import type { SpendBook } from "../upkeep/check-spend.ts";
import type { SloBook } from "../upkeep/check-slo.ts";
import type { WatchBook } from "../upkeep/check-monitor.ts";
import type { RunBook } from "../run/world.ts";
import type { SlotBook } from "../schedule/queue.ts";
import { migrate, type Migrated, schemaState, type SchemaState } from "./migrate.ts";
import { createBaselineBook } from "./baseline-book.ts";
import { createControlBook } from "./control-book.ts";
import { createExportBook } from "./export-book.ts";
import { createPlannedBook } from "./planned-book.ts";
import { createProbeBook } from "./probe-book.ts";
import { createOutbox } from "./outbox.ts";
import { readOverview } from "./overview.ts";
import type { StorePool } from "./pools/pool.ts";
import { retain } from "./retention.ts";
import { createRunBook } from "./run-book.ts";
import { createBillingBook } from "./billing-book.ts";
import { createDigestBook } from "./digest-book.ts";
import { createFleetBook } from "./fleet-book.ts";
import { createSpendBook } from "./spend-book.ts";
import { createSlotBook } from "./slot-book.ts";
import { createCovering } from "./covering.ts";
import { createTending } from "./tending.ts";
import { createStanding } from "./standing.ts";

/** All that is kept. One implementation, on PostgreSQL and on PGlite alike. */
export interface Store
  extends
    RunBook,
    SlotBook,
    Outbox,
    Standing,
    ControlBook,
    BaselineBook,
    SeriesChangeBook,
    PlannedBook,
    ProbeBook,
    ExportBook,
    WatchBook,
    FleetBook,
    GroupBook,
    DigestBook,
    SpendBook,
    SloBook,
    BillingBook,
    TendBook,
    CoverBook {
  /** Names this store among others; the same for ever. */
  readonly installation: string;
  overview(nowMs: number): Promise<Overview>;
  /** To be called daily: makes room for the days to come, drops what is older than `retentionDays`. */
  retain(nowMs: number, retentionDays: number): Promise<void>;
}

const kyselyOn = ({ pool }: StorePool): Kysely<never> => new Kysely<never>({ dialect: new PostgresDialect({ pool }) });

/** Brings the schema up to date. */
export const migrateStore = (pool: StorePool): Promise<Migrated> => migrate(kyselyOn(pool));
export const readSchemaState = (pool: StorePool): Promise<SchemaState> => schemaState(kyselyOn(pool));

/** Brings the schema up to date and opens the store. The pool stays its owner's to close. */
export async function openStore(pool: StorePool, nowMs: number, retentionDays: number): Promise<Store> {
  await migrateStore(pool);
  return openMigratedStore(pool, nowMs, retentionDays);
}

/** Opens a store whose schema is up to date. */
export async function openMigratedStore(pool: StorePool, nowMs: number, retentionDays: number): Promise<Store> {
  const db = kyselyOn(pool);
  await retain(db, nowMs, retentionDays);
  const { rows } = await sql<{ id: string }>`SELECT id FROM plumbline.installation`.execute(db);
  return {
    installation: rows[0]?.id ?? "",
    ...createRunBook(db),
    ...createFleetBook(db),
    ...createDigestBook(db),
    ...createSpendBook(db),
    ...createBillingBook(db),
    ...createSlotBook(db),
    ...createOutbox(db),
    ...createStanding(db),
    ...createControlBook(db),
    ...createBaselineBook(db),
    ...createPlannedBook(db),
    ...createProbeBook(db),
    ...createExportBook(db),
    ...createTending(db),
    ...createCovering(db),
    overview: (atMs) => readOverview(db, atMs),
    retain: (atMs, days) => retain(db, atMs, days),
  };
}
