import { Writable } from "node:stream";
import { type Command, Option } from "commander";
import { type ExportFormat, exportFormats } from "../operate/export.ts";
import { askingAt, errorIn, explain, trimmed } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { durationLike } from "./format.ts";
import { exitCodes } from "./io.ts";

interface ExportOptions {
  readonly url: string;
  readonly format: ExportFormat;
  readonly since: number;
}

/** `export`: the facts of every call, for another program. */
export function addExportCommand(command: Command, world: CliWorld): void {
  askingAt(command)
    .addOption(new Option("--format <format>", "output format").choices(exportFormats).default("ndjson"))
    .addOption(
      new Option("--since <duration>", "how far back, such as 12h or 7d")
        .argParser(durationLike("7d"))
        .default(86_400_000, "1d"),
    )
    .addHelpText("after", "\nExample: plumbline export --since 7d --format csv > observations.csv")
    .action(async (options: ExportOptions) => world.done(await exportObservations(options, world)));
}

/** Copies the answer to standard output while it arrives. */
async function exportObservations({ url, format, since }: ExportOptions, { io, effects }: CliWorld): Promise<number> {
  const nowMs = effects.nowMs();
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  const query = new URLSearchParams({ format, from: iso(nowMs - since), until: iso(nowMs) });
  const path = `/observations?${query.toString()}`;
  const response = await effects.callService(trimmed(url), { method: "GET", path, isStreamed: true });
  if (response === undefined) return explain(io, url, { kind: "unreachable" });
  const { ok, status, body } = response;
  if (!ok || body === null) {
    const error = errorIn(await response.json().catch(() => undefined), status);
    return explain(io, url, { kind: "refused", status, error });
  }
  // As text: bytes would pass what keeps a terminal safe.
  const toStdout = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => void io.stdout.write(text, done),
  });
  await body.pipeThrough(new TextDecoderStream()).pipeTo(Writable.toWeb(toStdout));
  return exitCodes.fine;
}
