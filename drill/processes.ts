import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Link } from "./proxy.ts";

/** One role of the service as it is deployed: a process of its own, started again whenever it ends. */
export interface Member {
  readonly name: string;
  readonly role: string;
  /** Its own links to the stores, so that it alone can be cut off; undefined in the embedded mode. */
  readonly links: { readonly postgres: Link; readonly redis: Link } | undefined;
  readonly pid: number | undefined;
  /** How often it ended although nobody killed it. */
  readonly crashes: readonly string[];
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and for so long it is not started again. */
  kill(downMs?: number): void;
  /** Ends it for good: SIGTERM, and what it exits with. */
  stop(): Promise<number | null>;
  log(): string;
}

export interface MemberOptions {
  readonly name: string;
  readonly role: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly links: Member["links"];
  readonly folder: string;
}

const usualDownMs = 1_000;

export function startMember({ name, role, words, env, links, folder }: MemberOptions): Member {
  let child: ChildProcess | undefined;
  let log = "";
  let isStopping = false;
  let isKilled = false;
  let nextDownMs = usualDownMs;
  const crashes: string[] = [];
  const start = (): void => {
    const tail: string[] = [];
    const begun = spawn(process.execPath, words, { cwd: folder, env: { PATH: process.env["PATH"] ?? "", ...env } });
    child = begun;
    const keep = (piece: Buffer): void => {
      const text = piece.toString();
      log += text;
      tail.push(...text.trimEnd().split("\n"));
      tail.splice(0, tail.length - 5);
    };
    begun.stdout.on("data", keep);
    begun.stderr.on("data", keep);
    begun.on("close", (code, signal) => {
      if (isStopping) return;
      if (!isKilled) crashes.push(`${name} ended with ${signal ?? code}: ${tail.at(-1)?.slice(0, 300) ?? ""}`);
      isKilled = false;
      setTimeout(() => {
        if (!isStopping) start();
      }, nextDownMs);
      nextDownMs = usualDownMs;
    });
  };
  start();
  // However the drill ends, it leaves no process behind.
  process.once("exit", () => child?.kill("SIGKILL"));
  return {
    name,
    role,
    links,
    crashes,
    get pid() {
      return child?.pid;
    },
    signal(signal) {
      child?.kill(signal);
    },
    kill(downMs = usualDownMs) {
      isKilled = true;
      nextDownMs = downMs;
      child?.kill("SIGKILL");
    },
    async stop() {
      isStopping = true;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const ended = once(child, "exit") as Promise<[number | null]>;
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const force = setTimeout(() => child?.kill("SIGKILL"), 60_000);
      const [code] = await ended;
      clearTimeout(force);
      return code;
    },
    log: () => log,
  };
}
