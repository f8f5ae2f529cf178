import { describe, expect, test } from "vitest";
import { jobIdOf, outboxIdOfJob, slotOfJob } from "../../src/schedule/slot-of-job.ts";

describe("a job is untrusted", () => {
  test("the slot comes from the id of its scheduler's job", () => {
    expect(slotOfJob("repeat:a@x:1795431819137", { probeId: "a@x" })).toEqual({
      probeId: "a@x",
      slotMs: 1795431819137,
      origin: "schedule",
    });
    expect(slotOfJob(jobIdOf("a@x", 5), { probeId: "a@x" })).toEqual({ probeId: "a@x", slotMs: 5, origin: "asked" });
    expect(slotOfJob("repeat:a:b@x:5", { probeId: "a:b@x" })).toEqual({
      probeId: "a:b@x",
      slotMs: 5,
      origin: "schedule",
    });
  });

  test.each<[string, string | undefined, unknown]>([
    ["no id", undefined, { probeId: "a@x" }],
    ["a number of its own", "17", { probeId: "a@x" }],
    ["no time", "repeat:a@x:soon", { probeId: "a@x" }],
    ["a time beyond all dates", "repeat:a@x:9999999999999999", { probeId: "a@x" }],
    ["another probe's scheduler", "repeat:b@x:1795431819137", { probeId: "a@x" }],
    ["no probe", "repeat:a@x:1795431819137", { probe: 1 }],
    ["one that was asked for of another probe", jobIdOf("b@x", 5), { probeId: "a@x" }],
    ["no data", "repeat:a@x:1795431819137", null],
    ["an endless name", `repeat:${"a".repeat(301)}:1`, { probeId: "a".repeat(301) }],
  ])("%s is no slot", (_case, id, data) => {
    expect(slotOfJob(id, data)).toBeUndefined();
  });

  test("a delivery names its outbox entry, or is none", () => {
    expect(outboxIdOfJob({ outboxId: "msg_1" })).toBe("msg_1");
    for (const data of [null, {}, { outboxId: 1 }, { outboxId: "" }, "msg_1"])
      expect(outboxIdOfJob(data)).toBeUndefined();
  });
});
