import { createHash } from "node:crypto";
import { plainLine } from "../../std/sanitize.ts";
import type { AuditDocument } from "../document.ts";
import { amounts, capital, evidenceCells, evidenceHeads, notBenchmark, statements } from "./format.ts";

const mostText = 4000;

const style = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #8886;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#8882}.wide{overflow-x:auto}.readiness{display:inline-block;padding:.2rem .7rem;border-radius:.4rem;font-weight:700;color:#fff;background:#8a5a00}
.ready{background:#1a7f37}.not-ready{background:#b42318}.met{color:#1a7f37}.broken{color:#b42318;font-weight:700}.open{color:#9a6700;font-weight:700}
th,td:first-child,.state{overflow-wrap:normal;white-space:nowrap}.wide table{min-width:90rem}ul{margin:0;padding-left:1.2rem}
pre{background:#8882;padding:1rem;overflow-x:auto}dl{display:grid;grid-template-columns:9rem 1fr;gap:.3rem 1rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
@media(max-width:40rem){dl{display:block}}`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** One file that fetches nothing and runs nothing: the policy forbids it, and every text is escaped. */
export function htmlAudit(audit: AuditDocument): string {
  const { decision, worksheet, runbook, runs, evidence, sinks } = audit;
  const tone = decision.readiness === "READY" ? "ready" : decision.readiness === "NOT READY" ? "not-ready" : "";
  const title = `Audit of ${audit.target}: ${decision.readiness}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><title>${text(title)}</title><style>${style}</style></head><body>
<h1>Audit of ${text(audit.target)}</h1>
<p><span class="readiness ${tone}">${text(decision.readiness)}</span> ${text(decision.because)}</p>
<p>${text(audit.model)} at <code>${text(audit.baseUrl)}</code>, environment ${text(audit.environment)}, ${text(audit.startedAt)} to ${text(audit.endedAt)}.</p>
<p>${text(capital(amounts(audit)))}. ${text(notBenchmark)}</p>
<h2>Decision</h2>
${table(
  ["rule", "condition", "state", "evidence"],
  decision.results.map(({ item, condition, state, evidence: line, accepted }) => [
    text(item),
    text(condition),
    `<span class="state ${state}">${text(state)}${accepted === undefined ? "" : ", accepted"}</span>`,
    text(
      accepted === undefined ? line : `${line}. Accepted by ${accepted.by} until ${accepted.until}: ${accepted.reason}`,
    ),
  ]),
)}
<h2>Contract worksheet</h2>
${worksheet
  .map(
    ({ item, toVerify, expectation, observed, runs: ids, source }, index) =>
      `<h3>${index + 1}. ${text(item)}</h3><dl><dt>To verify</dt><dd>${text(toVerify)}</dd><dt>Expected</dt><dd>${text(expectation)}</dd>` +
      `<dt>Observed in your environment</dt><dd>${list(observed)}</dd><dt>Evidence</dt><dd>${text(ids.join(", ") || "none")}</dd><dt>Source</dt><dd>${text(source)}</dd></dl>`,
  )
  .join("\n")}
<h2>Runbook record</h2>
${table(
  ["question", "answer"],
  runbook.map(({ name, value }) => [text(name), text(value)]),
)}
<h2>Scenarios</h2>
${table(
  ["scenario", "verdict", "what was checked"],
  runs.map(({ scenario, verdict, reason, checks, findings }) => [
    text(scenario),
    text(reason === null ? verdict : `${verdict} (${reason})`),
    [
      ...checks.map(
        ({ subject, outcome, observed }) => `${subject}: ${observed}${outcome === "held" ? "" : ` (${outcome})`}`,
      ),
      ...findings
        .filter(({ subject }) => !checks.some((check) => check.subject === subject))
        .map(({ subject, observed, expected }) => `${subject}: ${observed}, expected ${expected}`),
    ]
      .map(text)
      .join("<br>"),
  ]),
)}
<h2>Evidence</h2><p>Each request that was made. No key, prompt, completion or raw header is kept.</p>
<div class="wide">${table(
    evidenceHeads,
    evidence.map((row, index) => evidenceCells(row, index).map(text)),
  )}</div>
<h2>Where canaries were looked for</h2>
${table(
  ["sink", "bytes searched", "found"],
  sinks.map(({ sink, bytes, found }) => [text(sink), text(String(bytes)), text(found.join(", ") || "nothing")]),
)}
<h2>Probes that go on watching</h2><pre>${audit.suggestedProbes.split("\n").map(text).join("\n")}</pre>
</body></html>
`;
}

/** Cells are markup already. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: "td" | "th"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${row(heads, "th")}</thead><tbody>\n${rows.map((cells) => row(cells, "td")).join("\n")}\n</tbody></table>`;
}

/** What was seen, a line for each. */
function list(observed: string): string {
  const lines = statements(observed);
  return lines.length < 2 ? text(observed) : `<ul>${lines.map((line) => `<li>${text(line)}</li>`).join("")}</ul>`;
}

/** A stranger's text as text. */
function text(value: string): string {
  return escape(plainLine(value, mostText));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(value: string): string {
  return value.replaceAll(/[&<>"']/g, (mark) => entities[mark] ?? "");
}
