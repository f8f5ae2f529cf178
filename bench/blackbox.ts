import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuMs } from "./service.ts";

/** CPU milliseconds of one probe of Debian's prometheus-blackbox-exporter; undefined where it is not installed. */
export async function blackboxCpuMs(target: string): Promise<number | undefined> {
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
    const ask = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 1) await (await fetch(url)).text();
    };
    await ask(50);
    const before = cpuMs(child.pid ?? 0);
    await ask(500);
    return (cpuMs(child.pid ?? 0) - before) / 500;
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
