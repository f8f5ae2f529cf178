import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { runTestbed } from "../../src/testbed/run-testbed.ts";
import { drifts } from "../../src/testbed/drifts.ts";

function terminal() {
  let out = "";
  let err = "";
  let end = () => {};
  const written = Promise.withResolvers<void>();
  return {
    io: {
      stdout: { write: (text: string) => ((out += text), written.resolve()) },
      stderr: { write: (text: string) => void (err += text) },
      onSignal: (listener: () => void) => void (end = listener),
    },
    written: written.promise,
    end: () => end(),
    out: () => out,
    err: () => err,
  };
}

it("says where it is, what it can do and how, and stops on a signal", async () => {
  const { io, written, end, out } = terminal();
  const code = runTestbed(io, { port: 0 });
  await written;
  for (const { name, sentence } of drifts) {
    expect(out()).toContain(`  ${name}  `.trimEnd());
    expect(out()).toContain(sentence);
  }
  const key = /PLUMBLINE_TESTBED_KEY=(\S+)/.exec(out())?.[1] ?? "";
  const baseUrl = /base URL {2}(\S+)/.exec(out())?.[1] ?? "";
  const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  expect((await fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body })).status).toBe(200);
  end();
  expect(await code).toBe(0);
  expect(out()).toContain("Stopped after 1 requests.");
  await expect(fetch(baseUrl)).rejects.toThrow();
});

it("says what to do when the port is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { io, err } = terminal();
  expect(await runTestbed(io, { port: (taken.address() as AddressInfo).port })).toBe(1);
  expect(err()).toMatch(/EADDRINUSE[^]*--port 0/);
  taken.close();
});
