import { describe, expect, test } from "vitest";
import { mostInBatch } from "../../src/schedule/batch.ts";
import { dataOf, jobIdOf, outboxIdOfJob, slotsOfJob } from "../../src/schedule/slot-of-job.ts";

const job = { probeId: "a@x", slotMs: 1_795_431_819_137 };
const other = { probeId: "a|b@x", slotMs: 5 };
const idOf = jobIdOf([job], "schedule", "a secret");

describe("a job is untrusted", () => {
  test("its slots come from its data, their origin from its id", () => {
    const jobs = [job, other];
    expect(slotsOfJob(jobIdOf(jobs, "schedule", "a secret"), dataOf(jobs))).toEqual([
      { ...job, origin: "schedule" },
      { ...other, origin: "schedule" },
    ]);
    expect(slotsOfJob(jobIdOf([job], "asked", "a secret"), dataOf([job]))).toEqual([{ ...job, origin: "asked" }]);
  });

  test("the name of a coming job depends on a secret, its slots, its origin and the attempt", () => {
    const ids = [
      idOf,
      jobIdOf([job], "schedule", "another"),
      jobIdOf([other], "schedule", "a secret"),
      jobIdOf([job, other], "schedule", "a secret"),
      jobIdOf([job], "asked", "a secret"),
      jobIdOf([job], "schedule", "a secret", 1),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(jobIdOf([{ ...job }], "schedule", "a secret")).toBe(idOf);
  });

  test.each<[string, string | undefined, unknown]>([
    ["no id", undefined, dataOf([job])],
    ["a number of its own", "17", dataOf([job])],
    ["no signature", "slots|", dataOf([job])],
    ["a time beyond all dates", idOf, dataOf([{ ...job, slotMs: 8_640_000_000_000_001 }])],
    ["no time", idOf, { slots: [["a@x", "soon"]] }],
    ["no probe", idOf, { slots: [[1, 1]] }],
    ["no slots", idOf, { slots: [] }],
    ["more slots than a batch holds", idOf, dataOf(Array.from({ length: mostInBatch + 1 }, () => job))],
    ["no data", idOf, null],
    ["a schedule of BullMQ", "repeat:a@x:1795431819137", dataOf([job])],
    ["an endless name", idOf, dataOf([{ ...job, probeId: "a".repeat(301) }])],
  ])("%s is no slot", (_case, id, data) => {
    expect(slotsOfJob(id, data)).toBeUndefined();
  });

  test("a delivery names its outbox entry, or is none", () => {
    expect(outboxIdOfJob({ outboxId: "msg_1" })).toBe("msg_1");
    for (const data of [null, {}, { outboxId: 1 }, { outboxId: "" }, "msg_1"])
      expect(outboxIdOfJob(data)).toBeUndefined();
  });
});
