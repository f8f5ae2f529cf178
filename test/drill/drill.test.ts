import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("a short drill: processes and stores die, and every slot, request and alert is accounted for", () => {
  const faults = "kill-worker,reset-connections,restart-postgres,forged-jobs";
  const words = ["drill/drill.ts", "--minutes", "0.6", "--seed", "3", "--probes", "6", "--faults", faults];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect({ status, stdout, stderr: stderr.slice(-2000) }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("Every slot, request and alert is accounted for."),
  });
});
