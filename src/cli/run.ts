import { type Command, Option } from "commander";
import { isReporterName, reporterNames } from "../report/reporters.ts";
import type { CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";

/** `run`: probes once, in memory. */
export function addRunCommand(run: Command, { effects, defaultConfig, done }: CliWorld): void {
  endsWith(run, {
    0: "all ok or warn",
    2: "nothing was sent",
    3: "at least one failed or drifted",
    4: "at least one was inconclusive, none failed",
  })
    .argument("[probe...]", "names of the probes; default: all")
    .option("--config <file>", "the configuration", defaultConfig)
    .addOption(new Option("--reporter <name>", "output format").choices(reporterNames).default("pretty"))
    .addOption(new Option("--json", "short for --reporter json").implies({ reporter: "json" }))
    .addHelpText("after", "\nExample: plumbline run valid --reporter junit > report.xml")
    .action(async (probes: string[], { config, reporter }: { config: string; reporter: string }) => {
      if (isReporterName(reporter)) done(await effects.run({ config, probes, reporter }));
    });
}
