import type { Command } from "commander";
import { getStatus, type Status } from "../operate/status.ts";
import { renderLive } from "../report/live.ts";
import { isoSeconds } from "../std/time.ts";
import { asking, type AskOptions, call, explain, trimmed } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { wholeNumber } from "./format.ts";
import { exitCodes, type Io, wantsColour } from "./io.ts";
import { openScreen } from "./screen.ts";

interface StatusOptions extends AskOptions {
  /** Redraws the picture until Ctrl-C. */
  readonly watch: boolean;
  readonly page: number;
}

const redrawMs = 2000;

/** `status`: the state of a running service and of everything it monitors. */
export function addStatusCommand(status: Command, world: CliWorld): void {
  const shown = status
    .option("--watch", "redraw until Ctrl-C", false)
    .option("--page <number>", "page number of the list of probes", wholeNumber, 1);
  asking(shown, {
    0: "the service is ready",
    2: "the service refused",
    5: "the service is not ready, or does not answer",
  }).action(async (options: StatusOptions) => world.done(await showStatus(options, world)));
}

function showStatus(options: StatusOptions, world: CliWorld): Promise<number> {
  if (!options.watch) return showOnce(options, world);
  const { stdout, stderr } = world.io;
  if (!options.json && stdout.isTTY) return watch(options, world);
  stderr.write("--watch needs a terminal and can't print JSON; leave it out to get one answer\n");
  return Promise.resolve(exitCodes.usage);
}

async function showOnce({ url, json, page }: StatusOptions, { io, effects }: CliWorld): Promise<number> {
  const reply = await call(effects, url, getStatus, { query: { page } });
  if (reply.kind !== "answered") return explain(io, url, reply);
  io.stdout.write(json ? `${JSON.stringify(reply.body)}\n` : picture(reply.data, url, io));
  return exitCodeOf(reply.data);
}

/** Resolves to the exit code of the last answer. */
async function watch({ url, page }: StatusOptions, { io, effects }: CliWorld): Promise<number> {
  const ended = new AbortController();
  io.onSignal(() => ended.abort());
  const screen = openScreen({
    ...io,
    stdout: io.terminal,
    isTTY: true,
    columns: io.stdout.columns,
    colour: wantsColour(io),
  });
  let exitCode: number = exitCodes.fine;
  let last: Status | undefined;
  while (!ended.signal.aborted) {
    const reply = await call(effects, url, getStatus, { query: { page } });
    // A service that restarts comes back; one that never answered, or refuses, does not.
    const isAway = reply.kind === "unreachable" && last !== undefined;
    if (reply.kind !== "answered" && !isAway) {
      screen.end();
      return explain(io, url, reply);
    }
    if (reply.kind === "answered") last = reply.data;
    const shown = last;
    exitCode = isAway || shown === undefined ? exitCodes.unhealthy : exitCodeOf(shown);
    if (shown !== undefined) screen.draw(() => picture(shown, url, io, isAway));
    await effects.sleep(redrawMs, ended.signal);
  }
  screen.end();
  return exitCode;
}

function picture(status: Status, url: string, io: Io, isAway = false): string {
  const { ready, reasons } = status.health;
  const answered = ready ? "ready" : `not ready: ${reasons.join("; ")}`;
  return renderLive(status, {
    columns: io.stdout.isTTY ? io.stdout.columns : 120,
    colour: wantsColour(io),
    title: trimmed(url).replace(/^https?:\/\//, ""),
    phase: isAway ? `does not answer; as of ${isoSeconds(status.atMs)}` : answered,
    events: [],
  });
}

function exitCodeOf({ health }: Status): number {
  return health.ready ? exitCodes.fine : exitCodes.unhealthy;
}
