import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { keepSecrets } from "../../src/app/secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-secrets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (name: string, text: string): { readonly file: string } => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { file };
};

test("a file that was replaced is known by what it held and by what it holds, as soon as it is looked at", () => {
  const ref = fileOf("token", "moss over slate\n");
  const secrets = keepSecrets({});
  expect(secrets.read(ref)).toBe("moss over slate");
  fileOf("token", "  gravel then fern \n");
  expect(secrets.redact("gravel then fern, moss over slate")).toBe("gravel then fern, [redacted]");
  secrets.look();
  expect(secrets.redact("gravel then fern, moss over slate")).toBe("[redacted], [redacted]");
});

test("one that is gone for a moment is missed by name only, and what it held stays hidden", () => {
  const ref = fileOf("gone", "moss over slate");
  const secrets = keepSecrets({}, ["of the store's URL"]);
  secrets.read(ref);
  rmSync(ref.file);
  secrets.look();
  expect(() => secrets.read(ref)).toThrow(`nothing in file ${ref.file}`);
  expect(secrets.peek(ref)).toBeUndefined();
  expect(secrets.redact("moss over slate, of the store's URL")).toBe("[redacted], [redacted]");
});

test("of one that is replaced for ever the newest sixteen values are known", () => {
  const secrets = keepSecrets({});
  // Nothing is common to two of them: eight characters of a secret in a row are hidden anywhere.
  const value = (turn: number): string => createHash("sha256").update(`turn ${turn}`).digest("base64url");
  for (let turn = 100; turn < 120; turn += 1) secrets.read(fileOf("often", value(turn)));
  const hidden = Array.from({ length: 20 }, (_, at) => value(100 + at)).filter(
    (it) => secrets.redact(`${it};`) === "[redacted];",
  );
  expect(hidden).toEqual(Array.from({ length: 16 }, (_, at) => value(104 + at)));
});
