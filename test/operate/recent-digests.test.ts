import { expect, test } from "vitest";
import type { Digest } from "../../src/notify/compose/digest-message.ts";
import { createRecentDigests } from "../../src/operate/digest.ts";

test("a digest that takes long is made once, kept for twenty times as long, and shown meanwhile", async () => {
  let nowMs = 0;
  const made: ((digest: Digest) => void)[] = [];
  const recent = createRecentDigests(
    () => {
      const { promise, resolve } = Promise.withResolvers<Digest>();
      made.push(resolve);
      return promise;
    },
    { monotonicMs: () => nowMs },
  );
  const digest = (atMs: number): Digest => ({ atMs }) as Digest;
  const [first, second] = [recent(), recent()];
  expect(made).toHaveLength(1);
  expect(first.ready).toBeUndefined();
  nowMs = 2_000;
  made[0]?.(digest(1));
  expect([await first.newest, await second.newest]).toEqual([digest(1), digest(1)]);

  nowMs = 41_000;
  expect(await recent().newest).toEqual(digest(1));
  expect(made).toHaveLength(1);
  nowMs = 43_000;
  const third = recent();
  expect(third.ready).toEqual(digest(1));
  expect(made).toHaveLength(2);
  // This one is quick: the next page gets a fresh one.
  made[1]?.(digest(2));
  expect(await third.newest).toEqual(digest(2));
  recent();
  expect(made).toHaveLength(3);
});
