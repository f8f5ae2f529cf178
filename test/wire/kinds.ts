import { expect } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { sse } from "../replay/server.ts";
import { ok } from "../run/fake-exchanger.ts";
import { playReplies, type Played, type Player, streamed } from "./play.ts";

export const asStream = (events: readonly (object | string)[]): Outcome =>
  streamed(sse(events).split("\r\n\r\n")[1] ?? "");
export const asJson = (value: object): Outcome => ok(JSON.parse(JSON.stringify(value)) as JsonObject);
export const loud = ({ report }: Played): string[] =>
  report.findings
    .filter(({ severity, kind }) => severity !== "informative" && kind !== "latency")
    .map(({ severity, subject, expected, observed }) => `${severity} ${subject}: ${expected} → ${observed}`);

export async function first(reply: Outcome, scenario: string): Promise<string[]> {
  return loud(await playReplies(() => reply, scenario).run());
}

export async function alertsOf(player: Player, runs: number): Promise<string[]> {
  const alerts: string[] = [];
  for (let n = 0; n < runs; n += 1) {
    for (const { event, severity, kind, summary } of (await player.run()).alerts) {
      if (severity !== "informative" && kind !== "latency") alerts.push(`${event} ${severity} ${summary}`);
    }
  }
  return alerts;
}

/** What a probe says when all replies become like this after 31 that were healthy. */
export async function watched(healthy: Outcome, reply: Outcome, scenario: string, runs = 8): Promise<string[]> {
  let now = healthy;
  const player = playReplies(() => now, scenario);
  expect(await alertsOf(player, 31)).toEqual([]);
  now = reply;
  return alertsOf(player, runs);
}
