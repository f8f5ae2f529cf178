import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { claimUnder } from "./kill-reserving-claim.ts";
import { finishOf, noonMs, nothingNew } from "./samples.ts";

/** Claims under a cap with ten workers, settles every other run for half, and says what was granted, until it is killed. */
const [url = "", generation = "", capTokens = ""] = process.argv.slice(2);
const store = await openStore(await openPostgresPool(url, silentLog), noonMs, 30);
await Promise.all(Array.from({ length: 10 }, (_, n) => work(n)));

async function work(worker: number): Promise<void> {
  for (let i = 0; ; i += 1) {
    const claim = claimUnder(Number(capTokens), `probe-${generation}-${worker}-${i}`);
    const { kind } = await store.claim(claim);
    process.stdout.write(`${kind} ${claim.probeId}\n`);
    if (kind !== "claimed" || i % 2 === 1) continue;
    await store.commit(finishOf(claim, { spent: { microUsd: 3, tokens: 50, requests: 1 } }), () => nothingNew);
    process.stdout.write(`settled ${claim.probeId}\n`);
  }
}
