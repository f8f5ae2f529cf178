import { findingKind } from "../operate/fields.ts";
import { type Html, html } from "./html.ts";

const mostTargets = 200;
const kinds = findingKind.options.filter((kind) => kind !== "monitor");

export const silenceLengths = [
  ["1", "1 hour"],
  ["4", "4 hours"],
  ["24", "1 day"],
  ["72", "3 days"],
  ["168", "1 week"],
] as const;

/** Mutes what matches, for a while. */
export function silenceForm(targets: readonly string[]): Html {
  return html`<details class="act" id="new-silence">
    <summary>New silence</summary>
    <div>
      <p>
        Nobody is notified of what matches all of these, until it ends. Checks continue. An asterisk stands for any
        characters.
      </p>
      <form method="post" action="/quiet/acts">
        <input type="hidden" name="act" value="silence" /> ${targetField("silence", targets, true)}
        <div class="field">
          <label for="silence-probe">Probe, empty for all</label
          ><input type="text" id="silence-probe" name="probe" maxlength="200" />
        </div>
        <div class="field">
          <label for="silence-kind">Kind</label
          ><select id="silence-kind" name="kind">
            <option value="">every kind</option>
            ${kinds.map((kind) => html`<option>${kind}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="silence-hours">For how long</label
          ><select id="silence-hours" name="hours">
            ${silenceLengths.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
          </select>
        </div>
        ${whyField("silence")}<button>Silence</button>
      </form>
    </div>
  </details>`;
}

/** Announces a change of one's own. */
export function planForm(targets: readonly string[]): Html {
  return html`<details class="act" id="new-plan">
    <summary>Plan a change of your own</summary>
    <div>
      <p>
        From then on the series of the target learn a new normal, without a page. Leave the time empty to begin now.
      </p>
      <form method="post" action="/quiet/acts">
        <input type="hidden" name="act" value="plan" /> ${targetField("plan", targets, false)}
        <div class="field">
          <label for="plan-from">Begins (UTC)</label><input type="datetime-local" id="plan-from" name="from" />
        </div>
        ${whyField("plan")}<button>Plan it</button>
      </form>
    </div>
  </details>`;
}

function targetField(form: string, targets: readonly string[], mayBeAny: boolean): Html {
  const options = targets.slice(0, mostTargets).map((target) => html`<option value="${target}"></option>`);
  const text = mayBeAny ? "Target, empty for all" : "Target";
  return html`<div class="field">
    <label for="${form}-target">${text}</label
    ><input
      type="text"
      id="${form}-target"
      name="target"
      list="${form}-targets"
      maxlength="200"
      ${!mayBeAny && html` required`}
    /><datalist id="${form}-targets">${options}</datalist>
  </div>`;
}

function whyField(form: string): Html {
  return html`<div class="field">
    <label for="${form}-why">Reason, kept in the audit log</label
    ><textarea id="${form}-why" name="why" rows="2" maxlength="500" required></textarea>
  </div>`;
}
