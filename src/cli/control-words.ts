import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDurationMs } from "../std/duration.ts";
import { type Endings, endsWith } from "./ends.ts";

/** Which running service is asked, and how the answer is shown. */
export interface AskOptions {
  readonly url: string;
  readonly json: boolean;
}

export interface SilenceArguments {
  readonly matcher: Readonly<Record<string, string>>;
  readonly durationMs: number;
  readonly why: string;
}

/** What people do to a running service; each resolves to the exit code. */
export interface ControlCommands {
  incidents(options: AskOptions & { readonly all: boolean }): Promise<number>;
  incident(id: string, options: AskOptions): Promise<number>;
  act(what: "acknowledge" | "resolve", id: string, why: string, options: AskOptions): Promise<number>;
  exclude(id: string, why: string, options: AskOptions): Promise<number>;
  noise(id: string, why: string, options: AskOptions): Promise<number>;
  silences(options: AskOptions): Promise<number>;
  silence(wanted: SilenceArguments, options: AskOptions): Promise<number>;
  expireSilence(id: string, options: AskOptions): Promise<number>;
  deliveries(state: string, options: AskOptions): Promise<number>;
  retryDelivery(id: string, options: AskOptions): Promise<number>;
  acts(options: AskOptions): Promise<number>;
}

type Done = (exitCode: number) => void;

const tokenHelp = "\nA service with tokens is asked with the one in PLUMBLINE_TOKEN.";
const endings: Endings = { 0: "answered or done", 2: "the service refuses", 5: "no service answers" };
const deliveryStates = ["pending", "delivered", "failed", "carried"];

/** `incident`, `silence` and `delivery`: words for what the HTTP API of a running service can do. */
export function addControlCommands(program: Command, commands: ControlCommands, done: Done): void {
  const incident = program.command("incident").description("what is wrong just now, and whose it is");
  asking(incident.command("list").description("incidents that are not over, newest first"))
    .option("--all", "the resolved ones too", false)
    .action(async (options: AskOptions & { all: boolean }) => done(await commands.incidents(trimmed(options))));
  asking(incident.command("show").description("one incident: what changed, what happened, who was told or why not"))
    .alias("explain")
    .argument("<id>", "its id, as in the alert")
    .action(async (id: string, options: AskOptions) => done(await commands.incident(id, trimmed(options))));
  for (const [word, what, text] of [
    ["ack", "acknowledge", "take it on: reminders stop until it resolves"],
    ["resolve", "resolve", "say that it is over; bad slots open another one"],
  ] as const) {
    asking(incident.command(word).description(text))
      .argument("<id>", "its id, as in the alert")
      .requiredOption("--why <reason>", "kept with the incident and told to the receivers")
      .action(async (id: string, options: AskOptions & { why: string }) =>
        done(await commands.act(what, id, options.why, trimmed(options))),
      );
  }

  for (const [word, text] of [
    ["exclude", "it was real: nothing of its time is learned from, by any series of its probe"],
    ["noise", "its page was for nothing: two of a series within 90 days make its guard wider by half"],
  ] as const) {
    asking(incident.command(word).description(text))
      .argument("<id>", "its id, as in the alert")
      .requiredOption("--why <reason>", "kept with the act")
      .action(async (id: string, options: AskOptions & { why: string }) =>
        done(await commands[word](id, options.why, trimmed(options))),
      );
  }

  asking(program.command("acts").description("who did what by hand, when and why")).action(
    async (options: AskOptions) => done(await commands.acts(trimmed(options))),
  );

  const silence = program.command("silence").description("mute alerts for a while; judging goes on");
  asking(silence.command("list").description("silences in force or to come")).action(async (options: AskOptions) =>
    done(await commands.silences(trimmed(options))),
  );
  asking(silence.command("add").description("mute what matches"))
    .argument("<match...>", "target=, probe=, scenario=, location= or kind=; * stands for any characters", match, {})
    .requiredOption("--for <duration>", "how long, such as 2h", duration)
    .requiredOption("--why <reason>", "kept with the silence")
    .addHelpText("after", '\nExample: plumbline silence add target=mini kind=latency --for 2h --why "provider upgrade"')
    .action(
      async (
        matcher: Record<string, string>,
        { for: durationMs, why, ...options }: AskOptions & { for: number; why: string },
      ) => done(await commands.silence({ matcher, durationMs, why }, trimmed(options))),
    );
  asking(silence.command("expire").description("end a silence now"))
    .argument("<id>", "its id")
    .action(async (id: string, options: AskOptions) => done(await commands.expireSilence(id, trimmed(options))));

  const delivery = program.command("delivery").description("alerts on their way, and those that never arrived");
  asking(delivery.command("list").description("deliveries by state, newest first"))
    .addOption(
      new Option("--state <state>", "what became of them; carried is told of by another")
        .choices(deliveryStates)
        .default("failed"),
    )
    .action(async (options: AskOptions & { state: string }) =>
      done(await commands.deliveries(options.state, trimmed(options))),
    );
  asking(delivery.command("retry").description("try one again that was given up, under its old id"))
    .argument("<id>", "its id")
    .action(async (id: string, options: AskOptions) => done(await commands.retryDelivery(id, trimmed(options))));
}

/** Asks a running service and shows its answer, for people or as JSON. */
export function asking(command: Command, ends: Endings = endings): Command {
  return askingAt(command.option("--json", "as JSON", false), ends);
}

/** Asks a running service for what has one form only. */
export function askingAt(command: Command, ends: Endings = endings): Command {
  return endsWith(
    command.option("--url <url>", "the service", "http://127.0.0.1:8080").addHelpText("after", tokenHelp),
    ends,
  );
}

export function trimmed<Options extends Pick<AskOptions, "url">>(options: Options): Options {
  return { ...options, url: options.url.replace(/\/+$/, "") };
}

const matchable = ["target", "probe", "scenario", "location", "kind"];

function match(text: string, before: Record<string, string>): Record<string, string> {
  const [, name = "", value = ""] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  if (!matchable.includes(name)) {
    throw new InvalidArgumentError(`expected one of ${matchable.map((it) => `${it}=…`).join(", ")}`);
  }
  return { ...before, [name]: value };
}

function duration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) throw new InvalidArgumentError("expected a duration such as 2h");
  return durationMs;
}
