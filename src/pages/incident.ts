import type { Incident } from "../incident/incident.ts";
import type { Chart } from "../operate/chart.ts";
import type { IncidentBrief } from "../operate/incident-brief.ts";
import type { IncidentPreview } from "../operate/incident-preview.ts";
import type { IncidentHistory } from "../operate/manage-incidents.ts";
import { formatDurationMs } from "../std/duration.ts";
import { actForms, type Refusal } from "./acts.ts";
import { chartFigure } from "./chart.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { changeLine, factList, nothing, table } from "./table.ts";
import { shapeTree } from "./shape-tree.ts";
import { timeline } from "./timeline.ts";
import { ago, moment, spoken, state, withCommands } from "./words.ts";
import { counted } from "../std/counted.ts";

export interface IncidentPageView {
  readonly history: IncidentHistory;
  readonly brief: IncidentBrief;
  /** Of its probe, from before it began; undefined for what is no matter of time. */
  readonly chart?: Chart | undefined;
  /** Address of one trace, with `{traceId}` in it. */
  readonly traceUrl?: string | undefined;
  readonly preview: IncidentPreview;
  /** What has just been done, and how to take it back. */
  readonly done?: { readonly text: string; readonly undo?: Html | undefined } | undefined;
  readonly refusal?: Refusal | undefined;
  /** The act that a link has prepared. */
  readonly prepared?: string | undefined;
}

/** The on-call engineer's five questions: what, since when, how far, who, and what to do. */
export function incidentPage(view: IncidentPageView, viewer: Viewer): string {
  const { brief, history, done, refusal, chart, preview, prepared } = view;
  const { incident } = history;
  const { severity, kind, notifications } = incident;
  const muted = notifications?.muted;
  const acts = viewer.mayWrite
    ? actForms({ id: brief.id, incident, preview, notified: notifiedOf(history), refusal, prepared })
    : html`<p class="soft">
        You may read. To acknowledge or silence, sign in with a token of scope <code>write</code>.
      </p>`;
  const body = html` ${
      done !== undefined &&
      html`<div class="banner good" role="status">
        <p>${done.text}</p>
        ${done.undo}
      </div>`
    }
    <div id="head">
      <div class="row">
        ${state(incident.state)}
        <span>${state(severity)} ${kind}</span
        >${muted !== undefined && html`<span class="soft">muted: ${spoken(muted.reason)} (${muted.by})</span>`}
      </div>
      <h1>${brief.sentence}</h1>
      ${answers(history, brief, viewer)}
    </div>
    <div class="two incident">
      <section aria-labelledby="changed">
        <h2 id="changed">What changed</h2>
        <div id="changes" class="panel">${changes(incident, preview)}</div>
      </section>
      <div class="side">
        <section aria-labelledby="todo">
          <h2 id="todo">Act</h2>
          ${acts}
        </section>
        <section aria-labelledby="known">
          <h2 id="known">Facts</h2>
          <div id="facts">${facts(incident, brief)}</div>
        </section>
      </div>
      <div>
        ${
          chart !== undefined &&
          html`<section id="curve" aria-label="Latency around the incident">
            <h2>Around it</h2>
            <div class="panel">
              ${chartFigure(chart, incident.label, path("probes", incident.probeId))}
              <p class="small row">
                <a href="${path("probes", incident.probeId)}">The whole probe</a
                ><a
                  href="${path("probes", incident.probeId)}?${new URLSearchParams({ from: String(chart.fromMs), to: String(chart.toMs), table: "yes" }).toString()}#table"
                  >Show as a table</a
                >
              </p>
            </div>
          </section>`
        }
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <div id="timeline" class="panel">${timeline(history, viewer.nowMs)}</div>
        </section>
      </div>
    </div>
    <h2>Evidence</h2>
    <section id="evidence" aria-label="Evidence">${evidence(incident, view.traceUrl)}</section>`;
  return layout({ title: brief.sentence, place: "/incidents", viewer, isLive: true, body });
}

/** The questions of somebody who was woken, on the first screen of a phone. */
function answers(history: IncidentHistory, { reach, nextStep, likelyCause }: IncidentBrief, viewer: Viewer): Html {
  const { incident } = history;
  const { state: now, firstBadSlotMs, resolvedAtMs, badRuns, judgedRuns, acknowledged } = incident;
  const lasted = formatDurationMs(Math.max(0, (resolvedAtMs ?? viewer.nowMs) - firstBadSlotMs));
  const others = reach?.affected ?? [];
  const notified = notifiedOf(history);
  return factList(
    [
      [
        "since",
        html`${moment(firstBadSlotMs)},
        ${resolvedAtMs === undefined ? ago(firstBadSlotMs, viewer.nowMs) : `for ${lasted}`}`,
      ],
      [
        "how far",
        `${badRuns.toLocaleString("en")} of ${counted(judgedRuns, "run")}${incident.confirmation === "asked-again" ? ", confirmed by a second request" : ""}${reach === undefined ? "" : others.length === 0 ? "; no other probe" : `; also ${listed(others)}`}`,
      ],
      ["notified", notified.length === 0 ? "nobody" : listed(notified)],
      [
        "owner",
        acknowledged === undefined
          ? now !== "resolved" && html`<strong>nobody yet</strong>`
          : html`<strong>${acknowledged.by}</strong>: ${acknowledged.why}`,
      ],
      ["next step", html`${withCommands(nextStep)} <span class="soft">Likely cause: ${likelyCause}.</span>`],
    ],
    "answers",
  );
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 8).join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;

/** Everybody whom any event of it was sent to. */
function notifiedOf({ transitions }: IncidentHistory): readonly string[] {
  const routes = transitions.flatMap((one) => one.routes).filter(({ notified }) => notified);
  return [...new Set(routes.map(({ receiver }) => receiver))];
}

function changes({ findings, group }: Incident, { comparison }: IncidentPreview): Html {
  const subjects = new Set(findings.map(({ subject }) => subject));
  const inTree = new Set(comparison?.rows.flatMap(({ path: where }) => (subjects.has(where) ? [where] : [])));
  const tree = comparison !== undefined && inTree.size > 0 && shapeTree(comparison, inTree);
  const others = findings.filter(({ subject }) => !inTree.has(subject));
  const shown = others.map(({ subject, expected, observed, severity, why, baselineVersion }) => {
    const details = [why, baselineVersion === undefined ? undefined : `compared with baseline ${baselineVersion}`];
    const text = details.filter((one) => one !== undefined).join("; ");
    return changeLine(
      subject,
      state(severity),
      [
        ["before", expected],
        ["after", observed],
      ],
      text,
    );
  });
  const members =
    group === undefined
      ? ""
      : html`<p>It stands for ${counted(group.members.length, "incident")}, which send no messages of their own:</p>
          <ul>
            ${group.members.slice(0, 40).map((member) => html`<li>${member}</li>`)}
          </ul>
          ${group.members.length > 40 && html`<p class="soft">and ${group.members.length - 40} more</p>`}`;
  return html`${members}${tree}${findings.length === 0 && group === undefined ? html`<p class="soft">No finding is kept.</p>` : shown}`;
}

function facts(incident: Incident, { id, reach }: IncidentBrief): Html {
  const { target, model, scenario, location, probeId, firstBadSlotMs, lastGoodSlotMs, reopenings } = incident;
  return factList([
    ["target", model === "none" ? target : `${target} (${model})`],
    [
      "probe",
      isOfRuns(incident) && incident.group === undefined
        ? html`<a href="${path("probes", probeId)}">${scenario} from ${location}</a>`
        : scenario,
    ],
    [
      "last good run",
      lastGoodSlotMs === undefined
        ? "none on record"
        : html`${moment(lastGoodSlotMs)}
            <span class="soft nowrap">${formatDurationMs(Math.max(0, firstBadSlotMs - lastGoodSlotMs))} before</span>`,
    ],
    ["not affected", reach && (reach.fine.length === 0 ? "none" : listed(reach.fine))],
    ["reopened", reopenings === undefined ? undefined : counted(reopenings, "time")],
    ["id", html`<span class="mono">${id}</span>`],
  ]);
}

/** A check of the monitor or of a limit is no run. */
const isOfRuns = ({ kind }: Incident): boolean => kind !== "monitor" && kind !== "budget";

function evidence(incident: Incident, traceUrl: string | undefined): Html {
  const rows = incident.evidence
    .toReversed()
    .map(({ runId, status, requestId, traceId }) => [
      isOfRuns(incident)
        ? html`<a href="${path("runs", runId)}" class="mono">${runId}</a>`
        : html`<span class="mono">${runId}</span>`,
      status !== undefined ? `status ${status}` : isOfRuns(incident) ? "no reply" : "–",
      requestId ?? "–",
      traceId === undefined ? "–" : traceLink(traceId, traceUrl),
    ]);
  if (rows.length === 0) return nothing("None of the runs that showed it is kept.");
  return table(
    "Runs that showed it",
    [{ head: "run" }, { head: "reply" }, { head: "provider's request id", kind: "text" }, { head: "trace" }],
    rows,
  );
}

/** The id of a trace, as a link where the configuration says where traces are. */
export function traceLink(traceId: string, traceUrl: string | undefined): Html {
  const text = html`<span class="mono">${traceId}</span>`;
  return traceUrl === undefined
    ? text
    : html`<a href="${traceUrl.replaceAll("{traceId}", encodeURIComponent(traceId))}" rel="noreferrer">${text}</a>`;
}
