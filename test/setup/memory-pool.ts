import { openAsBlob } from "node:fs";
import { inject } from "vitest";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";

/** PGlite in memory, from a data folder that was initialised once for the whole run: a tenth of the time. */
export async function openMemoryPool(): Promise<StorePool> {
  return openPglitePool(undefined, await openAsBlob(inject("pgliteImage")));
}
