import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditDocument } from "../../src/audit/document.ts";
import { openTestbed, type Testbed } from "../../src/testbed/testbed.ts";
import { state } from "./auditor.ts";
import { plumbline as run, type Ended } from "../setup/plumbline.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-audit-"));
let testbed: Testbed;
beforeAll(async () => {
  testbed = await openTestbed({ pace: { minMs: 5, maxMs: 15 }, key: "sk-canary-key-for-audit-0123456789" });
});
afterAll(async () => {
  await testbed.close();
  rmSync(folder, { recursive: true, force: true });
});

const plumbline = (args: readonly string[]): Promise<Ended> =>
  run(args, { BASE_URL: testbed.baseUrl, KEY: testbed.key, OLD: "sk-old-0123456789abcdef" });

function configFile(name: string, audit: string): string {
  const file = join(folder, `${name}.yaml`);
  const target = (more: string): string =>
    `{ baseUrl: { env: BASE_URL }, model: gpt-4o-mini, key: { env: KEY }${more} }`;
  writeFileSync(
    file,
    `targets:
  mini: ${target(`, audit: ${audit}`)}
  spare: ${target("")}
`,
  );
  return file;
}

function lastDocument(out: string): AuditDocument {
  const [file = ""] = readdirSync(out)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .toReversed();
  return JSON.parse(readFileSync(join(out, file), "utf8")) as AuditDocument;
}

const everything = `{ environment: production, application: shop 1.2, revokedKey: { env: OLD },
    documentation: { url: "https://platform.openai.com/docs", checked: 2026-11-20 }, fallback: { target: spare },
    accept: [{ item: billing, reason: no figures on a test bed, by: Ada, until: 2099-12-31 },
      { item: model-identity, reason: a test bed has no reference, by: Ada, until: 2099-12-31 }] }`;

test("a whole audit: announced and no more, paid as estimated, ready with the risk that was accepted", async () => {
  const out = join(folder, "whole");
  const config = configFile("whole", everything);
  const before = testbed.requests();
  const run = await plumbline([
    "audit",
    "mini",
    "--config",
    config,
    "--out",
    out,
    "--approve-cost",
    "0.05 USD",
    "--format",
    "html",
  ]);
  expect(run.stderr).toContain("[1/");
  expect(run.stdout).toContain("READY WITH ACCEPTED RISKS: accepted: model-identity, billing");
  expect(run.code).toBe(0);
  const document = lastDocument(out);
  const sent = testbed.requests() - before;
  expect(document.sent.requests).toBe(sent);
  expect(document.announced.requests).toBeGreaterThanOrEqual(sent);
  expect(document.announced.microUsd).toBeGreaterThan((document.sent.microUsd ?? 0) * 0.8);
  expect(document.announced.microUsd).toBeLessThan((document.sent.microUsd ?? 0) * 1.2);
  expect(document.sinks.map(({ sink }) => sink)).toEqual([
    "store",
    "queue",
    "logs",
    "spans",
    "metrics",
    "alerts",
    "reports",
    "this audit",
  ]);
  expect(document.sinks.filter(({ bytes }) => bytes < 100)).toEqual([]);
  expect(document.sinks.flatMap(({ found }) => found)).toEqual([]);
  expect(document.runbook.find(({ name }) => name === "billing assumption confirmed")?.value).toContain("Ada");
  expect(
    document.evidence.some(({ fallback, target, outcome }) => fallback && target === "spare" && outcome === "200"),
  ).toBe(true);
  expect(run.stdout + run.stderr + JSON.stringify(document)).not.toContain(testbed.key);

  const [file = ""] = readdirSync(out).filter((name) => name.endsWith(".json"));
  const printed = await plumbline(["audit", "probes", join(out, file)]);
  expect(printed.stdout).toContain("name: mini-invalid-key, target: mini, scenario: invalid-key, every: 30m");
  writeFileSync(config, `${readFileSync(config, "utf8").split("probes:")[0]}${printed.stdout}`);
  expect(await plumbline(["validate", config])).toMatchObject({ code: 0 });
});

test("audits are kept, estimated by the last one, and compared", async () => {
  const out = join(folder, "kept");
  const config = configFile("kept", "{}");
  expect((await plumbline(["audit", "mini", "--config", config, "--out", out, "--yes"])).code).toBe(3);
  const first = lastDocument(out);
  expect(first.decision.because).toBe("nobody can say: model-identity, fallback, billing, documentation");
  testbed.inject("error-envelope");
  const second = await plumbline(["audit", "mini", "--config", config, "--out", out, "--yes", "--json"]);
  testbed.clear("error-envelope");
  expect(JSON.parse(second.stdout)).toMatchObject({
    schema: 1,
    data: {
      readiness: lastDocument(out).decision.readiness,
      files: expect.arrayContaining([expect.stringMatching(/\.json$/)]) as string[],
    },
  });
  expect(second.stderr).toContain("as in the audit of");
  expect(lastDocument(out).announced.microUsd).toBe(first.sent.microUsd);
  const [one = "", other = ""] = readdirSync(out)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
  const changed = await plumbline(["audit", "diff", join(out, one), join(out, other)]);
  expect(changed.code).toBe(3);
  expect(changed.stdout).toContain("reply to invalid-key/invalid-key");
  expect(await plumbline(["audit", "diff", join(out, one), join(out, one)])).toMatchObject({ code: 0 });
  const forPrograms = await plumbline(["audit", "diff", join(out, one), join(out, other), "--json"]);
  const { data } = JSON.parse(forPrograms.stdout) as { data: { what: string }[] };
  expect(forPrograms.code).toBe(3);
  expect(data.map(({ what }) => what)).toContain("reply to invalid-key/invalid-key");
  expect((await plumbline(["audit", "diff", config, config])).code).toBe(2);
});

test("nothing is sent without consent; an unreachable target could not be judged", async () => {
  const config = configFile("refused", "{}");
  const before = testbed.requests();
  for (const words of [[], ["--approve-cost", "0.000001 USD"]]) {
    const refused = await plumbline(["audit", "mini", "--config", config, "--out", join(folder, "none"), ...words]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("nothing was sent");
  }
  expect((await plumbline(["audit", "mimi", "--config", config])).stderr).toContain("did you mean mini?");
  const pins = join(folder, "pins.yaml");
  writeFileSync(pins, "invalid-keys: { status: 401 }");
  const typo = await plumbline(["audit", "mini", "--config", config, "--expect", pins, "--yes"]);
  expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean invalid-key?") });
  const biling = configFile("biling", "{ accept: [{ item: biling, reason: a typo, by: Ada, until: 2099-12-31 }] }");
  expect((await plumbline(["audit", "mini", "--config", biling, "--yes"])).stderr).toContain('did you mean "billing"?');
  expect(testbed.requests()).toBe(before);
  writeFileSync(config, readFileSync(config, "utf8").replaceAll("{ env: BASE_URL }", "http://127.0.0.1:9/v1"));
  const out = join(folder, "unreachable");
  const unreachable = await plumbline(["audit", "mini", "--config", config, "--out", out, "--yes"]);
  expect(unreachable.stdout).toContain(
    "COULD NOT BE JUDGED: the target gave no answer to a valid request: connection refused (127.0.0.1:9)",
  );
  expect(unreachable.code).toBe(4);
  expect(state(lastDocument(out), "timeouts")).toBe("met");
});
