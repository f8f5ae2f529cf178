import type { Io } from "../cli/io.ts";
import type { ProbeCommands } from "../cli/probe-words.ts";
import { probeListing, runListing, runStory } from "../report/probe-text.ts";
import type { RunSummary } from "../operate/overview.ts";
import type { ProbeView, RunDetail } from "../operate/probes.ts";
import { createAsk } from "./ask.ts";

/** The probe commands, each a question to the HTTP API of a running service. */
export function createProbeCommands(io: Io): ProbeCommands {
  const ask = createAsk(io);
  const of = (id: string): string => `/probes/${encodeURIComponent(id)}`;
  return {
    list: (options) => ask<ProbeView[]>(options, ["GET", "/probes"], probeListing),
    run: (id, options) =>
      ask<{ runId: string }>(
        options,
        ["POST", `${of(id)}/run`],
        ({ runId }) => `${runId} is on its way: plumbline probe show-run ${runId}\n`,
      ),
    pause: (id, { why, ...options }) =>
      ask(
        options,
        ["POST", `${of(id)}/pause`, { why }],
        () => `${id} is paused; plumbline probe resume ${id} lets it go on\n`,
      ),
    resume: (id, options) => ask(options, ["POST", `${of(id)}/resume`], () => `${id} goes on\n`),
    runs: (id, options) => ask<RunSummary[]>(options, ["GET", `/runs?probe=${encodeURIComponent(id)}`], runListing),
    showRun: (id, options) => ask<RunDetail>(options, ["GET", `/runs/${encodeURIComponent(id)}`], runStory),
  };
}
