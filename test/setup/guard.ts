import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

/**
 * Outlives the test run by a moment: when its input ends, however that came about (kill -9 included), it ends the
 * servers whose pids it was told and removes their folder. A folder given as an argument, pids one a line.
 */
const [folder = ""] = process.argv.slice(2);
const pids: number[] = [];
process.on("SIGINT", () => {}).on("SIGTERM", () => {});
createInterface({ input: process.stdin })
  .on("line", (line) => pids.push(Number(line)))
  .on("close", () => {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    // PostgreSQL's own children need a moment to notice, and write until then.
    if (folder !== "") setTimeout(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }), 200);
  });
