import type { Probe } from "../probe/probe.ts";
import { dayMs, hourMs, minuteMs } from "../std/duration.ts";

export interface BlindStore {
  /**
   * Minutes without a verdict by target, from the hours in between: of each hour, the share of slots without one at the
   * probe that saw most. Only the time that slots stand for can be blind: not what came before the first one.
   */
  blindMinutes(probes: readonly WatchedProbe[], fromMs: number, toMs: number): Promise<ReadonlyMap<string, number>>;
}

export interface WatchedProbe {
  readonly id: string;
  readonly target: string;
  /** So long one slot stands for, an hour at most. */
  readonly slotMs: number;
}

/** For how long nobody could watch a target. */
export interface BlindTime {
  readonly target: string;
  /** Minutes of the last day. */
  readonly minutes: number;
  /** More than this opens an incident; undefined: there is no limit. */
  readonly limitMinutes?: number | undefined;
}

export const watchedProbes = (probes: readonly Probe[]): readonly WatchedProbe[] =>
  probes.map(({ id, target, cadence }) => ({
    id,
    target: target.name,
    slotMs: cadence.kind === "every" ? Math.min(hourMs, cadence.everyMs) : hourMs,
  }));

/** Blind time of every target in the last day, worst first; read from the store once a minute. */
export function createBlindTimes(
  store: BlindStore,
  probes: readonly Probe[],
): (nowMs: number) => Promise<readonly BlindTime[]> {
  const watched = watchedProbes(probes);
  const limits = new Map(probes.map(({ target }) => [target.name, target.maxBlindMs]));
  let read: { readonly minute: number; readonly times: Promise<readonly BlindTime[]> } | undefined;
  const readAt = async (nowMs: number): Promise<readonly BlindTime[]> => {
    const found = await store.blindMinutes(watched, nowMs - dayMs, nowMs);
    return [...found]
      .map(([target, minutes]) => {
        const limitMs = limits.get(target);
        return { target, minutes, ...(limitMs === undefined ? {} : { limitMinutes: Math.round(limitMs / minuteMs) }) };
      })
      .toSorted((a, b) => b.minutes - a.minutes || (a.target < b.target ? -1 : 1));
  };
  return async (nowMs) => {
    const minute = Math.floor(nowMs / minuteMs);
    if (read?.minute !== minute) read = { minute, times: readAt(nowMs) };
    const { times } = read;
    try {
      return await times;
    } catch (error) {
      if (read.times === times) read = undefined;
      throw error;
    }
  };
}
