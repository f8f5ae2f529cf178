import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { errorText } from "../../src/cli/error-text.ts";
import { exitCodes, Refusal } from "../../src/cli/io.ts";

const secret = "the canary sings 93 times";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test("a refusal and the system's own words are told", async () => {
  expect(errorText(new Refusal("Start it, or correct DATABASE_URL.", exitCodes.unhealthy))).toBe(
    "Start it, or correct DATABASE_URL.",
  );
  expect(errorText(thrownBy(() => readFileSync("/nowhere/at-all")))).toBe(
    "ENOENT: no such file or directory, open '/nowhere/at-all'",
  );
  const [refused] = await once(connect(1, "127.0.0.1"), "error").catch((error: unknown) => [error]);
  expect(errorText(refused)).toContain("connect ECONNREFUSED 127.0.0.1:1");
});

test.each([
  new TypeError(secret),
  new Error("outer", { cause: new Error(secret) }),
  new AggregateError([new Error(secret)], secret),
  Object.assign(new Error(secret), { name: secret, code: secret }),
  Object.assign(new Error(secret), { code: "ECONNRESET", syscall: "read" }),
  Object.assign(new Error(secret), { code: secret, syscall: secret }),
  thrownBy(() => JSON.parse(secret)),
  thrownBy(() => new URL(secret)),
  secret,
  { secret },
  undefined,
])("of anything else only the kind: %#", (thrown) => {
  expect(errorText(thrown)).toMatch(
    /^internal error \(this is a bug\): run again with DEBUG=1 and report the stack trace \([\w, ]*\)$/,
  );
  expect(errorText(thrown)).not.toContain("canary");
});
