import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import type { Json } from "../std/json.ts";
import { acceptShape } from "./contract/accept-shape.ts";
import type { Finding } from "./judgement.ts";

/** What takes the place of a baseline. `learned: null` is learned anew from the next runs. */
export interface NewNormal {
  readonly learned: Json;
  readonly n: number;
}

/**
 * What a person means by accepting an incident. A shape takes in the differences that were told, from the replies that
 * showed them; times, tokens and rates, of which no list of differences can be made, are learned anew.
 */
export function acceptAsNormal(
  { series, baseline }: SeriesMemory,
  findings: readonly Finding[],
  evidence: readonly Observation[],
): NewNormal {
  switch (series.aspect) {
    case "contract":
    case "error-shape": {
      const subjects = findings.map(({ subject }) => subject);
      const learned = baseline === undefined ? undefined : acceptShape(baseline.learned, evidence, subjects);
      return learned === undefined ? anew : { learned, n: baseline?.n ?? 0 };
    }
    case "latency":
    case "usage":
    case "availability":
      return anew;
    default:
      return series.aspect satisfies never;
  }
}

const anew: NewNormal = { learned: null, n: 0 };
