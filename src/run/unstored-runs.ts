import { alone } from "../incident/inhibit.ts";
import type { SpendCap } from "../probe/target.ts";
import type { Reservation, Spent } from "./run.ts";
import type { Decision, ProbeMemory, RunStore } from "./world.ts";
import type { Baseline, Series, SeriesMemory } from "../baseline/baseline.ts";

const nothingKnown: ProbeMemory = { series: [], incidents: [], lastGoodSlotMs: undefined, surroundings: alone };

interface Used {
  readonly microUsd: number;
  readonly tokens: number;
  readonly requests: number;
}

/** What was normal at another installation. */
export interface KnownBaseline extends Pick<Baseline, "version" | "n" | "learned"> {
  readonly aspect: string;
  readonly label: string;
}

/** Runs that are kept nowhere: each is judged by itself, or against `baselines`. A spend cap limits what they use together, whatever its span. */
export function createUnstoredRuns(baselines: readonly KnownBaseline[] = []): RunStore {
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
    async commit({ runId, spent, slotMs }, decide) {
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
      const alone = decide(nothingKnown);
      return baselines.length === 0
        ? alone
        : decide({ ...nothingKnown, series: seriesKnown(alone, baselines, slotMs) });
    },
    async recall(series) {
      return memoryOf(series, baselines, 0);
    },
    async miss() {},
  };
}

/** The series that a run has are known once it was judged. */
function seriesKnown({ series }: Decision, baselines: readonly KnownBaseline[], slotMs: number): ProbeMemory["series"] {
  return series.flatMap(({ series: own }) => memoryOf(own, baselines, slotMs) ?? []);
}

function memoryOf(series: Series, baselines: readonly KnownBaseline[], lastSlotMs: number): SeriesMemory | undefined {
  const known = baselines.find(({ aspect, label }) => aspect === series.aspect && label === series.label);
  if (known === undefined) return undefined;
  const { version, n, learned } = known;
  return {
    series,
    state: null,
    lastSlotMs,
    baseline: { version, n, learned, acceptedAtMs: 0, by: "file", why: "file" },
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
