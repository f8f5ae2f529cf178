import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { contracts } from "./sinks.ts";
import { alertOf } from "../notify/samples.ts";
import { hostileAlert } from "./hostile.ts";
import { bodyOf, links, posted } from "./kinds.ts";

/** Every text in a body, wherever it is. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const members = Array.from({ length: 200 }, (_, n) => `target-${String(n).padStart(3, "0")}`);
const hundreds = alertOf({
  kind: "availability",
  group: { reason: "provider-is-down", members, headline: "api.example.com is down: 200 of 200 targets do not reply" },
});

describe.each(Object.values(contracts))("$kind", ({ kind, body, maxBytes, harmless, names = 151 }) => {
  test("two hundred targets are one message that names them, or as many as there is room for and how many more", () => {
    const parsed = bodyOf(posted(kind, hundreds, { links }));
    expect(body.safeParse(parsed).error?.issues ?? []).toEqual([]);
    const text = textsIn(parsed).join("\n");
    const named = members.filter((name) => text.includes(name)).length;
    const left = Number(/ and (\d+) more/.exec(text)?.[1] ?? 0);
    if (names > 0) expect(named + left).toBe(200);
    expect(named).toBeGreaterThanOrEqual(names);
  });

  test("whatever an alert holds: the shape and limits of the service, and nothing that it would obey", () => {
    fc.assert(
      fc.property(hostileAlert, fc.boolean(), (alert, withLinks) => {
        const message = posted(kind, alert, withLinks ? { links } : {});
        const parsed = bodyOf(message);
        const checked: z.ZodSafeParseResult<unknown> = body.safeParse(parsed);
        expect(checked.error?.issues ?? []).toEqual([]);
        expect(Buffer.byteLength(message.body)).toBeLessThanOrEqual(maxBytes);
        expect(message.headers["content-type"]).toMatch(/^application\/(?:json|x-www-form-urlencoded)$/);
        for (const text of textsIn(parsed)) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF]/u);
          expect(text).not.toMatch(/@(everyone|here|channel|all)\b/i);
          expect(text.replace(/^began <!date\^\d+\^/, "")).not.toMatch(/<(!|@|#|users\/)/);
          expect(text).not.toMatch(/:\/\/evil/);
        }
        expect(harmless(parsed)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});
