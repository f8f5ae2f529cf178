import type { SpendCap } from "../../src/probe/target.ts";
import type { ClaimRequest } from "../../src/run/run.ts";
import { claimOf, noonMs } from "./samples.ts";

/** A run of a hundred tokens under a month's cap of everything and a day's cap of its target. */
export function claimUnder(tokens: number, probeId: string): ClaimRequest {
  const target = "one target";
  const caps: readonly SpendCap[] = [
    { scope: "all", span: "month", tokens },
    { scope: `target/${target}`, span: "day", tokens },
  ];
  return claimOf(probeId, noonMs, { target, reserve: { microUsd: 7, tokens: 100, requests: 1, caps } });
}
