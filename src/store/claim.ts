import type { SpendCap } from "../probe/target.ts";
import type { ClaimRequest, ClaimResult } from "../run/run.ts";
import { iso, json, jsonOr, type Row, rowSchema, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { gather } from "./gather.ts";
import { sql, type Statement } from "./sql.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

type ClaimWord = "claimed" | "taken" | "overlap" | "spend-cap" | "paused";

/** What the store says to a claim; with one that it grants, what is remembered of the probe. */
export interface Claimed {
  readonly result: ClaimWord;
  readonly own: Row | undefined;
}

const together = { most: 20, withinMs: 0 };
const claimsRow = rowSchema({ claims: json<readonly Row[]>("claims") });
const claimRow = rowSchema({ claim: json<Row>("claim") });
const claimedRow = rowSchema({
  result: word<ClaimWord | "busy">("result"),
  own: jsonOr<Row | undefined>("own", undefined),
});

/** Claims slots as they come, those that come together in one statement. */
export function claimsOn(db: Database): (request: string) => Promise<Claimed> {
  const claims = gather(together, async (requests: readonly string[]) => {
    try {
      const [row = {}] = await asked(db, requests, (all) => sql`SELECT plumbline.begin_runs(${all}::jsonb) AS claims`);
      return claimsRow.decode(row).claims.map(claimedRow.decode);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      // One of them is to blame: it is the only one to fail when each is tried alone.
      return requests.map(() => ({ result: "busy", own: undefined }) as const);
    }
  });
  return async (request) => {
    const { result, own } = await claims(request);
    if (result !== "busy") return { result, own };
    const [row = {}] = await asked(
      db,
      [request],
      (all) => sql`SELECT plumbline.begin_run(${all}::jsonb -> 0) AS claim`,
    );
    const alone = claimedRow.decode(claimRow.decode(row).claim);
    if (alone.result === "busy") throw new Error("the store answered busy to a single claim");
    return { result: alone.result, own: alone.own };
  };
}

/** Asks again when a connection broke before there was an answer: a claim that was made counts as made. */
async function asked(
  db: Database,
  requests: readonly string[],
  statement: (all: string) => Statement,
): Promise<readonly Row[]> {
  try {
    return await db.execute(statement(`[${requests.join(",")}]`));
  } catch (error) {
    if (!(error instanceof StoreUnavailable) || !error.isSent || error.isTimeout) throw error;
    return db.repeat(statement(`[${requests.map((request) => `{"again":true,${request.slice(1)}`).join(",")}]`));
  }
}

export function claimJson(
  { reserve, slotMs, atMs, deadlineMs, ...rest }: ClaimRequest,
  caps: readonly SpendCap[],
  known: string | undefined,
): string {
  return JSON.stringify({
    ...rest,
    known,
    slot: iso(slotMs),
    at: iso(atMs),
    deadline: iso(deadlineMs),
    microUsd: reserve.microUsd,
    tokens: reserve.tokens,
    requests: reserve.requests,
    billedTo: reserve.billedTo,
    caps,
  });
}

export function claimResult(result: ClaimWord): ClaimResult {
  return result === "claimed" || result === "taken" ? { kind: result } : { kind: "skipped", reason: result };
}
