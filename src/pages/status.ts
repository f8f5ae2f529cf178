import type { PublicDay, PublicService, PublicState, PublicStatus } from "../operate/public-status.ts";
import { formatDurationMs } from "../std/duration.ts";
import { isoSeconds } from "../std/time.ts";
import { type Html, html, trusted } from "./html.ts";
import { moment, percent, type Tone } from "./words.ts";
import { counted } from "../std/counted.ts";

interface Look {
  readonly tone: Tone;
  readonly glyph: string;
  readonly text: string;
  readonly headline: string;
}

export const looks: Readonly<Record<PublicState, Look>> = {
  up: { tone: "ok", glyph: "✓", text: "working", headline: "Everything works" },
  changed: { tone: "drift", glyph: "◆", text: "changed", headline: "Some replies have changed" },
  slow: { tone: "warn", glyph: "!", text: "slow", headline: "Something is slower than usual" },
  down: { tone: "fail", glyph: "✗", text: "failing", headline: "Some requests fail" },
  unknown: { tone: "none", glyph: "?", text: "unknown", headline: "The state is not known at the moment" },
};

/** A page for everybody: it names nothing but what the configuration publishes. */
export function statusPage(status: PublicStatus): string {
  const { name, title, state, services, incidents, maintenance, atMs } = status;
  const open = incidents.filter(({ resolvedAtMs }) => resolvedAtMs === undefined);
  const past = incidents.filter(({ resolvedAtMs }) => resolvedAtMs !== undefined);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="/assets/icon.svg" />
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="alternate" type="application/atom+xml" title="${title}" href="/status/${name}.atom" />
      </head>
      <body>
        <main class="narrow status">
          <p class="soft">${title}</p>
          <h1 class="t-${looks[state].tone}">
            <span aria-hidden="true">${looks[state].glyph}</span> ${looks[state].headline}
          </h1>
          ${
            open.length > 0 &&
            html`<section aria-labelledby="open">
              <h2 id="open">Now</h2>
              <ul class="cards">
                ${open.map(card)}
              </ul>
            </section>`
          }
          ${
            maintenance.length > 0 &&
            html`<section aria-labelledby="planned">
              <h2 id="planned">Planned maintenance</h2>
              <ul>
                ${maintenance.map(({ startsAtMs, forMs }) => html`<li>${moment(startsAtMs)}, for ${formatDurationMs(forMs)}</li>`)}
              </ul>
            </section>`
          }
          <section aria-labelledby="services">
            <h2 id="services">Last 90 days</h2>
            ${services.map(serviceRow)}
          </section>
          <section aria-labelledby="past">
            <h2 id="past">Past incidents</h2>
            ${
              past.length === 0
                ? html`<div class="empty"><p>None in the last 90 days.</p></div>`
                : html`<ul class="cards">
                    ${past.map(card)}
                  </ul>`
            }
          </section>
        </main>
        <footer>
          As of ${isoSeconds(atMs).replace("T", " ").replace("Z", " UTC")}. <a href="/status/${name}.json">JSON</a> ·
          <a href="/status/${name}.atom">Atom</a>
        </footer>
      </body>
    </html> `.toString();
}

function card({ service, text, startedAtMs, resolvedAtMs }: PublicStatus["incidents"][number]): Html {
  const lasted =
    resolvedAtMs === undefined
      ? html`since ${moment(startedAtMs)}`
      : html`${moment(startedAtMs)}, for ${formatDurationMs(Math.max(0, resolvedAtMs - startedAtMs))}`;
  return html`<li class="card ${resolvedAtMs === undefined ? "breaking" : ""}">
    <strong>${service}</strong>: ${text}<br /><span class="small soft">${lasted}</span>
  </li>`;
}

function serviceRow({ name, state, days, uptime, latencyMs }: PublicService): Html {
  const { tone, glyph, text } = looks[state];
  const figures = [
    uptime === undefined ? "no runs yet" : `${percent(uptime, 2)} up`,
    ...(latencyMs === undefined ? [] : [`${formatDurationMs(Math.round(latencyMs))} a reply`]),
  ];
  return html`<div class="panel service">
    <div class="row between">
      <h3>${name}</h3>
      <span class="state t-${tone}"><b aria-hidden="true">${glyph}</b> ${text}</span>
    </div>
    ${bars(days, name)}
    <p class="small soft row between"><span>90 days ago</span><span>${figures.join(" · ")}</span><span>today</span></p>
  </div>`;
}

function bars(days: readonly PublicDay[], name: string): Html {
  const drawn = days.map((day, index) => {
    const share = day.judged === 0 ? undefined : 1 - day.failed / day.judged;
    const [tone, height] = lookOfDay(share);
    const date = isoSeconds(day.dayMs).slice(0, 10);
    const title = share === undefined ? `${date}: no runs` : `${date}: ${percent(share, 2)} up`;
    const place = `x="${index * 10}" y="${40 - height}" width="7" height="${height}"`;
    return html`<rect class="f-${tone}" ${trusted(place)}><title>${title}</title></rect>`;
  });
  const bad = days.filter(({ failed }) => failed > 0).length;
  const label = `${name}: requests failed on ${bad} of ${counted(days.length, "day")}`;
  return html`<svg class="bars" viewBox="0 0 897 40" preserveAspectRatio="none" role="img" aria-label="${label}">
    ${drawn}
  </svg>`;
}

/** Its height is a sign beside its colour. */
function lookOfDay(share: number | undefined): readonly [tone: Tone | "empty", height: number] {
  if (share === undefined) return ["empty", 6];
  if (share >= 0.999) return ["ok", 24];
  return share >= 0.95 ? ["warn", 32] : ["fail", 40];
}
