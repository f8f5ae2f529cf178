import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = new URL("..", import.meta.url).pathname;

export interface Load {
  readonly probes: number;
  readonly everyS: number;
  readonly port: number;
  readonly concurrency?: number;
  /** The targets speak TLS. */
  readonly isTls?: boolean;
  /** Further lines of the configuration. */
  readonly also?: string;
}

/** A service in a process of its own, as `plumbline start` runs it. */
export interface BenchService {
  readonly pid: number;
  readonly url: string;
  readonly configFile: string;
  stop(): Promise<void>;
}

const probesPerTarget = 20;

export function configOf({ probes, everyS, port, isTls, also = "" }: Load): string {
  const origin = `${isTls === true ? "https" : "http"}://127.0.0.1:${port}`;
  const targets = Array.from({ length: Math.ceil(probes / probesPerTarget) }, (_, index) => index);
  return `targets:
${targets.map((index) => `  t${index}: { baseUrl: "${origin}/v1", model: bench-model, key: { env: BENCH_KEY } }`).join("\n")}
probes:
${Array.from({ length: probes }, (_, index) => `  - { name: p${index}, target: t${Math.floor(index / probesPerTarget)}, scenario: valid-request, every: ${everyS}s }`).join("\n")}
${also}`;
}

/** Resolves when it is ready, or rejects after two minutes. */
export async function startService(load: Load, env: Record<string, string>): Promise<BenchService> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  const configFile = join(folder, "plumbline.yaml");
  writeFileSync(configFile, configOf(load));
  const flags = ["--config", configFile, "--concurrency", `${load.concurrency ?? 10}`, "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, [join(root, "src/main.ts"), "start", ...flags], {
    env: { ...env, PATH: process.env["PATH"] ?? "", BENCH_KEY: "sk-bench", PLUMBLINE_DATA: join(folder, "data") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await readyUrl(child);
  return {
    pid: child.pid ?? 0,
    url,
    configFile,
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        const kill = setTimeout(() => child.kill("SIGKILL"), 20_000);
        await once(child, "exit");
        clearTimeout(kill);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let text = "";
  let url: string | undefined;
  child.stderr?.on("data", (piece: Buffer) => {
    if (url === undefined) text += piece.toString();
  });
  for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 50) {
    url = /"url":"(http[^"]+)"/.exec(text)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`the service did not start: ${text.slice(-2000)}`);
}

/** CPU of a process so far in milliseconds; with `tree` that of its children too, ended ones included. Linux only. */
export function cpuMs(pid: number, tree = false): number {
  const own = ticksOf(pid);
  const pids = tree ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const children = pids.map((child) => ticksOf(Number(child))).filter((child) => child?.parent === pid);
  const ticks = (own?.own ?? 0) + (tree ? (own?.ended ?? 0) : 0);
  return children.reduce((sum, child) => sum + (child?.own ?? 0), ticks) * 10;
}

/** CPU of the children of this process that have ended. */
export function endedChildrenMs(): number {
  return (ticksOf(process.pid)?.ended ?? 0) * 10;
}

function ticksOf(pid: number): { readonly parent: number; readonly own: number; readonly ended: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const number = (place: number): number => Number(fields[place]);
    return { parent: number(1), own: number(11) + number(12), ended: number(13) + number(14) };
  } catch {
    return undefined;
  }
}

/** Resident memory now and at its highest, in megabytes. */
export function memoryMb(pid: number): { readonly nowMb: number; readonly highestMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { nowMb: of("VmRSS"), highestMb: of("VmHWM") };
}
