import { faultText } from "../observation/fault-text.ts";
import type { Observation } from "../observation/observation.ts";
import type { RunDetail } from "../operate/probes.ts";
import { formatDurationMs } from "../std/duration.ts";
import { formatMicroUsd } from "../std/money.ts";
import { type Html, html, path, trusted } from "./html.ts";
import { traceLink } from "./incident.ts";
import { changeLine, factList } from "./table.ts";
import { layout, type Viewer } from "./layout.ts";
import { ago, moment, spoken, state } from "./words.ts";

/** One run: what was found, and where the time went. */
export function runPage(run: RunDetail, traceUrl: string | undefined, viewer: Viewer): string {
  const {
    probeId,
    target,
    model,
    scenario,
    location,
    slotMs,
    verdict,
    findings,
    unjudged,
    traceId,
    reason,
    tokens,
    microUsd,
  } = run;
  // The store reads them as this program wrote them; the API leaves the type of facts open.
  const observations = run.observations as unknown as readonly Observation[];
  const facts: readonly (readonly [string, Html | string])[] = [
    ["probe", html`<a href="${path("probes", probeId)}">${probeId}</a>`],
    ["target", `${target} (${model})`],
    ["from", location],
    ["due", html`${moment(slotMs)}, ${ago(slotMs, viewer.nowMs)}`],
    ["tokens", tokens === undefined ? "unknown" : tokens.toLocaleString("en")],
    ["cost", microUsd === undefined ? "unknown" : formatMicroUsd(microUsd)],
    ["trace", traceId === undefined ? "none" : traceLink(traceId, traceUrl)],
    ["run", html`<span class="mono">${run.runId}</span>`],
  ];
  const body = html`<div class="row">
      ${state(verdict ?? run.state)}${reason !== undefined && html`<span class="soft">${spoken(reason)}</span>`}
    </div>
    <h1>${scenario} at ${target}</h1>
    <p class="lead">One run, due ${moment(slotMs)}.</p>
    <div class="two">
      <div>
        <h2>Calls</h2>
        ${observations.length === 0 ? html`<p class="soft">No call was made.</p>` : observations.map((one) => call(one))}
        <h2>Findings</h2>
        <div class="panel">
          ${
            findings.length === 0
              ? html`<p class="soft">Nothing was found.</p>`
              : findings.map(({ subject, expected, observed, severity, kind, why }) =>
                  changeLine(
                    subject,
                    html`${state(severity)} ${kind}`,
                    [
                      ["expected", expected],
                      ["observed", observed],
                    ],
                    why,
                  ),
                )
          }
        </div>
        ${
          unjudged.length > 0 &&
          html`<h2>Not judged</h2>
            <ul>
              ${unjudged.map((text) => html`<li>${text}</li>`)}
            </ul>`
        }
      </div>
      <div>
        <h2>Facts</h2>
        ${factList(facts)}
      </div>
    </div>`;
  return layout({ title: `Run of ${scenario} at ${target}`, viewer, body });
}

function call({ call: name, mode, outcome, timings, attempts, earlier, connection, injected }: Observation): Html {
  const reply = outcome.kind === "reply" ? `status ${outcome.status}` : `no reply: ${faultText(outcome)}`;
  const usage = outcome.kind === "reply" ? outcome.usage : undefined;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["reply", reply],
    ["model that answered", outcome.kind === "reply" ? outcome.model : undefined],
    ["provider's request id", outcome.kind === "reply" ? outcome.requestId : undefined],
    [
      "error",
      outcome.kind === "reply" && outcome.error !== undefined
        ? [outcome.error.family, outcome.error.type, outcome.error.code, outcome.error.message]
            .filter((one) => one !== undefined)
            .join(", ")
        : undefined,
    ],
    [
      "tokens",
      usage === undefined ? undefined : `${usage.promptTokens ?? "?"} in, ${usage.completionTokens ?? "?"} out`,
    ],
    [
      "attempts",
      attempts === 1 && earlier === undefined ? undefined : `${attempts}, before: ${earlier?.join(", ") ?? "unknown"}`,
    ],
    ["connection", connection],
    ["played by Plumbline", injected === undefined ? undefined : `${injected.name}; nothing was sent`],
  ];
  return html`<section class="panel" aria-label="Call ${name}">
    <h3>${name} <span class="soft">${mode}, ${formatDurationMs(timings.totalMs)}</span></h3>
    ${waterfall(timings)} ${factList(rows, "")}
  </section>`;
}

const phases = [
  ["connect", "connectedMs"],
  ["send", "sentMs"],
  ["wait for the first byte", "firstByteMs"],
  ["wait for the first content", "firstContentMs"],
  ["receive", "totalMs"],
] as const;

/** The phases of a call, one below the other, each where it began. */
function waterfall(timings: Observation["timings"]): Html {
  let atMs = 0;
  const bars = phases.flatMap(([name, key]) => {
    const untilMs = timings[key];
    if (untilMs === undefined || untilMs < atMs) return [];
    const bar = { name, fromMs: atMs, untilMs };
    atMs = untilMs;
    return [bar];
  });
  const share = (ms: number): string => ((ms / Math.max(1, timings.totalMs)) * 100).toFixed(2);
  const rows = bars.map(({ name, fromMs, untilMs }) => {
    const width = Math.max(0.5, Number(share(untilMs - fromMs)));
    const box = trusted(`x="${share(fromMs)}" y="0" width="${width}" height="10"`);
    return html`<li>
      <span class="soft">${name}</span
      ><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="bar" ${box} /></svg
      ><span>${formatDurationMs(untilMs - fromMs)}</span>
    </li>`;
  });
  return html`<ol class="waterfall">
    ${rows}
  </ol>`;
}
