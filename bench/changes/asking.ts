import { dayMs, policyOf } from "../fleet/follow.ts";
import { normalFrom, type Sample } from "../detection/series.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { judge, type JudgedSeries } from "./judged.ts";

/** A series that can be asked at any time: log x = deviation y + season + spike. */
interface AskedKind {
  readonly name: string;
  readonly deviation: number;
  /** Of two runs of the schedule, and of two that are a minute apart. */
  readonly correlation: number;
  readonly alike: number;
  readonly season: number;
  readonly spikes: number;
}

export const askedKinds: readonly AskedKind[] = [
  { name: "independent, log-sd 0.3", deviation: 0.3, correlation: 0, alike: 0, season: 0, spikes: 0 },
  {
    name: "mixed (0.35, 0.3, season, 1 % at ×10)",
    deviation: 0.35,
    correlation: 0.3,
    alike: 0.3,
    season: 0.18,
    spikes: 0.01,
  },
  { name: "0.6 between runs and a minute apart", deviation: 0.3, correlation: 0.6, alike: 0.6, season: 0, spikes: 0 },
  { name: "none between runs, 0.9 a minute apart", deviation: 0.3, correlation: 0, alike: 0.9, season: 0, spikes: 0 },
];

const minuteMs = 60_000;

/** Values at the times that they are asked for. A run beside the schedule resembles the one of the schedule before it. */
function askedSeries({ deviation, correlation, alike, season, spikes }: AskedKind, seed: number) {
  const random = seededRandom(seed * 4099 + 5);
  const normal = normalFrom(random);
  const mix = (share: number, of: number): number => share * of + Math.sqrt(1 - share ** 2) * normal();
  let core = normal();
  // What all runs of one burst have in common, given the first: normal with this mean.
  let shared = 0;
  const sample = (atMs: number, y: number): Sample => {
    const spike = spikes > 0 && random() < spikes ? Math.log(10) : 0;
    const value = 800 * Math.exp(deviation * y + season * Math.sin((2 * Math.PI * atMs) / dayMs) + spike);
    return { atMs, value };
  };
  return {
    scheduled(atMs: number): Sample {
      core = mix(correlation, core);
      shared = mix(Math.sqrt(alike), core);
      return sample(atMs, core);
    },
    extra: (atMs: number): Sample => sample(atMs, mix(Math.sqrt(alike), shared)),
  };
}

interface Followed {
  readonly one: JudgedSeries;
  scheduled: number;
  extra: number;
  pages: number;
}

/** One run of the schedule and those that it causes; the time at which a page begins. */
function followSlot(
  followed: Followed,
  series: ReturnType<typeof askedSeries>,
  policy: ReturnType<typeof policyOf>,
  everyMs: number,
  slotMs: number,
  factorAt: (atMs: number) => number,
  asks: boolean,
): number | undefined {
  const play = ({ atMs, value }: Sample) => {
    const judged = judge(followed.one, policy, everyMs, { atMs, value: value * factorAt(atMs) });
    if (judged.begins) followed.pages += 1;
    return judged;
  };
  followed.scheduled += 1;
  let judged = play(series.scheduled(slotMs));
  let atMs = slotMs;
  while (asks && !judged.begins && judged.output.suspects === true && atMs + minuteMs < slotMs + everyMs) {
    atMs += minuteMs;
    followed.extra += 1;
    judged = play(series.extra(atMs));
  }
  return judged.begins ? atMs : undefined;
}

const calmDays = 60;

/** Minutes until a page about ×2, after 60 days of calm in which pages are false. Infinity: not within three days, or not while it lasts. */
export function askedRun(kind: AskedKind, everyMs: number, seed: number, asks: boolean, lastsMs = Infinity) {
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const series = askedSeries(kind, seed);
  const followed: Followed = { one: { memory: undefined, isPaging: false }, scheduled: 0, extra: 0, pages: 0 };
  let slotMs = everyMs;
  for (; slotMs < calmDays * dayMs; slotMs += everyMs) {
    followSlot(followed, series, policy, everyMs, slotMs, () => 1, asks);
  }
  const { pages: falsePages, scheduled, extra } = followed;
  const beginsMs = slotMs - everyMs + seededRandom(seed + 77)() * everyMs;
  const factorAt = (atMs: number): number => (atMs >= beginsMs && atMs < beginsMs + lastsMs ? 2 : 1);
  for (const endMs = slotMs + 3 * dayMs; slotMs < endMs; slotMs += everyMs) {
    const pagedMs = followSlot(followed, series, policy, everyMs, slotMs, factorAt, asks);
    if (pagedMs !== undefined && pagedMs >= beginsMs && pagedMs < beginsMs + lastsMs + everyMs) {
      return {
        falsePages: (falsePages * 180) / calmDays,
        scheduled,
        extra,
        minutes: Math.round((pagedMs - beginsMs) / minuteMs),
      };
    }
  }
  return { falsePages: (falsePages * 180) / calmDays, scheduled, extra, minutes: Infinity };
}
