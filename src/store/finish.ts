import { json, jsonOr, type Row, rowSchema, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { gather } from "./gather.ts";
import { sql } from "./sql.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** `closed`: the claim is over. `moved`: what was decided on was changed meanwhile. */
type FinishWord = "committed" | "closed" | "moved";

export interface Finished {
  readonly result: FinishWord;
  /** Of what is remembered of the probe now. */
  readonly version: string;
}

/** Writes a run as `commitJson` has it. A plain one has no effects beyond its probe, and may share its transaction with others. */
export type Finish = (run: string, isPlain: boolean) => Promise<Finished>;

/** Runs that began together end almost together, and nobody waits for a commit. */
const together = { most: 20, withinMs: 5 };
const lockNotAvailable = "55P03";
const deadlock = "40P01";

const allRow = rowSchema({ finished: json<readonly Row[]>("finished") });
const aloneRow = rowSchema({ finished: json<Row>("finished") });
const finishedRow = rowSchema({ result: word<FinishWord>("result"), version: jsonOr<string>("version", "") });
const finishedOrBusyRow = rowSchema({
  result: word<FinishWord | "busy">("result"),
  version: jsonOr<string>("version", ""),
});

export function finishesOn(db: Database): Finish {
  const plain = gather(together, async (runs: readonly string[]) => {
    try {
      const [row = {}] = await db.execute(
        sql`SELECT plumbline.finish_runs(${`[${runs.join(",")}]`}::jsonb) AS finished`,
      );
      return allRow.decode(row).finished.map(finishedOrBusyRow.decode);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      // One of them is to blame: it is the only one to fail when each is tried alone.
      return runs.map(() => ({ result: "busy", version: "" }) as const);
    }
  });
  return async (run, isPlain) => {
    const { result, version } = isPlain ? await plain(run) : ({ result: "busy", version: "" } as const);
    return result === "busy" ? alone(db, run) : { result, version };
  };
}

async function alone(db: Database, run: string): Promise<Finished> {
  try {
    const [row = {}] = await db.execute(sql`SELECT plumbline.finish_run(${run}::jsonb) AS finished`);
    return finishedRow.decode(aloneRow.decode(row).finished);
  } catch (error) {
    const isBusy =
      error instanceof Error && "code" in error && [lockNotAvailable, deadlock].includes(String(error.code));
    if (!isBusy) throw error;
    return { result: "moved", version: "" };
  }
}
