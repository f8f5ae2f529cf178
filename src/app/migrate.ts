import { exitCodes, type Io, Refusal } from "../cli/io.ts";
import { silentLog } from "../std/log.ts";
import { SchemaTooNew } from "../store/migrate.ts";
import { migrateStore } from "../store/store.ts";
import { chooseStorage, openPool } from "./storage.ts";

/** Migrates the database while no service need run. Trouble with the database is a Refusal. */
export async function migrate(json: boolean, { stdout, env }: Io): Promise<number> {
  const storage = chooseStorage(env);
  if (storage.kind === "refused") throw new Refusal(storage.reason, exitCodes.usage);
  const pool = await openPool(storage, silentLog);
  try {
    const { applied, ahead } = await migrateStore(pool);
    stdout.write(json ? `${JSON.stringify({ schema: 1, data: { applied, ahead } })}\n` : migratedText(applied, ahead));
    return exitCodes.fine;
  } catch (error) {
    throw error instanceof SchemaTooNew ? new Refusal(error.message, exitCodes.usage) : error;
  } finally {
    await pool.close();
  }
}

function migratedText(applied: readonly string[], ahead: readonly string[]): string {
  const done = applied.length === 0 ? "the schema is up to date\n" : `applied ${applied.join(", ")}\n`;
  return ahead.length === 0
    ? done
    : `${done}the schema has newer migrations, which this program can work with: ${ahead.join(", ")}\n`;
}
