import { setTimeout as sleep } from "node:timers/promises";

/** What takes longer holds up nobody else: the next items are handed over beside it. */
const patienceMs = 50;

/**
 * Hands items over together that come while others are on their way; the first one goes at once. `handle` returns as many
 * results as it gets items, in their order; when it rejects, so does each of them.
 */
export function gather<Item, Result>(
  most: number,
  handle: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  const waiting: (PromiseWithResolvers<Result> & { readonly item: Item })[] = [];
  let isBusy = false;

  async function handleNext(): Promise<void> {
    const taken = waiting.splice(0, most);
    const handled = handle(taken.map(({ item }) => item))
      .then((results) => {
        if (results.length !== taken.length) throw new Error(`${results.length} results of ${taken.length} items`);
        for (const [place, result] of results.entries()) taken[place]?.resolve(result);
      })
      .catch((error: unknown) => {
        for (const { reject } of taken) reject(error);
      });
    await Promise.race([handled, sleep(patienceMs, undefined, { ref: false })]);
  }

  async function work(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) await handleNext();
    isBusy = false;
  }

  return (item) => {
    const taken = { item, ...Promise.withResolvers<Result>() };
    waiting.push(taken);
    if (!isBusy) void work();
    return taken.promise;
  };
}
