import { type Command, InvalidArgumentError } from "commander";
import {
  createSilence,
  expireSilence,
  extendSilence,
  listSilences,
  previewSilence,
  type SilenceReach,
  type SilenceView,
} from "../operate/silences.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { durationLike, lines, moment } from "./format.ts";
import { counted } from "../std/counted.ts";

interface AddOptions extends AskOptions {
  readonly for: number;
  readonly why: string;
  readonly from?: number;
  readonly untilResolved?: string;
}

/** `silence`: mute notifications for a while. */
export function addSilenceCommands(silence: Command, world: CliWorld): void {
  asking(silence.command("list").description("list active and future silences")).action((where: AskOptions) =>
    ask(world, where, listSilences, {}, silenceLines),
  );
  asking(silence.command("add").description("mute notifications that match"))
    .argument("<match...>", "target=, probe=, scenario=, location= or kind=; * stands for any characters", match, {})
    .requiredOption("--for <duration>", "duration, such as 2h", durationLike("2h"))
    .requiredOption("--why <reason>", "reason, kept with the silence")
    .option("--from <time>", "start time, such as 2026-11-30T22:00Z; default: now", moment)
    .option("--until-resolved <incident>", "end the silence when this incident resolves, if that is earlier")
    .addHelpText("after", '\nExample: plumbline silence add target=mini kind=latency --for 2h --why "provider upgrade"')
    .action((matcher: Record<string, string>, { for: durationMs, why, from, untilResolved, ...where }: AddOptions) =>
      ask(
        world,
        where,
        createSilence,
        { body: { matcher, durationMs, why, startsAtMs: from, endsWith: untilResolved } },
        (made) => silenceLines([made]) + (made.reach === undefined ? "" : reachText(made.reach)),
      ),
    );
  asking(silence.command("preview").description("count what a silence would mute, without adding it"))
    .argument("<match...>", "matchers, as for `silence add`", match, {})
    .action((matcher: Record<string, string>, where: AskOptions) =>
      ask(world, where, previewSilence, { body: { matcher } }, reachText),
    );
  asking(silence.command("extend").description("change when a silence ends"))
    .argument("<id>", "id of the silence")
    .requiredOption("--for <duration>", "new duration from now, such as 2h", durationLike("2h"))
    .requiredOption("--why <reason>", "reason, kept in the audit log")
    .action((id: string, { for: durationMs, why, ...where }: AddOptions) =>
      ask(
        world,
        where,
        extendSilence,
        { id, body: { durationMs, why } },
        ({ endsAtMs }) => `${id} ends at ${isoSeconds(endsAtMs)}\n`,
      ),
    );
  asking(silence.command("expire").description("end a silence now"))
    .argument("<id>", "id of the silence")
    .action((id: string, where: AskOptions) => ask(world, where, expireSilence, { id }, () => `${id} has ended\n`));
}

/** `mutes 3 open incidents, matches 12 probes` */
function reachText({ incidents, probes }: SilenceReach): string {
  if (incidents === 0 && probes === 0)
    return "warning: the silence matches no probe and no open incident; check the spelling\n";
  return `mutes ${counted(incidents, "open incident")}, matches ${counted(probes, "probe")}\n`;
}

function silenceLines(silences: readonly SilenceView[]): string {
  return lines(silences, "no silences", ({ id, matcher, startsAtMs, endsAtMs, by, why, endsWith }) => {
    const what = Object.entries(matcher).map(([name, value]) => `${name}=${value}`);
    return `${id}  ${what.join(" ")}  ${isoSeconds(startsAtMs)} – ${isoSeconds(endsAtMs)}${endsWith === undefined ? "" : ` or with ${endsWith}`}  ${by}: ${why}`;
  });
}

const matchable = ["target", "probe", "scenario", "location", "kind"];

function match(text: string, before: Record<string, string>): Record<string, string> {
  const [, name = "", value = ""] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  if (!matchable.includes(name)) {
    throw new InvalidArgumentError(`expected one of ${matchable.map((word) => `${word}=…`).join(", ")}`);
  }
  return { ...before, [name]: value };
}
