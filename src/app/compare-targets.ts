import { compare } from "../audit/compare.ts";
import { comparisonCost } from "../audit/comparison-cost.ts";
import type { CompareArguments } from "../cli/effects.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { closestTo } from "../config/closest.ts";
import type { Target } from "../probe/target.ts";
import { createUnstoredRuns } from "../run/unstored-runs.ts";
import { formatMicroUsd } from "../std/money.ts";
import { silentLog } from "../std/log.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import { sameWithinBits } from "../judgement/output/compare.ts";
import { loadOrExplain } from "./files.ts";
import { keepSecrets } from "./secrets.ts";
import { openWorld } from "./world.ts";

/** `compare`: do two targets answer like the same model? Resolves to the exit code. */
export async function compareTargets(wanted: CompareArguments, io: Io): Promise<number> {
  const refuse = (text: string): number => {
    io.stderr.write(`${text}\n`);
    return exitCodes.usage;
  };
  const config = loadOrExplain(wanted.config, io, ["worker"], { needsNoProbes: true });
  if (config === undefined) return exitCodes.usage;
  const find = (name: string): Target | string => {
    const names = config.targets.map((it) => it.name);
    const closest = closestTo(name, names);
    const hint = closest === undefined ? `known targets: ${names.join(", ")}` : `did you mean ${closest}?`;
    return config.targets.find((it) => it.name === name) ?? `no target is called ${name}; ${hint}`;
  };
  const candidate = find(wanted.candidate);
  if (typeof candidate === "string") return refuse(candidate);
  const name = wanted.reference ?? candidate.sameAs?.name;
  if (name === undefined)
    return refuse(`with which target? Add --with <reference>, or set targets.${candidate.name}.sameAs`);
  const reference = find(name);
  if (typeof reference === "string") return refuse(reference);
  io.stderr.write(announcement(candidate, reference, wanted.maxRequests));
  if (!wanted.yes) return refuse("nothing was sent: say --yes");

  await using opened = new AsyncDisposableStack();
  const telemetry = opened.adopt(await startTelemetry(io.env), (it) => it.stop());
  const secrets = keepSecrets(io.env, [], ["worker"]);
  const runs = createUnstoredRuns();
  const world = opened.adopt(openWorld(runs, config, secrets, silentLog, telemetry), (it) => it.close());
  const { maxRequests, errorRate } = wanted;
  const result = await compare(world, candidate, reference, {
    maxRequests,
    errorRate,
    progress: ({ pairs, requests }) =>
      io.stderr.write(`${pairs} pairs of answers, ${requests} of at most ${maxRequests} requests\n`),
  });
  if (result.kind === "not compared") {
    io.stderr.write(`${result.why}\n`);
    return exitCodes.inconclusive;
  }
  const { answers: _, ...outcome } = result;
  const data = { candidate: candidate.name, reference: reference.name, ...outcome };
  io.stdout.write(wanted.json ? `${JSON.stringify({ schema: 1, data })}\n` : text(data, wanted.errorRate));
  switch (result.kind) {
    case "same":
      return exitCodes.fine;
    case "different":
      return exitCodes.drifted;
    case "cannot tell yet":
      return exitCodes.inconclusive;
    default:
      return result satisfies never;
  }
}

function announcement(candidate: Target, reference: Target, maxRequests: number): string {
  const { usualMicroUsd } = comparisonCost([candidate, reference], maxRequests);
  const cost =
    usualMicroUsd === undefined
      ? "the cost is unknown: a target has no known price"
      : `usually at most ${formatMicroUsd(usualMicroUsd)}`;
  return `Compare ${candidate.name} with ${reference.name}: at most ${maxRequests} requests of one word; ${cost}.\n`;
}

function text(
  data: {
    candidate: string;
    reference: string;
    kind: string;
    more?: number;
    distance: number;
    byChance: number;
    pairs: number;
    requests: number;
  },
  errorRate: number,
): string {
  const { candidate, reference, kind, more, distance, pairs, requests, byChance } = data;
  const result =
    kind === "same"
      ? `same within ${sameWithinBits} bits (another model would differ more, 4-bit weights or a sibling may differ less)`
      : more === undefined
        ? kind
        : `${kind} (needs about ${more} more pairs)`;
  return (
    `${candidate} and ${reference}: ${result}\n` +
    `  ${pairs} pairs of answers, ${requests} requests; "different" is wrong in at most ${100 * errorRate} % of comparisons\n` +
    `  distance ${distance.toFixed(2)}, where chance alone makes ${byChance.toFixed(2)} (published: the same model again 0.14, elsewhere 0.23, another model 0.46)\n`
  );
}
