import type { Incident } from "../incident/incident.ts";
import type { IncidentPreview } from "../operate/incident-preview.ts";
import { actTexts, actsFor, type IncidentAct, incidentActs, expectDays, silenceHours } from "./act-texts.ts";
import { type Html, html, path, type Part } from "./html.ts";
import { counted } from "../std/counted.ts";

/** What somebody has sent that could not be done, so that nothing of it is lost. */
export interface Refusal {
  readonly act: string;
  readonly reason: string;
  readonly why: string;
}

export interface ActForms {
  readonly id: string;
  readonly incident: Incident;
  readonly preview: IncidentPreview;
  /** Receivers that were notified: they learn how it ends. */
  readonly notified: readonly string[];
  readonly refusal?: Refusal | undefined;
  /** The act that a link has prepared. Nothing is done before somebody presses its button. */
  readonly prepared?: string | undefined;
}

/** A form for each act; each works without a script. */
export function actForms(forms: ActForms): Html {
  const { id, incident, refusal, prepared } = forms;
  const acts = actsFor(incident);
  const wanted = refusal?.act ?? prepared;
  const isMissing = prepared !== undefined && refusal === undefined && !acts.some((act) => act === prepared);
  const shown = acts.map((act, index) => {
    const { title, effect, button, undo, reason = "" } = actTexts[act];
    const isWanted = act === wanted;
    const isOpen = isWanted || (index === 0 && act === "acknowledge" && (wanted === undefined || isMissing));
    const name = `why-${act}`;
    const why = refusal?.act === act ? refusal.why : isWanted ? reason : "";
    const focus = isWanted && html` autofocus`;
    const { text, isPossible } = previewOf(act, forms);
    return html`<details class="act" name="act" ${isOpen && html` open`} id="act-${act}">
      <summary>${title}</summary>
      <div>
        <p>${effect} <span class="soft">${undo}</span></p>
        ${text}${refusal?.act === act && html`<p class="t-fail" role="alert"><strong>Not done:</strong> ${refusal.reason}.</p>`}${
          isPossible &&
          html`<form method="post" action="${path("incidents", id, "acts")}">
            <input type="hidden" name="act" value="${act}" />${fieldsOf[act]?.(forms)}
            <div class="field">
              <label for="${name}">Reason, kept in the audit log</label
              ><textarea id="${name}" name="why" rows="2" maxlength="500" required ${why === "" && focus}>
${why}</textarea>
            </div>
            <button ${why !== "" && focus}>${button}</button>
          </form>`
        }
      </div>
    </details>`;
  });
  const missing = isMissing && html`<div class="banner" role="status"><p>${missingText(prepared, incident)}</p></div>`;
  return html`${missing}
    <div class="acts">${shown}</div>`;
}

/** Why a link has prepared nothing. */
function missingText(prepared: string, { state, acknowledged }: Incident): string {
  const act = incidentActs.find((one) => one === prepared);
  if (act === undefined) return "The link names something that this page cannot do.";
  const what = `“${actTexts[act].button}” is not possible now`;
  if (state === "resolved") return `${what}: the incident is resolved.`;
  if (acknowledged !== undefined && act === "acknowledge") return `${what}: ${acknowledged.by} owns it already.`;
  return `${what} for an incident of this kind.`;
}

interface Preview {
  readonly text?: Part;
  readonly isPossible: boolean;
}

/** What would follow from just this act on just this incident. */
function previewOf(act: IncidentAct, { incident, preview, notified }: ActForms): Preview {
  const { accept, refused, planned } = preview;
  switch (act) {
    case "acknowledge":
    case "resolve":
      return {
        isPossible: true,
        text:
          notified.length > 0 &&
          html`<p class="small">Will be notified of it: <strong>${notified.join(", ")}</strong>.</p>`,
      };
    case "silence":
      return {
        isPossible: true,
        text: html`<p class="small">
          Silent for: <strong>${incident.kind}</strong> of ${incident.target}, ${incident.probe}, from
          ${incident.location}.
        </p>`,
      };
    case "accept":
      if (accept === undefined) return { isPossible: false, text: html`<p>It can’t be accepted: ${refused}.</p>` };
      return { isPossible: true, text: normalText(accept) };
    case "planned":
      if (planned === undefined)
        return { isPossible: false, text: html`<p>Its probe is not in the configuration.</p>` };
      return {
        isPossible: true,
        text: html`<p class="small">
          This probe: ends ${counted(planned.probe.incidents.length, "incident")}. All
          ${counted(planned.target.probes, "probe")} of ${incident.target}: ends
          ${counted(planned.target.incidents.length, "incident")}.
        </p>`,
      };
    case "exclude":
    case "noise":
    case "expect":
      return { isPossible: true };
    default:
      return act satisfies never;
  }
}

const mostLines = 12;

function normalText({ isLearnedAnew, normal }: NonNullable<IncidentPreview["accept"]>): Html {
  if (isLearnedAnew) {
    return html`<p class="small">
      Too few runs show the new behaviour: it is learned from the next ones, and nothing is compared until then.
    </p>`;
  }
  if (normal.length === 0) return html`<p class="small">Nothing would differ from what is normal now.</p>`;
  return html`<p class="small"><strong>Normal from then on</strong></p>
    <ul class="small preview">
      ${normal.slice(0, mostLines).map((line) => html`<li>${line}</li>`)}${normal.length > mostLines && html`<li class="soft">and ${normal.length - mostLines} more</li>`}
    </ul>`;
}

const fieldsOf: Readonly<Partial<Record<IncidentAct, (forms: ActForms) => Html>>> = {
  silence: () => lengths("hours", silenceHours, "hour"),
  expect: () => lengths("days", expectDays, "day"),
  planned: ({ incident, preview: { planned } }) =>
    choice("of", "What changed", [
      html`<option value="probe">this probe only</option>`,
      html`<option value="target">
        the target ${incident.target}, ${counted(planned?.target.probes ?? 0, "probe")}
      </option>`,
    ]),
};

function lengths(name: string, all: readonly number[], unit: string): Html {
  return choice(
    name,
    "For how long",
    all.map((length) => html`<option value="${length}">${counted(length, unit)}</option>`),
  );
}

function choice(name: string, label: string, options: readonly Html[]): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label
    ><select id="${name}" name="${name}">
      ${options}
    </select>
  </div>`;
}
