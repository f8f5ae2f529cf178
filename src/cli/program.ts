import tab from "@bomb.sh/tab/commander";
import { Command, InvalidArgumentError, Option } from "commander";
import { isReporterName, type ReporterName } from "../report/reporters.ts";
import { parseDurationMs } from "../std/duration.ts";
import { addAuditCommands, type AuditCommands } from "./audit-words.ts";
import { addBaselineCommands, type BaselineCommands } from "./baseline-words.ts";
import { addControlCommands, asking, type AskOptions, type ControlCommands, trimmed } from "./control-words.ts";
import { addDigestCommand, type DigestArguments } from "./digest-words.ts";
import { addExportCommand, type ExportArguments } from "./export-words.ts";
import { endsWith } from "./ends.ts";
import { exitCodes, type Io } from "./io.ts";
import { addProbeCommands, type ProbeCommands } from "./probe-words.ts";
import { addStoreCommands, type StoreCommands } from "./store-words.ts";

export type RoleName = "scheduler" | "worker" | "notifier" | "web";
const roleNames: readonly RoleName[] = ["scheduler", "worker", "notifier", "web"];

export interface RunArguments {
  readonly config: string;
  readonly probes: readonly string[];
  readonly reporter: ReporterName;
}

export interface StartArguments {
  readonly config: string;
  readonly roles: readonly RoleName[];
  readonly locations: readonly string[];
  readonly concurrency: number;
  readonly graceMs: number;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** How long to wait for the schema that somebody else brings up to date; undefined = it is done here. */
  readonly awaitSchemaMs: number | undefined;
}

export interface StatusArguments extends AskOptions {
  /** Draws the picture anew until told to end. */
  readonly watch: boolean;
}

/** What the words lead to; each resolves to the exit code. */
export interface CommandSet {
  demo(options: { readonly once: boolean; readonly data: string | undefined }): Promise<number>;
  init(file: string): Promise<number>;
  validate(file: string, json: boolean): Promise<number>;
  run(options: RunArguments): Promise<number>;
  start(options: StartArguments): Promise<number>;
  status(question: StatusArguments): Promise<number>;
  testbed(port: number): Promise<number>;
  alertTest(receiver: string, config: string, json: boolean): Promise<number>;
  readonly review: AuditCommands;
  readonly control: ControlCommands;
  readonly baseline: BaselineCommands;
  readonly probe: ProbeCommands;
  readonly store: StoreCommands;
  digest(options: DigestArguments): Promise<number>;
  exportObservations(options: ExportArguments): Promise<number>;
}

/** The command line. `done` receives the exit code of the command that was run. */
export function createProgram(io: Io, commands: CommandSet, done: (exitCode: number) => void): Command {
  const defaultConfig = io.env["PLUMBLINE_CONFIG"] ?? "plumbline.yaml";
  const program = new Command("plumbline")
    .description("Knows before your customers do that an LLM API has changed under you.")
    .version("0.1.0")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help tells more)")
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .addHelpText(
      "after",
      "\nExit codes: 0 fine, 1 internal error, 2 usage or configuration, 3 failed or drifted, 4 inconclusive, 5 monitor unhealthy",
    );

  endsWith(program.command("demo"), { 0: "all was found and nothing else, or you ended it", 3: "something was not" })
    .description("see it work: a provider that changes, and what is noticed of it")
    .option("--once", "end when the story is told", false)
    .option("--data <folder>", "keep the data there instead of in a temporary folder")
    .addHelpText("after", "\nExample: plumbline demo --once")
    .action(async ({ once, data }: { once: boolean; data?: string }) => done(await commands.demo({ once, data })));
  program
    .command("init")
    .description("write a configuration to begin with; never overwrites")
    .argument("[file]", "where", "plumbline.yaml")
    .action(async (file: string) => done(await commands.init(file)));
  endsWith(program.command("validate"), { 0: "valid", 2: "it has mistakes: each is named on standard error" })
    .description("check a configuration offline; say what it will send and cost per day")
    .argument("[file]", "the configuration", defaultConfig)
    .option("--json", "as JSON", false)
    .addHelpText("after", "\nExample: plumbline validate config/cometapi.yaml")
    .action(async (file: string, { json }: { json: boolean }) => done(await commands.validate(file, json)));
  endsWith(program.command("run"), {
    0: "all ok or warn",
    2: "nothing was sent",
    3: "one failed or drifted",
    4: "one was inconclusive, none failed",
  })
    .description("run probes once, in memory, and report")
    .argument("[probe...]", "their names; all when left out")
    .option("--config <file>", "the configuration", defaultConfig)
    .addOption(new Option("--reporter <name>", "how to report").choices(["pretty", "json", "junit"]).default("pretty"))
    .addOption(new Option("--json", "short for --reporter json").implies({ reporter: "json" }))
    .addHelpText("after", "\nExample: plumbline run valid --reporter junit > report.xml")
    .action(async (probes: string[], { config, reporter }: { config: string; reporter: string }) => {
      if (isReporterName(reporter)) done(await commands.run({ config, probes, reporter }));
    });
  endsWith(program.command("start"), {
    0: "stopped by a signal",
    2: "its configuration, its environment or its address is not usable",
    5: "a store is out of reach, or its schema is not brought up to date",
  })
    .description("run the service: schedule, probe, judge, alert")
    .option("--config <file>", "the configuration", defaultConfig)
    .addOption(new Option("--role <role...>", "only these roles").choices(roleNames).default(roleNames, "all"))
    .option("--location <location...>", "take the slots of these locations only", [])
    .option("--concurrency <n>", "runs at once in each location", wholeNumber, 10)
    .addOption(
      new Option("--grace <duration>", "how long running probes may take to finish on SIGTERM; a second signal forces")
        .argParser(durationOption)
        .default(30_000, "30s"),
    )
    .option("--listen <address>", "where health and status are served, such as 127.0.0.1:8080", addressOption)
    .option(
      "--await-schema <duration>",
      "leave the schema of the database to plumbline store migrate, and wait so long for it",
      durationOption,
    )
    .addHelpText("after", "\nExample: plumbline start --role worker --location eu")
    .action(
      async (options: {
        config: string;
        role: RoleName[];
        location: string[];
        concurrency: number;
        grace: number;
        listen?: { host: string; port: number };
        awaitSchema?: number;
      }) =>
        done(
          await commands.start({
            config: options.config,
            roles: options.role,
            locations: options.location,
            concurrency: options.concurrency,
            graceMs: options.grace,
            listen: options.listen,
            awaitSchemaMs: options.awaitSchema,
          }),
        ),
    );
  asking(
    program
      .command("status")
      .description("ask a running service how it is")
      .option("--watch", "keep showing it until Ctrl-C", false),
    { 0: "it is well", 2: "the service refuses", 5: "it is not well, or does not answer" },
  ).action(async (question: StatusArguments) => done(await commands.status(trimmed(question))));
  addAuditCommands(program, commands.review, defaultConfig, done);
  addControlCommands(program, commands.control, done);
  addBaselineCommands(program, commands.baseline, done);
  addProbeCommands(program, commands.probe, done);
  addDigestCommand(program, commands.digest, done);
  addExportCommand(program, commands.exportObservations, done);
  addStoreCommands(program, commands.store, done);
  const alert = program.command("alert").description("what has to do with alerts and no running service");
  endsWith(alert.command("test"), { 0: "it arrived", 2: "nothing was sent", 3: "it did not arrive" })
    .description("send a receiver a marked test as any alert is sent")
    .argument("<receiver>", "its name in the configuration")
    .option("--config <file>", "the configuration", defaultConfig)
    .option("--json", "as JSON", false)
    .addHelpText("after", "\nExample: plumbline alert test oncall")
    .action(async (receiver: string, { config, json }: { config: string; json: boolean }) =>
      done(await commands.alertTest(receiver, config, json)),
    );
  program
    .command("testbed")
    .description("serve a provider that can be made to drift, to try things on")
    .option("--port <port>", "0 takes a free one", wholeNumber, 0)
    .action(async ({ port }: { port: number }) => done(await commands.testbed(port)));

  tab(program);
  for (const command of [program, ...program.commands]) {
    for (const each of [command, ...command.commands]) each.exitOverride();
  }
  return program;
}

/** Runs what was typed. Commander's own errors are usage errors; help and version are fine. */
export async function runCli(argv: readonly string[], io: Io, commands: CommandSet): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const program = createProgram(io, commands, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof Error && "exitCode" in error && "code" in error) {
      return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    }
    throw error;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}

function durationOption(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) throw new InvalidArgumentError("expected a duration such as 30s");
  return durationMs;
}

function addressOption(text: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) throw new InvalidArgumentError("expected an address such as 0.0.0.0:8080");
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
