import { expect, test } from "vitest";
import { createEffects } from "../../src/app/effects.ts";
import { keepSecrets } from "../../src/app/secrets.ts";
import { openService } from "../../src/app/service.ts";
import { allRoles } from "../../src/config/roles.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { loadConfig } from "../../src/config/load.ts";
import { exportHead, exportLines, type ExportedRun } from "../../src/operate/export.ts";
import { silentLog } from "../../src/std/log.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { observation } from "../store/samples.ts";
import { eventually } from "../setup/eventually.ts";

const run: ExportedRun = {
  runId: "a@b/2026-01-01T00:00:00.000Z",
  probeId: "a@b",
  slot: "2026-01-01T00:00:00.000Z",
  target: "=cmd()",
  model: 'with "quotes", and a comma',
  scenario: "valid-request",
  location: "eu",
  state: "skipped",
  reason: "overlap",
  verdict: undefined,
  traceId: undefined,
  microUsd: undefined,
  observations: [],
};

test("a run that sent nothing has a line; what is no fact is empty; nothing in it is a formula", () => {
  const [head = "", line = ""] = `${exportHead("csv")}${exportLines(run, "csv")}`.split("\n");
  expect(line).toBe(
    `${run.runId},a@b,2026-01-01T00:00:00.000Z,'=cmd(),"with ""quotes"", and a comma",valid-request,eu,skipped,overlap` +
      ",".repeat(head.split(",").length - 9),
  );
  expect(JSON.parse(exportLines(run, "ndjson"))).toMatchObject({ probeId: "a@b", reason: "overlap" });
});

test("what calls, retries and fallbacks have cost can be added up; what is not known is empty", () => {
  const entry = { call: "ask", attempt: 1, target: "bed", model: "m", ended: "200", microUsd: 7 } as const;
  const sent: ExportedRun = {
    ...run,
    observations: [observation, { ...observation, attempts: 2 }, { ...observation, via: "other" }],
    ledger: [
      { ...entry, kind: "call", callNumber: 1 },
      { ...entry, kind: "call", callNumber: 2, ended: "500", microUsd: undefined },
      { ...entry, kind: "retry", callNumber: 2, attempt: 2, microUsd: 8 },
      { ...entry, kind: "fallback", callNumber: 3, target: "other", microUsd: 9 },
    ],
  };
  expect(exportHead("csv")).toMatch(/,asked_target,asked_model,call_micro_usd,retry_micro_usd,fallback_micro_usd\n$/);
  const ends = exportLines(sent, "csv").trimEnd().split("\n");
  expect(ends.map((line) => line.split(",").slice(-5))).toEqual([
    ["bed", "m", "7", "", ""],
    ["bed", "m", "", "8", ""],
    ["other", "m", "", "", "9"],
  ]);
  const lines = exportLines(sent, "ndjson").trimEnd().split("\n");
  const entries = lines.map((line) => (JSON.parse(line) as Pick<ExportedRun, "ledger">).ledger ?? []);
  expect(entries.map((it) => it.map(({ kind }) => kind))).toEqual([["call"], ["call", "retry"], ["fallback"]]);
});

function ioWriting(): { readonly io: Io; told(): string; complained(): string } {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (to: string[]) => ({
    write(piece: string | Buffer, written?: () => void) {
      to.push(piece.toString());
      written?.();
      return true;
    },
  });
  const io = { stdout: stream(out), stderr: stream(err), env: {} } as unknown as Io;
  return { io, told: () => out.join(""), complained: () => err.join("") };
}

test("what a running service has observed comes as NDJSON and as CSV, each call once, in order", async () => {
  const testbed = await openTestbed({ pace: { minMs: 5, maxMs: 10 } });
  const env = { BED_KEY: testbed.key };
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
probes: [{ name: fine, target: bed, scenario: valid-request, every: 1s }]
`;
  const sources = { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: true };
  const loaded = loadConfig({ file: "test", text }, sources);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const service = await openService(loaded.config, {
    env,
    secrets: keepSecrets(env),
    storage: { kind: "embedded", folder: undefined },
    roles: allRoles,
    locations: [],
    concurrency: 2,
    reconcileMs: 1000,
    listen: { host: "127.0.0.1", port: 0 },
    log: silentLog,
  });
  try {
    await eventually(async () => expect((await service.overview()).probes[0]?.recent.length ?? 0).toBeGreaterThan(2));
    const url = service.url ?? "";
    const exportTo = (format: string, io: Io) =>
      runCli(["export", "--url", url, "--since", "1h", "--format", format], io, createEffects(io));
    const ndjson = ioWriting();
    expect(await exportTo("ndjson", ndjson.io)).toBe(0);
    const lines = ndjson.told().trimEnd().split("\n");
    const runs = lines.map((line) => JSON.parse(line) as { runId: string; slot: string; verdict?: string });
    expect(runs.length).toBeGreaterThan(2);
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(runs.length);
    expect(runs.map(({ slot }) => slot)).toEqual(runs.map(({ slot }) => slot).toSorted());
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      target: "bed",
      observation: { outcome: { status: 200 } },
      ledger: [{ kind: "call", attempt: 1, target: "bed", model: "gpt-4o-mini", ended: "200" }],
    });

    const csv = ioWriting();
    expect(await exportTo("csv", csv.io)).toBe(0);
    const [head = "", first = ""] = csv.told().split("\n");
    const row = Object.fromEntries(head.split(",").map((name, place) => [name, first.split(",")[place]]));
    expect(row).toMatchObject({ target: "bed", status: "200", state: "done", call: expect.any(String) });
    expect(Number(row["total_ms"])).toBeGreaterThan(0);

    const wrong = await fetch(`${url}/api/v1/observations?from=yesterday`);
    expect(wrong.status).toBe(400);
  } finally {
    await service.stop();
    await testbed.close();
  }
  const gone = ioWriting();
  expect(await runCli(["export", "--url", "http://127.0.0.1:9"], gone.io, createEffects(gone.io))).toBe(5);
  expect(gone.complained()).toContain("plumbline start");
});
