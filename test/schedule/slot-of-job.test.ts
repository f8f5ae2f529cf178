import { describe, expect, test } from "vitest";
import { jobIdOf, outboxIdOfJob, slotOfJob } from "../../src/schedule/slot-of-job.ts";

const once = (probeId: string): string => jobIdOf({ probeId, slotMs: 5 }, "asked", "a secret");

describe("a job is untrusted", () => {
  test("the slot comes from the id of its job", () => {
    expect(
      slotOfJob(jobIdOf({ probeId: "a@x", slotMs: 1795431819137 }, "schedule", "a secret"), { probeId: "a@x" }),
    ).toEqual({
      probeId: "a@x",
      slotMs: 1795431819137,
      origin: "schedule",
    });
    expect(slotOfJob(once("a@x"), { probeId: "a@x" })).toEqual({ probeId: "a@x", slotMs: 5, origin: "asked" });
    expect(slotOfJob("slot|a|b@x|5", { probeId: "a|b@x" })).toEqual({
      probeId: "a|b@x",
      slotMs: 5,
      origin: "schedule",
    });
  });

  test("a signature of digits alone is not taken for the time", () => {
    const data = { probeId: "a@x" };
    expect(slotOfJob("slot|a@x|5|1234567890123456", data)).toMatchObject({ slotMs: 5 });
    expect(slotOfJob("slot|a@x|5|123456789012345", data)).toBeUndefined();
  });

  test("the name of a coming job depends on a secret", () => {
    const job = { probeId: "a@x", slotMs: 5 };
    expect(jobIdOf(job, "schedule", "a secret")).toBe(jobIdOf(job, "schedule", "a secret"));
    expect(jobIdOf(job, "schedule", "a secret")).not.toBe(jobIdOf(job, "schedule", "another"));
  });

  test.each<[string, string | undefined, unknown]>([
    ["no id", undefined, { probeId: "a@x" }],
    ["a number of its own", "17", { probeId: "a@x" }],
    ["no time", "slot|a@x|soon", { probeId: "a@x" }],
    ["a time beyond all dates", "slot|a@x|9999999999999999", { probeId: "a@x" }],
    ["that of another probe", "slot|b@x|1795431819137", { probeId: "a@x" }],
    ["no probe", "slot|a@x|1795431819137", { probe: 1 }],
    ["one that was asked for of another probe", once("b@x"), { probeId: "a@x" }],
    ["no data", "slot|a@x|1795431819137", null],
    ["a schedule of BullMQ", "repeat:a@x:1795431819137", { probeId: "a@x" }],
    ["an endless name", `slot|${"a".repeat(301)}|1`, { probeId: "a".repeat(301) }],
  ])("%s is no slot", (_case, id, data) => {
    expect(slotOfJob(id, data)).toBeUndefined();
  });

  test("a delivery names its outbox entry, or is none", () => {
    expect(outboxIdOfJob({ outboxId: "msg_1" })).toBe("msg_1");
    for (const data of [null, {}, { outboxId: 1 }, { outboxId: "" }, "msg_1"])
      expect(outboxIdOfJob(data)).toBeUndefined();
  });
});
