import { exitCodes, Refusal } from "./io.ts";
import type { Command } from "commander";
import type { CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";

/** `validate`: checks a configuration. */
export function addValidateCommand(validate: Command, { effects, defaultConfig, done }: CliWorld): void {
  endsWith(validate, { 0: "valid", 2: "invalid: standard error names every problem" })
    .argument("[file]", "the configuration", defaultConfig)
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
    .description("send a test alert to a receiver, or one that wakes nobody to all")
    .argument("[receiver]", "name of the receiver in the configuration")
    .option("--all", "every receiver; hidden where the service can: ntfy, Pushover, Telegram, PagerDuty", false)
    .option("--config <file>", "the configuration", defaultConfig)
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
    .description("migrate the database of DATABASE_URL to the schema of this program")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample: plumbline store migrate && plumbline start --await-schema 0s")
    .action(async ({ json }: { json: boolean }) => done(await effects.migrate(json)));
}
