import type { ScenarioSpec } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import { billingFigures } from "./billing-figures.ts";
import { singleCall } from "./built-in.ts";
import { refusals } from "./refusals.ts";
import { streamedRequest } from "./streamed-request.ts";
import { sameAs } from "./same-model/same-as.ts";
import { sameModel } from "./same-model/same-model.ts";
import { tokenBudget } from "./token-budget.ts";
import { validRequest } from "./valid-request.ts";
import { modelListed } from "./model-listed.ts";
import { forcedTimeout } from "./forced-timeout.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import { forTarget } from "./for-target.ts";
import { fallback } from "./fallback.ts";
import { rateLimits } from "./rate-limits.ts";
import { idempotency } from "./idempotency.ts";
import { logRedaction } from "./log-redaction.ts";
import { usageReconciliation } from "./usage-reconciliation.ts";
import { streamAgrees } from "./stream-agrees.ts";
import { structuredOutput } from "./structured-output.ts";
import { toolCall } from "./tool-call.ts";
import { oversizedRequest } from "./oversized-request.ts";
import { revokedKey } from "./revoked-key.ts";
import type { Scenario } from "./scenario.ts";

/** Every built-in scenario, once. A new one is one file and one row here; a new kind of refused request is a row in `refusals.ts`. */
export const catalogue: readonly Scenario[] = [
  validRequest,
  streamedRequest,
  streamAgrees,
  toolCall,
  structuredOutput,
  tokenBudget,
  oversizedRequest,
  ...refusals,
  revokedKey,
  modelListed,
  forcedTimeout,
  upstreamFailure,
  fallback,
  rateLimits,
  idempotency,
  logRedaction,
  usageReconciliation,
];

/** What is only ever scheduled, and is no part of an audit. */
export const scheduledOnly: readonly Scenario[] = [billingFigures, sameModel, sameAs];

const byName = new Map([...catalogue, ...scheduledOnly].map((scenario) => [scenario.name, scenario]));

/** Throws for a name that is not in the catalogue: a configuration with such a name does not load. */
export function scenarioOf(spec: ScenarioSpec, target?: Target): Scenario {
  switch (spec.kind) {
    case "built-in": {
      const scenario = byName.get(spec.name);
      if (scenario === undefined) throw new Error(`no built-in scenario is called ${spec.name}`);
      return target === undefined ? scenario : forTarget(scenario, target);
    }
    case "custom":
      return singleCall({
        name: spec.name,
        summary: "written in the configuration",
        polarity: spec.expectations.some(({ kind }) => kind === "no-completion") ? "negative" : "positive",
        ask: () => spec.ask,
        expectations: spec.expectations,
      });
    default:
      return spec satisfies never;
  }
}
