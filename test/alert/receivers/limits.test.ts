import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { contracts } from "./sinks.ts";
import { hostileAlert } from "./hostile.ts";
import { bodyOf, links, posted } from "./kinds.ts";

/** Every text in a body, wherever it is. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe.each(Object.values(contracts))("$kind", ({ kind, body, maxBytes, harmless }) => {
  test("whatever an alert holds: the shape and limits of the service, and nothing that it would obey", () => {
    fc.assert(
      fc.property(hostileAlert, fc.boolean(), (alert, withLinks) => {
        const message = posted(kind, alert, withLinks ? { links } : {});
        const parsed = bodyOf(message);
        const checked: z.ZodSafeParseResult<unknown> = body.safeParse(parsed);
        expect(checked.error?.issues ?? []).toEqual([]);
        expect(Buffer.byteLength(message.body)).toBeLessThanOrEqual(maxBytes);
        expect(message.headers["content-type"]).toBe("application/json");
        for (const text of textsIn(parsed)) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF]/u);
          expect(text).not.toMatch(/@(everyone|here|channel|all)\b/i);
          expect(text).not.toMatch(/<(!|@|#|users\/)/);
          expect(text).not.toMatch(/:\/\/evil/);
        }
        expect(harmless(parsed)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
