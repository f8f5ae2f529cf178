import type { Transaction } from "./database.ts";
import { sql } from "./sql.ts";

/**
 * The keys of all advisory locks, each held until its transaction ends. Who takes several takes them in the order of
 * this list. The routines in `sql/` spell the same keys.
 */
export const lockKeys = {
  /** One who installs or changes the schema. */
  schema: () => "plumbline:schema",
  /** One run, act or sweep of a probe: what the others are about to write is not overwritten. */
  probe: (probeId: string) => `plumbline:${probeId}`,
  /** One change of an incident. */
  incident: (fingerprint: string) => `plumbline:${fingerprint}`,
  /** Probes that find a target down at the same moment: the first one notifies people. */
  outage: (target: string) => `plumbline:outage:${target}`,
  /** Whoever counts sent messages against the limits of receivers, until its own are written. */
  sent: () => "plumbline:sent",
  /** One question to other probes: two processes do not ask the same one. */
  neighbours: () => "plumbline:neighbours",
  partitions: () => "plumbline:partitions",
  tallies: () => "plumbline:tallies",
} as const;

export async function lock(tx: Transaction, key: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}
