import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Each file breaks one rule of the table or of the house; the linter itself must say so, with the project's configuration. */
const offenders: Readonly<Record<string, readonly [source: string, rule: string]>> = {
  "src/std/room.ts": ['import { a } from "../probe/probe.ts";\nexport const b = a;', "no-restricted-imports"],
  "src/judgement/type.ts": [
    'import type { A } from "../incident/incident.ts";\nexport const b: A | 1 = 1;',
    "no-restricted-imports",
  ],
  "src/receivers/deep.ts": ['import { a } from "../../store/store.ts";\nexport const b = a;', "no-restricted-imports"],
  "src/probe/log.ts": ['import { a } from "../telemetry/log.ts";\nexport const b = a;', "no-restricted-imports"],
  "src/run/package.ts": ['import { Client } from "undici";\nexport const b = Client;', "no-restricted-imports"],
  // The override of one adapter file must not drop what its room may not do.
  "src/exchange/undici-attempt.ts": [
    'import { a } from "../store/store.ts";\nexport const b = a;',
    "no-restricted-imports",
  ],
  "src/run/default.ts": ["export default 1;", "no-default-export"],
  "src/run/barrel.ts": ['export * from "./run.ts";', "no-barrel-file"],
};

const fine: Readonly<Record<string, string>> = {
  "src/exchange/good.ts": 'import type { P } from "../probe/probe.ts";\nexport const b: P | 1 = 1;',
  "src/probe/names.ts": 'import { a } from "../telemetry/names.ts";\nexport const b = a;',
  "src/notify/deliver/post-undici.ts": 'import { Client } from "undici";\nexport const b = Client;',
  "src/notify/deliver/mail-nodemailer.ts":
    'import { createTransport } from "nodemailer";\nexport const m = createTransport;',
};

const folder = mkdtempSync(join(tmpdir(), "plumbline-lint-"));
let messages: { code: string; filename: string }[] = [];

beforeAll(() => {
  const write = (file: string, source: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  };
  write("oxlint.config.ts", `export { default } from ${JSON.stringify(resolve("oxlint.config.ts"))};`);
  for (const [file, [source]] of Object.entries(offenders)) write(file, source);
  for (const [file, source] of Object.entries(fine)) write(file, source);
  const { stdout } = spawnSync(resolve("node_modules/.bin/oxlint"), ["--format=json", "src"], {
    cwd: folder,
    encoding: "utf8",
  });
  messages = (JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] }).diagnostics;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(offenders))("the linter refuses %s", (file, [, rule]) => {
  const codes = messages.filter(({ filename }) => filename === file).map(({ code }) => code);
  expect(codes.join(" ")).toContain(rule);
});

test.each(Object.keys(fine))("the linter has nothing against %s", (file) => {
  expect(messages.filter(({ filename }) => filename === file)).toEqual([]);
});
