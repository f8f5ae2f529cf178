import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/std/redact.ts";
import { oddSecrets, spellingsOf, tracesOf } from "./secret-spellings.ts";

describe.each(Object.entries(oddSecrets))("a secret of %s", (_name, secret) => {
  const redact = createRedactor([secret]);

  test.each(Object.entries(spellingsOf(secret)))("%s", (_spelling, notified) => {
    const clean = redact(`Incorrect key: ${notified} was given`);
    expect(clean).toMatch(/^Incorrect .*\[redacted\].* was given$/);
    // What stands before and after in its base64 may stay.
    expect(clean.replaceAll("[redacted]", "").length).toBeLessThan("Incorrect key:  was given".length + 14);
    expect(tracesOf(secret).filter((trace) => clean.includes(trace))).toEqual([]);
  });
});
