import { whatFailed } from "../observation/fault-text.ts";
import type { Observation, ReplyFacts } from "../observation/observation.ts";
import { formatDurationMs } from "../std/duration.ts";

/** What came back at the last call of a run, line by line, without content: for whoever has to explain a failure. */
export function evidenceLines(observations: readonly Observation[]): readonly string[] {
  const last = observations.at(-1);
  if (last === undefined) return [];
  const { outcome, timings, attempts, earlier = [], call } = last;
  const reply = outcome.kind === "reply" ? outcome : outcome.partial;
  const fault = outcome.kind === "fault" ? whatFailed(outcome) : undefined;
  const ended = [fault, reply && `status ${reply.status} ${reply.contentType}`].filter(Boolean).join(" after ");
  const times = [
    ["connected", timings.connectedMs],
    ["headers", timings.headersMs],
    ["first content", timings.firstContentMs],
    ["total", timings.totalMs],
  ] as const;
  const took = times.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${formatDurationMs(ms)}`]));
  return [
    `${call}: ${ended}`,
    `timings: ${took.join(", ")}`,
    ...(attempts > 1 ? [`attempts: ${attempts}, earlier: ${earlier.join(", ")}`] : []),
    ...(reply === undefined ? [] : replyLines(reply)),
  ];
}

function replyLines({ error, requestId, headers = {}, diagnosticHeaders = {}, shape }: ReplyFacts): string[] {
  const said = [error?.type, error?.code, error?.param].filter((part) => part !== undefined && part !== null);
  const envelope = Object.entries(shape).map(([path, kinds]) => `${path} ${kinds.join("|")}`);
  const kept = Object.entries({ ...headers, ...diagnosticHeaders }).map(([name, value]) => `${name}: ${value}`);
  return [
    ...(error === undefined ? [] : [`error: ${[error.family, ...said, error.message].filter(Boolean).join(" · ")}`]),
    ...(error === undefined || envelope.length === 0 ? [] : [`envelope: ${envelope.slice(0, 20).join(", ")}`]),
    ...(requestId === undefined ? [] : [`request id: ${requestId}`]),
    ...(kept.length === 0 ? [] : [`headers: ${kept.join(", ")}`]),
  ];
}
