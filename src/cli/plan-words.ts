import { type Command, InvalidArgumentError } from "commander";
import { asking, type AskOptions, trimmed } from "./control-words.ts";

export interface PlanArguments {
  readonly target?: string | undefined;
  readonly probe?: string | undefined;
  /** Unix milliseconds; now when left out. */
  readonly startsAtMs?: number | undefined;
  readonly why: string;
}

/** What people say of their own changes; each resolves to the exit code. */
export interface PlanCommands {
  planned(wanted: PlanArguments, options: AskOptions): Promise<number>;
  plans(options: AskOptions): Promise<number>;
  unplan(id: string, options: AskOptions): Promise<number>;
}

/** `baseline planned`, `plans` and `unplan`: changes that are your own. */
export function addPlanCommands(baseline: Command, commands: PlanCommands, done: (exitCode: number) => void): void {
  asking(
    baseline
      .command("planned")
      .description("a change of your own: from then on a new normal is learned, and nobody is paged for it"),
  )
    .option("--target <name>", "all probes of this target")
    .option("--probe <probe>", "one probe, such as valid@default")
    .option("--at <time>", "when it begins, ahead or just now, such as 2026-12-01T09:00Z; now when left out", moment)
    .requiredOption("--why <reason>", "kept with the new versions")
    .addHelpText(
      "after",
      '\nExample: plumbline baseline planned --target mini --at 2026-12-01T09:00Z --why "moves to gpt-5"' +
        "\nAnother model, prompt or location in the configuration begins anew by itself.",
    )
    .action(
      async ({
        target,
        probe,
        at,
        why,
        ...options
      }: AskOptions & Omit<PlanArguments, "startsAtMs"> & { at?: number }) =>
        done(await commands.planned({ target, probe, startsAtMs: at, why }, trimmed(options))),
    );
  asking(baseline.command("plans").description("planned changes that are still to come")).action(
    async (options: AskOptions) => done(await commands.plans(trimmed(options))),
  );
  asking(baseline.command("unplan").description("take back a planned change that has not begun"))
    .argument("<id>", "its id, as in baseline plans")
    .action(async (id: string, options: AskOptions) => done(await commands.unplan(id, trimmed(options))));
}

/** A time of no zone would mean another moment on another machine. */
function moment(text: string): number {
  const atMs = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError("expected a time with its zone, such as 2026-12-01T09:00Z");
  return atMs;
}
