import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { BaselineCommands } from "../cli/baseline-words.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { changedText, normalText, seriesLines, versionLines } from "../report/baseline-text.ts";
import type { BaselineFile, BaselineHistory, SeriesView } from "../operate/baselines.ts";
import { planLines, plannedText } from "../report/series-act-text.ts";
import type { PlannedChange } from "../run/planned.ts";
import type { Planned } from "../operate/series-feedback.ts";
import { adoptAudit } from "./adopt-audit.ts";
import { createAsk } from "./ask.ts";

/** The baseline commands, each a question to the HTTP API of a running service. */
export function createBaselineCommands(io: Io): BaselineCommands {
  const { stderr } = io;
  const ask = createAsk(io);
  const of = (id: string): string => `/baselines/${encodeURIComponent(id)}`;

  return {
    list: (probe, options) =>
      ask<SeriesView[]>(
        options,
        ["GET", `/baselines${probe === undefined ? "" : `?probe=${encodeURIComponent(probe)}`}`],
        seriesLines,
      ),
    show: (series, options) => ask<BaselineHistory>(options, ["GET", of(series)], normalText),
    history: (series, options) => ask<BaselineHistory>(options, ["GET", of(series)], versionLines),
    diff(series, { from, to, ...options }) {
      const query = Object.entries({ from, to }).flatMap(([name, value]) =>
        value === undefined ? [] : `${name}=${value}`,
      );
      const path = `${of(series)}/diff${query.length === 0 ? "" : `?${query.join("&")}`}`;
      return ask<{ text: string }>(options, ["GET", path], ({ text }) => `${text}\n`);
    },
    accept: (incident, { why, ...options }) =>
      ask<SeriesView>(options, ["POST", `/incidents/${encodeURIComponent(incident)}/accept`, { why }], changedText),
    reject: (series, { why, to, ...options }) =>
      ask<SeriesView>(options, ["POST", `${of(series)}/reject`, { why, to }], changedText),
    planned: (wanted, options) => ask<Planned>(options, ["POST", "/planned-changes", wanted], plannedText),
    plans: (options) => ask<PlannedChange[]>(options, ["GET", "/planned-changes"], planLines),
    unplan: (id, options) =>
      ask(options, ["DELETE", `/planned-changes/${encodeURIComponent(id)}`], () => `${id} will not happen\n`),
    exportTo(series, file, options) {
      if (file !== undefined && existsSync(file)) {
        stderr.write(`${file} is there already and was left as it is. Name another.\n`);
        return Promise.resolve(exitCodes.usage);
      }
      return ask<BaselineFile>({ ...options, json: false }, ["GET", `${of(series)}/export`], (baseline) => {
        const text = `${JSON.stringify(baseline, null, 2)}\n`;
        if (file === undefined) return text;
        writeFileSync(file, text, { flag: "wx" });
        return `wrote ${file}\n`;
      });
    },
    async importFrom(series, file, { why, ...options }) {
      const baseline = readBaseline(file);
      if (baseline === undefined) {
        stderr.write(`${file} is not JSON that baseline export wrote\n`);
        return exitCodes.usage;
      }
      return ask<SeriesView>(options, ["POST", `${of(series)}/import`, { file: baseline, why }], changedText);
    },
    fromAudit: (file, options) => adoptAudit(file, options, io),
  };
}

/** The service checks what is in it. */
function readBaseline(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) ?? undefined;
  } catch {
    return undefined;
  }
}
