import { relative } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";

/**
 * Property tests run the same cases every time, so that a change fails by what it changed. PLUMBLINE_TEST_SEED, an
 * integer, chooses other cases. A failure prints the command that runs the same cases again.
 */
const given = process.env["PLUMBLINE_TEST_SEED"] ?? "1";
const seed = Number(given);
if (!Number.isInteger(seed)) throw new Error(`PLUMBLINE_TEST_SEED must be an integer, got ${JSON.stringify(given)}`);

fc.configureGlobal({
  seed,
  reporter(run) {
    if (!run.failed) return;
    const file = relative(process.cwd(), expect.getState().testPath ?? "");
    const command = `PLUMBLINE_TEST_SEED=${run.seed} npx vitest run ${file}`;
    throw new Error(`${fc.defaultReportMessage(run)}\n\nRun the same cases again: ${command}`, {
      cause: run.errorInstance,
    });
  },
});
