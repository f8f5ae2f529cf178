import { type Command, InvalidArgumentError } from "commander";
import { asking, askingAt, type AskOptions, trimmed } from "./control-words.ts";
import { addPlanCommands, type PlanCommands } from "./plan-words.ts";

interface Reasoned extends AskOptions {
  readonly why: string;
}

interface Versions extends AskOptions {
  readonly from?: number;
  readonly to?: number;
}

/** What people ask and do about baselines; each resolves to the exit code. */
export interface BaselineCommands extends PlanCommands {
  list(probe: string | undefined, options: AskOptions): Promise<number>;
  show(series: string, options: AskOptions): Promise<number>;
  history(series: string, options: AskOptions): Promise<number>;
  diff(series: string, options: Versions): Promise<number>;
  accept(incident: string, options: Reasoned): Promise<number>;
  reject(series: string, options: Reasoned & { readonly to?: number }): Promise<number>;
  exportTo(series: string, file: string | undefined, options: Pick<AskOptions, "url">): Promise<number>;
  importFrom(series: string, file: string, options: Reasoned): Promise<number>;
  fromAudit(file: string, options: Reasoned): Promise<number>;
}

/** `baseline`: what is normal, since when, by whom, and what to do about it. */
export function addBaselineCommands(
  program: Command,
  commands: BaselineCommands,
  done: (exitCode: number) => void,
): void {
  const baseline = program.command("baseline").description("what is normal, since when, and who said so");
  const about = (word: string, text: string): Command =>
    asking(baseline.command(word).description(text)).argument("<series>", "its id, as in baseline list");
  const reasoned = (command: Command): Command => command.requiredOption("--why <reason>", "kept with the new version");

  asking(baseline.command("list").description("every series, its newest version or how far its learning is"))
    .argument("[probe]", "only those of this probe, such as valid@default")
    .action(async (probe: string | undefined, options: AskOptions) =>
      done(await commands.list(probe, trimmed(options))),
    );
  about("show", "what is normal: paths, values, band, and what is promised").action(
    async (series: string, options: AskOptions) => done(await commands.show(series, trimmed(options))),
  );
  about("history", "all versions: when, by whom and why").action(async (series: string, options: AskOptions) =>
    done(await commands.history(series, trimmed(options))),
  );
  about("diff", "what changed between two versions; the newest and the one before when not given")
    .option("--from <version>", "the older one", wholeNumber)
    .option("--to <version>", "the newer one", wholeNumber)
    .action(async (series: string, options: Versions) => done(await commands.diff(series, trimmed(options))));
  reasoned(
    asking(
      baseline.command("accept").description("take what an incident found for normal; sends nothing, can be undone"),
    ),
  )
    .argument("<incident>", "its id, as in the alert")
    .addHelpText("after", '\nExample: plumbline baseline accept 3ad3fe8feeb750a2-1 --why "announced in the changelog"')
    .action(async (incident: string, options: Reasoned) => done(await commands.accept(incident, trimmed(options))));
  reasoned(about("reject", "go back to what was normal before, as a new version"))
    .option("--to <version>", "to this one instead, as in baseline history", wholeNumber)
    .action(async (series: string, options: Reasoned & { readonly to?: number }) =>
      done(await commands.reject(series, trimmed(options))),
    );
  askingAt(baseline.command("export").description("the newest version as JSON"))
    .argument("<series>", "its id, as in baseline list")
    .option("--out <file>", "where; standard output when left out")
    .action(async (series: string, { out, ...options }: Pick<AskOptions, "url"> & { out?: string }) =>
      done(await commands.exportTo(series, out, trimmed(options))),
    );
  reasoned(
    about("import", "take an exported baseline for normal").argument("<file>", "what baseline export wrote"),
  ).action(async (series: string, file: string, options: Reasoned) =>
    done(await commands.importFrom(series, file, trimmed(options))),
  );
  reasoned(
    asking(
      baseline.command("from-audit").description("take what an audit saw for the baselines of the target's probes"),
    ),
  )
    .argument("<audit>", "a JSON file of an audit that ended ready, or with accepted risks")
    .addHelpText(
      "after",
      '\nExample: plumbline baseline from-audit audits/mini-2026-11-23.json --why "went live with it"',
    )
    .action(async (file: string, options: Reasoned) => done(await commands.fromAudit(file, trimmed(options))));
  addPlanCommands(baseline, commands, done);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("expected a version such as 2");
  return Number(text);
}
