import type { Command } from "commander";
import { cancelPlan, createPlan, listPlans, type PlannedView, type PlanView } from "../operate/plans.ts";
import { printable } from "../report/terminal-text.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { lines, moment } from "./format.ts";

interface PlanOptions extends AskOptions {
  readonly target?: string;
  readonly probe?: string;
  /** Unix milliseconds; now when left out. */
  readonly at?: number;
  readonly why: string;
}

/** `baseline planned`, `plans` and `unplan`: changes of your own. */
export function addPlanCommands(baseline: Command, world: CliWorld): void {
  asking(
    baseline
      .command("planned")
      .description("announce your own change: from then on, series learn a new normal and nobody is paged"),
  )
    .option("--target <name>", "all probes of this target")
    .option("--probe <probe>", "one probe, such as valid@default")
    .option("--at <time>", "start time, such as 2026-12-01T09:00Z; default: now", moment)
    .requiredOption("--why <reason>", "reason, kept with the new versions")
    .addHelpText(
      "after",
      '\nExample: plumbline baseline planned --target mini --at 2026-12-01T09:00Z --why "moves to gpt-5"' +
        "\nA new model, prompt or location in the configuration starts a new baseline by itself.",
    )
    .action(({ target, probe, at, why, ...where }: PlanOptions) =>
      ask(world, where, createPlan, { body: { target, probe, startsAtMs: at, why } }, plannedText),
    );
  asking(baseline.command("plans").description("list planned changes in the future")).action((where: AskOptions) =>
    ask(world, where, listPlans, {}, planLines),
  );
  asking(baseline.command("unplan").description("cancel a planned change that has not begun"))
    .argument("<id>", "id of the planned change, as in baseline plans")
    .action((id: string, where: AskOptions) => ask(world, where, cancelPlan, { id }, () => `${id} is cancelled\n`));
}

function plannedText({ change, isAhead, series, incidents }: PlannedView): string {
  const what = whatChanges(change);
  const resolved = incidents.length === 0 ? "" : `; resolved: ${incidents.join(", ")}`;
  const text = isAhead
    ? `${change.id}  ${what} changes at ${isoSeconds(change.startsAtMs)}; to cancel: plumbline baseline unplan ${change.id}`
    : `${what}: ${series.length} series learn a new normal from the next run on${resolved}`;
  return `${printable(text)}\n`;
}

const planLines = (changes: readonly PlanView[]): string =>
  lines(
    changes,
    "no planned changes",
    (change) =>
      `${change.id}  ${isoSeconds(change.startsAtMs)}  ${whatChanges(change)}  by ${change.by}: ${change.why}`,
  );

const whatChanges = ({ target = "", probeId }: PlanView): string => probeId ?? `target ${target}`;
