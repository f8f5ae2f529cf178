import { setImmediate as endOfTurn, setTimeout as sleep } from "node:timers/promises";

/** A call that takes longer holds up nobody: the next items are handed over beside it. */
const patienceMs = 50;

/**
 * Hands items over together that arrive within so long of the first, 0 for the same turn of the event loop, or while a call
 * is on its way. `handle` returns a result for each item, in the same order. When it rejects, each of its items does.
 */
export function gather<Item, Result>(
  { most, withinMs }: { readonly most: number; readonly withinMs: number },
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
    await (withinMs === 0 ? endOfTurn() : sleep(withinMs));
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
