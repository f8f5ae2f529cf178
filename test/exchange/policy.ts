import type { ClientPolicy } from "../../src/probe/target.ts";

/** Deadlines that nothing meets, on a slow machine either: a test shortens the one that it is about. */
export const policy: ClientPolicy = {
  connectMs: 20_000,
  firstByteMs: 20_000,
  firstContentMs: 20_000,
  idleMs: 20_000,
  totalMs: 40_000,
  maxBodyBytes: 1_000_000,
  maxEvents: 10_000,
  retries: 1,
  maxRetryAfterMs: 5000,
  connection: "fresh",
  circuit: { failures: 3, openMs: 10_000 },
};
