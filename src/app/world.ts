import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { createExchanger } from "../exchange/exchanger.ts";
import { createLoopGauge } from "../exchange/loop-gauge.ts";
import { createTokenCounter } from "../observation/gpt-tokens.ts";
import { createUndiciAttempts } from "../exchange/undici-attempt.ts";
import type { RunStore, World } from "../run/world.ts";
import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { version } from "../std/version.ts";
import { timedRuns } from "./measure.ts";
import { repeat } from "./repeat.ts";
import type { Secrets } from "./secrets.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

export const userAgent = `plumbline/${version} (synthetic monitoring)`;

/** A file that was replaced is read again so often, should nothing need it before. */
const lookEveryMs = 5_000;

export interface OpenWorld extends World {
  close(): Promise<void>;
}

export function openWorld(runs: RunStore, config: Config, secrets: Secrets, log: Log, telemetry: Telemetry): OpenWorld {
  const clock = systemClock;
  const attempts = createUndiciAttempts({
    clock,
    loop: createLoopGauge(clock),
    userAgent,
    outside: { secret: secrets.peek, plain: secrets.plain, proxy: secrets.proxy, noProxy: secrets.noProxy },
  });
  const random = Math.random;
  const pause = (ms: number): Promise<void> => sleep(ms);
  const exchanger = createExchanger({ attempt: attempts.attempt, clock, random, sleep: pause });
  const { tracer, metrics } = telemetry;
  secrets.use(config);
  const looking = repeat(lookEveryMs, () => secrets.look());
  const { count, ready } = createTokenCounter(config.targets.flatMap(({ tokenizer }) => tokenizer ?? []));
  ready.catch((error: unknown) =>
    log.warn("could not load tokenizer vocabulary: prompts are not counted", { why: String(error) }),
  );
  const timed = timedRuns(runs, metrics, clock);
  return {
    clock,
    random,
    sleep: pause,
    exchanger,
    runs: timed,
    secret: secrets.read,
    redact: secrets.redact,
    log,
    tracer,
    metrics,
    countTokens: count,
    async close() {
      looking.stop();
      await attempts.close();
    },
  };
}
