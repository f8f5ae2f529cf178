import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEffects } from "../../src/app/effects.ts";
import type { AuditDocument } from "../../src/audit/document.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import type { Outcome } from "../../src/exchange/exchange.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { createOperations } from "../../src/operate/operations.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { askedOnly, auditOf, targetAt } from "../audit/auditor.ts";
import { probe as sample } from "../probe/samples.ts";
import { providers } from "../replay/providers.ts";
import { openReplay, replayKey } from "../replay/server.ts";
import { fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const dayStart = Date.UTC(2026, 10, 23, 8);
const folder = mkdtempSync(join(tmpdir(), "plumbline-adopt-"));
let nowMs = dayStart;
let pool: StorePool;
let store: Store;
let web: WebServer;
let document: AuditDocument;
let answer: () => Outcome;
const probe: Probe = { ...sample, id: "valid@eu" };

/** The real audit of the replayed official API, and a service whose one probe asks the same of the same. */
beforeAll(async () => {
  const openai = providers.find(({ name }) => name === "openai");
  if (openai === undefined) throw new Error("no such replay");
  const server = await openReplay(openai);
  ({ document } = await auditOf(targetAt(server.baseUrl), replayKey, askedOnly));
  await server.close();
  const body = openai.plain.slice(openai.plain.indexOf("\r\n\r\n") + 4);
  answer = () => ok(JSON.parse(body));

  pool = await openStorePool();
  store = await openStore(pool, dayStart, 30);
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const operations = createOperations({
    store,
    clock,
    freshId: () => "id",
    probes: [probe],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  web = await serveWeb(
    {
      overview: () => store.overview(nowMs),
      health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
      api: { operations, gate: createGate([], true, () => 0) },
    },
    { host: "127.0.0.1", port: 0 },
  );
});
afterAll(async () => {
  await web.close();
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(times: number): Promise<string> {
  const world = quietWorld(() => nowMs, {
    exchanger: fakeExchanger(() => answer()),
    runs: store,
  });
  let verdicts = "";
  for (let count = 0; count < times; count += 1) {
    nowMs += 60_000;
    verdicts += `${(await runProbe(world, probe, nowMs)).verdict} `;
  }
  return verdicts.trim();
}

function kept(name: string, change: Partial<AuditDocument>): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ ...document, target: probe.target.name, ...change }));
  return file;
}

async function adopt(file: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdout, stderr, env: {}, onSignal: () => {} } as unknown as Io;
  const words = ["baseline", "from-audit", file, "--why", "went live with it", "--url", web.url];
  const code = await runCli(words, io, createEffects(io));
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

test("an audit that was not passed, or is none, becomes nobody's normal", async () => {
  const refused = kept("refused.json", { decision: { ...document.decision, readiness: "NOT READY" } });
  expect(await adopt(refused)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("NOT READY") });
  expect(await adopt(join(folder, "nothing.json"))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is not an audit"),
  });
});

test("before its first run a probe has nothing that could be compared, and the next step is said", async () => {
  const ready = kept("early.json", { decision: { ...document.decision, readiness: "READY" } });
  expect(await adopt(ready)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("plumbline probe run valid@eu"),
  });
});

test("a passed audit is the probes' baseline: what breaks is told from the second slot on, not after thirty", async () => {
  expect(await run(1)).toBe("ok");
  const ready = kept("ready.json", { decision: { ...document.decision, readiness: "READY WITH ACCEPTED RISKS" } });
  const result = await adopt(ready);
  expect(result).toMatchObject({ code: 0, stdout: "valid@eu: shape of replies is now what the audit observed\n" });
  expect(await run(3)).toBe("ok ok ok");
  const whole = answer;
  answer = () => {
    const reply = whole();
    if (reply.kind !== "reply" || reply.body.form !== "json") throw new Error("no JSON");
    const choices = [{ index: 0, message: { content: "plumb" }, finish_reason: "stop" }];
    return ok({ ...(reply.body.value as object), choices } as never);
  };
  expect(await run(2)).toBe("drift drift");
  const { incidents } = await store.overview(nowMs);
  expect(incidents).toMatchObject([{ state: "open", kind: "contract" }]);
  const { rows } = await pool.pool.query(
    "SELECT accepted_by, why FROM plumbline.baselines WHERE why LIKE 'from a file%'",
  );
  expect(rows).toMatchObject([{ why: expect.stringContaining(`audit ${document.id}: went live with it`) }]);
});
