import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inject } from "vitest";

export interface Prometheus extends AsyncDisposable {
  /** What its HTTP API answers below `/api/v1/`; undefined while it does not. */
  ask(path: string): Promise<unknown>;
}

/** A real Prometheus that scrapes one address each second and evaluates rules, on a free port, in a temporary folder. */
export async function startPrometheus(target: string, rules: string): Promise<Prometheus> {
  const promtool = inject("promtool");
  if (promtool === "") throw new Error("this test needs Prometheus: put it on the PATH");
  const folder = mkdtempSync(join(tmpdir(), "plumbline-prometheus-"));
  const port = await freePort();
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yaml"],
    scrape_configs: [{ job_name: "plumbline", static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  writeFileSync(join(folder, "rules.yaml"), rules);
  const words = ["config.file=prometheus.yml", "storage.tsdb.path=data", `web.listen-address=127.0.0.1:${port}`];
  const options = { cwd: folder, stdio: "ignore" as const };
  const server = spawn(
    join(dirname(promtool), "prometheus"),
    words.map((word) => `--${word}`),
    options,
  );
  const ended = new Promise((resolve) => server.once("exit", resolve));
  return {
    async ask(path) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
        return ((await response.json()) as { data?: unknown }).data;
      } catch {
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
