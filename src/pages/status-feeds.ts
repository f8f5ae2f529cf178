import type { PublicStatus } from "../operate/public-status.ts";
import { formatDurationMs } from "../std/duration.ts";
import { isoSeconds } from "../std/time.ts";
import { html, trusted } from "./html.ts";
import { looks } from "./status.ts";
import { percent } from "./words.ts";

/** The incidents as a feed; an incident that is over is an update of its entry. */
export function statusFeed({ name, title, atMs, incidents }: PublicStatus): string {
  const entries = incidents.map(({ id, service, text, startedAtMs, resolvedAtMs }) => {
    const over =
      resolvedAtMs === undefined ? "" : ` Over after ${formatDurationMs(Math.max(0, resolvedAtMs - startedAtMs))}.`;
    return html`<entry
      ><id>urn:plumbline:incident:${id}</id><title>${service}: ${text}</title
      ><published>${isoSeconds(startedAtMs)}</published><updated>${isoSeconds(resolvedAtMs ?? startedAtMs)}</updated
      ><content type="text">${text}.${over}</content></entry
    >`;
  });
  const newest = incidents.map(({ startedAtMs, resolvedAtMs }) => resolvedAtMs ?? startedAtMs);
  const updatedMs = Math.max(0, ...newest) || atMs;
  return html`<?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom"
      ><id>urn:plumbline:status:${name}</id><title>${title}</title><updated>${isoSeconds(updatedMs)}</updated
      ><author><name>${title}</name></author
      ><link rel="self" href="/status/${name}.atom" /><link href="/status/${name}" />${entries}</feed
    > `.toString();
}

export const badges = ["state", "uptime", "latency"] as const;
export type Badge = (typeof badges)[number];

const colours = { ok: "#1d7446", warn: "#865600", drift: "#6b3fb0", fail: "#b3261e", none: "#565f68" } as const;

/** A small picture for pages elsewhere. It brings its colours along. */
export function statusBadge({ title, state, services }: PublicStatus, badge: Badge): string {
  const uptimes = services.flatMap(({ uptime }) => uptime ?? []);
  const latencies = services.flatMap(({ latencyMs }) => latencyMs ?? []);
  const { tone, text } = looks[state];
  const texts: Readonly<Record<Badge, readonly [label: string, value: string]>> = {
    state: [title, text],
    uptime: ["uptime, 90 days", uptimes.length === 0 ? "unknown" : percent(Math.min(...uptimes), 2)],
    latency: ["latency", latencies.length === 0 ? "unknown" : formatDurationMs(Math.round(Math.max(...latencies)))],
  };
  const [label, value] = texts[badge];
  const widthOf = (words: string): number => 12 + words.length * 6.6;
  const [left, right] = [widthOf(label), widthOf(value)];
  const at = (x: number): string => x.toFixed(1);
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${at(left + right)}"
    height="20"
    role="img"
    aria-label="${label}: ${value}"
  >
    <title>${label}: ${value}</title>
    <rect width="${at(left)}" height="20" fill="#3b4148" />
    <rect x="${at(left)}" width="${at(right)}" height="20" fill="${trusted(colours[tone])}" />
    <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
      <text x="6" y="14" textLength="${at(left - 12)}">${label}</text>
      <text x="${at(left + 6)}" y="14" textLength="${at(right - 12)}">${value}</text>
    </g>
  </svg> `.toString();
}
