import { diffAudits } from "../audit/diff.ts";
import type { AuditDocument } from "../audit/document.ts";
import type { KeptAudit } from "../operate/audits.ts";
import { auditBody } from "./audit.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { changeLine, nothing, table } from "./table.ts";
import { ago, moment, readinessState } from "./words.ts";
import { counted } from "../std/counted.ts";

const mostTargets = 200;
const shownHistory = 12;

/** Each target with its newest audit, and the decisions before it. */
export function auditsPage(audits: readonly KeptAudit[], viewer: Viewer): string {
  const byTarget = [...Map.groupBy(audits, ({ target }) => target).values()];
  const rows = byTarget.slice(0, mostTargets).flatMap((history) => {
    const [newest, before] = history;
    return newest === undefined ? [] : [line(newest, before, history, viewer.nowMs)];
  });
  const columns = ["target", "decision", "rules", "reason", "when", "earlier decisions, newest first", "compare"];
  const body = html`<h1>Audits</h1>
    <p class="lead">Can this API take production traffic? What each audit came to.</p>
    <section id="audits" aria-label="Audits">
      ${
        rows.length === 0
          ? html`${nothing("No audit is kept yet.")}
              <p class="soft">
                <code>plumbline audit &lt;target&gt; --send</code> makes one and sends it here;
                <code>plumbline audit send &lt;file&gt;</code> sends one that is finished.
              </p>`
          : table(
              "Audits",
              columns.map((head) => (head === "reason" ? { head, kind: "text" } : { head })),
              rows,
            )
      }
      ${byTarget.length > mostTargets && html`<p class="soft">and ${counted(byTarget.length - mostTargets, "more target")}</p>`}
    </section>`;
  return layout({ title: "Audits", place: "/audits", viewer, body });
}

function line(newest: KeptAudit, before: KeptAudit | undefined, history: readonly KeptAudit[], nowMs: number) {
  const { id, target, readiness, because, met, broken, open, accepted, startedAtMs } = newest;
  const earlier = history.slice(1, 1 + shownHistory);
  return [
    html`<a href="${path("audits", id)}">${target}</a>`,
    readinessState(readiness),
    html`<span class="nowrap">${met} met, ${broken} broken, ${open} open</span
      >${accepted > 0 && `, ${accepted} accepted`}`,
    because,
    ago(startedAtMs, nowMs),
    earlier.length === 0
      ? "none"
      : earlier.map(
          (one) =>
            html`<div>
              <a href="${path("audits", one.id)}">${readinessState(one.readiness)} ${moment(one.startedAtMs)}</a>
            </div>`,
        ),
    before === undefined ? "" : html`<a href="${diffAddress(before.id, id)}">what changed</a>`,
  ];
}

const diffAddress = (from: string, to: string): string =>
  `/audits/diff?${new URLSearchParams({ from, to }).toString()}`;

export interface AuditPageView {
  readonly audit: KeptAudit;
  readonly document: AuditDocument;
  /** The one before it of the same target. */
  readonly before?: KeptAudit | undefined;
}

/** One audit in full. */
export function auditPage({ audit, document, before }: AuditPageView, viewer: Viewer): string {
  const links = html`<p>
    Sent by ${audit.by} ${ago(audit.addedAtMs, viewer.nowMs)}.
    ${before !== undefined && html`<a href="${diffAddress(before.id, audit.id)}">What changed since ${moment(before.startedAtMs)}</a>`}
  </p>`;
  const title = `Audit of ${audit.target}: ${audit.readiness}`;
  return layout({ title, place: "/audits", viewer, body: auditBody(document, links) });
}

/** What is not the same in two audits. */
export function auditDiffPage(from: AuditDocument, to: AuditDocument, viewer: Viewer): string {
  const differences = diffAudits(from, to);
  const body = html`<h1>${differences.length === 0 ? "Nothing has changed" : counted(differences.length, "change")}</h1>
    <p class="lead">${from.target === to.target ? from.target : `${from.target} and ${to.target}`}</p>
    <dl class="facts">${side("from", from)}${side("to", to)}</dl>
    <h2>Differences</h2>
    <section id="differences" aria-label="Differences">
      ${differences.length === 0 ? nothing("Times, ids and amounts may differ; they vary by themselves.") : html`<div class="panel">${differences.map(difference)}</div>`}
    </section>`;
  return layout({ title: "What changed between two audits", place: "/audits", viewer, body });
}

const side = (name: string, { id, startedAt, decision }: AuditDocument): Html =>
  html`<dt>${name}</dt>
    <dd>${readinessState(decision.readiness)} <a href="${path("audits", id)}">${startedAt}</a></dd>`;

const difference = ({ what, before, after }: ReturnType<typeof diffAudits>[number]): Html =>
  changeLine(what, "", [
    ["before", before],
    ["after", after],
  ]);
