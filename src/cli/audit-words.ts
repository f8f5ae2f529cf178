import { type Command, InvalidArgumentError, Option } from "commander";
import { type AuditFormat, auditFormats } from "../audit/render/renderers.ts";
import { microUsd } from "../std/money.ts";
import { endsWith } from "./ends.ts";

export interface AuditArguments {
  readonly target: string;
  readonly config: string;
  readonly out: string;
  readonly format: AuditFormat;
  readonly approvedMicroUsd: number | undefined;
  readonly yes: boolean;
  /** A file that pins how replies are to be. */
  readonly expect: string | undefined;
  readonly json: boolean;
}

export interface AuditCommands {
  audit(wanted: AuditArguments): Promise<number>;
  diff(one: string, other: string, json: boolean): Promise<number>;
  /** Prints the probes that an audit suggests. */
  probes(file: string): Promise<number>;
}

/** `audit <target>` and `audit diff <a> <b>`. */
export function addAuditCommands(
  program: Command,
  commands: AuditCommands,
  defaultConfig: string,
  done: (exitCode: number) => void,
): void {
  const audit = program
    .command("audit")
    .description("review a target once before it takes production traffic: worksheet, runbook record, decision")
    .argument("<target>", "its name in the configuration")
    .option("--config <file>", "the configuration", defaultConfig)
    .option("--out <folder>", "where audits are kept", "audits")
    .addOption(new Option("--format <form>", "beside JSON, which is always kept").choices(auditFormats).default("md"))
    .option("--approve-cost <amount>", "do not ask if it can cost no more than this, such as 0.05 USD", amountOption)
    .option("--yes", "do not ask", false)
    .option("--expect <file>", "YAML that pins replies, such as { invalid-key: { status: 401 } }; another is not ready")
    .option("--json", "print decision and files as JSON", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 ready, 2 nothing was sent, 3 not ready, 4 could not be judged\n\nExample: plumbline audit mini --approve-cost '0.05 USD'",
    )
    .action(
      async (
        target: string,
        given: {
          config: string;
          out: string;
          format: AuditFormat;
          approveCost?: number;
          yes: boolean;
          expect?: string;
          json: boolean;
        },
      ) => {
        const { config, out, format, approveCost: approvedMicroUsd, yes, expect, json } = given;
        done(await commands.audit({ target, config, out, format, approvedMicroUsd, yes, expect, json }));
      },
    );
  endsWith(audit.command("diff"), { 0: "nothing has changed", 2: "a file is no audit", 3: "something has changed" })
    .description("what is not the same in two audits")
    .argument("<before>", "a JSON file of an audit")
    .argument("<after>", "a later one")
    .option("--json", "as JSON", false)
    .addHelpText("after", "\nExample: plumbline audit diff audits/mini-2026-11-01.json audits/mini-2026-11-23.json")
    .action(async (before: string, after: string, _own: unknown, command: Command) =>
      // Also a flag of audit itself, which takes it when it comes first.
      done(await commands.diff(before, after, command.optsWithGlobals<{ json: boolean }>().json)),
    );
  audit
    .command("probes")
    .description("print the probes that an audit suggests, to be put into the configuration")
    .argument("<audit>", "a JSON file of an audit")
    .action(async (file: string) => done(await commands.probes(file)));
}

function amountOption(text: string): number {
  const [, amount] = /^(\d+(?:\.\d{1,6})?)( USD)?$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError("expected an amount such as 0.05 USD");
  return microUsd(Number(amount));
}
