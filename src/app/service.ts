import type { Config } from "../config/config.ts";
import type { Overview } from "../operate/overview.ts";
import { exceptionFields } from "../std/log.ts";
import { newTickMemory } from "../schedule/tick.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import { checkConfiguration } from "../upkeep/check-configuration.ts";
import { openGeneration } from "./generation.ts";
import { aboutThis } from "./log-trouble.ts";
import type { GenerationOptions } from "./parts.ts";
import { openStoreInTime, type SchemaPolicy } from "./schema.ts";
import type { Env } from "./secrets.ts";
import { openSpool } from "./spool.ts";
import { openPool, openQueuesFor, type StorageChoice } from "./storage.ts";

export interface ServiceOptions extends SchemaPolicy, GenerationOptions {
  readonly env: Env;
  readonly storage: StorageChoice;
}

export interface Service {
  readonly url: string | undefined;
  overview(): Promise<Overview>;
  /**
   * Continues with another configuration: running probes finish with the old one, the next slot uses the new one. When
   * the new one fails to start, the old one is started again and the promise rejects.
   */
  reload(config: Config): Promise<void>;
  /** Reports why a configuration was refused, or with undefined that the newest one is in force. */
  reportConfiguration(refusal: string | undefined): Promise<void>;
  /** Takes no more work, lets running probes finish, closes everything in the reverse order of opening. */
  stop(): Promise<void>;
}

/** The composition root: opens what the roles need. What was opened is closed again when anything fails. */
export async function openService(config: Config, options: ServiceOptions): Promise<Service> {
  const { log, storage, roles, env, listen } = options;
  const opened = new AsyncDisposableStack();
  try {
    const about = { ...aboutThis(log), probes: config.probes.length };
    const telemetry = opened.adopt(await startTelemetry(env, listen !== undefined, about), (it) => it.stop());
    const purpose = `plumbline start (${roles.join(", ")})`;
    const pool = opened.adopt(await openPool(storage, log, purpose), (it) => it.close());
    const store = await openStoreInTime(pool, options, config.retentionDays);
    const queues = opened.adopt(await openQueuesFor(storage, pool, log, telemetry.queue, store.installation), (it) =>
      it.close(),
    );
    const spool = openSpool(env, store.installation, log);
    const shared = { telemetry, store, queues, spool, ticks: newTickMemory() };
    let generation = await openGeneration(config, options, shared);
    telemetry.metrics.record("configurationTaken", 1, {});
    const ending = new Set<Promise<void>>();
    const endGeneration = async (): Promise<void> => {
      const { finished } = await generation.end();
      ending.add(finished);
      void finished
        .finally(() => ending.delete(finished))
        .catch((error: unknown) => log.error("previous configuration failed to shut down", exceptionFields(error)));
    };
    opened.defer(async () => {
      await endGeneration();
      await Promise.allSettled(ending);
    });
    // A free port that was chosen at the start is kept.
    const sameAddress = (): GenerationOptions => ({
      ...options,
      listen: listen && { ...listen, port: portOf(generation.url) ?? listen.port },
    });
    return {
      get url() {
        return generation.url;
      },
      overview: () => store.overview(Date.now()),
      async reload(next) {
        const previous = generation.config;
        const nextOptions = sameAddress();
        await endGeneration();
        try {
          generation = await openGeneration(next, nextOptions, shared);
        } catch (error) {
          generation = await openGeneration(previous, nextOptions, shared);
          throw error;
        }
      },
      async reportConfiguration(refusal) {
        telemetry.metrics.record("configurationTaken", refusal === undefined ? 1 : 0, {});
        if (!roles.includes("scheduler")) return;
        const receivers = generation.config.receivers.map(({ name }) => name);
        await checkConfiguration({ store, receivers }, refusal, Date.now());
        generation.nudge();
      },
      stop: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port);
}
