import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuMs } from "./service.ts";

const probes = 500;

/** CPU milliseconds of one probe of Debian's prometheus-blackbox-exporter. */
export interface BlackboxCpu {
  /** One probe after the other, as fast as it can. */
  readonly saturatedMs: number;
  /** At 100 probes per second, where each is a wake-up of its own. */
  readonly pacedMs: number;
}

/** undefined where it is not installed. */
export async function blackboxCpu(target: string): Promise<BlackboxCpu | undefined> {
  const binary = "/usr/bin/prometheus-blackbox-exporter";
  if (!existsSync(binary)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  const config = join(folder, "blackbox.yml");
  writeFileSync(
    config,
    "modules:\n  chat:\n    prober: http\n    http: { method: POST, preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [choices] }\n",
  );
  const child = spawn(binary, ["--config.file", config, "--web.listen-address", "127.0.0.1:19115"], {
    stdio: "ignore",
  });
  try {
    await sleep(1000);
    const url = `http://127.0.0.1:19115/probe?module=chat&target=${encodeURIComponent(`${target}/v1/chat/completions`)}`;
    const ask = async (): Promise<string> => (await fetch(url)).text();
    const costOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = cpuMs(child.pid ?? 0);
      await work();
      return (cpuMs(child.pid ?? 0) - before) / probes;
    };
    const oneByOne = async (): Promise<void> => {
      for (let done = 0; done < probes; done += 1) await ask();
    };
    const paced = (): Promise<unknown> =>
      Promise.all(Array.from({ length: probes }, (_, place) => sleep(place * 10).then(ask)));
    await oneByOne();
    return { saturatedMs: await costOf(oneByOne), pacedMs: await costOf(paced) };
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
