import type { Outcome } from "../../src/exchange/exchange.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { Store } from "../../src/store/store.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe as sample } from "../probe/samples.ts";
import { alerting, night } from "../store/night.ts";
import { noonMs } from "../store/samples.ts";
import { completion, fakeExchanger, ok } from "./fake-exchanger.ts";
import { quietWorld } from "./quiet-world.ts";

export const minuteMs = 60_000;
export const dayMs = 86_400_000;
const learned = 60;

const drift = { falsePageEveryMs: 7 * dayMs, samples: 40, pageAfterMs: 1, fullAfterMs: 1 } as const;
export const probeAt = (location: string, over: Partial<Probe> = {}): Probe => ({
  ...sample,
  id: `valid@${location}`,
  location,
  alerting,
  receivers: ["pager"],
  judge: { ...sample.judge, latencyFloorRatio: 1, drift },
  ...over,
});
export const [eu, us] = [probeAt("eu"), probeAt("us")];
const ask = { messages: [{ role: "user", content: "Say plumb." }], maxTokens: 5, stream: false, extra: {} };
const plumb = { kind: "custom", name: "plumb", ask, expectations: [{ kind: "status", oneOf: [200] }] } as const;
export const asia = probeAt("asia", { id: "plumb@asia", name: "plumb", scenario: plumb });

/** What a provider says that is asked again at once. */
const busy: Outcome = { ...ok({ error: { message: "busy", type: "server_error" } }), status: 503 } as Outcome;

/**
 * Probes that are asked every minute, 20 s after one another or less, and what the service does in between. Those named in
 * `slower` take so many times as long; those in `retried` need a second attempt every other minute.
 */
export async function learnedDay(store: Store, probes: readonly Probe[]) {
  let nowMs = noonMs - learned * minuteMs;
  const random = seededRandom(11);
  const slower = new Map<string, number>();
  const retried = new Set<string>();
  const shown = { promptTokens: 9 };
  let asked = "";
  const exchanger = fakeExchanger(
    () => ok(completion({}, shown.promptTokens)),
    () => 400 * Math.exp(0.1 * (random() + random() - 1)) * (slower.get(asked) ?? 1),
  );
  const world = quietWorld(() => nowMs, {
    random,
    exchanger: {
      async exchange(request, ...more) {
        const { attempts } = await exchanger.exchange(request, ...more);
        const isBusy = retried.has(asked) && Math.round(nowMs / minuteMs) % 2 === 0;
        const [only] = attempts;
        if (!isBusy || only === undefined) return { attempts };
        return {
          attempts: [
            { ...only, outcome: busy },
            { ...only, ordinal: 2 },
          ],
        };
      },
    },
    runs: store,
  });
  const story = night(store, probes);
  const apartMs = Math.min(20_000, minuteMs / probes.length);
  const minutes = async (count: number, doesLook = true): Promise<void> => {
    for (const endMs = nowMs + count * minuteMs; nowMs < endMs;) {
      const startMs = nowMs;
      for (const [index, one] of probes.entries()) {
        nowMs = startMs + index * apartMs;
        asked = one.id;
        await runProbe(world, one, nowMs);
        for (const laterMs of doesLook ? [0, apartMs / 2] : []) await story.tick(nowMs + laterMs);
      }
      nowMs = startMs + minuteMs;
    }
  };
  await minutes(learned, false);
  return { story, slower, retried, shown, minutes };
}

/** What was told, without when and exactly how much. */
export const said = (notified: readonly string[]): string[] =>
  notified.map((line) => line.replace(/^\+\d+s pager /, "").replace(/ \d+ ms → .*|, ×.*/, ""));
