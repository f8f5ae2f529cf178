import { exitCodes, Refusal } from "./io.ts";
import type { Command } from "commander";
import type { CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";

/** `validate`: checks a configuration. */
export function addValidateCommand(validate: Command, { effects, defaultConfig, done }: CliWorld): void {
  endsWith(validate, { 0: "valid", 2: "invalid: standard error names every problem" })
    .argument("[file]", "configuration file", defaultConfig)
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample: plumbline validate config/cometapi.yaml")
    .action(async (file: string, { json }: { json: boolean }) => done(await effects.validate(file, json)));
}

interface AlertTestOptions {
  readonly config: string;
  readonly json: boolean;
  readonly all: boolean;
}

/** `alert`: what needs receivers and no running service. */
export function addAlertCommands(alert: Command, { effects, defaultConfig, done }: CliWorld): void {
  endsWith(alert.command("test"), { 0: "delivered", 2: "nothing was sent", 3: "not delivered" })
    .description("send a test alert to one receiver, or to all without waking anybody")
    .argument("[receiver]", "name of the receiver in the configuration")
    .option("--all", "test all receivers, without a sound or page on ntfy, Pushover, Telegram and PagerDuty", false)
    .option("--config <file>", "configuration file", defaultConfig)
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample: plumbline alert test oncall")
    .action(async (receiver: string | undefined, { config, json, all }: AlertTestOptions) => {
      if (all !== (receiver === undefined)) throw new Refusal("name one receiver, or give --all", exitCodes.usage);
      done(await effects.alertTest(receiver, config, json));
    });
}

/** `store`: database maintenance. */
export function addStoreCommands(store: Command, { effects, done }: CliWorld): void {
  endsWith(store.command("migrate"), {
    0: "the schema is up to date",
    2: "the schema is newer than this program can use",
    5: "the database is unreachable",
  })
    .description("update the schema of the database at DATABASE_URL for this version")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample: plumbline store migrate && plumbline start --await-schema 0s")
    .action(async ({ json }: { json: boolean }) => done(await effects.migrate(json)));
}
