import { formatMicroUsd } from "../../std/money.ts";
import { plainLine } from "../../std/sanitize.ts";
import type { AuditDocument } from "../document.ts";
import type { EvidenceRow } from "../evidence.ts";

/** What both documents for people say, without their markup. */

export const notBenchmark =
  "One audit says whether the integration holds together. Its times are single observations and no benchmark of the provider.";

export function money(amount: number | null): string {
  return amount === null ? "unknown" : formatMicroUsd(amount);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The parts of what a worksheet item has observed. */
export function statements(observed: string): string[] {
  return observed.split("; ").filter((part) => part !== "");
}

export function amounts({ announced, sent, evidence }: AuditDocument): string {
  const { requests, atMostRequests, microUsd, atMostMicroUsd } = announced;
  const reported = (pick: (row: EvidenceRow) => number | null): number =>
    evidence.reduce((sum, row) => sum + (row.injected === null ? (pick(row) ?? 0) : 0), 0);
  const tokens =
    sent.tokens === null ? `${reported((row) => row.totalTokens)} tokens or more` : `${sent.tokens} tokens`;
  const cost = sent.microUsd === null ? `${money(reported((row) => row.microUsd))} or more` : money(sent.microUsd);
  return (
    `announced ${requests} requests (at most ${atMostRequests}) and ${money(microUsd)} (at most ${money(atMostMicroUsd)}); ` +
    `sent ${sent.requests} requests, ${tokens}, ${cost}`
  );
}

export const evidenceHeads = [
  "request",
  "scenario / call",
  "model",
  "outcome",
  "time",
  "retries",
  "tokens",
  "error",
  "provider's id",
  "correlation",
] as const;

export function evidenceCells(row: EvidenceRow, index: number): string[] {
  const { promptTokens, completionTokens, totalTokens } = row;
  const tokens =
    totalTokens === null && promptTokens === null
      ? unknownTokens(row)
      : `${promptTokens ?? "?"} + ${completionTokens ?? "?"} = ${totalTokens ?? "?"}`;
  const marks = [
    row.injected === null ? "" : `injected: ${row.injected}`,
    row.timedOut ? "timed out" : "",
    row.fallback ? "fallback" : "",
  ].filter((mark) => mark !== "");
  return [
    String(index + 1),
    `${row.scenario} / ${row.call}`,
    row.servedModel === null || row.servedModel === row.model ? row.model : `${row.model} → ${row.servedModel}`,
    [row.outcome, ...marks].join(", "),
    phases(row),
    String(row.retries),
    tokens,
    [row.errorCode, row.errorMessage].filter((it) => it !== null).join(": "),
    row.requestId ?? "",
    row.correlationId,
  ];
}

/** Never 0: what a time-out or a refusal has cost is not known from here. */
function unknownTokens({ injected, outcome, endpoint }: EvidenceRow): string {
  if (injected !== null || outcome === "request-too-large" || outcome === "circuit-open") {
    return "unknown (nothing was sent)";
  }
  return endpoint === "chat completions" ? "not reported" : "none asked for";
}

function phases({ totalMs, headersMs, firstContentMs }: EvidenceRow): string {
  const parts = [
    headersMs === null ? "" : `headers ${Math.round(headersMs)}`,
    firstContentMs === null ? "" : `content ${Math.round(firstContentMs)}`,
  ].filter((part) => part !== "");
  return `${Math.round(totalMs)} ms${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}

/** What the terminal shows at the end. */
export function decisionLine(audit: AuditDocument): string {
  const { readiness, because, results } = audit.decision;
  const open = results.filter(({ state, accepted }) => state !== "met" && accepted === undefined);
  const lines = open.map(({ item, state, evidence }) => `  ${state.padEnd(7)} ${item}: ${plainLine(evidence, 300)}\n`);
  return `${readiness}: ${plainLine(because, 600)}\n${lines.join("")}${adviceOf(audit)}${amounts(audit)}\n`;
}

/** How the target has to be asked, as the suggested probes begin with it: what to change before the next audit. */
function adviceOf({ suggestedProbes }: AuditDocument): string {
  const lines = suggestedProbes.split("\n").filter((line) => line.startsWith("# "));
  return lines.map((line) => `${line.slice(2)}\n`).join("");
}
