import { readFileSync } from "node:fs";
import type { Every } from "../std/repeat.ts";
import type { Config, Problem } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { exceptionFields, type Log } from "../std/log.ts";
import type { Service } from "./service.ts";

export interface Reloader {
  /** Reads the file again now, changed or not. */
  now(): Promise<void>;
  stop(): void;
}

export interface ReloadWorld {
  readonly file: string;
  readonly service: Pick<Service, "reload" | "reportConfiguration">;
  readonly load: () => Loaded;
  readonly log: Log;
  /** Where the configuration had it listen; undefined when the command line says where. */
  readonly listen: Config["listen"] | undefined;
}

const lookEveryMs = 5_000;

/**
 * Puts the configuration into force when its file says something else, or when asked to. One that is broken, or that
 * can't be put to work, leaves the one before in force; the log and an incident of ours say why.
 */
export function watchConfigFile({ file, service, load, log, listen }: ReloadWorld, every: Every): Reloader {
  let known = textOf(file);
  let turn: Promise<void> = Promise.resolve();

  async function takeOver(): Promise<void> {
    known = textOf(file);
    const loaded = load();
    if ("problems" in loaded) {
      await refuse(reasonOf(loaded.problems));
      return;
    }
    try {
      await service.reload(loaded.config);
    } catch (error) {
      log.error("new configuration failed to start", exceptionFields(error));
      await refuse("it failed to start: see the log");
      return;
    }
    log.info("configuration reloaded", { probes: loaded.config.probes.length });
    if (listen !== undefined && !isSame(listen, loaded.config.listen)) {
      log.warn("listen address changed: takes effect at the next start", {
        listensAt: `${listen.host}:${listen.port}`,
      });
    }
    await service.reportConfiguration(undefined);
  }

  async function refuse(reason: string): Promise<void> {
    log.error("configuration rejected: the previous one remains active", { reason });
    await service.reportConfiguration(reason);
  }

  const inTurn = (): Promise<void> => {
    turn = turn
      .then(takeOver)
      .catch((error: unknown) => log.error("configuration reload failed", exceptionFields(error)));
    return turn;
  };
  const look = every(lookEveryMs, () => {
    if (textOf(file) !== known) void inTurn();
  });
  return { now: inTurn, stop: () => look.stop() };
}

function isSame(one: Config["listen"], other: Config["listen"]): boolean {
  return one.host === other.host && one.port === other.port;
}

const mostNotified = 3;

/** The first problem in one line; `plumbline validate` lists them all. */
function reasonOf(problems: readonly Problem[]): string {
  const notified = problems.slice(0, mostNotified).map(({ path, line, expected, got, hint }) => {
    const place = `${path || "the file"}${line === undefined ? "" : ` (line ${line})`}`;
    return `${place}: expected ${expected}, got ${got}${hint === undefined ? "" : `; ${hint}`}`;
  });
  const more = problems.length - notified.length;
  return [...notified, ...(more > 0 ? [`and ${more} more`] : [])].join(" · ");
}

/** undefined = not to be read just now, as while it is being replaced. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
