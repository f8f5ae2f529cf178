import fc from "fast-check";
import { expect, test } from "vitest";
import { terminalSafe } from "../../src/cli/terminal-safe.ts";

test.each([
  ["a title of the terminal", "\u001B]0;owned\u0007", "\\u001b]0;owned\\u0007"],
  ["cleared screen", "a\u001B[2Jb", "a\\u001b[2Jb"],
  ["C1 controls", "\u009B31m", "\\u009b31m"],
  ["carriage return over the line", "refused\rall is well", "refused\\u000dall is well"],
  ["text that reads backwards", "\u202Eabc", "\\u202eabc"],
  ["tags nobody sees", "a\u{E0041}b", "a\\udb40\\udc41b"],
  ["lines, tabs, umlauts and emoji stay", "ä\t👩‍💻\n", "ä\t👩‍💻\n"],
])("%s", (_what, text, shown) => {
  expect(terminalSafe(text, false)).toBe(shown);
  expect(terminalSafe(text, true)).toBe(shown);
});

test("colours pass when they are wanted; nothing that hides text or moves the cursor does", () => {
  expect(terminalSafe("\u001B[31mbad\u001B[39m", true)).toBe("\u001B[31mbad\u001B[39m");
  expect(terminalSafe("\u001B[31mbad\u001B[39m", false)).toBe("\\u001b[31mbad\\u001b[39m");
  expect(terminalSafe("\u001B[8mhidden\u001B[1;31m\u001B[1A", true)).not.toContain("\u001B");
});

test("JSON means the same afterwards, whatever is in it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = JSON.stringify(value);
      const safe = terminalSafe(text, false);
      expect(JSON.parse(safe)).toEqual(JSON.parse(text));
      expect(safe).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
    }),
    { numRuns: 300 },
  );
});
