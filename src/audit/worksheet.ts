import { visibleBaseUrl } from "../probe/target.ts";
import type { Observation } from "../observation/observation.ts";
import { saidOfEnd } from "../observation/stream-end.ts";
import { protocolOf } from "../protocol/of-target.ts";
import { identityText } from "./identity-rule.ts";
import { type AuditView, isAnswered } from "./view.ts";
import { questionableRequests, wrongRequests } from "./request-rules.ts";

/** One item of the contract: what was to be verified, what is expected, what was seen here. */
export interface WorksheetItem {
  readonly item: string;
  readonly toVerify: string;
  readonly expectation: string;
  readonly observed: string;
  /** Runs that show it. */
  readonly runs: readonly string[];
  readonly source: string;
}

/** The ten items of an integration contract, filled from what was seen. */
export function fillWorksheet(view: AuditView): WorksheetItem[] {
  const page = view.target.audit?.documentation;
  const source = page === undefined ? "not configured" : `${page.url} (checked ${page.checked})`;
  const item: NewItem = (name, toVerify, expectation, observed, ...scenarios) => ({
    item: name,
    toVerify,
    expectation,
    observed,
    runs: view.runs(...scenarios),
    source,
  });
  return [...requestItems(view, item), ...behaviourItems(view, item)];
}

type NewItem = (
  name: string,
  toVerify: string,
  expectation: string,
  observed: string,
  ...scenarios: readonly string[]
) => WorksheetItem;

function requestItems(view: AuditView, item: NewItem): WorksheetItem[] {
  const { target } = view;
  return [
    item(
      "Endpoint paths",
      "base URL, path, and what a wrong path answers",
      "200 on the path, a clean 404 beside it, no redirect followed",
      `POST ${visibleBaseUrl(target)}${protocolOf(target).path}: ${view.outcome("valid-request")}; wrong path: ${view.outcome("wrong-path")}`,
      "valid-request",
      "wrong-path",
    ),
    item(
      "Authentication headers",
      "which header carries the key, and what happens without a good one",
      "refused without a completion, not retried",
      [
        `${target.keyHeader.name}: ${target.keyHeader.prefix}…, key ${aliasOf(view)}`,
        ...["invalid-key", "missing-key", "revoked-key"].map((name) => `${name}: ${view.outcome(name)}`),
      ].join("; "),
      "invalid-key",
      "missing-key",
      "revoked-key",
    ),
    item(
      "Request fields",
      "which fields are required, known, refused or ignored",
      "model and messages are required; unknown fields are known to be refused or ignored",
      [
        ...questionableRequests.map((name) => `${name}: ${taken(view, name)}`),
        ...["tool-call", "structured-output"].map(
          (name) => `${name}: ${view.played(name)?.report.verdict ?? "not asked"}`,
        ),
        ...view.checks("token-budget").map(({ subject, observed }) => `${subject}: ${observed}`),
      ].join("; "),
      ...questionableRequests,
      "tool-call",
      "structured-output",
      "token-budget",
    ),
    item(
      "Response fields",
      "which fields a reply has, and of which kinds",
      "id, object, created, model, choices with message and finish_reason, usage",
      fieldsOf(view),
      "valid-request",
    ),
    item(
      "Error behaviour",
      "shape and status of errors, and whether they look worth a retry",
      "one shape, 4xx for what the client did wrong",
      [...wrongRequests, "unavailable-model", "invalid-key"]
        .map((name) => `${name}: ${view.outcome(name)}${lookedTransient(view, name)}`)
        .join("; "),
      ...wrongRequests,
      "unavailable-model",
      "invalid-key",
    ),
  ];
}

function behaviourItems(view: AuditView, item: NewItem): WorksheetItem[] {
  const { target } = view;
  return [
    item(
      "Rate-limit assumptions",
      "limits and what remains of them, Retry-After",
      "announced in headers, or known from the documentation",
      view
        .checks("rate-limits")
        .map(({ observed }) => observed)
        .join("; ") || "not seen",
      "rate-limits",
    ),
    item(
      "Billing assumptions",
      "which requests are counted, and how the figures are reconciled",
      "the provider's figures move as ours do",
      view
        .checks("usage-reconciliation")
        .map(({ subject, observed }) => `${subject}: ${observed}`)
        .join("; "),
      "usage-reconciliation",
    ),
    item(
      "Idempotency and retries",
      "whether a repeated request is a second generation; how often the client repeats",
      `at most ${target.policy.retries} retries, none after a refusal`,
      [...view.checks("idempotency"), ...view.checks("upstream-failure").slice(0, 4)]
        .map(({ subject, observed }) => `${subject}: ${observed}`)
        .join("; "),
      "idempotency",
      "upstream-failure",
    ),
    item(
      "Streaming behaviour",
      "framing, first content, gaps, [DONE], finish reason, usage chunk",
      "server-sent events, ended by [DONE], usage once when asked for",
      streamOf(view),
      "streamed-request",
      "stream-agrees",
    ),
    item(
      "Model selection",
      "the model is offered, and what answers under its name",
      `${target.model}, or a snapshot of it`,
      [
        `asked ${target.model}, answered by ${view.reply("valid-request")?.model ?? "unknown"}`,
        ...view.checks("model-listed").map(({ observed }) => observed),
        `unknown model: ${taken(view, "unavailable-model")}`,
        identityText(view),
      ].join("; "),
      "valid-request",
      "model-listed",
      "unavailable-model",
    ),
  ];
}

/** The name of a credential, never its value. */
export function aliasOf({ target }: AuditView): string {
  if (target.key === undefined) return "none";
  return "env" in target.key ? `from ${target.key.env}` : "from a file";
}

/** A refusal that a client takes for trouble costs requests. */
function lookedTransient(view: AuditView, scenario: string): string {
  const attempts = view.played(scenario)?.observations.at(-1)?.attempts ?? 1;
  return attempts === 1 ? "" : `, which looks worth a retry: ${attempts} attempts`;
}

function taken(view: AuditView, scenario: string): string {
  const reply = view.reply(scenario);
  if (reply === undefined) return view.outcome(scenario);
  return isAnswered(reply) ? `accepted (${reply.status}, a completion)` : `refused (${view.outcome(scenario)})`;
}

function fieldsOf(view: AuditView): string {
  const shape = view.reply("valid-request")?.shape;
  if (shape === undefined) return view.outcome("valid-request");
  const paths = Object.entries(shape).filter(([path, kinds]) => path !== "$" && !kinds.includes("object"));
  const named = paths.slice(0, 40).map(([path, kinds]) => `${path} ${kinds.join("|")}`);
  return named.length === 0 ? `no fields (${view.outcome("valid-request")})` : named.join(", ");
}

function streamOf(view: AuditView): string {
  const seen = view.played("streamed-request")?.observations.at(-1);
  const reply = view.reply("streamed-request");
  if (seen === undefined || reply === undefined) return view.outcome("streamed-request");
  const { firstChunkMs, firstContentMs, largestGapMs } = seen.timings;
  const ms = (value: number | undefined): string => (value === undefined ? "unknown" : `${Math.round(value)} ms`);
  return [
    `${reply.contentType}, end: ${saidOfEnd(reply.streamEnd ?? "no stream")}`,
    `first chunk ${ms(firstChunkMs)}, first content ${ms(firstContentMs)}, largest gap ${ms(largestGapMs)}`,
    ...(isHeldBack(seen) ? ["it came all at once: held back by the target, or a proxy before it"] : []),
    `finish reason ${reply.finishReasons.map((reason) => reason ?? "none").join(", ") || "none"}`,
    ...[...view.checks("streamed-request"), ...view.checks("stream-agrees")].map(
      ({ subject, observed }) => `${subject}: ${observed}`,
    ),
  ].join("; ");
}

/** Nothing for long, then everything: a user would have seen no stream. Short waits prove nothing. */
function isHeldBack({ timings: { firstChunkMs, doneMs } }: Observation): boolean {
  if (firstChunkMs === undefined || doneMs === undefined) return false;
  return firstChunkMs > 100 && doneMs - firstChunkMs < 0.02 * firstChunkMs;
}
