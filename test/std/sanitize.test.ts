import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainLine, sanitize } from "../../src/std/sanitize.ts";

const hostile = fc.string({ unit: "binary", maxLength: 400 });

describe("plainLine", () => {
  test.each([
    ["a colour sequence", "\u001b[31mred\u001b[0m", "red"],
    ["a terminal link", "\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007", "click"],
    ["a C1 control", "a\u009bb\u0085c", "ab c"],
    ["line breaks", "a\r\nb\u2028c\u2029d\te", "a b c d e"],
    ["bidi overrides", "user\u202Etxt.exe\u2066x\u2069", "usertxt.exex"],
    ["zero-width and tag characters", "a\u200Bb\uFEFFc\u{E0041}d\u{E0101}e", "abcde"],
    ["a lone surrogate", "a\uD800b", "a\uFFFDb"],
    ["piled marks", `e${"\u0301".repeat(40)}x`, `e${"\u0301".repeat(3)}x`],
  ])("takes away %s", (_what, text, clean) => {
    expect(plainLine(text, 100)).toBe(clean);
  });

  test("leaves our own ids as they are", () => {
    const id = "probe@all/2026-11-23T10:00:00.000Z";
    expect(plainLine(id, 100)).toBe(id);
  });

  test("cuts between graphemes and shows it", () => {
    expect(plainLine("👍🏽👍🏽👍🏽", 10)).toBe("👍🏽👍🏽…");
    expect(plainLine("abcdef", 6)).toBe("abcdef");
    expect(plainLine("abcdefg", 6)).toBe("abcde…");
  });
});

describe("sanitize", () => {
  test.each([
    ["@everyone wake up", "＠everyone wake up"],
    ["foo@here", "foo＠here"],
    ["ask @alice", "ask ＠alice"],
    ["<!channel> and <@U123>", "‹!channel> and ‹＠U123>"],
    ["<https://evil.example|your bank>", "‹https[:]//evil.example|your bank>"],
    ["see http://evil.example", "see http[:]//evil.example"],
    ["mail bob@example.com", "mail bob@example.com"],
    ["$.choices[0].finish_reason", "$.choices[0].finish_reason"],
  ])("%s", (text, clean) => {
    expect(sanitize(text, 100)).toBe(clean);
  });

  test("holds for any text", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 150 }), (text, maxLength) => {
        const clean = sanitize(text, maxLength);
        expect(clean.length).toBeLessThanOrEqual(maxLength);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(clean).not.toMatch(/<[@!]|@everyone|@here|:\/\//);
        expect(clean.isWellFormed()).toBe(true);
        expect(sanitize(clean, maxLength)).toBe(clean);
      }),
    );
  });

  test("a megabyte of hostile text is no more work than the cap allows", () => {
    expect(sanitize("\u001b[".repeat(500_000), 120).length).toBeLessThanOrEqual(120);
  });
});
