import { type Command, InvalidArgumentError, Option } from "commander";
import type { FailOn } from "../report/run-outcome.ts";
import { isReporterName, reporterNames } from "../report/reporters.ts";
import { readBaselineFile } from "./baseline-file.ts";
import type { CliWorld, ReportTo } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { exitCodes } from "./io.ts";
import { wholeNumber } from "./format.ts";

interface RunOptions {
  readonly config: string;
  readonly reporter: readonly ReportTo[];
  readonly baseline: readonly string[];
  readonly failOn?: FailOn;
  readonly concurrency: number;
}

/** `run`: probes once, in memory. */
export function addRunCommand(run: Command, world: CliWorld): void {
  const { effects, defaultConfig, done } = world;
  endsWith(run, {
    0: "all ok or warn",
    2: "nothing was sent",
    3: "at least one failed or drifted",
    4: "at least one was inconclusive, none failed",
  })
    .argument("[probe...]", "names of the probes; default: all")
    .option("--config <file>", "configuration file", defaultConfig)
    .option(
      "--reporter <name[=file]...>",
      `output format (${reporterNames.join(", ")}), to a file or to standard output; default: pretty`,
      reportOption,
      [],
    )
    .addOption(new Option("--json", "short for --reporter json").implies({ reporter: [toOutput("json")] }))
    .option("--baseline <file...>", "compare with baselines from files of plumbline baseline export", [])
    .addOption(
      new Option("--fail-on <severity>", "exit with code 3 only for findings of at least this severity").choices([
        "breaking",
        "risky",
      ]),
    )
    .option("--concurrency <n>", "number of probes to run at the same time", wholeNumber, 4)
    .addHelpText("after", "\nExample: plumbline run valid --reporter pretty --reporter junit=report.xml")
    .action(async (probes: string[], { config, reporter, baseline, failOn, concurrency }: RunOptions) => {
      const baselines = baseline.flatMap((file) => readBaselineFile(world, file) ?? []);
      if (baselines.length < baseline.length) return done(exitCodes.usage);
      const reports = reporter.length === 0 ? [toOutput("pretty")] : reporter;
      done(await effects.run({ config, probes, reports, failOn, baselines, concurrency: Math.max(1, concurrency) }));
    });
}

const toOutput = (reporter: ReportTo["reporter"]): ReportTo => ({ reporter, file: undefined });

function reportOption(text: string, before: readonly ReportTo[]): readonly ReportTo[] {
  const [name = "", ...rest] = text.split("=");
  if (!isReporterName(name)) throw new InvalidArgumentError(`Allowed choices are ${reporterNames.join(", ")}.`);
  return [...before, { reporter: name, file: rest.length === 0 ? undefined : rest.join("=") }];
}
