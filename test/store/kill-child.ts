import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openStore } from "../../src/store/store.ts";
import { claimOf, finishOf, incidentOf, noonMs, openedFor } from "./samples.ts";

/** Claims and commits runs in the folder given, one after the other, and says each on stdout once it is acknowledged. */
const [folder = "", generation = ""] = process.argv.slice(2);
const store = await openStore(await openPglitePool(folder), noonMs, 30);
process.stdout.write("open\n");
for (let i = 0; ; i += 1) {
  const probeId = `probe-${generation}-${i}`;
  const claim = claimOf(probeId, noonMs + i, { target: "one target" });
  const result = await store.claim(claim);
  process.stdout.write(`claim ${probeId} ${result.kind}\n`);
  await store.commit(finishOf(claim), () => openedFor(incidentOf(probeId, claim.slotMs), ["pager"]));
  process.stdout.write(`commit ${probeId} done\n`);
}
