import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import setup from "../test/setup/servers.ts";

export interface BenchServers {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** The same Redis and PostgreSQL that the tests run on. */
export async function openServers(): Promise<BenchServers> {
  const urls: Record<string, string> = {};
  const provide = (name: string, url: string): void => {
    urls[name] = url;
  };
  const stop = await setup({ provide } as unknown as Parameters<typeof setup>[0]);
  return { redisUrl: urls["redisUrl"] ?? "", databaseUrl: urls["databaseUrl"] ?? "", stop };
}

export interface ReplyServer {
  readonly port: number;
  /** Requests answered so far. */
  served(): Promise<number>;
  close(): void;
}

/** The chat endpoint of `reply-server.ts` in a process of its own, with its arguments. */
export async function openReplyServer(...args: readonly string[]): Promise<ReplyServer> {
  const file = new URL("reply-server.ts", import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("no output of the reply server");
  const [piece] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(piece.toString());
  return {
    port,
    served: async () => Number(await (await fetch(`http://127.0.0.1:${port}/served`)).text()),
    close: () => void child.kill(),
  };
}
