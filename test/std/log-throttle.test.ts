import { expect, test } from "vitest";
import { throttleLog } from "../../src/std/log-throttle.ts";
import type { LogFields } from "../../src/std/log.ts";

test("the first event of a kind is logged at once, later ones once in an interval with the number suppressed", () => {
  let nowMs = 0;
  const said: LogFields[] = [];
  const say = throttleLog({ nowMs: () => 0, monotonicMs: () => nowMs }, 10_000, (fields) => said.push(fields));
  for (; nowMs <= 20_000; nowMs += 100) say("redis", { error: "ECONNREFUSED" });
  say("worker", { error: "other" });
  expect(said).toEqual([
    { error: "ECONNREFUSED" },
    { error: "ECONNREFUSED", suppressed: 99 },
    { error: "ECONNREFUSED", suppressed: 99 },
    { error: "other" },
  ]);
});
