import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCommands } from "../../src/app/commands.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { createControl } from "../../src/run/control.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { type AccessToken, createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { digest, move } from "../alert/digest-samples.ts";
import { noonMs } from "../store/samples.ts";

const reader: AccessToken = { name: "reader", scope: "read", token: "reader-s-token-0123456789" };
let pool: StorePool;
let store: Store;
let web: WebServer;

beforeAll(async () => {
  pool = await openPglitePool(undefined);
  store = await openStore(pool, noonMs, 30);
  const clock = { nowMs: () => noonMs, monotonicMs: () => noonMs };
  const control = createControl({
    book: store,
    clock,
    freshId: () => "none",
    probes: [],
    enqueue: () => Promise.resolve(),
    nextSlotMs: () => undefined,
    receiversOf: () => [],
    nudge: () => {},
  });
  web = await serveWeb(
    {
      overview: () => store.overview(noonMs),
      health: () => ({ live: true, ready: true, reasons: [] }),
      api: { control, gate: createGate([reader], true, () => 0) },
    },
    { host: "127.0.0.1", port: 0 },
  );
});
afterAll(async () => {
  await web.close();
  await pool.close();
});

async function plumbline(words: readonly string[], token: string | undefined = reader.token) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdout, stderr, env: { PLUMBLINE_TOKEN: token }, onSignal: () => {} } as unknown as Io;
  const code = await runCli([...words, "--url", web.url], io, createCommands(io));
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

test("of a service without any there is one as of now, and none that was made", async () => {
  const text = "nothing has moved, 0 series compared\nsince each series was first compared, as of ";
  expect(await plumbline(["digest"])).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
  expect(await plumbline(["digest", "--last"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("no digest has been made yet: digest in the configuration says when and for whom"),
  });
});

test("the last one is shown whole, in words and as JSON, whatever names it holds", async () => {
  const hostile = { ...move, what: "total\u001B[2J time" };
  const made = digest({ atMs: noonMs, fromMs: noonMs - 86_400_000, moved: [hostile], moreMoved: 3, known: [move] });
  expect(await store.endDay({ beforeMs: 0, atMs: noonMs, digest: made, outbox: [] })).toBe(true);
  const { stdout } = await plumbline(["digest", "--last"]);
  const time = (atMs: number): string => new Date(atMs).toISOString().replace(".000Z", "Z");
  expect(stdout.replaceAll(time(noonMs), "now").replaceAll(time(noonMs - 86_400_000), "a day ago")).toMatch(
    /^4 of 40 series have moved, 1 note, 1 known before, 1 suspicion\nsince a day ago, as of now\n/,
  );
  expect(stdout).toContain(
    "(mini-valid@eu): 210 ms → 250 ms (×1.2)\n  and 3 more\n\nnoted:\n  mini valid-request from eu",
  );
  expect(stdout).toContain(
    "\n\nknown before, not over:\n  mini valid-request from eu: total time (mini-valid@eu): 210",
  );
  expect(stdout).toContain("\n\nsuspected, not confirmed yet:\n  mini valid-request from eu: reply (mini-valid@eu)\n");
  expect(stdout).toContain("of 40 series, 1 of them called noise; the promise allows 6.7 false ones\n");
  expect(stdout).not.toContain("\u001B");
  expect(JSON.parse((await plumbline(["digest", "--last", "--json"])).stdout)).toEqual({ schema: 1, data: made });
});

test("who may read may see it, and nobody else; there is no other", async () => {
  expect(await plumbline(["digest"], "wrong")).toMatchObject({ code: 2, stdout: "" });
  const ask = (query: string): Promise<Response> =>
    fetch(`${web.url}/api/v1/digest${query}`, { headers: { authorization: `Bearer ${reader.token}` } });
  expect((await ask("")).status).toBe(200);
  expect((await ask("?of=next")).status).toBe(400);
});
