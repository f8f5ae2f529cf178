import { PassThrough } from "node:stream";
import { createEffects } from "../../src/app/effects.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { createOperations } from "../../src/operate/operations.ts";
import { openStorePool } from "../setup/databases.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { type AccessToken, createGate } from "../../src/web/access.ts";
import { serveWeb } from "../../src/web/serve.ts";
import { noonMs } from "../store/samples.ts";

type ControlWorld = Parameters<typeof createOperations>[0];

interface AskedService {
  readonly store: Store;
  readonly url: string;
  /** One command as somebody types it, with the service's own token unless another is given. */
  plumbline(
    words: readonly string[],
    token?: string,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  close(): Promise<void>;
}

/** A service over a store in memory that stands still at noon or some time after it. */
export async function openAskedService(
  token: AccessToken,
  { afterNoonMs = 0, ...world }: Pick<ControlWorld, "freshId"> & Partial<ControlWorld> & { afterNoonMs?: number },
): Promise<AskedService> {
  const pool = await openStorePool();
  const store = await openStore(pool, noonMs, 30);
  const nowMs = (): number => noonMs + afterNoonMs;
  const operations = createOperations({
    store,
    clock: { nowMs, monotonicMs: nowMs },
    probes: [],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
    ...world,
  });
  const web = await serveWeb(
    {
      overview: () => store.overview(noonMs),
      health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
      api: { operations, gate: createGate([token], true, () => 0) },
    },
    { host: "127.0.0.1", port: 0 },
  );
  return {
    store,
    url: web.url,
    async plumbline(words, given = token.token) {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const io = { stdout, stderr, env: { PLUMBLINE_TOKEN: given }, onSignal: () => {} } as unknown as Io;
      const code = await runCli([...words, "--url", `${web.url}/`], io, createEffects(io));
      const text = (stream: PassThrough): string => String(stream.read() ?? "");
      return { code, stdout: text(stdout), stderr: text(stderr) };
    },
    async close() {
      await web.close();
      await pool.close();
    },
  };
}
