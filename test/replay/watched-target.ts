import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { IncidentAlert } from "../../src/notify/compose/alert.ts";
import { createConcurrencyLimit } from "../../src/notify/deliver/concurrency-limit.ts";
import { pollOnce } from "../../src/notify/deliver/outbox-poller.ts";
import type { ClientPolicy } from "../../src/probe/target.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { RunReport } from "../../src/run/run.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import type { Store } from "../../src/store/store.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";
import { quietWorld } from "../run/quiet-world.ts";
import { openWire } from "./server.ts";

const minuteMs = 60_000;
let targets = 0;

export interface WatchedTarget {
  /** From now on replies are these: bytes to be sent, or what is done with the connection. */
  serve: (reply: (socket: Socket, body: string) => void) => void;
  /** One run a minute by the store's clock. */
  run: (times: number) => Promise<RunReport[]>;
  /** The incidents of this target that are not resolved, but those about latency: the machine is busy. */
  incidents: () => ReturnType<Store["overview"]> extends Promise<{ incidents: infer Incidents }>
    ? Promise<Incidents>
    : never;
  /** What was notified since the last look. */
  alerts: () => Promise<IncidentAlert[]>;
  close: () => Promise<void>;
}

/** A probe of a real server over the real client and the real store; only the clock of its slots is moved by hand. */
export async function watchTarget(
  store: Store,
  fromMs: number,
  change: Partial<Probe> = {},
  client: Partial<ClientPolicy> = {},
): Promise<WatchedTarget> {
  let reply: (socket: Socket, body: string) => void = (socket) => void socket.destroy();
  const server = await openWire((socket, _head, body) => reply(socket, body));
  targets += 1;
  const target = {
    ...sample.target,
    ...change.target,
    name: `watched-${targets}`,
    baseUrl: server.baseUrl,
    policy: { ...policy, ...client },
  };
  const id = `watched-${targets}@eu`;
  const probe: Probe = { ...sample, judge: { ...sample.judge, learnRuns: 30 }, ...change, id, target };
  const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
  const exchanger = createExchanger({
    attempt: attempts.attempt,
    clock: systemClock,
    random: () => 0,
    sleep: () => sleep(0),
  });
  let nowMs = fromMs;
  const world = quietWorld(() => nowMs, { exchanger, runs: store });
  return {
    serve: (next) => void (reply = next),
    async run(times) {
      const reports: RunReport[] = [];
      for (let count = 0; count < times; count += 1) {
        nowMs += minuteMs;
        reports.push(await runProbe(world, probe, nowMs));
      }
      return reports;
    },
    async incidents() {
      const { incidents } = await store.overview(nowMs);
      return incidents.filter(({ probeId, kind }) => probeId === id && kind !== "latency");
    },
    async alerts() {
      const due: string[] = [];
      const atMs = nowMs + 10 * minuteMs;
      await pollOnce({
        outbox: store,
        enqueue: (entry) => Promise.resolve(void due.push(entry)),
        clock: { nowMs: () => atMs, monotonicMs: () => atMs },
        concurrency: createConcurrencyLimit(1000),
        log: silentLog,
      });
      const alerts: IncidentAlert[] = [];
      for (const entry of due) {
        const leased = await store.lease(entry, atMs, 1000);
        if (leased === undefined) throw new Error("due and not to be had");
        alerts.push(leased.entry.alert as IncidentAlert);
        const attempt = {
          outboxId: entry,
          receiver: leased.entry.receiver,
          ordinal: 1,
          startedAtMs: atMs,
          durationMs: 1,
        };
        await store.record({ ...attempt, outcome: { kind: "delivered", status: 200 } });
      }
      return alerts.filter((alert) => alert.target === target.name && alert.kind !== "latency");
    },
    async close() {
      await attempts.close();
      await server.close();
    },
  };
}
