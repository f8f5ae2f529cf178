import type { SeriesMemory } from "../../baseline/baseline.ts";
import type { Observation } from "../../observation/observation.ts";
import { acceptShape } from "./accept-shape.ts";
import { acceptFromChange, type NewNormal } from "../drift/baseline/new-normal.ts";
import { acceptRate } from "../drift/rate/error-rate.ts";
import type { Finding } from "../judgement.ts";
import { acceptOutput } from "../output/output-judge.ts";
import { acceptCounts } from "../drift/counts/token-counts.ts";

/**
 * What a person means by accepting an incident. A shape takes in the differences that were reported, from the replies that
 * showed them; what is measured or counted is taken from the estimated time of the change on.
 */
export function acceptAsNormal(
  memory: SeriesMemory,
  findings: readonly Finding[],
  evidence: readonly Observation[],
): NewNormal {
  const { series, baseline } = memory;
  switch (series.aspect) {
    case "contract":
    case "error-shape": {
      const subjects = findings.map(({ subject }) => subject);
      const learned = baseline === undefined ? undefined : acceptShape(baseline.learned, evidence, subjects);
      return learned === undefined ? anew : { learned, n: baseline?.n ?? 0 };
    }
    case "usage":
      return acceptCounts(memory, fewestSamples) ?? acceptFromChange(memory, fewestSamples) ?? anew;
    case "latency":
    case "budget":
      return acceptFromChange(memory, fewestSamples) ?? anew;
    case "availability":
      return acceptRate(memory, fewestSamples) ?? anew;
    case "output":
      return acceptOutput(memory) ?? anew;
    default:
      return series.aspect satisfies never;
  }
}

/** A baseline of fewer goes on learning before it judges. */
const fewestSamples = 60;
const anew: NewNormal = { learned: null, n: 0 };
