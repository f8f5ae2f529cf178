import { type Command, InvalidArgumentError, Option } from "commander";
import { diffAudits, renderDiff } from "../audit/diff.ts";
import { type AuditDocument, exposedIn } from "../audit/document.ts";
import { decisionLine } from "../audit/render/format.ts";
import { auditFormats } from "../audit/render/formats.ts";
import { addAudit, getAudit, listAudits } from "../operate/audits.ts";
import { microUsd } from "../std/money.ts";
import { ask, asking, type AskOptions, call, defaultUrl, explain, trimmed } from "./ask.ts";
import type { AuditArguments, CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { lines } from "./format.ts";
import { exitCodes, type Io } from "./io.ts";

interface AuditOptions extends Omit<AuditArguments, "target" | "approvedMicroUsd"> {
  readonly approveCost?: number;
  readonly send: boolean;
  readonly url: string;
}

/** `audit <target>`, and commands for audits that are finished. */
export function addAuditCommands(audit: Command, world: CliWorld): void {
  const { effects, io, done } = world;
  const read = async (file: string): Promise<AuditDocument | undefined> => {
    const document = await effects.readAudit(file);
    if (document === undefined) {
      io.stderr.write(`${file} is not an audit: name a JSON file that plumbline audit has written\n`);
    }
    return document;
  };

  audit
    .argument("<target>", "name of the target in the configuration")
    .option("--config <file>", "configuration file", world.defaultConfig)
    .option("--out <folder>", "folder to write audits to", "audits")
    .addOption(
      new Option("--format <format>", "format to write in addition to JSON").choices(auditFormats).default("md"),
    )
    .option(
      "--approve-cost <amount>",
      "skip the confirmation if the audit costs at most this, such as 0.05 USD",
      amountOption,
    )
    .option("--yes", "skip the confirmation", false)
    .option("--expect <file>", "YAML with pinned replies, such as { invalid-key: { status: 401 } }")
    .option("--json", "print decision and files as JSON", false)
    .option("--send", "send the finished audit to a running service, which stores it", false)
    .option("--url <url>", "address of the service", defaultUrl)
    .addHelpText(
      "after",
      "\nExit codes: 0 ready, 2 nothing was sent, 3 not ready, 4 could not be judged, 5 could not be sent to the service\n\nExample: plumbline audit mini --approve-cost '0.05 USD'",
    )
    .action(async (target: string, { approveCost, send, url, ...options }: AuditOptions) => {
      const { exitCode, document } = await effects.audit({ ...options, target, approvedMicroUsd: approveCost });
      const isKept = !send || document === undefined || (await sendAudit(world, url, document));
      done(isKept ? exitCode : exitCodes.unhealthy);
    });
  addKeptCommands(audit, world, read);
  endsWith(audit.command("diff"), { 0: "no change", 2: "a file is not an audit", 3: "something has changed" })
    .description("compare two audits")
    .argument("<before>", "JSON file of an audit")
    .argument("<after>", "JSON file of a later audit")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample: plumbline audit diff audits/mini-2026-11-01.json audits/mini-2026-11-23.json")
    .action(async (before: string, after: string, _own: unknown, command: Command) => {
      const one = await read(before);
      const other = one && (await read(after));
      if (one === undefined || other === undefined) return done(exitCodes.usage);
      const differences = diffAudits(one, other);
      // Also a flag of audit itself, which takes it when it comes first.
      const { json } = command.optsWithGlobals<{ json: boolean }>();
      io.stdout.write(
        json ? `${JSON.stringify({ schema: 1, data: differences })}\n` : renderDiff(differences, one, other),
      );
      done(differences.length === 0 ? exitCodes.fine : exitCodes.drifted);
    });
  audit
    .command("probes")
    .description("print the probes that an audit suggests, as YAML for the configuration")
    .argument("<audit>", "JSON file of an audit")
    .action(async (file: string) => {
      const document = await read(file);
      if (document === undefined) return done(exitCodes.usage);
      if (document.suggestedProbes === "") io.stderr.write("the audit suggests no probes: nothing held\n");
      io.stdout.write(document.suggestedProbes);
      done(document.suggestedProbes === "" ? exitCodes.usage : exitCodes.fine);
    });
}

function amountOption(text: string): number {
  const [, amount] = /^(\d+(?:\.\d{1,6})?)( USD)?$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError("expected an amount such as 0.05 USD");
  return microUsd(Number(amount));
}

/** Sends a finished audit; resolves to whether the service keeps it. */
async function sendAudit({ effects, io }: CliWorld, url: string, document: AuditDocument): Promise<boolean> {
  if (!mayLeave(io, document)) return false;
  const reply = await call(effects, url, addAudit, { body: document });
  if (reply.kind === "answered") io.stderr.write(keptText(url, reply.data));
  else explain(io, url, reply);
  return reply.kind === "answered";
}

function mayLeave({ stderr }: Io, document: AuditDocument): boolean {
  const exposed = exposedIn(document);
  if (exposed.length > 0) stderr.write(`not sent: the audit itself contains ${exposed.join(", ")}\n`);
  return exposed.length === 0;
}

const keptText = (url: string, { id }: Pick<AuditDocument, "id">): string =>
  `${trimmed(url)} keeps it: ${trimmed(url)}/audits/${encodeURIComponent(id)}\n`;

/** What a running service keeps. The options of `audit` itself are theirs as well: it takes them when it comes first. */
function addKeptCommands(
  audit: Command,
  world: CliWorld,
  read: (file: string) => Promise<AuditDocument | undefined>,
): void {
  asking(audit.command("list").description("list the audits that a running service stores"))
    .option("--target <name>", "only audits of this target")
    .action((_own: unknown, command: Command) => {
      const { target, ...where } = command.optsWithGlobals<AskOptions & { readonly target?: string }>();
      return ask(world, where, listAudits, { query: { target } }, (audits) =>
        lines(audits, "no audits", ({ id, readiness, because }) => `${id}  ${readiness}: ${because}`),
      );
    });
  asking(audit.command("show").description("show one stored audit"))
    .argument("<id>", "id of the audit")
    .action((id: string, _own: unknown, command: Command) =>
      ask(world, command.optsWithGlobals<AskOptions>(), getAudit, { id }, ({ document }) => decisionLine(document)),
    );
  asking(audit.command("send").description("send a finished audit to a running service, which stores it"))
    .argument("<audit>", "JSON file of an audit")
    .action(async (file: string, _own: unknown, command: Command) => {
      const document = await read(file);
      if (document === undefined || !mayLeave(world.io, document)) return world.done(exitCodes.usage);
      const where = command.optsWithGlobals<AskOptions>();
      return ask(world, where, addAudit, { body: document }, (kept) => keptText(where.url, kept));
    });
}
