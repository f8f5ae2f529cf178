import { cpSync, openAsBlob } from "node:fs";
import { inject } from "vitest";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";

/** PGlite in memory with a new store, from a data folder that was made once for the whole run: a tenth of the time. */
export async function openMemoryPool(): Promise<StorePool> {
  return openPglitePool(undefined, { image: await openAsBlob(inject("pgliteImage")) });
}

/** Makes a data folder with a new store: a program that starts on it need not initialise a database first. */
export function copyDataFolder(to: string): string {
  cpSync(inject("dataFolder"), to, { recursive: true });
  return to;
}
