import type { Config } from "../config/config.ts";
import type { Role } from "../config/roles.ts";
import type { Spool } from "../run/spool.ts";
import type { SlotWorker } from "../schedule/queue.ts";
import type { TickMemory } from "../schedule/tick.ts";
import type { Timetable } from "../schedule/timetable.ts";
import type { Log } from "../std/log.ts";
import type { Store } from "../store/store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Activity } from "../web/health.ts";
import type { Secrets } from "./secrets.ts";
import type { openQueuesFor } from "./storage.ts";
import type { OpenWorld } from "./world.ts";

export interface GenerationOptions {
  readonly log: Log;
  /** Shared with the log, which then hides what is read while the service runs. */
  readonly secrets: Secrets;
  readonly roles: readonly Role[];
  /** The locations whose slots the worker takes; all of the configuration when empty. */
  readonly locations: readonly string[];
  readonly concurrency: number;
  readonly reconcileMs: number;
  readonly listen: Config["listen"] | undefined;
}

/** What lasts as long as the process does, whatever the configuration. */
export interface SharedResources {
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly queues: Awaited<ReturnType<typeof openQueuesFor>>;
  readonly spool: Spool;
  readonly ticks: TickMemory;
}

/** What the roles of one generation are made of. */
export interface Parts extends SharedResources {
  readonly config: Config;
  readonly options: GenerationOptions;
  readonly world: OpenWorld;
  readonly timetable: Timetable;
  readonly activity: Activity;
  /** Closed at once when the generation ends, so that the next one can begin: what listens and what decides. */
  readonly steering: AsyncDisposableStack;
  /** What takes slots: stopped before everything else. */
  readonly takers: SlotWorker[];
  /** Closed when it has finished what it is doing. */
  readonly working: AsyncDisposableStack;
}
