import { expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { createRound, type UpkeepJob } from "../../src/upkeep/round.ts";

const goOn = new AbortController().signal;

/** Jobs that write down their turns, on a clock that only the test moves. */
function rounds(...jobs: readonly (Omit<UpkeepJob, "run"> & { readonly work?: () => Promise<void> })[]) {
  let nowMs = 0;
  const ran: string[] = [];
  const failed: unknown[] = [];
  const round = createRound(
    jobs.map(({ work, ...job }) => ({
      ...job,
      async run() {
        ran.push(job.name);
        await work?.();
      },
    })),
    { nowMs: () => nowMs, monotonicMs: () => nowMs },
    { ...silentLog, error: (_message, fields) => failed.push(fields) },
  );
  return { round, ran, failed, pass: (ms: number) => (nowMs += ms) };
}

test("a round runs the jobs that are due, in their order", async () => {
  const { round, ran, pass } = rounds(
    { name: "once", everyMs: Number.POSITIVE_INFINITY },
    { name: "slow", everyMs: 30_000 },
    { name: "fast", everyMs: 5_000 },
  );
  await round(goOn);
  expect(ran.splice(0)).toEqual(["once", "slow", "fast"]);
  pass(5_000);
  await round(goOn);
  expect(ran.splice(0)).toEqual(["fast"]);
  pass(25_000);
  await round(goOn);
  expect(ran).toEqual(["slow", "fast"]);
});

test("a job that fails is logged and stops no other; one that runs once is tried again", async () => {
  const work = (): Promise<never> => Promise.reject(new TypeError("no"));
  const { round, ran, failed } = rounds(
    { name: "once", everyMs: Number.POSITIVE_INFINITY, work },
    { name: "next", everyMs: 1_000 },
  );
  await round(goOn);
  await round(goOn);
  expect(ran).toEqual(["once", "next", "once"]);
  expect(failed).toMatchObject([{ job: "once", "exception.type": "TypeError" }, { job: "once" }]);
});

test("a job that hangs is left out of the next rounds and tried again after five minutes", async () => {
  const never = new Promise<void>(() => {});
  const { round, ran, pass } = rounds(
    { name: "hung", everyMs: 5_000, work: () => never },
    { name: "next", everyMs: 5_000 },
  );
  void round(goOn);
  expect(ran.splice(0)).toEqual(["hung"]);
  for (let count = 0; count < 2; count += 1) {
    pass(5_000);
    await round(goOn);
  }
  expect(ran.splice(0)).toEqual(["next", "next"]);
  pass(300_000);
  void round(goOn);
  expect(ran).toEqual(["hung"]);
});

test("an abandoned round starts no further job", async () => {
  const abort = new AbortController();
  const { round, ran } = rounds(
    { name: "first", everyMs: 1_000, work: async () => abort.abort() },
    { name: "second", everyMs: 1_000 },
  );
  await round(abort.signal);
  expect(ran).toEqual(["first"]);
});
