import { silentLog } from "../../src/std/log.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { migrateStore } from "../../src/store/store.ts";

const [url = ""] = process.argv.slice(2);
const pool = url.startsWith("postgres") ? await openPostgresPool(url, silentLog) : await openPglitePool(url);
process.stdout.write("migrating\n");
await migrateStore(pool);
process.stdout.write("migrated\n");
await pool.close();
