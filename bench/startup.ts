import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile, table } from "./measure.ts";
import { load, machine, record } from "./record.ts";
import { openReplyServer } from "./servers.ts";
import { configOf, endedChildrenMs } from "./service.ts";

/**
 * How long commands of the package take as it is installed, and their CPU: the second start and later ones, medians of
 * seven. Needs `npm run build`.
 */
const times = 7;
const folder = mkdtempSync(join(tmpdir(), "plumbline-startup-"));
const replies = await openReplyServer();
const root = new URL("..", import.meta.url).pathname;
if (!existsSync(join(root, "dist/main.js"))) throw new Error("no dist: run npm run build first");
for (const part of ["bin", "dist", "config", "package.json"]) {
  cpSync(join(root, part), join(folder, part), { recursive: true });
}
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
const config = join(folder, "plumbline.yaml");
writeFileSync(config, configOf({ probes: 1, everyS: 60, port: replies.port }));
const commands: readonly (readonly [string, number, ...string[]])[] = [
  ["--version", 0.15, "--version"],
  ["--help", 0.25, "--help"],
  ["validate config/cometapi.yaml", 0.5, "validate", "config/cometapi.yaml"],
  ["run, one probe", 0.6, "run", "--config", config],
];

/** Wall time, and CPU of this process's ended children while it ran, in seconds. */
function once(words: readonly string[]): { readonly wallS: number; readonly cpuS: number } {
  const cpuBefore = endedChildrenMs();
  const startMs = performance.now();
  spawnSync(process.execPath, [join(folder, "bin/plumbline.js"), ...words], {
    cwd: folder,
    env: { ...process.env, BENCH_KEY: "sk-bench" },
    stdio: "ignore",
  });
  return { wallS: (performance.now() - startMs) / 1000, cpuS: (endedChildrenMs() - cpuBefore) / 1000 };
}

try {
  const measured = commands.map(([name, goalS, ...words]) => {
    once(words);
    const runs = Array.from({ length: times }, () => once(words));
    const median = (of: (run: ReturnType<typeof once>) => number): number => quantile(runs.map(of), 0.5);
    return { name, goalS, wallS: median(({ wallS }) => wallS), cpuS: median(({ cpuS }) => cpuS) };
  });
  const [version, help, validate, run] = measured;
  record("startup", {
    versionS: version?.wallS ?? Number.NaN,
    helpS: help?.wallS ?? Number.NaN,
    validateS: validate?.wallS ?? Number.NaN,
    runCpuS: run?.cpuS ?? Number.NaN,
  });
  const rows = measured.map(({ name, goalS, wallS, cpuS }) => [
    name,
    `≤ ${goalS} s`,
    `${wallS.toFixed(2)} s`,
    `${cpuS.toFixed(2)} s`,
  ]);
  process.stdout.write(
    `Start of commands, medians of ${times}; ${machine()}, load ${load()}\n\n${table([["command", "goal", "wall", "CPU"], ...rows])}\n`,
  );
} finally {
  replies.close();
  rmSync(folder, { recursive: true, force: true });
}
