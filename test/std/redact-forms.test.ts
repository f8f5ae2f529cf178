import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/std/redact.ts";

/** Of no form that keys are recognised by. */
const secret = 'Zq/7"v+canary&Key=é.3f9a1c77d2';
const redact = createRedactor([secret]);
const hash = (algorithm: string): string => createHash(algorithm).update(secret).digest("hex");

const forms: Record<string, string> = {
  raw: secret,
  "in base64": Buffer.from(secret).toString("base64"),
  "in base64url": Buffer.from(secret).toString("base64url"),
  "in base64 after a name": Buffer.from(`user:${secret}`).toString("base64"),
  "in hex": Buffer.from(secret).toString("hex"),
  "URL-encoded": encodeURIComponent(secret),
  "URL-encoded, in lower case": encodeURIComponent(secret).replace(/%../g, (it) => it.toLowerCase()),
  "as a form sends it": new URLSearchParams({ a: secret }).toString().slice(2),
  "in JSON": JSON.stringify(secret).slice(1, -1),
  "in JSON in JSON": JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  "cut after eight": secret.slice(0, 8),
  "cut later": secret.slice(0, -4),
  "in base64, cut": Buffer.from(secret).toString("base64").slice(0, 14),
  "as SHA-256": hash("sha256"),
  "as the beginning of its SHA-256": hash("sha256").slice(0, 10),
  "as MD5": hash("md5"),
};

describe("a secret of unknown form is found", () => {
  test.each(Object.entries(forms))("%s", (_name, form) => {
    const clean = redact(`before ${form} after`);
    expect(clean).toMatch(/^before .*\[redacted\].* after$/);
    for (const left of [form, form.slice(0, 8), form.slice(8, 20)].filter((it) => it.length >= 8)) {
      expect(clean).not.toContain(left);
    }
  });

  test.each(["Zq/…77d2", "Zq/7****", "************77d2", "Zq/7xxxxxxxx77d2"])("masked: %s", (masked) => {
    const plain = createRedactor(["Zq/7vcanaryKey3f9a1c77d2"]);
    expect(plain(`key ${masked} is wrong`)).toBe("key [redacted] is wrong");
  });

  test("anywhere, cut anywhere after eight characters, whatever it is made of", () => {
    const strings = fc
      .string({ minLength: 12, maxLength: 40, unit: "binary-ascii" })
      .filter((it) => /[^a-zA-Z]/.test(it.slice(0, 8)));
    fc.assert(
      fc.property(strings, fc.integer({ min: 8, max: 40 }), fc.lorem(), (key, cut, words) => {
        fc.pre(!"[redacted]".includes(key.slice(0, 8)) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(key));
        const clean = createRedactor([key])(`${words} ${key.slice(0, cut)}`);
        expect(clean).not.toContain(key.slice(0, 8));
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ["GET https://api.example.com/v1?key=abc123&x=1", "GET https://api.example.com/v1?key=[redacted]&x=1"],
  ["x-api-key: 12345678abc", "x-api-key: [redacted]"],
  ['{"api_key":"0123456789"}', '{"api_key":"[redacted]"}'],
  ["Incorrect API key provided: sk-ab***wxyz.", "Incorrect API key provided: [redacted]."],
  ["Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: [redacted]"],
  ["postgres://me:hunter2@db/x", "postgres:[redacted]db/x"],
  ["ghp_0123456789abcdef and AKIAIOSFODNN7EXAMPLE", "[redacted] and [redacted]"],
])("what looks like a key is not shown: %s", (text, clean) => {
  expect(createRedactor([])(text)).toBe(clean);
});

test("of a secret address, what everybody knows is left", () => {
  const hook = createRedactor(["https://hooks.example.com/services/T0123/B0123/abcdefghijklmnop"]);
  expect(hook("asked https://other.example.com/services/ for abcdefghijklm")).toBe(
    "asked https://other.example.com/services/ for [redacted]",
  );
});

test("ordinary words stay", () => {
  const words = "the model password answered with 200 in 12.5 ms, run run_0123456789abcdef of probe valid@eu";
  expect(createRedactor(["password-of-the-bench", "short"])(words)).toBe(words);
});

test("what only begins like a word is no word: case tells a key from prose", () => {
  const key = createRedactor(["canaryKEY3f9a1c77d2Qz9"]);
  expect(key("Incorrect key: canaryKEY and canarykey, canaryKE*")).toBe(
    "Incorrect key: [redacted] and [redacted], [redacted]*",
  );
});
