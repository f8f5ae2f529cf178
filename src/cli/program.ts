import { Command } from "commander";
import { version } from "../std/version.ts";
import type { CliWorld, Effects } from "./effects.ts";
import { exitCodes, type Io } from "./io.ts";

type Add = (command: Command, world: CliWorld) => void;

/** One command, or one with commands below it. What it needs is loaded when it is used. */
interface Family {
  readonly description: string;
  readonly load: () => Promise<Add>;
  readonly isHidden?: true;
}

const families: Readonly<Record<string, Family>> = {
  demo: {
    description: "see it work: a provider that changes, and what Plumbline finds",
    load: async () => (await import("./demo.ts")).addDemoCommand,
  },
  init: {
    description: "write a first configuration; never overwrites a file",
    load: async () => (await import("./init.ts")).addInitCommand,
  },
  validate: {
    description: "check a configuration offline; show what it will send and cost per day",
    load: async () => (await import("./configuration.ts")).addValidateCommand,
  },
  run: {
    description: "run probes once, in memory, and report",
    load: async () => (await import("./run.ts")).addRunCommand,
  },
  start: {
    description: "run the service: schedule, probe, judge, alert",
    load: async () => (await import("./start.ts")).addStartCommand,
  },
  status: {
    description: "show the state of a running service",
    load: async () => (await import("./status.ts")).addStatusCommand,
  },
  audit: {
    description: "review a target once before production: worksheet, runbook record, decision",
    load: async () => (await import("./audit.ts")).addAuditCommands,
  },
  compare: {
    description: "ask two targets in turn: do they answer like the same model?",
    load: async () => (await import("./compare.ts")).addCompareCommand,
  },
  incident: {
    description: "see what is wrong just now, and take care of it",
    load: async () => (await import("./incidents.ts")).addIncidentCommands,
  },
  silence: {
    description: "mute notifications for a while; judging continues",
    load: async () => (await import("./silences.ts")).addSilenceCommands,
  },
  rehearse: {
    description: "see who an incident would wake, when and why; nothing is sent",
    load: async () => (await import("./rehearse.ts")).addRehearseCommand,
  },
  delivery: {
    description: "see alerts on their way, and retry those that failed",
    load: async () => (await import("./deliveries.ts")).addDeliveryCommands,
  },
  "audit-log": {
    description: "list who did what by hand, when and why",
    load: async () => (await import("./audit-log.ts")).addAuditLogCommand,
  },
  acts: {
    description: "former name of audit-log",
    load: async () => (await import("./audit-log.ts")).addActsCommand,
    isHidden: true,
  },
  baseline: {
    description: "see what is normal, since when and by whom, and change it",
    load: async () => (await import("./baselines.ts")).addBaselineCommands,
  },
  probe: {
    description: "see what runs and how it went; run, pause and resume probes",
    load: async () => (await import("./probes.ts")).addProbeCommands,
  },
  account: {
    description: "account for every due slot, the ledger and the deliveries of a time",
    load: async () => (await import("./account.ts")).addAccountCommand,
  },
  spend: {
    description: "put the ledger right",
    load: async () => (await import("./spend.ts")).addSpendCommands,
  },
  report: {
    description: "see what a month was like: incidents, pages, false ones, times, blind minutes",
    load: async () => (await import("./report.ts")).addReportCommand,
  },
  digest: {
    description: "preview today's digest: what has moved since the last one",
    load: async () => (await import("./digest.ts")).addDigestCommand,
  },
  export: {
    description: "write observations to standard output, one line for each call",
    load: async () => (await import("./export.ts")).addExportCommand,
  },
  mcp: {
    description: "let an assistant ask a running service (Model Context Protocol)",
    load: async () => (await import("./mcp.ts")).addMcpCommand,
  },
  store: {
    description: "database maintenance (no running service needed)",
    load: async () => (await import("./configuration.ts")).addStoreCommands,
  },
  alert: {
    description: "test receivers (no running service needed)",
    load: async () => (await import("./configuration.ts")).addAlertCommands,
  },
  testbed: {
    description: "serve a provider that can be made to drift, for experiments",
    load: async () => (await import("./demo.ts")).addTestbedCommand,
  },
};
const completion = "complete";

/**
 * The command line for these arguments: only the families that they name are loaded; all of them for shell completion,
 * or when `argv` is left out. `done` receives the exit code of the command that was run.
 */
export async function createProgram(
  io: Io,
  effects: Effects,
  done: (exitCode: number) => void,
  argv?: readonly string[],
): Promise<Command> {
  const world: CliWorld = { io, effects, defaultConfig: io.env["PLUMBLINE_CONFIG"] ?? "plumbline.yaml", done };
  const isEverything = argv === undefined || argv.includes(completion) || argv[0] === "help";
  const program = new Command("plumbline")
    .description("Find out before your customers that an LLM API has changed.")
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows all options)")
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .addHelpText(
      "after",
      "\nExit codes: 0 fine, 1 internal error, 2 usage or configuration, 3 failed or drifted, 4 inconclusive, 5 monitor unhealthy",
    );
  for (const [name, { description, load, isHidden = false }] of Object.entries(families)) {
    const command = program.command(name, { hidden: isHidden }).description(description);
    if (isEverything || argv.includes(name)) (await load())(command, world);
  }
  if (isEverything) (await import("@bomb.sh/tab/commander")).default(program);
  else program.command(completion).description("generate shell completion scripts");
  for (const command of [program, ...program.commands]) {
    for (const each of [command, ...command.commands]) each.exitOverride();
  }
  return program;
}

/** Runs what was typed. Commander's own errors are usage errors; help and version are fine. */
export async function runCli(argv: readonly string[], io: Io, effects: Effects): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const done = (code: number): void => {
    exitCode = code;
  };
  try {
    const program = await createProgram(io, effects, done, argv);
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof Error && "exitCode" in error && "code" in error) {
      return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    }
    throw error;
  }
}
