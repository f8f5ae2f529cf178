import { describe, expect, test } from "vitest";
import { withoutSecrets } from "../../src/observation/without-secrets.ts";
import { createRedactor } from "../../src/std/redact.ts";

const secret = 'live/"42"+cafe';
const redact = createRedactor([secret]);

describe("facts of a reply that echoes the key", () => {
  test.each([
    ["a request id", { requestId: secret }],
    ["part of a longer value", { error: { code: `bad key ${secret} given` } }],
    ["the name of a field", { shape: { [`$.keys.${secret}`]: ["string"] } }],
    ["base64", { model: Buffer.from(secret).toString("base64") }],
    ["an item of a list", { finishReasons: [null, secret] }],
  ])("%s", (_where, facts) => {
    const cleaned = JSON.stringify(withoutSecrets(facts, redact));
    expect(cleaned).toContain("[redacted]");
    expect(cleaned).not.toContain("cafe");
    expect(cleaned).not.toContain(Buffer.from(secret).toString("base64"));
  });

  test("others stay the very same object", () => {
    const facts = { requestId: "req-1", usage: { promptTokens: 12 }, shape: { "$.id": ["string"] } };
    expect(withoutSecrets(facts, redact)).toBe(facts);
  });
});
