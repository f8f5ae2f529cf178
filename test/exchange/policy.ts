import type { ClientPolicy } from "../../src/probe/target.ts";

export const policy: ClientPolicy = {
  connectMs: 2000,
  firstByteMs: 2000,
  firstContentMs: 2000,
  idleMs: 2000,
  totalMs: 4000,
  maxBodyBytes: 1_000_000,
  maxEvents: 10_000,
  retries: 1,
  maxRetryAfterMs: 5000,
  connection: "fresh",
  circuit: { failures: 3, openMs: 10_000 },
};
