import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { exitCodes, Refusal } from "../cli/io.ts";
import type { Config } from "../config/config.ts";
import { readSecret, secretName, type SecretSources } from "../config/secrets.ts";
import { createExchanger } from "../exchange/exchanger.ts";
import { createLoopGauge } from "../exchange/loop-gauge.ts";
import { createTokenCounter } from "../observation/gpt-tokens.ts";
import { createUndiciAttempts } from "../exchange/undici-attempt.ts";
import { secretUses } from "../probe/receiver-secrets.ts";
import type { SecretRef } from "../probe/target.ts";
import type { RunBook, World } from "../run/world.ts";
import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { createRedactor } from "../std/redact.ts";
import { timedRuns } from "./measure.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export const programVersion = "0.1.0";
export const userAgent = "plumbline/0.1 (synthetic monitoring)";

export function secretSources(env: Env): SecretSources {
  return {
    env,
    readFile(path) {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/** Throws for a secret that is gone since start-up; the message names where it was, not what. */
export function secretReader(env: Env): (ref: SecretRef) => string {
  const sources = secretSources(env);
  return (ref) => {
    const value = readSecret(ref, sources);
    if (value === undefined) throw new Refusal(`nothing in ${secretName(ref)}`, exitCodes.usage);
    return value;
  };
}

/** Every secret that the configuration names and that is there: what the redactor has to look for. */
export function knownSecrets({ targets, receivers, apiTokens, actionLinks, heartbeat }: Config, env: Env): string[] {
  const refs = [
    ...targets.flatMap(({ key, audit }) => [key, audit?.revokedKey, audit?.billing?.key]),
    ...apiTokens.map(({ token }) => token),
    actionLinks?.key,
    heartbeat === undefined || typeof heartbeat.url === "string" ? undefined : heartbeat.url,
    ...receivers.flatMap((receiver) => secretUses(receiver).map(({ ref }) => ref)),
  ];
  const sources = secretSources(env);
  return refs.flatMap((ref) => (ref === undefined ? [] : (readSecret(ref, sources) ?? [])));
}

export interface OpenWorld extends World {
  close(): Promise<void>;
}

export function openWorld(runs: RunBook, config: Config, env: Env, log: Log, telemetry: Telemetry): OpenWorld {
  const clock = systemClock;
  const attempts = createUndiciAttempts({ clock, loop: createLoopGauge(clock), userAgent });
  const random = Math.random;
  const pause = (ms: number): Promise<void> => sleep(ms);
  const exchanger = createExchanger({ attempt: attempts.attempt, clock, random, sleep: pause });
  const known = new Set(knownSecrets(config, env));
  let redact = createRedactor([...known]);
  const { tracer, metrics } = telemetry;
  const read = secretReader(env);
  /** A file may hold another key than it did at the start: what is sent has to be known before anything comes back. */
  const secret = (ref: SecretRef): string => {
    const value = read(ref);
    if (!known.has(value)) redact = createRedactor([...known.add(value)]);
    return value;
  };
  const { count, ready } = createTokenCounter(config.targets.flatMap(({ tokenizer }) => tokenizer ?? []));
  ready.catch((error: unknown) =>
    log.warn("prompts are not counted: a vocabulary can't be read", { why: String(error) }),
  );
  const timed = timedRuns(runs, metrics, clock);
  return {
    clock,
    random,
    sleep: pause,
    exchanger,
    runs: timed,
    secret,
    redact: (text) => redact(text),
    log,
    tracer,
    metrics,
    countTokens: count,
    close: attempts.close,
  };
}
