import { expect, inject, test } from "vitest";
import { openPool, Unreachable } from "../../src/app/storage.ts";
import { whenReachable } from "../../src/app/when-reachable.ts";
import { exitCodes, Refusal } from "../../src/cli/io.ts";
import { silentLog } from "../../src/std/log.ts";
import { StoreUnavailable } from "../../src/store/store-unavailable.ts";
import { FakeClock } from "../schedule/doubles.ts";
import { freePort } from "../setup/servers.ts";

const away = new StoreUnavailable("query", new Error("Connection terminated unexpectedly"));

function opening(failures: readonly Error[]) {
  const clock = new FakeClock(Date.UTC(2026, 6, 1));
  const left = [...failures];
  let tries = 0;
  const open = async (): Promise<string> => {
    tries += 1;
    const failure = left.shift();
    if (failure !== undefined) throw failure;
    return "open";
  };
  const sleep = async (durationMs: number): Promise<void> => clock.pass(durationMs);
  const run = (longestMs: number) => whenReachable(open, longestMs, silentLog, { clock, sleep });
  return { run, tries: () => tries };
}

test("a server that restarts during the start is waited for", async () => {
  const { run, tries } = opening([new Unreachable("connect ECONNREFUSED", exitCodes.unhealthy), away]);
  await expect(run(60_000)).resolves.toBe("open");
  expect(tries()).toBe(3);
});

test("one that stays away ends the wait with the reason, and is no bug", async () => {
  const { run, tries } = opening(Array.from({ length: 99 }, () => away));
  const refusal: unknown = await run(5_000).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({
    exitCode: exitCodes.unhealthy,
    message: expect.stringMatching(/not available: Connection terminated/) as string,
  });
  expect(tries()).toBe(6);
});

test("what time does not mend ends at once", async () => {
  for (const failure of [new Refusal("the data folder is in use", exitCodes.unhealthy), new TypeError("a bug")]) {
    const { run, tries } = opening([failure]);
    await expect(run(60_000)).rejects.toBe(failure);
    expect(tries()).toBe(1);
  }
});

test("PostgreSQL that refuses connections may come back, one that knows no such database will not", async () => {
  const open = (databaseUrl: string) =>
    openPool({ kind: "postgres", databaseUrl }, silentLog).catch((error: unknown) => error);
  expect(await open(`postgres://u@127.0.0.1:${await freePort()}/x`)).toBeInstanceOf(Unreachable);
  const url = new URL(inject("databaseUrl"));
  url.pathname = "/no-such-database";
  const refusal = await open(url.href);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).not.toBeInstanceOf(Unreachable);
});
