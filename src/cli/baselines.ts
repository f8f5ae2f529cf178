import { type Command, InvalidArgumentError } from "commander";
import {
  acceptIncident,
  type BaselineHistory,
  diffBaseline,
  exportBaseline,
  getBaseline,
  importBaseline,
  listBaselines,
  rejectBaseline,
  type SeriesView,
} from "../operate/baselines.ts";
import { printable } from "../report/terminal-text.ts";
import { isoSeconds } from "../std/time.ts";
import { adoptAudit } from "./adopt-audit.ts";
import { ask, asking, askingAt, type AskOptions } from "./ask.ts";
import { readBaselineFile } from "./baseline-file.ts";
import type { CliWorld } from "./effects.ts";
import { lines } from "./format.ts";
import { addPlanCommands } from "./plans.ts";
import { exitCodes } from "./io.ts";

interface Because extends AskOptions {
  readonly why: string;
}

/** `baseline`: what is normal, since when, by whom, and what to do about it. */
export function addBaselineCommands(baseline: Command, world: CliWorld): void {
  addReading(baseline, world);
  addChanging(baseline, world);
  addPlanCommands(baseline, world);
}

const about = (baseline: Command, word: string, text: string): Command =>
  asking(baseline.command(word).description(text)).argument("<series>", "id of the series, as in baseline list");

function addReading(baseline: Command, world: CliWorld): void {
  asking(baseline.command("list").description("list all series with their newest version or learning progress"))
    .argument("[probe]", "only series of this probe, such as valid@default")
    .action((probe: string | undefined, where: AskOptions) =>
      ask(world, where, listBaselines, { query: { probe } }, seriesLines),
    );
  about(baseline, "show", "show what is normal: paths, values, range, and what is promised").action(
    (id: string, where: AskOptions) => ask(world, where, getBaseline, { id }, normalText),
  );
  about(baseline, "history", "list all versions: when, by whom and why").action((id: string, where: AskOptions) =>
    ask(world, where, getBaseline, { id }, versionLines),
  );
  about(baseline, "diff", "compare two versions; default: the newest two")
    .option("--from <version>", "older version", wholeNumber)
    .option("--to <version>", "newer version", wholeNumber)
    .action((id: string, { from, to, ...where }: AskOptions & { from?: number; to?: number }) =>
      ask(world, where, diffBaseline, { id, query: { from, to } }, ({ text }) => `${text}\n`),
    );
  askingAt(baseline.command("export").description("export the newest version as JSON"))
    .argument("<series>", "id of the series, as in baseline list")
    .option("--out <file>", "output file; default: standard output")
    .action((id: string, { out, url }: { url: string; out?: string }) => exportTo(world, url, id, out));
}

function addChanging(baseline: Command, world: CliWorld): void {
  const { done } = world;
  const because = (command: Command): Command =>
    command.requiredOption("--why <reason>", "reason, kept with the new version");
  because(
    asking(
      baseline
        .command("accept")
        .description(
          "accept the change that an incident reports as the new normal; sends no requests and can be undone",
        ),
    ),
  )
    .argument("<incident>", "id of the incident, as in the alert")
    .addHelpText("after", '\nExample: plumbline baseline accept 3ad3fe8feeb750a2-1 --why "announced in the changelog"')
    .action((id: string, { why, ...where }: Because) =>
      ask(world, where, acceptIncident, { id, body: { why } }, changedText),
    );
  because(about(baseline, "reject", "go back to the previous baseline, as a new version"))
    .option(
      "--to <version>",
      "version to restore, as in baseline history; default: the one before the newest",
      wholeNumber,
    )
    .action((id: string, { why, to, ...where }: Because & { to?: number }) =>
      ask(world, where, rejectBaseline, { id, body: { why, to } }, changedText),
    );
  because(
    about(baseline, "import", "import an exported baseline").argument("<file>", "file written by baseline export"),
  ).action(async (id: string, path: string, { why, ...where }: Because) => {
    const file = readBaselineFile(world, path);
    if (file === undefined) return done(exitCodes.usage);
    await ask(world, where, importBaseline, { id, body: { file, why } }, changedText);
  });
  because(
    asking(
      baseline.command("from-audit").description("import what an audit observed as baselines of the target's probes"),
    ),
  )
    .argument("<audit>", "JSON file of an audit that ended ready, or with accepted risks")
    .addHelpText(
      "after",
      '\nExample: plumbline baseline from-audit audits/mini-2026-11-23.json --why "went live with it"',
    )
    .action(async (file: string, options: Because) => done(await adoptAudit(file, options, world)));
}

function exportTo(world: CliWorld, url: string, id: string, out: string | undefined): Promise<void> {
  const { effects, io, done } = world;
  if (out !== undefined && effects.readText(out) !== undefined) {
    io.stderr.write(`${out} exists and was not changed. Name another file.\n`);
    done(exitCodes.usage);
    return Promise.resolve();
  }
  return ask(world, { url, json: false }, exportBaseline, { id }, (file) => {
    const text = `${JSON.stringify(file, null, 2)}\n`;
    if (out === undefined) return text;
    return effects.writeNew(out, text) ? `wrote ${out}\n` : `${out} exists and was not changed\n`;
  });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("expected a version such as 2");
  return Number(text);
}

/** One line each: id, probe, aspect, and its version or learning progress. */
function seriesLines(series: readonly SeriesView[]): string {
  const width = Math.max(...series.map(({ series: { probeId } }) => probeId.length));
  return lines(
    series,
    "no series yet: the first runs create them",
    (one) =>
      `${one.series.id}  ${one.series.probeId.padEnd(width)}  ${one.series.aspect}: ${one.series.label}  ${stateOf(one)}`,
  );
}

function stateOf(view: SeriesView): string {
  return view.isIdle === true
    ? `${versionOf(view)}; not in use, last run ${isoSeconds(view.lastSlotMs)}`
    : versionOf(view);
}

function versionOf({ baseline, learning }: SeriesView): string {
  const progress = learning === undefined ? "" : `learning, ${learning.done} of ${learning.of}`;
  if (baseline === undefined) return progress === "" ? "learning" : progress;
  const version = `version ${baseline.version} since ${isoSeconds(baseline.acceptedAtMs)} by ${baseline.by}`;
  return progress === "" ? version : `${version}; ${progress}`;
}

const changedText = (series: SeriesView): string =>
  `${seriesLines([series])}  ${printable(series.baseline?.why ?? "")}\n`;

const normalText = ({ series, normal }: BaselineHistory): string =>
  `${seriesLines([series])}${normal.map((line) => `  ${printable(line)}\n`).join("")}`;

const versionLines = ({ versions }: BaselineHistory): string =>
  lines(
    versions,
    "no version yet: still learning",
    ({ version, acceptedAtMs, by, n, why }) =>
      `version ${version}  ${isoSeconds(acceptedAtMs)}  by ${by}, ${n} runs: ${why}`,
  );
