import { type Command, Option } from "commander";
import type { CliWorld, RoleName } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { addressOption, durationLike, wholeNumber } from "./format.ts";

const roleNames: readonly RoleName[] = ["scheduler", "worker", "notifier", "web"];

interface StartOptions {
  readonly config: string;
  readonly role: RoleName[];
  readonly location: string[];
  readonly concurrency: number;
  readonly grace: number;
  readonly listen?: { host: string; port: number };
  readonly awaitSchema?: number;
  readonly awaitStores: number;
}

/** `start`: the service. */
export function addStartCommand(start: Command, { effects, defaultConfig, done }: CliWorld): void {
  endsWith(start, {
    0: "stopped by a signal",
    2: "the configuration, the environment or the address can't be used",
    5: "a store is unreachable, or its schema is not migrated",
  })
    .option("--config <file>", "configuration file", defaultConfig)
    .addOption(new Option("--role <role...>", "run only these roles").choices(roleNames).default(roleNames, "all"))
    .option("--location <location...>", "run only the probes of these locations", [])
    .option("--concurrency <n>", "concurrent runs in each location", wholeNumber, 10)
    .addOption(
      new Option("--grace <duration>", "time for running probes to finish on SIGTERM; a second signal stops at once")
        .argParser(durationLike("30s"))
        .default(30_000, "30s"),
    )
    .option("--listen <address>", "address of the HTTP API, such as 127.0.0.1:8080", addressOption)
    .option(
      "--await-schema <duration>",
      "wait this long for plumbline store migrate instead of migrating the database",
      durationLike("30s"),
    )
    .addOption(
      new Option("--await-stores <duration>", "how long to wait for PostgreSQL and Redis if they are unreachable")
        .argParser(durationLike("60s"))
        .default(60_000, "60s"),
    )
    .addHelpText("after", "\nExample: plumbline start --role worker --location eu")
    .action(async ({ config, role, location, concurrency, grace, listen, awaitSchema, awaitStores }: StartOptions) =>
      done(
        await effects.start({
          config,
          roles: role,
          locations: location,
          concurrency,
          graceMs: grace,
          listen,
          awaitSchemaMs: awaitSchema,
          awaitStoresMs: awaitStores,
        }),
      ),
    );
}
