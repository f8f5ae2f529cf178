import { type Command, InvalidArgumentError } from "commander";
import { createSilence, expireSilence, listSilences, type SilenceView } from "../operate/silences.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { durationLike, lines } from "./format.ts";

interface AddOptions extends AskOptions {
  readonly for: number;
  readonly why: string;
}

/** `silence`: mute notifications for a while. */
export function addSilenceCommands(silence: Command, world: CliWorld): void {
  asking(silence.command("list").description("list active and future silences")).action((where: AskOptions) =>
    ask(world, where, listSilences, {}, silenceLines),
  );
  asking(silence.command("add").description("mute notifications that match"))
    .argument("<match...>", "target=, probe=, scenario=, location= or kind=; * stands for any characters", match, {})
    .requiredOption("--for <duration>", "how long, such as 2h", durationLike("2h"))
    .requiredOption("--why <reason>", "reason, kept with the silence")
    .addHelpText("after", '\nExample: plumbline silence add target=mini kind=latency --for 2h --why "provider upgrade"')
    .action((matcher: Record<string, string>, { for: durationMs, why, ...where }: AddOptions) =>
      ask(world, where, createSilence, { body: { matcher, durationMs, why } }, (made) => silenceLines([made])),
    );
  asking(silence.command("expire").description("end a silence now"))
    .argument("<id>", "id of the silence")
    .action((id: string, where: AskOptions) => ask(world, where, expireSilence, { id }, () => `${id} has ended\n`));
}

function silenceLines(silences: readonly SilenceView[]): string {
  return lines(silences, "no silences", ({ id, matcher, startsAtMs, endsAtMs, by, why }) => {
    const what = Object.entries(matcher).map(([name, value]) => `${name}=${value}`);
    return `${id}  ${what.join(" ")}  ${isoSeconds(startsAtMs)} – ${isoSeconds(endsAtMs)}  ${by}: ${why}`;
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
