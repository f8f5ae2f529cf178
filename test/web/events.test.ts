import { expect, test } from "vitest";
import type { Operations } from "../../src/operate/operations.ts";
import type { Sessions } from "../../src/operate/sessions.ts";
import { createGate } from "../../src/web/access.ts";
import { mountEvents } from "../../src/web/events.ts";
import { createApp } from "../../src/web/openapi.ts";

test("one caller cannot hold every event stream, and a stream that ends makes room", async () => {
  const app = createApp();
  const tokens = ["ann", "bob"].map((name) => ({ name, scope: "read" as const, token: `token of ${name}` }));
  mountEvents(app, {
    operations: { boards: { mark: async () => "mark" } } as unknown as Operations,
    sessions: { areNeeded: true, find: async () => undefined } as unknown as Sessions,
    gate: createGate(tokens, false, () => 0),
    nowMs: () => 0,
    isSecure: false,
  });
  const open = (name: string): Promise<Response> =>
    Promise.resolve(app.request("/events", { headers: { authorization: `Bearer token of ${name}` } }));
  const held: Response[] = [];
  for (let n = 0; n < 30; n += 1) held.push(await open("ann"));
  expect(held.map(({ status }) => status)).toEqual(held.map(() => 200));
  expect((await open("ann")).status).toBe(503);
  const other = await open("bob");
  expect(other.status).toBe(200);
  await held.pop()?.body?.cancel();
  await expect.poll(async () => (held.push(await open("ann")), held.at(-1)?.status), { timeout: 10_000 }).toBe(200);
  for (const { body } of [...held, other]) await body?.cancel();
});
