import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultOf } from "../../src/exchange/faults.ts";

const source = (file: string): string => JSON.stringify(join(import.meta.dirname, "../../src", file));
const script = `
  import { closeSync, openSync } from "node:fs";
  import { createServer } from "node:http";
  import { createLoopGauge } from ${source("exchange/loop-gauge.ts")};
  import { createUndiciAttempts } from ${source("exchange/undici-attempt.ts")};
  import { chat } from ${source("protocol/chat/chat.ts")};
  import { systemClock } from ${source("std/clock.ts")};
  const policy = ${JSON.stringify({ connectMs: 20_000, firstByteMs: 20_000, firstContentMs: 20_000, idleMs: 20_000, totalMs: 40_000, maxBodyBytes: 1e6, maxEvents: 100, connection: "fresh" })};
  const server = createServer((request, response) => response.end("{}")).listen(0, "127.0.0.1", async () => {
    const { attempt } = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
    const at = (host) => "http://" + host + ":" + server.address().port + "/";
    const ask = async (url = at("127.0.0.1")) => (await attempt({ method: "POST", url, headers: {}, body: "{}", reader: chat }, policy, 1)).outcome;
    await ask();
    const taken = [];
    try { for (;;) taken.push(openSync("/dev/null")); } catch {}
    const without = [await ask(), await ask(at("no-such-host.invalid"))];
    for (const fd of taken) closeSync(fd);
    process.stdout.write(JSON.stringify([...without, (await ask()).kind]));
    process.exit(0);
  });`;

test("a process without file descriptors says so, and accuses nobody else", () => {
  const words = ["-c", 'ulimit -n 256; exec "$0" "$@"', process.execPath, "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync("sh", words, { encoding: "utf8" });
  expect(stderr).toBe("");
  const local = { kind: "fault", class: "local", limit: "EMFILE" };
  expect(JSON.parse(stdout)).toEqual([local, local, "reply"]);
});

test.each(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"])(
  "%s is ours, however deep it is wrapped",
  (code) => {
    const error = Object.assign(new Error(code), { code });
    const local = { kind: "fault", class: "local", limit: code };
    expect(faultOf(error, undefined)).toEqual(local);
    expect(faultOf(new Error("connect", { cause: new AggregateError([error]) }), undefined)).toEqual(local);
  },
);
