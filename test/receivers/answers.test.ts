import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "../../src/notify/deliver/outcome.ts";
import { receiverKinds } from "../../src/receivers/receivers.ts";
import { createRedactor } from "../../src/std/redact.ts";

const secret = "canaryKEY3f9a1c77d2Qz9";
const redact = createRedactor([secret]);
const words = ["error", "errors", "ok", "success", "status", "code", "errcode", "id", "__proto__", "constructor"];

/** What a receiver, or whoever stands in its place, may answer. */
const body = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString()),
  fc.json({ maxDepth: 5 }),
  fc
    .dictionary(fc.constantFrom(...words), fc.jsonValue({ maxDepth: 2 }))
    .map((members) => JSON.stringify({ ...members, error: `\u001B[2J\u202E<!channel> @everyone ${secret}` })),
  fc.constantFrom("[".repeat(4096), '{"a":'.repeat(800), "<html>", "null", "ok", "\uFEFF{}", `failed ${secret}`),
);
const retryAfter = fc.option(
  fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constantFrom("9".repeat(400), "-1", "1e309")),
  { nil: undefined },
);

describe.each(Object.entries(receiverKinds))("%s", (_name, kind) => {
  test("whatever is answered is an outcome, whose reason is one plain line without secrets", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), body, retryAfter, (status, text, header) => {
        const reply = { kind: "reply", status, body: text, retryAfter: header } as const;
        const outcome = outcomeOf(reply, 1_000_000, kind.statuses, redact);
        const { reason = "", retryAfterMs = 0 } = outcome as { reason?: string; retryAfterMs?: number };
        expect(reason.length).toBeLessThan(200);
        expect(reason).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]|@everyone|<!|canaryKEY/u);
        expect(reason.isWellFormed()).toBe(true);
        expect(Number.isSafeInteger(Math.round(retryAfterMs)) && retryAfterMs >= 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
