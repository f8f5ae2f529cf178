import type { Command } from "commander";
import type { CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { errorRate, wholeNumber } from "./format.ts";

interface CompareOptions {
  readonly with?: string;
  readonly config: string;
  readonly maxRequests: number;
  readonly error: number;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `compare`: two targets, asked in turn. */
export function addCompareCommand(compare: Command, { effects, defaultConfig, done }: CliWorld): void {
  endsWith(compare, { 0: "same", 2: "nothing was sent", 3: "different", 4: "cannot tell yet" })
    .argument("<candidate>", "name of the target to check")
    .option("--with <reference>", "name of the target that is trusted; if omitted, the candidate's sameAs")
    .option("--config <file>", "configuration file", defaultConfig)
    .option("--max-requests <n>", "maximum number of requests to both targets together", wholeNumber, 700)
    .option(
      "--error <share>",
      "accepted error rate: how often equal targets may be reported as different",
      errorRate,
      0.01,
    )
    .option("--yes", "send the requests", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample: plumbline compare reseller-mini --with official-mini --yes")
    .action(async (candidate: string, { with: reference, error, ...options }: CompareOptions) =>
      done(await effects.compare({ candidate, reference, errorRate: error, ...options })),
    );
}
