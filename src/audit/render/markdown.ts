import { plainLine, sanitize } from "../../std/sanitize.ts";
import type { AuditDocument } from "../document.ts";
import { amounts, capital, evidenceCells, evidenceHeads, notBenchmark, statements } from "./format.ts";

const mostText = 1200;

/** A document for a change request. What a stranger had a hand in neither breaks a table nor becomes a link. */
export function markdownAudit(audit: AuditDocument): string {
  // The operator's own addresses are no stranger's.
  const own = [audit.baseUrl, audit.documentation].filter((url) => url !== null);
  return own.reduce((text, url) => text.replaceAll(safe(url), url.replaceAll("|", "%7C")), render(audit));
}

function render(audit: AuditDocument): string {
  const { decision, worksheet, runbook, runs, evidence, sinks } = audit;
  return [
    `# Audit of ${safe(audit.target)}: ${decision.readiness}`,
    `${safe(audit.model)} at ${safe(audit.baseUrl)}, environment ${safe(audit.environment)}, ${safe(audit.startedAt)} to ${safe(audit.endedAt)}.`,
    `**${decision.readiness}**: ${safe(decision.because)}.`,
    capital(amounts(audit)) + ".",
    notBenchmark,
    "## Decision",
    table(
      ["rule", "condition", "state", "evidence"],
      decision.results.map(({ item, condition, state, evidence: line, accepted }) => [
        item,
        condition,
        accepted === undefined ? state : `${state}, accepted`,
        accepted === undefined
          ? line
          : `${line}. Accepted by ${accepted.by} until ${accepted.until}: ${accepted.reason}`,
      ]),
    ),
    "## Contract worksheet",
    ...worksheet.flatMap(({ item, toVerify, expectation, observed, runs: ids, source }, index) => [
      `### ${index + 1}. ${safe(item)}`,
      [
        `- To verify: ${safe(toVerify)}`,
        `- Expected: ${safe(expectation)}`,
        `- **Observed in your environment**: ${list(observed)}`,
        `- Evidence: ${ids.map(code).join(", ") || "none"}`,
        `- Source: ${safe(source)}`,
      ].join("\n"),
    ]),
    "## Runbook record",
    table(
      ["question", "answer"],
      runbook.map(({ name, value }) => [name, value]),
    ),
    "## Scenarios",
    table(
      ["scenario", "verdict", "what was checked"],
      runs.map(({ scenario, verdict, reason, checks, findings }) => [
        scenario,
        reason === null ? verdict : `${verdict} (${reason})`,
        [
          ...checks.map(
            ({ subject, outcome, observed }) => `${subject}: ${observed}${outcome === "held" ? "" : ` (${outcome})`}`,
          ),
          ...findings
            .filter(({ subject }) => !checks.some((check) => check.subject === subject))
            .map(({ subject, observed, expected }) => `${subject}: ${observed}, expected ${expected}`),
        ].join("; "),
      ]),
    ),
    "## Evidence",
    "Each request that was made. No key, prompt, completion or raw header is kept.",
    table([...evidenceHeads], evidence.map(evidenceCells)),
    "## Where canaries were looked for",
    sinks.length === 0
      ? "In what is kept of the runs only."
      : table(
          ["sink", "bytes searched", "found"],
          sinks.map(({ sink, bytes, found }) => [sink, String(bytes), found.join(", ") || "nothing"]),
        ),
    "## Probes that go on watching",
    audit.suggestedProbes === "" ? "None: nothing held." : yaml(audit.suggestedProbes),
  ]
    .join("\n\n")
    .concat("\n");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(safe).join(" | ")} |`;
  return [line(heads), `|${heads.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** One line in which nothing is markup. */
function safe(text: string): string {
  return sanitize(text, mostText).replaceAll(/[\\`*_[\]<>|~]/g, (mark) => (mark === "_" ? mark : `\\${mark}`));
}

/** What was seen, a line for each. */
function list(observed: string): string {
  const lines = statements(observed);
  return lines.length < 2 ? safe(observed) : lines.map((line) => `\n  - ${safe(line)}`).join("");
}

/** A fence that nothing in it can close. */
function yaml(text: string): string {
  const lines = text.trimEnd().split("\n");
  return ["```yaml", ...lines.map((line) => line.replaceAll("`", "'")), "```"]
    .map((line) => plainLine(line, mostText))
    .join("\n");
}

function code(text: string): string {
  return `\`${sanitize(text, 300).replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}
