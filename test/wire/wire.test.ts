import { afterEach, expect, test } from "vitest";
import { openWire, type ReplayServer } from "../replay/server.ts";
import { cases, type WireCase } from "./cases.ts";
import { healthy } from "./wire-bodies.ts";
import { openPlayer, type Played, type Player } from "./play.ts";
import { policy } from "../exchange/policy.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

/** Serves the case or its healthy reply, as `isOdd` says at that moment. */
async function serve(one: WireCase, isOdd: () => boolean): Promise<ReplayServer> {
  const server = await openWire((socket) => {
    const reply = isOdd() ? one.reply : (one.healthy ?? healthy[one.scenario]);
    if (typeof reply === "string") socket.end(reply);
    else reply(socket);
  });
  open.push(server);
  return server;
}

function player(one: WireCase, { baseUrl }: ReplayServer): Player {
  const client = { ...policy, circuit: { failures: 1000, openMs: 1 }, ...one.client };
  const playing = openPlayer(baseUrl, one.scenario, { policy: client });
  open.push(playing);
  return playing;
}

const saidIn = ({ report }: Played): string =>
  report.findings
    .map(({ subject, expected, observed, why }) => `${subject} ${expected} → ${observed} (${why})`)
    .join("\n");

test.each(cases.map((one) => [one.name, one] as const))("a first run: %s", async (_name, one) => {
  const played = await player(one, await serve(one, () => true)).run();
  expect([played.report.verdict, saidIn(played)]).toEqual([
    one.first.verdict,
    one.first.says === undefined ? "" : expect.stringMatching(one.first.says),
  ]);
});

const learned = 30;

test.each(cases.map((one) => [one.name, one] as const))("watched: %s", async (_name, one) => {
  let isOdd = false;
  const server = await serve(one, () => isOdd);
  const playing = player(one, server);
  for (let n = 0; n <= learned; n += 1) {
    const { report } = await playing.run();
    expect(report.verdict, saidIn({ report, observations: [], alerts: [] })).not.toMatch(/drift|fail/);
  }
  const events: string[] = [];
  const { share = 1 } = one;
  const runs = share === 1 ? 8 : 240;
  for (let n = 1; n <= runs; n += 1) {
    isOdd = Math.floor(n * share) > Math.floor((n - 1) * share);
    for (const alert of (await playing.run()).alerts) {
      // Of these nobody is paged; latency is that of the machine that tests run on.
      if (alert.severity === "informative" || alert.event === "reminded") continue;
      events.push(`${alert.event} ${alert.severity} ${alert.likelyCause}: ${alert.summary}`);
    }
  }
  if (one.watched === "quiet") return expect(events).toEqual([]);
  const { severity, says, cause } = one.watched;
  expect(events).toEqual([expect.any(String)]);
  expect(events[0]).toMatch(new RegExp(`^opened ${severity} ${cause ?? ""}`));
  expect(events[0]).toMatch(says);
  return undefined;
});
