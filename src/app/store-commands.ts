import { exitCodes, type Io, Refusal } from "../cli/io.ts";
import type { StoreCommands } from "../cli/store-words.ts";
import { silentLog } from "../std/log.ts";

/** What is done to a store while no service need run. A trouble with the database is a Refusal. */
export function createStoreCommands({ stdout, env }: Io): StoreCommands {
  return {
    async migrate({ json }) {
      const [{ chooseStorage, openPool }, { migrateStore }, { SchemaTooNew }] = await Promise.all([
        import("./storage.ts"),
        import("../store/store.ts"),
        import("../store/migrate.ts"),
      ]);
      const storage = chooseStorage(env, env["PLUMBLINE_DATA"] ?? ".plumbline/data");
      if (storage.kind === "refused") throw new Refusal(storage.reason, exitCodes.usage);
      const pool = await openPool(storage, silentLog);
      try {
        const { applied, ahead } = await migrateStore(pool);
        stdout.write(json ? `${JSON.stringify({ schema: 1, data: { applied, ahead } })}\n` : inWords(applied, ahead));
        return exitCodes.fine;
      } catch (error) {
        throw error instanceof SchemaTooNew ? new Refusal(error.message, exitCodes.usage) : error;
      } finally {
        await pool.close();
      }
    },
  };
}

function inWords(applied: readonly string[], ahead: readonly string[]): string {
  const done = applied.length === 0 ? "the schema is up to date\n" : `applied ${applied.join(", ")}\n`;
  return ahead.length === 0
    ? done
    : `${done}a newer program was here: ${ahead.join(", ")}; this one can live with it\n`;
}
