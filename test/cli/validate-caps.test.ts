import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { createEffects } from "../../src/app/effects.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { reservationFor } from "../../src/run/reservation.ts";
import { billingFigures } from "../../src/scenario/billing-figures.ts";
import { catalogue } from "../../src/scenario/resolve.ts";
import { probe } from "../probe/samples.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-caps-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function validate(tokensPerHour: number, every = "1m") {
  const file = join(folder, "plumbline.yaml");
  writeFileSync(
    file,
    `spendCap: { tokensPerHour: ${tokensPerHour} }
targets:
  mini: { baseUrl: 'http://127.0.0.1:9/v1', model: gpt-4o-mini, key: { env: KEY } }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: ${every} }
`,
  );
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdout, stderr, env: {}, onSignal: () => {} } as unknown as Io;
  const code = await runCli(["validate", file], io, createEffects(io));
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

test("a cap that one run can pass by itself is named when the configuration is checked", async () => {
  expect(await validate(100)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("is valid"),
    stderr: expect.stringMatching(
      /^valid@default will never run: one run may take \d+ tokens, and the spend cap of all targets per hour is 100 tokens\. Raise the cap\.\n$/,
    ),
  });
  expect((await validate(100_000)).stderr).toBe("");
});

test("what a suspicion may ask for beside the schedule is printed", async () => {
  expect((await validate(100_000, "15m")).stdout).toContain("up to 701 requests a year (2 %), within the spend caps.");
  expect((await validate(100_000, "1m")).stdout).not.toContain("Beside the schedule");
});

test("what asks no model reserves neither money nor tokens: a cap that is reached lets it go on", () => {
  const listed = catalogue.find(({ name }) => name === "model-listed")!;
  for (const scenario of [listed, billingFigures])
    expect(reservationFor(probe, scenario)).toMatchObject({ microUsd: 0, tokens: 0 });
});
