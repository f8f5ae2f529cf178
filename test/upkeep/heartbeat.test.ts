import { expect, test } from "vitest";
import { beat, type HeartbeatWorld } from "../../src/upkeep/heartbeat.ts";
import { createPoster } from "../../src/notify/deliver/post-undici.ts";
import { silentLog } from "../../src/std/log.ts";
import { answer, startReceiver } from "../notify/http-receiver.ts";

const worldFor = (url: string, over: Partial<HeartbeatWorld> = {}): HeartbeatWorld => ({
  poster: createPoster(),
  url: () => url,
  everyMs: 60_000,
  allowPrivate: true,
  troubles: () => [],
  log: silentLog,
  ...over,
});

test("while all is well it is posted to", async () => {
  await using http = await startReceiver(answer(200));
  expect(await beat(worldFor(http.url))).toBe("sent");
  expect(http.received).toHaveLength(1);
});

test("a trouble of ours withholds it", async () => {
  await using http = await startReceiver(answer(200));
  expect(await beat(worldFor(http.url, { troubles: () => ["delivery to pager"] }))).toBe("withheld");
  expect(http.received).toHaveLength(0);
});

test("an address that nobody allowed is not asked, a failure is told apart from a beat", async () => {
  await using http = await startReceiver(answer(500));
  expect(await beat(worldFor(http.url))).toBe("failed");
  expect(await beat(worldFor(http.url, { allowPrivate: false }))).toBe("failed");
  expect(http.received).toHaveLength(1);
});
