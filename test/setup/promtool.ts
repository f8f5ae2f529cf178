import { spawnSync } from "node:child_process";
import { inject } from "vitest";

/** Runs Prometheus' own checker; what it says about what it reads, and whether it is content. */
export function promtool(words: readonly string[], input = ""): { readonly exitCode: number | null; output: string } {
  const program = inject("promtool");
  if (program === "") throw new Error("this test needs promtool, which comes with Prometheus: put it on the PATH");
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: "utf8" });
  return { exitCode: status, output: `${stdout}${stderr}` };
}
