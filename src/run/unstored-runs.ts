import { alone } from "../incident/inhibit.ts";
import type { SpendCap } from "../probe/target.ts";
import type { Reservation, Spent } from "./run.ts";
import type { ProbeMemory, RunStore } from "./world.ts";

const nothingKnown: ProbeMemory = { series: [], incidents: [], lastGoodSlotMs: undefined, surroundings: alone };

interface Used {
  readonly microUsd: number;
  readonly tokens: number;
  readonly requests: number;
}

/** Runs that are kept nowhere: each is judged by itself. Spend caps hold for all of them together, of whatever span. */
export function createUnstoredRuns(): RunStore {
  const used = new Map<string, Used>();
  const reserved = new Map<string, Reservation>();
  const of = (cap: SpendCap): Used => used.get(keyOf(cap)) ?? { microUsd: 0, tokens: 0, requests: 0 };
  const add = (cap: SpendCap, more: Used): void => void used.set(keyOf(cap), sum(of(cap), more));
  return {
    async claim({ runId, reserve }) {
      const most = known(reserve);
      if (reserve.caps.some((cap) => isOver(cap, sum(of(cap), most)))) return { kind: "skipped", reason: "spend-cap" };
      for (const cap of reserve.caps) add(cap, most);
      reserved.set(runId, reserve);
      return { kind: "claimed" };
    },
    async commit({ runId, spent }, decide) {
      const reserve = reserved.get(runId);
      if (reserve === undefined) return undefined;
      reserved.delete(runId);
      const most = known(reserve);
      const { microUsd = most.microUsd, tokens = most.tokens, requests } = spent;
      const less = {
        microUsd: microUsd - most.microUsd,
        tokens: tokens - most.tokens,
        requests: requests - most.requests,
      };
      for (const cap of reserve.caps) add(cap, less);
      return decide(nothingKnown);
    },
    async miss() {},
  };
}

const keyOf = ({ scope, span }: SpendCap): string => `${scope} ${span}`;

const known = ({ microUsd = 0, tokens = 0, requests }: Spent): Used => ({ microUsd, tokens, requests });

const sum = (one: Used, other: Used): Used => ({
  microUsd: one.microUsd + other.microUsd,
  tokens: one.tokens + other.tokens,
  requests: one.requests + other.requests,
});

function isOver({ microUsd, tokens, requests }: SpendCap, used: Used): boolean {
  const isAbove = (cap: number | undefined, value: number): boolean => cap !== undefined && value > cap;
  return isAbove(microUsd, used.microUsd) || isAbove(tokens, used.tokens) || isAbove(requests, used.requests);
}
