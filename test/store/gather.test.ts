import { expect, test } from "vitest";
import { gather } from "../../src/store/gather.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

function handled() {
  const calls: { readonly items: readonly number[]; readonly answer: PromiseWithResolvers<readonly number[]> }[] = [];
  const handle = gather({ most: 3, withinMs: 0 }, (items: readonly number[]) => {
    const answer = Promise.withResolvers<readonly number[]>();
    calls.push({ items, answer });
    return answer.promise;
  });
  return { calls, handle };
}

test("what comes in one turn goes together, and so does what comes meanwhile, so many at most", async () => {
  const { calls, handle } = handled();
  const results = [handle(1)];
  await turn();
  results.push(...[2, 3, 4, 5].map(handle));
  await turn();
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
  await turn();
  calls[3]?.answer.resolve([60]);
  expect(await next).toBe(60);
  const pair = [handle(7), handle(8)];
  await turn();
  expect(calls[4]?.items).toEqual([7, 8]);
  calls[4]?.answer.resolve([70, 80]);
  expect(await Promise.all(pair)).toEqual([70, 80]);
});

test("what fails fails for those that were handed over together, and for nobody else", async () => {
  const { calls, handle } = handled();
  const results = Promise.allSettled([1, 2, 3, 4].map(handle));
  await turn();
  calls[0]?.answer.reject(new Error("broken"));
  await turn();
  calls[1]?.answer.resolve([40]);
  expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
});

test("what hangs holds up nobody else for long", async () => {
  const { calls, handle } = handled();
  const results = [handle(1)];
  await turn();
  results.push(handle(2));
  expect(calls).toHaveLength(1);
  await expect.poll(() => calls.map(({ items }) => items)).toEqual([[1], [2]]);
  calls[1]?.answer.resolve([20]);
  expect(await results[1]).toBe(20);
  calls[0]?.answer.resolve([10]);
  expect(await results[0]).toBe(10);
});

test("an answer with too few results fails for each item, and keeps nobody waiting", async () => {
  const { calls, handle } = handled();
  const results = Promise.allSettled([1, 2, 3, 4].map(handle));
  await turn();
  calls[0]?.answer.resolve([10]);
  await turn();
  calls[1]?.answer.resolve([40]);
  expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
});
