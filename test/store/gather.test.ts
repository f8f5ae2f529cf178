import { expect, test } from "vitest";
import { gather } from "../../src/store/gather.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

function handled() {
  const calls: { readonly items: readonly number[]; readonly answer: PromiseWithResolvers<readonly number[]> }[] = [];
  const handle = gather(3, (items: readonly number[]) => {
    const answer = Promise.withResolvers<readonly number[]>();
    calls.push({ items, answer });
    return answer.promise;
  });
  return { calls, handle };
}

test("the first goes at once, and those that come meanwhile go together, so many at most", async () => {
  const { calls, handle } = handled();
  const results = [1, 2, 3, 4, 5].map(handle);
  expect(calls.map(({ items }) => items)).toEqual([[1]]);
  calls[0]?.answer.resolve([10]);
  await turn();
  expect(calls.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  calls[1]?.answer.resolve([20, 30, 40]);
  await turn();
  calls[2]?.answer.resolve([50]);
  expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50]);
  await turn();
  const next = handle(6);
  calls[3]?.answer.resolve([60]);
  expect(await next).toBe(60);
});

test("what fails fails for those that were handed over together, and for nobody else", async () => {
  const { calls, handle } = handled();
  const results = Promise.allSettled([1, 2, 3].map(handle));
  calls[0]?.answer.reject(new Error("broken"));
  await turn();
  calls[1]?.answer.resolve([20, 30]);
  expect((await results).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

test("what hangs holds up nobody else for long", async () => {
  const { calls, handle } = handled();
  const results = [1, 2].map(handle);
  await turn();
  expect(calls).toHaveLength(1);
  await expect.poll(() => calls.map(({ items }) => items)).toEqual([[1], [2]]);
  calls[1]?.answer.resolve([20]);
  expect(await results[1]).toBe(20);
  calls[0]?.answer.resolve([10]);
  expect(await results[0]).toBe(10);
});

test("an answer with too few results fails for each item, and keeps nobody waiting", async () => {
  const { calls, handle } = handled();
  const results = Promise.allSettled([1, 2, 3].map(handle));
  calls[0]?.answer.resolve([10]);
  await turn();
  calls[1]?.answer.resolve([20]);
  expect((await results).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
});
