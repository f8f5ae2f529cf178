import { afterAll, beforeAll, expect, test } from "vitest";
import { renderAlertText } from "../../src/notify/compose/render-text.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { json, sse } from "../replay/server.ts";
import { watchTarget, type WatchedTarget } from "../replay/watched-target.ts";
import { openStorePool } from "../setup/databases.ts";
import { body, chunk, finish, opening, usage, usageChunk } from "./wire-bodies.ts";

const startMs = Date.UTC(2026, 10, 23, 8);
let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, startMs, 30);
});
afterAll(() => pool.close());

const counted = { ...usage, completion_tokens: 12, total_tokens: 26 };
/** The same protocol, whatever the model says. */
const says = (content: string, isStream: boolean): string =>
  isStream
    ? sse([opening, chunk({ content }), finish, usageChunk(counted), "[DONE]"])
    : json(200, body({ usage: counted }, {}, { content }));

function serve(target: WatchedTarget, content: () => string): void {
  target.serve((socket, asked) => void socket.end(says(content(), asked.includes('"stream":true'))));
}

const asked = {
  messages: [{ role: "user", content: "Which planet is red?" }],
  maxTokens: 20,
  extra: { temperature: 0 },
};
const own = (stream: boolean): Probe["scenario"] => ({
  kind: "custom",
  name: "planet",
  ask: { ...asked, stream },
  expectations: [{ kind: "status", oneOf: [200] }],
});
const scenarios: Readonly<Record<string, Probe["scenario"]>> = {
  "valid-request": { kind: "built-in", name: "valid-request" },
  "streamed-request": { kind: "built-in", name: "streamed-request" },
  "an own question": own(false),
  "an own question, streamed": own(true),
};

/** From one answer to another, and what people read of it. */
const swaps: readonly (readonly [string, after: string, named: RegExp])[] = [
  ["a refusal", "I'm sorry, I can't help with that.", /refusal/],
  ["another language", "铅垂线", /Han letters|word of 3 characters/],
  ["another answer", "Certainly, that is Jupiter.", /answer: word of 4 characters, \w+ → line of 27 characters/],
];

const all = Object.entries(scenarios).flatMap(([name, scenario]) =>
  swaps.map(([swap, after, named]) => [name, swap, scenario, after, named] as const),
);

test.each(all)(
  "%s: from an answer to %s is one incident and one alert",
  async (_name, _swap, scenario, after, named) => {
    const target = await watchTarget(store, startMs, { scenario });
    try {
      let answer = "Mars";
      serve(target, () => answer);
      const before = await target.run(31);
      expect(new Set(before.map(({ verdict }) => verdict))).toEqual(new Set(["ok"]));
      answer = after;
      await target.run(8);
      const incidents = await target.incidents();
      expect(incidents.map(({ state }) => state)).toEqual(["open"]);
      const alerts = await target.alerts();
      expect(alerts.map(({ event }) => event)).toEqual(["opened"]);
      const text = alerts.map((alert) => renderAlertText(alert, { columns: 400 })).join("\n");
      expect(text).toMatch(named);
      expect(text).not.toContain(after);
    } finally {
      await target.close();
    }
  },
);

test("three swaps in a row: each is found, and an answer that always varies is none", async () => {
  const target = await watchTarget(store, startMs, { scenario: own(false) });
  try {
    let answer = (): string => "Mars";
    serve(target, () => answer());
    await target.run(31);
    for (const next of ["Jupiter", "Je ne peux pas", "火星"]) {
      answer = () => next;
      const reports = await target.run(8);
      expect(reports.map(({ verdict }) => verdict)).toContain("drift");
      expect((await target.incidents()).map(({ state }) => state)).toEqual(["open"]);
    }
    const varied = await watchTarget(store, startMs, { scenario: own(false) });
    let runs = 0;
    serve(varied, () => `Mars, as ${["we", "you", "they", "all"][runs % 4]} know, number ${(runs += 1)}`);
    const reports = await varied.run(90);
    expect(reports.filter(({ verdict }) => verdict === "drift" || verdict === "fail")).toEqual([]);
    await varied.close();
  } finally {
    await target.close();
  }
});
