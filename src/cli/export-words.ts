import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDurationMs } from "../std/duration.ts";
import { askingAt, type AskOptions, trimmed } from "./control-words.ts";

export interface ExportArguments extends Pick<AskOptions, "url"> {
  readonly format: "ndjson" | "csv";
  readonly sinceMs: number;
}

/** `export`: facts of every call, for another program. */
export function addExportCommand(
  program: Command,
  run: (options: ExportArguments) => Promise<number>,
  done: (exitCode: number) => void,
): void {
  askingAt(program.command("export").description("write what was observed, a line for each call, to standard output"))
    .addOption(new Option("--format <format>", "how").choices(["ndjson", "csv"]).default("ndjson"))
    .addOption(
      new Option("--since <duration>", "how far back, such as 12h or 7d")
        .argParser(sinceOption)
        .default(86_400_000, "1d"),
    )
    .addHelpText("after", "\nExample: plumbline export --since 7d --format csv > observations.csv")
    .action(async ({ since, ...options }: Omit<ExportArguments, "sinceMs"> & { since: number }) =>
      done(await run({ ...trimmed(options), sinceMs: since })),
    );
}

function sinceOption(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) throw new InvalidArgumentError("expected a duration such as 7d");
  return durationMs;
}
