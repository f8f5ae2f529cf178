import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCommands } from "../../src/app/commands.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { incidentId } from "../../src/incident/incident.ts";
import { createControl } from "../../src/run/control.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { type AccessToken, createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { probe } from "../probe/samples.ts";
import { claimOf, finishOf, incidentOf, noonMs, openedFor } from "../store/samples.ts";

const ann: AccessToken = { name: "ann", scope: "act", token: "ann-s-token-0123456789" };
const inAnHour = new Date(noonMs + 3_600_000).toISOString().replace(".000Z", "Z");
let pool: StorePool;
let store: Store;
let web: WebServer;

beforeAll(async () => {
  pool = await openPglitePool(undefined);
  store = await openStore(pool, noonMs, 30);
  let ids = 0;
  const control = createControl({
    book: store,
    clock: { nowMs: () => noonMs + 60_000, monotonicMs: () => noonMs + 60_000 },
    freshId: (kind) => `${kind}-${(ids += 1)}`,
    probes: [probe, { ...probe, id: "valid@us", location: "us" }],
    enqueue: () => Promise.resolve(),
    nextSlotMs: () => undefined,
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  web = await serveWeb(
    {
      overview: () => store.overview(noonMs),
      health: () => ({ live: true, ready: true, reasons: [] }),
      api: { control, gate: createGate([ann], true, () => 0) },
    },
    { host: "127.0.0.1", port: 0 },
  );
});
afterAll(async () => {
  await web.close();
  await pool.close();
});

async function plumbline(...words: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdout, stderr, env: { PLUMBLINE_TOKEN: ann.token }, onSignal: () => {} } as unknown as Io;
  const code = await runCli([...words, "--url", web.url], io, createCommands(io));
  const text = (stream: PassThrough): string => String(stream.read() ?? "");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const planned = (...words: readonly string[]) => plumbline("baseline", "planned", "--why", "moves to gpt-5", ...words);
const refusal = (words: string) => ({ code: 2, stdout: "", stderr: expect.stringContaining(words) });

test("a change is planned, listed and taken back, and the way back is said as it is typed", async () => {
  expect(await plumbline("baseline", "plans")).toMatchObject({ code: 0, stdout: "nothing is planned\n" });
  const done = await planned("--target", "mini", "--at", inAnHour);
  const [, id = ""] = /^(\S+) {2}target mini changes at \S+; to take it back: plumbline baseline unplan \1\n$/.exec(
    done.stdout,
  )!;
  expect((await plumbline("baseline", "plans")).stdout).toBe(
    `${id}  ${inAnHour}  target mini  by ann: moves to gpt-5\n`,
  );
  expect(await planned("--target", "mini", "--at", inAnHour)).toMatchObject(refusal(`planned already: ${id}, by ann`));
  const listed = JSON.parse((await plumbline("baseline", "plans", "--json")).stdout) as { data: unknown[] };
  expect(listed.data).toMatchObject([{ id, target: "mini", startsAtMs: noonMs + 3_600_000, by: "ann" }]);
  expect((await plumbline("baseline", "unplan", id)).code).toBe(0);
  expect(await plumbline("baseline", "unplan", id)).toMatchObject(refusal("no such planned change to come"));
  expect((await plumbline("baseline", "plans")).stdout).toBe("nothing is planned\n");
});

test("what can't be meant is refused with what there is", async () => {
  expect(await planned("--target", "mni")).toMatchObject(refusal("asks a target mni; there is mini"));
  expect(await planned("--probe", "vlid")).toMatchObject(refusal("is vlid; there is valid@eu, valid@us"));
  expect(await planned("--probe", "valid")).toMatchObject(refusal("several locations: name one, such as valid@eu"));
  expect(await planned()).toMatchObject(refusal("name a target or a probe, one of them"));
  expect(await planned("--target", "mini", "--probe", "valid@eu")).toMatchObject(refusal("one of them"));
  expect(await planned("--target", "mini", "--at", "tomorrow")).toMatchObject(refusal("a time with its zone"));
  expect(await planned("--target", "mini", "--at", "2026-12-01T09:00")).toMatchObject(refusal("a time with its zone"));
  expect(await planned("--target", "mini", "--at", "2001-01-01T09:00Z")).toMatchObject(refusal("two weeks ago"));
  expect(await planned("--target", "mini", "--at", "2101-01-01T09:00Z")).toMatchObject(
    refusal("more than a year ahead"),
  );
  expect((await plumbline("baseline", "planned", "--target", "mini")).code).toBe(2);
});

test("an incident that is unknown, or of nothing that is measured, is neither excluded nor noise", async () => {
  for (const word of ["exclude", "noise"]) {
    expect(await plumbline("incident", word, "nothing-1", "--why", "x")).toMatchObject(refusal("no such incident"));
    expect((await plumbline("incident", word, "nothing-1")).stderr).toContain("--why <reason>");
  }
  const incident = { ...incidentOf("valid@eu", noonMs), toldAtMs: noonMs };
  const claim = claimOf(incident.probeId, noonMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  const id = incidentId(incident);
  expect(await plumbline("incident", "exclude", id, "--why", "x")).toMatchObject(refusal("no series of its probe"));
  expect(await plumbline("incident", "noise", id, "--why", "x")).toMatchObject(refusal("no guard to widen"));
  expect((await plumbline("acts")).stdout).not.toContain(id);
});
