import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createEffects } from "../../src/app/effects.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import type { AccessToken } from "../../src/web/access.ts";
import { openAskedService } from "./asked-service.ts";

const ann: AccessToken = { name: "ann", scope: "read", token: "ann-s-token-0123456789" };

test("status --watch: a service that restarts is shown as away, then as ready; Ctrl-C ends it", async () => {
  const service = await openAskedService(ann, { freshId: () => "x" });
  const sockets = new Set<Socket>();
  const front = createServer((socket) => {
    const behind = connect(Number(new URL(service.url).port), "127.0.0.1").on("error", () => socket.destroy());
    for (const one of [socket.on("error", () => behind.destroy()), behind]) sockets.add(one);
    socket.pipe(behind).pipe(socket);
  });
  const listen = (port: number): Promise<void> => new Promise((done) => front.listen(port, "127.0.0.1", done));
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => front.close(done));
  };
  await listen(0);
  const { port } = front.address() as AddressInfo;

  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let interrupt = (): void => {};
  const io = {
    stdout: Object.assign(stdout, { isTTY: true, columns: 100 }),
    terminal: stdout,
    stderr,
    env: { PLUMBLINE_TOKEN: ann.token, NO_COLOR: "1" },
    onSignal: (listener: () => void) => (interrupt = listener),
  } as unknown as Io;
  const seen: string[] = [];
  const steps = [stop, () => listen(port), () => Promise.resolve(interrupt())];
  const effects = {
    ...createEffects(io),
    async sleep(): Promise<void> {
      seen.push(String(stdout.read() ?? ""));
      await steps.shift()?.();
    },
  };
  const code = await runCli(["status", "--watch", "--url", `http://127.0.0.1:${port}`], io, effects);
  await stop();
  await service.close();
  expect(seen.map((picture) => /ready|does not answer; as of \S+/.exec(picture)?.[0])).toEqual([
    "ready",
    expect.stringMatching(/^does not answer; as of 2\d{3}-/),
    "ready",
  ]);
  expect([code, String(stderr.read() ?? "")]).toEqual([0, ""]);
});
