import type { Readiness } from "../audit/decision.ts";
import { formatDurationMs } from "../std/duration.ts";
import { isoSeconds, minuteText } from "../std/time.ts";
import { type Html, html, type Part } from "./html.ts";

/** The tones of all states. Each has a shape and a word, so that colour is never the only sign. */
export type Tone = "ok" | "warn" | "drift" | "fail" | "none";

interface Look {
  readonly tone: Tone;
  readonly glyph: string;
}

const looks: Readonly<Record<string, Look>> = {
  ok: { tone: "ok", glyph: "✓" },
  warn: { tone: "warn", glyph: "!" },
  drift: { tone: "drift", glyph: "◆" },
  fail: { tone: "fail", glyph: "✗" },
  inconclusive: { tone: "none", glyph: "?" },
  claimed: { tone: "none", glyph: "…" },
  skipped: { tone: "none", glyph: "–" },
  missed: { tone: "none", glyph: "∅" },
  interrupted: { tone: "none", glyph: "⊘" },
  open: { tone: "fail", glyph: "●" },
  acknowledged: { tone: "warn", glyph: "◐" },
  resolved: { tone: "ok", glyph: "✓" },
  breaking: { tone: "fail", glyph: "▲" },
  risky: { tone: "warn", glyph: "△" },
  informative: { tone: "drift", glyph: "·" },
  delivered: { tone: "ok", glyph: "✓" },
  pending: { tone: "none", glyph: "…" },
  failed: { tone: "fail", glyph: "✗" },
  superseded: { tone: "none", glyph: "↷" },
  paused: { tone: "warn", glyph: "‖" },
  learning: { tone: "none", glyph: "◌" },
};

const unknownLook: Look = { tone: "none", glyph: "?" };

export const toneOf = (word: string): Tone => (looks[word] ?? unknownLook).tone;

/** A state as shape and word. */
export function state(word: string, text: string = word === "claimed" ? "running" : word): Html {
  const { tone, glyph } = looks[word] ?? unknownLook;
  return html`<span class="state t-${tone}"><b aria-hidden="true">${glyph}</b> ${text}</span>`;
}

const readinessLooks: Readonly<Record<Readiness, string>> = {
  READY: "ok",
  "READY WITH ACCEPTED RISKS": "warn",
  "NOT READY": "fail",
  "COULD NOT BE JUDGED": "inconclusive",
};

/** The decision of an audit as shape and word. */
export const readinessState = (readiness: Readiness): Html => state(readinessLooks[readiness], readiness);

/** A moment with its age, which the page keeps up to date. */
export function ago(atMs: number, nowMs: number): Html {
  const age = ageText(Math.max(0, nowMs - atMs));
  return html`<time datetime="${isoSeconds(atMs)}" title="${minuteText(atMs)}">${age} ago</time>`;
}

/** In whole seconds, then whole minutes: an age is never exact. */
const ageText = (ms: number): string => formatDurationMs(Math.floor(ms / 1000) * 1000 || 1000);

/** A reason of the notification log as words: `2-of-3-slots-bad` is read, not parsed. */
export function spoken(reason: string): string {
  if (reason === "overlap") return "the run before had not ended";
  return /^[a-z0-9-]+$/.test(reason) ? reason.replaceAll("-", " ") : reason;
}

/** Commands, which stand between backticks, as code. */
export function withCommands(text: string): readonly Part[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** A moment in UTC. */
export function moment(atMs: number): Html {
  return html`<time datetime="${isoSeconds(atMs)}" class="nowrap">${minuteText(atMs)}</time>`;
}

/** The same to the second, for runs that are closer than a minute. */
export function exactMoment(atMs: number): Html {
  const iso = isoSeconds(atMs);
  return html`<time datetime="${iso}" class="nowrap">${iso.replace("T", " ").replace("Z", " UTC")}</time>`;
}

/** `98.2 %`; never 100 when something was bad. */
export function percent(share: number, digits = 1): string {
  const scale = 10 ** (digits + 2);
  const shown = share < 1 ? Math.min(Math.floor(share * scale) / scale, 1 - 1 / scale) : 1;
  return `${(shown * 100).toFixed(share === 1 || share === 0 ? 0 : digits)} %`;
}
