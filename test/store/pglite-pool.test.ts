import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { number, rowSchema } from "../../src/store/columns.ts";
import { databaseOn } from "../../src/store/database.ts";
import { sql } from "../../src/store/sql.ts";
import type { Pool } from "pg";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";

describe("PGlite behind the face of a pg.Pool", () => {
  let opened: StorePool;
  let pool: Pool;
  beforeAll(async () => {
    opened = await openPglitePool(undefined);
    pool = opened.pool as unknown as Pool;
    await pool.query("CREATE TABLE t (id int PRIMARY KEY, v text)");
  });
  afterAll(() => opened.close());

  test("a transaction has the session for itself: others wait and never see it half done", async () => {
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO t VALUES (1, 'a')");
    const seen = pool.query("SELECT count(*)::int AS n FROM t");
    await client.query("ROLLBACK");
    client.release();
    expect((await seen).rows).toEqual([{ n: 0 }]);
  });

  test("a client given back in the middle of a transaction is rolled back and blocks nobody", async () => {
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO t VALUES (2, 'b')");
    client.release();
    expect((await pool.query("SELECT count(*)::int AS n FROM t")).rows).toEqual([{ n: 0 }]);
  });

  test("a failed statement aborts its transaction, and COMMIT says that it rolled back, as pg does", async () => {
    const client = await pool.connect();
    await client.query("BEGIN");
    await expect(client.query("SELECT 1/0")).rejects.toMatchObject({ code: "22012" });
    expect((await client.query("COMMIT")).command).toBe("ROLLBACK");
    client.release();
    await expect(pool.query("SELECT 1 AS one")).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });

  test("a commented BEGIN and a commented COMMIT are a transaction too", async () => {
    const client = await pool.connect();
    await client.query("-- begins\n/* really */ BEGIN");
    await client.query("INSERT INTO t VALUES (3, 'c')");
    const seen = pool.query("SELECT count(*)::int AS n FROM t WHERE id = 3");
    await client.query("-- ends\nROLLBACK");
    client.release();
    expect((await seen).rows).toEqual([{ n: 0 }]);
  });

  test("a whole transaction in one text leaves the session free", async () => {
    const client = await pool.connect();
    await client.query("BEGIN; INSERT INTO t VALUES (4, 'd'); COMMIT;");
    expect((await pool.query("SELECT v FROM t WHERE id = 4")).rows).toEqual([{ v: "d" }]);
    client.release();
    await pool.query("DELETE FROM t");
  });

  test("statements sent without waiting run in their order", async () => {
    const client = await pool.connect();
    const sent = ["BEGIN", "INSERT INTO t VALUES (7, 'g')", "SELECT count(*)::int AS n FROM t", "ROLLBACK"].map(
      (text) => client.query(text),
    );
    expect((await Promise.all(sent))[2]?.rows).toEqual([{ n: 1 }]);
    client.release();
    expect((await pool.query("SELECT count(*)::int AS n FROM t")).rows).toEqual([{ n: 0 }]);
  });

  test("a LISTEN is not undone by somebody else's rollback", async () => {
    const [busy, listener] = [await pool.connect(), await pool.connect()];
    await busy.query("BEGIN");
    const listening = listener.query("LISTEN kept");
    await busy.query("ROLLBACK");
    await listening;
    const heard = once(listener, "notification");
    await pool.query("NOTIFY kept, 'yes'");
    expect((await heard)[0]).toMatchObject({ payload: "yes" });
    busy.release();
    listener.release();
  });

  test("a pool that has ended says so in pg's words", async () => {
    const ended = await openPglitePool(undefined);
    await ended.close();
    await expect(ended.pool.query("SELECT 1")).rejects.toThrow("after calling end on the pool");
  });

  test("a listening client hears what others tell, also when LISTEN stands behind a comment, and holds nothing", async () => {
    const listener = await pool.connect();
    await listener.query("-- as BullMQ writes it\nLISTEN told;\n");
    const heard = once(listener, "notification");
    await pool.query("SELECT pg_notify('told', $1)", ["something"]);
    expect((await heard)[0]).toMatchObject({ channel: "told", payload: "something" });
    listener.release();
  });

  test("two clients listen to one channel; one that stops does not silence the other", async () => {
    const [one, two] = [await pool.connect(), await pool.connect()];
    await one.query("LISTEN shared");
    await two.query("LISTEN shared");
    one.release();
    await pool.query("SELECT 1");
    const heard = once(two, "notification");
    await pool.query("NOTIFY shared, 'still'");
    expect((await heard)[0]).toMatchObject({ payload: "still" });
    two.release();
  });

  test("values go in and come out as with pg", async () => {
    const at = new Date("2026-01-02T03:04:05.678Z");
    const { rows, rowCount } = await pool.query(
      "SELECT $1::timestamptz AS at, $2::jsonb AS json, $3::text[] AS list, $4::bytea AS bytes, $5::text AS missing, $6::bigint AS big",
      [at, { a: [1] }, ["x", "y"], Buffer.from([1, 2]), undefined, 9_007_199_254_740_991],
    );
    expect(rowCount).toBe(1);
    expect(rows[0]).toMatchObject({ at, json: { a: [1] }, list: ["x", "y"], missing: null });
    expect([...rows[0].bytes]).toEqual([1, 2]);
    expect(Number(rows[0].big)).toBe(9_007_199_254_740_991);
    expect((await pool.query("INSERT INTO t VALUES (5, 'e') ON CONFLICT DO NOTHING")).rowCount).toBe(1);
    expect((await pool.query("INSERT INTO t VALUES (5, 'e') ON CONFLICT DO NOTHING")).rowCount).toBe(0);
    expect((await pool.query("UPDATE t SET v = 'f' WHERE id = $1", [5])).rowCount).toBe(1);
  });

  test("hundreds of increments that read and then write, at once, lose none", async () => {
    const db = databaseOn(opened);
    const valueRow = rowSchema({ v: number("v") });
    await pool.query("INSERT INTO t VALUES (6, '0')");
    const increment = (): Promise<void> =>
      db.transaction(async (tx) => {
        const [row] = await tx.select(valueRow, sql`SELECT v FROM t WHERE id = 6`);
        await tx.execute(sql`UPDATE t SET v = ${String((row?.v ?? 0) + 1)} WHERE id = 6`);
      });
    await Promise.all(Array.from({ length: 300 }, increment));
    expect((await pool.query("SELECT v FROM t WHERE id = 6")).rows).toEqual([{ v: "300" }]);
  });
});
