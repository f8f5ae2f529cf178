import { expect, test } from "vitest";
import { compilePattern, holdsPattern } from "../../src/std/pattern.ts";

test("a pattern that hangs a backtracking engine answers at once", () => {
  const hostile = `${"a".repeat(100_000)}!`;
  expect(holdsPattern("^(a+)+$", hostile)).toBe(false);
  expect(holdsPattern("^(a|a?)+$", hostile)).toBe(false);
  expect(holdsPattern("(x+x+)+y", "x".repeat(100_000))).toBe(false);
});

test("the usual syntax works, with letters of any alphabet", () => {
  expect(holdsPattern("\\bplumb\\b", "a plumb line")).toBe(true);
  expect(holdsPattern("^\\p{Lu}\\p{Ll}+$", "Ärger")).toBe(true);
  expect(holdsPattern("(?i)OK$", "it is ok")).toBe(true);
});

test.each(["(?=a)b", "(a)\\1", "(", "[z-a]", "a{2,1}"])("%s is refused with a reason", (source) => {
  const compiled = compilePattern(source);
  expect("problem" in compiled && compiled.problem.length).toBeGreaterThan(10);
});
