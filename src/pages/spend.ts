import { hourMs } from "../std/duration.ts";
import type { CapView, TargetSpend } from "../operate/overview.ts";
import type { SpendDay } from "../operate/spend-days.ts";
import { formatMicroUsd } from "../std/money.ts";
import { minuteText } from "../std/time.ts";
import { type Html, html, trusted } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { meter } from "./strip.ts";
import { nothing, table } from "./table.ts";

export interface SpendView {
  readonly today: readonly TargetSpend[];
  readonly caps: readonly CapView[];
  /** The last 30 days, oldest first. */
  readonly days: readonly SpendDay[];
  /** Targets that are not shown. */
  readonly more: number;
}

/** What was used, what the caps allow, and what the month comes to. */
export function spendPage({ today, caps, days, more }: SpendView, viewer: Viewer): string {
  const total = today.reduce((sum, { microUsd }) => sum + microUsd, 0);
  const body = html`<h1>${formatMicroUsd(total)} spent today</h1>
    <p class="lead">
      Since midnight UTC, by what was sent: settled where the provider reported usage, reserved where it did not.
    </p>
    <section id="caps" aria-label="Caps">
      <h2>Caps</h2>
      ${caps.length === 0 ? nothing("No spend cap is configured. The key spendCap of a target sets one; Plumbline checks it before it sends.") : capTable(caps)}
    </section>
    <section id="today" aria-label="Today">
      <h2>Today, by target</h2>
      ${today.length === 0 ? nothing("Nothing was sent today.") : todayTable(today)}${more > 0 && html`<p class="soft">and ${more} more targets, which cost less</p>`}
    </section>
    <section id="days" aria-label="Last 30 days">
      <h2>Last 30 days</h2>
      ${dayBars(days)}
    </section>`;
  return layout({ title: "Spend", place: "/spend", viewer, isLive: true, body });
}

function capTable(caps: readonly CapView[]): Html {
  const rows = caps.map(({ scope, span, label, unit, limit, used, monthUsed, monthProjected }) => {
    const text = (amount: number): string =>
      unit === "microUsd" ? formatMicroUsd(amount) : `${Math.round(amount).toLocaleString("en")} ${unit}`;
    return [
      html`${label} <span class="soft small">${scope}</span>`,
      html`${meter(used, limit, `${text(used)} of ${text(limit)}`)}
      ${used >= limit && html`<strong class="t-fail">used up</strong>`}`,
      `${text(used)} of ${text(limit)}`,
      span,
      text(monthUsed),
      monthProjected === undefined ? "not known yet" : `about ${text(monthProjected)}`,
    ];
  });
  return table(
    "Caps",
    [
      { head: "cap" },
      { head: "" },
      { head: "used", kind: "num" },
      { head: "each" },
      { head: "this month", kind: "num" },
      { head: "month at this pace", kind: "num" },
    ],
    rows,
  );
}

function todayTable(today: readonly TargetSpend[]): Html {
  const rows = today.map(({ target, microUsd, tokens, requests, unknownRuns }) => [
    target,
    formatMicroUsd(microUsd),
    tokens.toLocaleString("en"),
    requests.toLocaleString("en"),
    unknownRuns === 0 ? "none" : unknownRuns.toLocaleString("en"),
  ]);
  return table(
    "Today, by target",
    [
      { head: "target" },
      { head: "cost", kind: "num" },
      { head: "tokens", kind: "num" },
      { head: "requests", kind: "num" },
      { head: "runs of unknown usage", kind: "num" },
    ],
    rows,
  );
}

const shownDays = 30;

function dayBars(days: readonly SpendDay[]): Html {
  const most = Math.max(1, ...days.map(({ microUsd }) => microUsd));
  if (days.length === 0) return nothing("Nothing was sent yet.");
  const newestMs = Math.max(...days.map(({ dayMs }) => dayMs));
  const bars = days.map(({ dayMs, microUsd, requests }) => {
    const index = shownDays - 1 - Math.round((newestMs - dayMs) / (24 * hourMs));
    const height = (microUsd / most) * 96;
    const place = trusted(
      `x="${index * 20 + 3}" y="${(100 - height).toFixed(1)}" width="14" height="${Math.max(1, height).toFixed(1)}"`,
    );
    return html`<g
      ><rect class="bar" ${place} /><title>
        ${minuteText(dayMs).slice(0, 10)}: ${formatMicroUsd(microUsd)}, ${requests} requests
      </title></g
    >`;
  });
  const rows = days
    .toReversed()
    .map(({ dayMs, microUsd, tokens, requests }) => [
      minuteText(dayMs).slice(0, 10),
      formatMicroUsd(microUsd),
      tokens.toLocaleString("en"),
      requests.toLocaleString("en"),
    ]);
  return html`<div class="panel">
      <svg
        class="bars days"
        viewBox="0 0 600 102"
        preserveAspectRatio="none"
        role="img"
        aria-label="cost of each day, at most ${formatMicroUsd(most)}"
      >
        ${bars}
      </svg>
      <p class="small soft row between">
        <span>${shownDays} days ago</span><span>at most ${formatMicroUsd(most)} a day</span><span>today</span>
      </p>
    </div>
    <details>
      <summary>Show as a table</summary>
      ${table("Days", [{ head: "day" }, { head: "cost", kind: "num" }, { head: "tokens", kind: "num" }, { head: "requests", kind: "num" }], rows)}
    </details>`;
}
