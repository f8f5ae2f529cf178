import { Argument, type Command, Option } from "commander";
import { severity as severityField } from "../operate/fields.ts";
import { rehearsedKind, rehearseIncident, type RehearsalView } from "../operate/rehearse.ts";
import { printable } from "../report/terminal-text.ts";
import { zonedTime } from "../std/zoned-time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { moment } from "./format.ts";

interface RehearseOptions extends AskOptions {
  readonly at?: number;
  readonly severity: RehearsalView["severity"];
}

/** `rehearse`: who would be woken, without waking anybody. */
export function addRehearseCommand(command: Command, world: CliWorld): void {
  asking(command)
    .addArgument(new Argument("<kind>", "kind of incident").choices(rehearsedKind.options))
    .argument("<target>", "name of a target, or name or id of a probe")
    .option("--at <time>", "start time, such as 2026-11-30T02:00Z; default: now", moment)
    .addOption(new Option("--severity <severity>", "severity").choices(severityField.options).default("breaking"))
    .addHelpText("after", "\nExample: plumbline rehearse availability mini --at 2026-11-30T02:00Z")
    .action(
      (kind: (typeof rehearsedKind.options)[number], target: string, { at, severity, ...where }: RehearseOptions) =>
        ask(world, where, rehearseIncident, { body: { kind, target, severity, atMs: at } }, rehearsalText),
    );
}

export function rehearsalText({ probe, severity, tier, atMs, tz, lines }: RehearsalView): string {
  const begin = `${printable(probe)}: ${severity}, ${tier}, from ${zonedTime(new Date(atMs).toISOString(), tz)}`;
  const rows = lines.map(({ receiver, sentAtMs, tz, event, reason, by }) => {
    const why = `${reason.replaceAll("-", " ")}${by === undefined ? "" : ` (${by})`}`;
    return sentAtMs === undefined
      ? `  not notified: ${printable(receiver)}, ${printable(why)}\n`
      : `  ${zonedTime(new Date(sentAtMs).toISOString(), tz)}  ${printable(receiver)}  ${event}: ${printable(why)}\n`;
  });
  return `${begin}; nothing is sent\n${rows.join("")}`;
}
