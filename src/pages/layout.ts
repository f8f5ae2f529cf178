import { version } from "../std/version.ts";
import { type Html, html, type Part } from "./html.ts";

/** Who looks at a page. */
export interface Viewer {
  readonly name: string;
  readonly mayWrite: boolean;
  /** Signed in with a session that can be ended; false: the request needed none. */
  readonly hasSession: boolean;
  readonly nowMs: number;
}

export interface PageFrame {
  readonly title: string;
  /** The address in the navigation that it belongs to. */
  readonly place?: string | undefined;
  readonly viewer?: Viewer | undefined;
  readonly isNarrow?: boolean;
  /** It updates by itself. */
  readonly isLive?: boolean;
  readonly body: Part;
}

const places: readonly (readonly [address: string, name: string])[] = [
  ["/", "Now"],
  ["/incidents", "Incidents"],
  ["/baselines", "Baselines"],
  ["/spend", "Spend"],
  ["/audits", "Audits"],
  ["/report", "Report"],
  ["/quiet", "Quiet things"],
];

/** A plumb bob. */
const mark = html`<svg viewBox="0 0 18 28" aria-hidden="true">
  <path d="M9 0v13" stroke="currentColor" stroke-width="2" />
  <path d="M3 13h12l-6 15z" fill="currentColor" />
</svg>`;

/** A whole document. Everything it loads is on this service. */
export function layout({ title, place, viewer, isNarrow, isLive, body }: PageFrame): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Plumbline</title><link rel="icon" href="/assets/icon.svg"><link rel="stylesheet" href="/assets/style.css">
${viewer !== undefined && html`<script src="/assets/page.js" defer></script>`}</head><body${isLive === true && html` data-live="/events"`}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div><a class="brand" href="/">${mark} Plumbline</a>${viewer !== undefined && navigation(place, viewer)}</div></header>
<div id="lost" class="banner bad" role="status" hidden><p>The connection to Plumbline is lost. This page shows what was known before; it catches up by itself.</p></div>
<main id="main"${isNarrow === true && html` class="narrow"`}>${body}</main>
<footer>Plumbline ${version}. All times are UTC.${viewer !== undefined && html` <span class="keys" hidden>Press <kbd class="kbd">?</kbd> for keys.</span>`}</footer>
</body></html>
`.toString();
}

function navigation(place: string | undefined, { name, mayWrite, hasSession }: Viewer): Html {
  const links = places.map(
    ([address, text]) => html`<a href="${address}" ${address === place && html` aria-current="page"`}>${text}</a>`,
  );
  const scope = mayWrite ? "" : ", may only read";
  const out =
    hasSession && html`<form method="post" action="/sign-out"><button class="quiet tiny">Sign out</button></form>`;
  return html`<nav aria-label="Pages">${links}</nav>
    <div class="who"><a href="/sessions">${name}${scope}</a>${out}</div>`;
}

/** A message, for what has no page of its own. */
export function messagePage(title: string, sentences: readonly string[], viewer?: Viewer): string {
  const body = html`<h1>${title}</h1>
    ${sentences.map((sentence) => html`<p class="lead">${sentence}</p>`)}`;
  return layout({ title, viewer, isNarrow: true, body });
}
