import { expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { repeatTask } from "../../src/std/repeat.ts";

/** Turns end when the test says so; the timer ticks when the test says so. */
function repeated({ everyMs = 1000, deadlineMs = 3000 } = {}) {
  const turns: { end(): void; fail(error: Error): void; readonly signal: AbortSignal }[] = [];
  const logged: [message: string, fields: unknown][] = [];
  const timers: { readonly intervalMs: number; readonly work: () => void; isStopped: boolean }[] = [];
  const repetition = repeatTask(
    {
      name: "sample",
      everyMs,
      deadlineMs,
      log: { ...silentLog, error: (message, fields) => logged.push([message, fields]) },
      run(signal) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        turns.push({ end: resolve, fail: reject, signal });
        return promise;
      },
    },
    (intervalMs, work) => {
      const timer = { intervalMs, work, isStopped: false };
      timers.push(timer);
      return { stop: () => void (timer.isStopped = true) };
    },
  );
  return { ...repetition, turns, logged, timers, tick: () => timers[0]?.work() };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("turns never overlap; triggers during a turn become one more turn", async () => {
  const { turns, tick, trigger } = repeated();
  tick();
  tick();
  trigger();
  trigger();
  expect(turns).toHaveLength(1);
  turns[0]?.end();
  await settled();
  expect(turns).toHaveLength(2);
  turns[1]?.end();
  await settled();
  expect(turns).toHaveLength(2);
  tick();
  expect(turns).toHaveLength(3);
});

test("a turn that fails is logged without its message, and the next one runs", async () => {
  const { turns, tick, logged } = repeated();
  tick();
  turns[0]?.fail(new TypeError("sk-secret"));
  await settled();
  expect(logged).toMatchObject([["periodic task failed", { task: "sample", "exception.type": "TypeError" }]]);
  expect(JSON.stringify(logged)).not.toContain("sk-secret");
  tick();
  expect(turns).toHaveLength(2);
});

test("a turn that hangs is logged and abandoned at its deadline; its late end changes nothing", async () => {
  const { turns, tick, logged } = repeated();
  for (let count = 0; count < 4; count += 1) tick();
  expect(logged).toEqual([
    ["periodic task exceeded its deadline and was abandoned", { task: "sample", deadlineMs: 3000 }],
  ]);
  expect(turns.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  turns[0]?.end();
  await settled();
  tick();
  expect(turns).toHaveLength(2);
});

test("stop waits for the turn that is running, and no longer than its limit for one that hangs", async () => {
  const fine = repeated();
  fine.tick();
  let isStopped = false;
  const stopping = fine.stop().then(() => (isStopped = true));
  await settled();
  expect(isStopped).toBe(false);
  fine.turns[0]?.end();
  await stopping;
  expect(fine.timers.every((timer) => timer.isStopped)).toBe(true);
  fine.trigger();
  expect(fine.turns).toHaveLength(1);

  const hung = repeated();
  hung.tick();
  const stopped = hung.stop();
  hung.timers[1]?.work();
  await stopped;
  expect(hung.timers.every((timer) => timer.isStopped)).toBe(true);
});
