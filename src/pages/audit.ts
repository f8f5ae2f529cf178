import type { AuditDocument } from "../audit/document.ts";
import { countRows, openRows } from "../audit/remedy.ts";
import { amounts, capital, evidenceCells, evidenceHeads, notBenchmark, statements } from "../audit/render/format.ts";
import { plainLine } from "../std/sanitize.ts";
import { type Html, html, type Part, trusted } from "./html.ts";
import { factList, nothing, table } from "./table.ts";
import { readinessState, state } from "./words.ts";
import { counted } from "../std/counted.ts";

const mostText = 2000;
const cut = (text: string): string => plainLine(text, mostText);
const mostProbeText = 20_000;

/** One audit in full: what it came to, what is open and how to close it, then the evidence. On a page and in a file. */
export function auditBody(audit: AuditDocument, links?: Part): Html {
  const { target, decision, model, baseUrl, environment, startedAt, endedAt } = audit;
  const { met, broken, open, accepted } = countRows(decision.results);
  return html`<div id="head">
      <div class="row">${readinessState(decision.readiness)}<span class="soft">audit of ${target}</span></div>
      <h1>
        ${met} of ${counted(decision.results.length, "rule")} met, ${broken} broken, ${open} open, ${accepted} accepted
      </h1>
      <p class="lead">${capital(cut(decision.because))}.</p>
    </div>
    ${factList(
      [
        ["target", html`${cut(model)} at <code>${cut(baseUrl)}</code>, environment ${cut(environment)}`],
        ["from", `${cut(startedAt)} to ${cut(endedAt)}`],
        ["amounts", amounts(audit)],
      ],
      "",
    )}
    ${links}
    <p class="soft small">${notBenchmark}</p>
    ${openPart(audit)} ${decisionPart(audit)} ${worksheetPart(audit)} ${runbookPart(audit)} ${scenarioPart(audit)}
    ${evidencePart(audit)} ${probesPart(audit)}`;
}

function openPart({ target, decision }: AuditDocument): Html {
  const rows = openRows(target, decision.results);
  const shown = rows.map(
    ({ item, state: is, condition, evidence, remedy }) =>
      html`<div class="change line">
        <div><span class="path mono">${item}</span><br /><span class="small">${ruleState(is)}</span></div>
        <div>
          <div class="small soft">${cut(condition)}</div>
          <div>${cut(evidence)}</div>
          <div><strong>Remedy:</strong> ${withKeys(cut(remedy))}.</div>
        </div>
      </div>`,
  );
  return html`<h2>What is open</h2>
    <section id="open" aria-label="What is open">
      ${rows.length === 0 ? nothing("Nothing: every rule is met, or somebody answers for it.") : html`<div class="panel">${shown}</div>`}
    </section>`;
}

/** Keys of the configuration stand out, to be copied. */
function withKeys(text: string): Html {
  const parts = text.split(/(targets\.[\w.-]*\w)/);
  // Text loses the spaces at its ends: they stand in the markup.
  return html`${parts.map((part, index) => (index % 2 === 1 ? html` <code>${part}</code>${/^\w/.test(parts[index + 1]?.trimStart() ?? "") && trusted(" ")}` : part))}`;
}

function decisionPart({ decision }: AuditDocument): Html {
  const rows = decision.results.map(({ item, condition, state: is, evidence, accepted }) => [
    html`<span class="mono">${cut(item)}</span>`,
    html`${ruleState(is)}${accepted !== undefined && html` <span class="nowrap">accepted</span>`}`,
    cut(condition),
    accepted === undefined
      ? cut(evidence)
      : html`${cut(evidence)}. <strong>Accepted by ${cut(accepted.by)}</strong> until ${cut(accepted.until)}:
          ${cut(accepted.reason)}`,
  ]);
  return html`<h2>Decision</h2>
    ${table("Decision", [{ head: "rule" }, { head: "state" }, { head: "condition", kind: "text" }, { head: "evidence", kind: "text" }], rows)}`;
}

function worksheetPart({ worksheet }: AuditDocument): Html {
  const rows = worksheet.map(({ item, toVerify, expectation, observed, source }) => [
    cut(item),
    html`${cut(toVerify)}
      <div class="small soft">expected: ${cut(expectation)}</div>
      <div class="small soft">source: ${cut(source)}</div>`,
    listOf(observed),
  ]);
  return html`<h2>Contract worksheet</h2>
    ${table("Contract worksheet", [{ head: "item" }, { head: "to verify", kind: "text" }, { head: "observed in your environment", kind: "text" }], rows)}`;
}

/** What was seen, a line for each. */
function listOf(observed: string): Part {
  const lines = statements(cut(observed));
  return lines.length < 2
    ? cut(observed)
    : html`<ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`;
}

function runbookPart({ runbook }: AuditDocument): Html {
  return html`<h2>Runbook record</h2>
    ${factList(runbook.map(({ name, value }) => [cut(name), cut(value)]))}`;
}

function scenarioPart({ runs }: AuditDocument): Html {
  const rows = runs.map(({ scenario, verdict, reason, checks, findings }) => [
    html`<span class="mono">${cut(scenario)}</span>`,
    html`${state(cut(verdict))}${reason !== null && html` <span class="soft small">${cut(reason)}</span>`}`,
    [
      ...checks.map(
        ({ subject, outcome, observed }) => `${subject}: ${observed}${outcome === "held" ? "" : ` (${outcome})`}`,
      ),
      ...findings
        .filter(({ subject }) => !checks.some((check) => check.subject === subject))
        .map(({ subject, observed, expected }) => `${subject}: ${observed}, expected ${expected}`),
    ].map((line) => html`<div>${cut(line)}</div>`),
  ]);
  return html`<h2>Scenarios</h2>
    ${table("Scenarios", [{ head: "scenario" }, { head: "verdict" }, { head: "what was checked", kind: "text" }], rows)}`;
}

function evidencePart({ evidence, sinks }: AuditDocument): Html {
  const columns = evidenceHeads.map((head) => (head === "error" ? { head, kind: "text" as const } : { head }));
  const found = sinks.map(({ sink, bytes, found: names }) => [
    cut(sink),
    bytes.toLocaleString("en"),
    cut(names.join(", ")) || "nothing",
  ]);
  return html`<h2 id="evidence">Evidence</h2>
    <p class="soft">Each request that was made. No key, prompt, completion or raw header is kept.</p>
    ${table(
      "Evidence",
      columns,
      evidence.map((row, index) => evidenceCells(row, index).map(cut)),
    )}
    <h2>Where canaries were looked for</h2>
    ${found.length === 0 ? nothing("In what is kept of the runs only.") : table("Where canaries were looked for", [{ head: "sink" }, { head: "bytes searched", kind: "num" }, { head: "found" }], found)}`;
}

function probesPart({ suggestedProbes }: AuditDocument): Html {
  const lines = suggestedProbes.slice(0, mostProbeText).trimEnd().split("\n");
  return html`<h2>Probes that go on watching</h2>
    ${suggestedProbes === "" ? nothing("None: nothing held.") : html`<pre class="panel" tabindex="0">${lines.map((line) => html`${line}${trusted("\n")}`)}</pre>`}`;
}

const ruleLooks = { met: "ok", broken: "fail", open: "inconclusive" } as const;
const ruleState = (is: keyof typeof ruleLooks): Html => state(ruleLooks[is], is);
