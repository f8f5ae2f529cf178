import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, type Io, wantsColour } from "../cli/io.ts";
import type { StatusArguments } from "../cli/program.ts";
import { openScreen } from "../cli/screen.ts";
import { renderLive } from "../report/live.ts";
import type { Overview } from "../operate/overview.ts";
import type { Health } from "../web/health.ts";
import { askService } from "./api-client.ts";
import { sayRefusal } from "./ask.ts";

interface Status {
  readonly data: Overview;
  readonly health: Health;
}

const redrawMs = 2000;

/** How a running service is, once or until told to end. Resolves to the exit code of the last answer. */
export function showStatus(question: StatusArguments, io: Io): Promise<number> {
  if (!question.watch) return showOnce(question, io);
  if (!question.json && io.stdout.isTTY) return watch(question, io);
  io.stderr.write("--watch draws on a terminal; leave it out to get one answer, --json for programs\n");
  return Promise.resolve(exitCodes.usage);
}

async function showOnce({ url, json }: StatusArguments, io: Io): Promise<number> {
  const reply = await askService(url, io.env, "GET", "/status");
  if (reply.kind !== "answered") return sayRefusal(io, url, reply);
  const status = reply.body as Status;
  io.stdout.write(json ? `${JSON.stringify(status)}\n` : picture(status, url, io));
  return exitCodeOf(status);
}

async function watch({ url }: StatusArguments, io: Io): Promise<number> {
  const ended = new AbortController();
  io.onSignal(() => ended.abort());
  const screen = openScreen({ ...io, isTTY: true, columns: io.stdout.columns, colour: wantsColour(io) });
  let exitCode: number = exitCodes.fine;
  while (!ended.signal.aborted) {
    const reply = await askService(url, io.env, "GET", "/status");
    if (reply.kind !== "answered") {
      screen.end();
      return sayRefusal(io, url, reply);
    }
    const status = reply.body as Status;
    exitCode = exitCodeOf(status);
    screen.draw(() => picture(status, url, io));
    await sleep(redrawMs, undefined, { signal: ended.signal }).catch(() => {});
  }
  screen.end();
  return exitCode;
}

function picture({ data, health }: Status, url: string, io: Io): string {
  return renderLive(data, {
    columns: io.stdout.isTTY ? io.stdout.columns : 120,
    colour: wantsColour(io),
    title: url.replace(/^https?:\/\//, ""),
    phase: health.ready ? "ready" : `not ready: ${health.reasons.join("; ")}`,
    events: [],
  });
}

function exitCodeOf({ health }: Status): number {
  return health.ready ? exitCodes.fine : exitCodes.unhealthy;
}
