import type { Session } from "../operate/sessions.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { table } from "./table.ts";
import { ago, moment } from "./words.ts";

export interface SignInView {
  /** Where to go afterwards, on this service. */
  readonly next: string;
  /** What a form held that was sent without a session, as it was sent. */
  readonly form?: string | undefined;
  readonly message?: string | undefined;
}

/** The ways to sign in. */
export interface SignInWays {
  readonly hasTokens: boolean;
  /** Host of the identity provider; undefined: there is none. */
  readonly providerHost: string | undefined;
}

/** Sends people to the identity provider, or asks for a token of the API. */
export function signInPage({ next, form, message, asks }: SignInView & { readonly asks: SignInWays }): string {
  const { hasTokens, providerHost } = asks;
  const body = html`<h1>Sign in</h1>
    ${message !== undefined && html`<div class="banner bad" role="alert"><p>${message}</p></div>`}
    ${
      providerHost !== undefined &&
      html`<p>
        <a class="button" href="/sign-in/open-id?${new URLSearchParams({ next }).toString()}"
          >Sign in at ${providerHost}</a
        >
      </p>`
    }
    ${hasTokens && tokenForm(next, form)}
    <p class="soft small">The session lasts 12 hours on this browser. You can end it at any time.</p>`;
  return layout({ title: "Sign in", isNarrow: true, body });
}

function tokenForm(next: string, form: string | undefined): Html {
  return html`<p class="lead">With a token of this installation, as <code>api.tokens</code> lists them.</p>
    <form method="post" action="/sign-in" class="panel">
      <input
        type="hidden"
        name="next"
        value="${next}"
      />${form !== undefined && html`<input type="hidden" name="form" value="${form}" />`}
      <div class="field">
        <label for="token">Token</label
        ><input type="password" id="token" name="token" required autocomplete="current-password" maxlength="500" />
      </div>
      <button>Sign in</button>
    </form>`;
}

/** Why a form is shown once more: the person has just signed in, or it was made for an earlier session. */
export type Resumed = "signed-in" | "renewed";

const resumedTexts: Readonly<Record<Resumed, { readonly title: string; readonly lead: string }>> = {
  "signed-in": { title: "You are signed in", lead: "This is what you had written. Send it, or go back without it." },
  renewed: {
    title: "Nothing was done yet",
    lead: "The page was of an earlier session, or not of this service. If you wrote this, send it; otherwise go back.",
  },
};

/** What was about to be sent, to be sent now. Nothing is sent by itself. */
export function resumePage({ next, form = "" }: SignInView, viewer: Viewer, resumed: Resumed = "signed-in"): string {
  const { title, lead } = resumedTexts[resumed];
  const fields = [...new URLSearchParams(form)].slice(0, 30).map(([name, value]) => field(name, value));
  const body = html`<h1>${title}</h1>
    <p class="lead">${lead}</p>
    <form method="post" action="${next}" class="panel">
      ${fields}
      <div class="row"><button>Send</button><a href="/">Back without it</a></div>
    </form>`;
  return layout({ title: "Send what you had written", viewer, isNarrow: true, body });
}

function field(name: string, value: string): Html {
  const id = `field-${name}`;
  return name === "why"
    ? html`<div class="field">
        <label for="${id}">Reason</label><textarea id="${id}" name="why" rows="2">${value}</textarea>
      </div>`
    : html`<input type="hidden" name="${name}" value="${value}" />
        <p>${name}: <strong>${value}</strong></p>`;
}

/** A page that asks for itself again, from this site. */
export function returningPage(address: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="0; url=${address}" />
        <title>Plumbline</title>
        <link rel="stylesheet" href="/assets/style.css" />
      </head>
      <body>
        <main class="narrow">
          <p><a href="${address}">Continue to Plumbline</a></p>
        </main>
      </body>
    </html>`.toString();
}

/** Who is signed in; each session can be ended. */
export function sessionsPage(sessions: readonly Session[], ownId: string | undefined, viewer: Viewer): string {
  const rows = sessions.map(({ id, name, scope, createdAtMs, expiresAtMs }) => [
    html`${name}${id === ownId && html` <span class="soft">(you)</span>`}`,
    scope,
    ago(createdAtMs, viewer.nowMs),
    moment(expiresAtMs),
    (viewer.mayWrite || id === ownId) &&
      html`<form method="post" action="${path("sessions", id, "end")}">
        <button class="quiet tiny">End it</button>
      </form>`,
  ]);
  const body = html`<h1>Sessions</h1>
    <p class="lead">You are <strong>${viewer.name}</strong>, and may ${viewer.mayWrite ? "read and act" : "read"}.</p>
    ${sessions.length === 0 ? html`<p>Nobody is signed in. Requests from this machine, or with a token, need no session.</p>` : table("Sessions", [{ head: "who" }, { head: "scope" }, { head: "signed in" }, { head: "until" }, { head: "" }], rows)}`;
  return layout({ title: "Sessions", viewer, isNarrow: true, body });
}
